"""`hotgrid …` as real child processes: started with an environment, watched by their log, stopped and killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from deploy.process import until

PATIENCE_S = 60
COMMAND = Path(sys.executable).with_name("hotgrid")


class Child:
    """One process of ours and what it logs."""

    def __init__(self, arguments: tuple[str, ...], env: Mapping[str, str], log: Path) -> None:
        self.name, self.log = arguments[0], log
        with log.open("wb") as out:
            self._process = subprocess.Popen(
                [COMMAND, *arguments], env={**os.environ, **env}, cwd=log.parent, stdout=out, stderr=subprocess.STDOUT
            )

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def says(self, text: str, times: int = 1) -> "Child":
        """Wait until its log has `text` so often."""
        until(lambda: self.text().count(text) >= times or self._process.poll() is not None, PATIENCE_S)
        assert self.text().count(text) >= times, f"{self.name} never said {text!r}:\n{self.text()[-4000:]}"
        return self

    def text(self) -> str:
        """What it has logged so far."""
        return self.log.read_text(errors="replace")

    def send(self, number: signal.Signals) -> None:
        """A signal to just this process."""
        self._process.send_signal(number)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._process.kill()
        self._process.wait(PATIENCE_S)

    def stop(self) -> int:
        """Ask it to end (SIGTERM) and wait; its exit status."""
        self._process.terminate()
        return self.ended()

    def ended(self) -> int:
        """Wait until it has ended; its exit status."""
        try:
            return self._process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.name} does not end:\n{self.text()[-4000:]}") from None

    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None


class Hotgrid:
    """Starts `hotgrid` commands against one pair of servers; whatever still runs in the end is killed."""

    def __init__(self, env: Mapping[str, str], folder: Path) -> None:
        self.env, self.folder = dict(env), folder
        self._children: list[Child] = []

    def start(self, *arguments: str, **more: str) -> Child:
        """`hotgrid ARGUMENTS` with `more` in its environment."""
        log = self.folder / f"{len(self._children)}-{arguments[0]}.log"
        self._children.append(Child(arguments, {**self.env, **more}, log))
        return self._children[-1]

    def run(self, *arguments: str) -> str:
        """A command that ends by itself; what it said."""
        child = self.start(*arguments)
        assert child.ended() == 0, child.text()
        return child.text()

    def ingest(self) -> Child:
        """`hotgrid ingest`, subscribed."""
        return self.start("ingest").says(": subscribed")

    def detect(self) -> Child:
        """`hotgrid detect`, at work."""
        return self.start("detect").says(": at work")

    def end(self) -> None:
        """Kill what still runs."""
        for child in self._children:
            child.kill()


@contextmanager
def hotgrid(env: Mapping[str, str], folder: Path) -> Iterator[Hotgrid]:
    """A `Hotgrid` whose children end with the block."""
    one = Hotgrid(env, folder)
    try:
        yield one
    finally:
        one.end()


def descendants(pid: int) -> list[int]:
    """The processes below `pid`, as /proc tells."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(entry.parent.name))
    below, new = [], [pid]
    while new:
        new = [child for parent in new for child in parents.get(parent, [])]
        below += new
    return below


def is_alive(pid: int) -> bool:
    """Whether the process exists and is not a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
