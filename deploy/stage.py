"""Where the demo plays: servers, folder and port of its own, so that it never meets an operator's data."""

import contextlib
import fcntl
import os
import shutil
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from deploy import place, ports, servers
from deploy.engine.apt import Say
from deploy.problem import Problem
from deploy.servers import DATABASE_VARIABLE, MQTT_VARIABLE

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
HOST = "127.0.0.1"
PORT_VARIABLE, USUAL_PORT = "HOTGRID_PORT", "8000"
GATEWAY_VARIABLE, GATEWAY_PORT = "HOTGRID_GATEWAY_PORT", 9212


@dataclass(frozen=True, slots=True)
class Stage:
    """What the demo has to itself."""

    database_url: str
    mqtt_url: str
    folder: Path
    port: int
    gateway_port: int
    say: Say

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"http://{HOST}:{self.port}"

    def environment(self) -> dict[str, str]:
        """For the processes: these servers, this port, only this machine, and warnings alone unless told otherwise."""
        return {
            DATABASE_VARIABLE: self.database_url,
            MQTT_VARIABLE: self.mqtt_url,
            "HOTGRID_HOST": HOST,
            PORT_VARIABLE: str(self.port),
            "HOTGRID_GATEWAY_HOST": HOST,
            GATEWAY_VARIABLE: str(self.gateway_port),
            "HOTGRID_LOG": os.environ.get("HOTGRID_LOG", "WARNING"),
        }


@contextlib.contextmanager
def set_up(say: Say) -> Iterator[Stage]:
    """Fresh servers, stopped in any case when the block is left; SIGTERM and SIGHUP act as Ctrl-C. Raises Problem."""
    port = _free_port()
    with _signals_as_interrupts(), _folder() as folder:
        state = folder / "servers"
        servers.down(state)  # of a demo that was killed
        shutil.rmtree(state, ignore_errors=True)
        try:
            found = servers.up(state, say, throwaway=True)
            _refuse_configured(found)
            yield Stage(found.database_url, found.mqtt_url, folder, port, _gateway_port(state, port), say)
        finally:
            for number in SIGNALS:  # a second Ctrl-C must not leave the servers running
                signal.signal(number, signal.SIG_IGN)
            servers.down(state, say)
            shutil.rmtree(state, ignore_errors=True)


def _free_port() -> int:
    told = os.environ.get(PORT_VARIABLE) or USUAL_PORT
    if not (told.isdecimal() and 0 < int(told) < 65536):
        raise Problem("port", f"{PORT_VARIABLE}={told}", "应为 1 到 65535 · a number from 1 to 65535 is needed")
    if not ports.is_free(int(told)):
        fix = f"换一个端口 · choose another: {PORT_VARIABLE}=8001 make demo"
        raise Problem("port", f"端口 {told} 已被占用 · port {told} is taken", fix)
    return int(told)


def _gateway_port(state: Path, taken: int) -> int:
    """The usual one, or any that is free: nobody opens it in a browser."""
    told = os.environ.get(GATEWAY_VARIABLE, "")
    if told.isdecimal() and 0 < int(told) < 65536:
        return int(told)
    return GATEWAY_PORT if ports.is_free(GATEWAY_PORT) else ports.choose(state, taken)


def _refuse_configured(found: servers.Servers) -> None:
    """The demo begins with an empty database: it must not be pointed at somebody's."""
    if found.database_pid is None or found.mqtt_pid is None:
        what = "演示只用自己的服务器，从空库开始 · the demo only uses servers of its own and starts from nothing"
        unset = f"去掉 {DATABASE_VARIABLE} 和 {MQTT_VARIABLE} (.env 里也要) · unset both, in .env too"
        other = "或对现有服务器用 · or, on servers you have: hotgrid import, hotgrid run, hotgrid simulate"
        raise Problem("configured", what, f"{unset}\n    {other}")


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    """The demo's folder beside the real state folder, held against a second demo."""
    usual = place.state_folder()
    folder = usual.with_name(f"{usual.name}-demo")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)  # as root the servers run as somebody else, who must get there
        lock = (folder / "demo.lock").open("w")
    except OSError as error:
        fix = "用 HOTGRID_STATE 换一处 · name another place with HOTGRID_STATE"
        raise Problem("state-unwritable", f"{folder}: {error.strerror}", fix) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            what = "已有一个演示在运行 · a demo is running already"
            raise Problem("demo", what, "先停止它 · stop that one first") from None
        yield folder


@contextlib.contextmanager
def _signals_as_interrupts() -> Iterator[None]:
    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    kept = {number: signal.signal(number, interrupt) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)
