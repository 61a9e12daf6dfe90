"""Starts a server on its own feet, recognises it again, and stops it."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from deploy.place import ENVIRONMENT, Account, run_as


def launch(command: list[str | Path], log: Path, who: Account | None) -> int:
    """Start ``command`` in a session of its own, not as our child, its output in ``log``; returns its PID.

    Not our child: neither Ctrl-C here nor our end reaches it, and no zombie of it stays with us. The log of the run
    before is kept as ``*.old``.
    """
    if log.exists():
        log.replace(log.with_suffix(".old"))
    shell = ["/bin/sh", "-c", 'log=$1; shift; "$@" >"$log" 2>&1 </dev/null & echo $!', "sh", log, *command]
    told = subprocess.run(
        shell,
        stdout=subprocess.PIPE,
        check=True,
        cwd=log.parent,
        env=ENVIRONMENT,
        start_new_session=True,
        **run_as(who),
    )
    return int(told.stdout)


def is_alive(pid: int, argument: Path) -> bool:
    """Whether process ``pid`` lives and was started with ``argument``; a zombie and a stranger are not."""
    try:
        return os.fsencode(argument) in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False


def recorded(pid_file: Path, argument: Path) -> int | None:
    """The PID in the first line of ``pid_file`` if it is that of a living process started with ``argument``."""
    try:
        pid = int(pid_file.read_text().split("\n")[0])
    except (OSError, ValueError):
        return None
    return pid if is_alive(pid, argument) else None


def until(condition: Callable[[], bool], seconds: float) -> bool:
    """Wait till ``condition`` holds, at most ``seconds``; returns whether it does."""
    deadline = time.monotonic() + seconds
    while not (met := condition()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return met


def stop(pid: int | None, argument: Path, gently: signal.Signals) -> bool:
    """End the process ``pid`` that was started with ``argument``, hard when it does not go; True if there was one."""
    for how, seconds in ((gently, 60), (signal.SIGQUIT, 10), (signal.SIGKILL, 10)):
        if pid and is_alive(pid, argument):
            os.kill(pid, how)
            until(lambda: not is_alive(pid, argument), seconds)
    return pid is not None


def tail(log: Path) -> str:
    """The last lines of ``log``, indented, for an error message."""
    text = log.read_text(errors="replace") if log.exists() else ""
    return "\n".join(f"    {line}" for line in text.splitlines()[-8:])
