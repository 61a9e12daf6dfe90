"""Starting and stopping: every process ends when asked to, and nothing is left behind."""

import os
import signal
from pathlib import Path

import pytest

from deploy.process import until
from deploy.run import PROCESSES
from tests.support.processes import Child, descendants, is_alive
from tests.system.conftest import House

READY = {
    "ingest": ": subscribed",
    "gateway": "ingest.gateway: gateway on ",
    "detect": "alerts.detect: at work",
    "keep": "ingest.keep: at work",
    "notify": ": channels",
    "serve": "serving on ",
}
STOP_S = 20


def argument(pid: int) -> str:
    """The last argument that a process was started with."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0").split(b"\0")[-1].decode()
    except OSError:
        return ""


def children(run: Child) -> dict[str, int]:
    """The processes below `hotgrid run`, by name."""
    below = {argument(pid): pid for pid in descendants(run.pid) if is_alive(pid)}
    return {name: pid for name, pid in below.items() if name in PROCESSES}


def running(house: House) -> tuple[Child, dict[str, int]]:
    """`hotgrid run` with all of them at work."""
    run = house.hotgrid.start("run", HOTGRID_PORT="0")
    for text in READY.values():
        run.says(text)
    return run, children(run)


def all_gone(pids: list[int]) -> bool:
    return until(lambda: not any(is_alive(pid) for pid in pids), STOP_S)


def test_run_starts_all_starts_again_what_is_killed_and_leaves_nothing_behind(bare_house: House) -> None:
    run, pids = running(bare_house)
    assert sorted(pids) == sorted(PROCESSES)

    os.kill(pids["notify"], signal.SIGKILL)
    run.says("notify ended with status -9").says(READY["notify"], times=2)
    again = children(run)
    assert sorted(again) == sorted(PROCESSES)
    assert again["notify"] != pids["notify"]

    assert run.stop() == 0
    assert all_gone(list(again.values()))


def test_run_leaves_no_process_behind_when_killed(bare_house: House) -> None:
    run, pids = running(bare_house)

    run.kill()

    assert all_gone(list(pids.values()))


@pytest.mark.parametrize("name", PROCESSES)
def test_every_process_stops_when_asked_to(bare_house: House, name: str) -> None:
    child = bare_house.hotgrid.start(name, HOTGRID_PORT="0").says(READY[name])

    assert child.stop() == 0


@pytest.mark.parametrize("name", PROCESSES)
def test_every_process_stops_when_asked_to_while_the_database_is_away(bare_house: House, name: str) -> None:
    child = bare_house.hotgrid.start(name, HOTGRID_PORT="0").says(READY[name])
    assert bare_house.servers.database_pid
    os.kill(bare_house.servers.database_pid, signal.SIGKILL)

    assert child.stop() == 0
