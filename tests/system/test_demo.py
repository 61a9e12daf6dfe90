"""The demo as its user meets it: an alert on the feed, and nothing left when it ends."""

import shutil
import signal
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from deploy import servers
from deploy.process import until
from tests.support.feed import events
from tests.support.processes import Child, Hotgrid, descendants, hotgrid, is_alive
from tests.system.conftest import Scenario

pytestmark = pytest.mark.timeout(300)  # on a busy machine
STOP_S = 20
READY = "Ctrl-C 停止"


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return str(one.getsockname()[1])


@dataclass(frozen=True)
class Theatre:
    """Where demos are started, and the folder of their servers."""

    hotgrid: Hotgrid
    state: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.hotgrid.env['HOTGRID_PORT']}"

    def pids(self, demo: Child) -> list[int]:
        """Every process of a demo, its servers too."""
        found = servers.status(self.state)
        return [demo.pid, *descendants(demo.pid), *(pid for pid in (found.database_pid, found.mqtt_pid) if pid)]


@pytest.fixture
def theatre(tmp_path: Path) -> Iterator[Theatre]:
    """A free port and a state folder for demos."""
    folder = Path(tempfile.mkdtemp(prefix="hotgrid-theatre-"))
    folder.chmod(0o755)  # as root the servers run as somebody else, who must get there
    state = folder / "state-demo" / "servers"
    try:
        with hotgrid({"HOTGRID_STATE": str(folder / "state"), "HOTGRID_PORT": free_port()}, tmp_path) as processes:
            yield Theatre(processes, state)
    finally:
        servers.down(state)
        shutil.rmtree(folder)


def signed_in(url: str, role: str) -> str:
    """The cookie of one of the accounts that the demo prints."""
    answer = httpx2.post(f"{url}/api/v1/auth/login", json={"name": role, "password": "hotgrid-demo"})
    assert answer.json()["role"] == role, answer.text
    return answer.headers["Set-Cookie"].partition(";")[0]


def all_gone(pids: list[int]) -> bool:
    return until(lambda: not any(is_alive(pid) for pid in pids), STOP_S)


def test_the_demo_shows_an_alert_and_leaves_nothing_running_and_can_be_shown_again(theatre: Theatre) -> None:
    demo = theatre.hotgrid.start("demo").says(READY)
    cookie = signed_in(theatre.url, "duty")
    happened = events(theatre.url, cookie, after=0)
    assert next(happened).action == "opened"
    on_duty = httpx2.get(f"{theatre.url}/api/v1/duty/now", headers={"Cookie": cookie}).json()["on_duty"]
    assert {person["role"] for person in on_duty} == {"leader", "duty", "dispatcher", "chief", "bureau", "field"}

    assert "the people are simulated" in demo.text()
    taken = next(event for event in happened if event.action == "acknowledge").body
    assert taken["who"] in {person["person_id"] for person in on_duty if person["role"] == "duty"}
    assert taken["handling"]["stage"] == "acknowledged"

    second = theatre.hotgrid.start("demo", HOTGRID_PORT=free_port())
    assert second.ended() == 1
    assert "a demo is running already" in second.text()

    pids = theatre.pids(demo)
    assert len(pids) >= 7
    demo.send(signal.SIGINT)
    assert demo.ended() == 0
    assert all_gone(pids)

    assert theatre.hotgrid.start("demo").says(READY).stop() == 0


def test_the_demo_replays_a_scenario_to_the_alerts_of_the_backtest(theatre: Theatre, scenario: Scenario) -> None:
    demo = theatre.hotgrid.start("demo", str(scenario.folder)).says(READY)
    expected = [what for what, _ in scenario.changes]
    happened = [
        event.action
        for _, event in zip(expected, events(theatre.url, signed_in(theatre.url, "leader"), after=0), strict=False)
    ]
    assert happened == expected
    assert demo.stop() == 0


@pytest.mark.parametrize("moment", ["starting PostgreSQL", "登记表", "发布历史"])
def test_the_demo_can_be_stopped_at_any_moment(theatre: Theatre, moment: str) -> None:
    demo = theatre.hotgrid.start("demo").says(moment)
    pids = theatre.pids(demo)
    demo.send(signal.SIGTERM)
    assert demo.ended() == 0
    assert all_gone(pids)
    assert not servers.status(theatre.state).database_running
