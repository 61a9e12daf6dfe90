"""A house of one's own for every test: private servers that may be killed, a small district, processes."""

import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from deploy import servers
from deploy.bench.house import UNLIMITED
from deploy.servers import DATABASE_VARIABLE, MQTT_VARIABLE, Servers
from ingest.importer import import_folder
from sql.migrate import migrate
from tests.support import database
from tests.support.processes import Child, Hotgrid, hotgrid
from tests.support.scenario import START, changes, stored_as, write_scenario

LINE = (
    *("id", "pollutant", "opened_at", "closed_at", "severity", "cells", "lon", "lat", "peak_at", "peak_value"),
    *("background", "excess", "score", "kind", "candidates", "attribution", "detector", "pollutants"),
)
READINGS = """
    SELECT device_id, ts, pm25, wind_speed, wind_direction FROM station_reading JOIN device USING (device)
"""
EVENTS = "SELECT action, body FROM alert_event ORDER BY seq"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder is a system test."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.system)


@dataclass(frozen=True)
class Scenario:
    """A folder to replay: its readings as they are stored, one a message, and every transition of its alerts."""

    folder: Path
    readings: set[tuple[object, ...]]
    changes: list[tuple[str, dict[str, Any]]]


@pytest.fixture(scope="session")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    """Ten hours of a small district with five emissions."""
    folder = write_scenario(tmp_path_factory.mktemp("district") / "scenario")
    found = changes(folder)
    assert [what for what, _ in found].count("opened") == 5
    return Scenario(folder, stored_as(folder), found)


@dataclass(frozen=True)
class House:
    """Servers with the schema and the district in them, and the processes started against them."""

    servers: Servers
    hotgrid: Hotgrid

    @property
    def url(self) -> str:
        """The address of the database."""
        return self.servers.database_url

    def heal(self) -> None:
        """Start again what was killed of the servers."""
        healed = servers.up(self.servers.state)
        assert (healed.database_url, healed.mqtt_url) == (self.url, self.servers.mqtt_url)

    def serve(self) -> tuple[Child, str]:
        """`hotgrid serve` on a free port, and where."""
        child = self.hotgrid.start("serve", HOTGRID_PORT="0").says("serving on ")
        found = re.search(r"serving on (\S+)", child.text())
        assert found
        return child, found[1]

    async def value(self, query: str, *arguments: object) -> Any:
        """The first column of the first row."""
        return await database.value(self.url, query, *arguments)

    async def rows(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        """All rows."""
        return await database.rows(self.url, query, *arguments)

    async def until(self, query: str, *arguments: object) -> None:
        """Wait until a query answers true."""
        await database.until(self.url, query, *arguments)

    async def until_stored(self, readings: int) -> None:
        """Wait until so many readings are in the database."""
        await self.until("SELECT count(*) >= $1 FROM station_reading", readings)

    async def until_judged(self, minute: datetime) -> None:
        """Wait until this minute is closed and nothing that came is left to be judged."""
        await self.until("SELECT minute >= $1 AND NOT EXISTS (SELECT FROM arrival) FROM watermark", minute)

    async def readings(self) -> list[tuple[object, ...]]:
        """Device, minute and values of all that is stored."""
        return [tuple(row) for row in await self.rows(READINGS)]

    async def changes(self) -> list[tuple[str, dict[str, Any]]]:
        """The log of transitions, as the back-test gives them."""
        return [(row["action"], line(row["body"])) for row in await self.rows(EVENTS)]


def line(body: dict[str, Any]) -> dict[str, Any]:
    """Of an alert, what stands in a line of alerts.jsonl."""
    return {name: body[name] for name in LINE}


@contextmanager
def _house(folder: Path, throwaway: bool) -> Iterator[House]:
    state = Path(tempfile.mkdtemp(prefix="hotgrid-system-"))
    state.chmod(0o755)  # as root the servers run as somebody else, who must get there
    try:
        running = servers.up(state, throwaway=throwaway)
        env = {DATABASE_VARIABLE: running.database_url, MQTT_VARIABLE: running.mqtt_url, "HOTGRID_GATEWAY_PORT": "0"}
        # However old the recordings grow.
        with hotgrid({**env, **UNLIMITED, "HOTGRID_MAX_AGE_DAYS": "36500"}, folder) as processes:
            yield House(running, processes)
    finally:
        servers.down(state)
        shutil.rmtree(state, ignore_errors=True)


@pytest.fixture(autouse=True)
def no_servers_configured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing in the environment, and no .env, names servers to use instead of the private ones."""
    monkeypatch.delenv(DATABASE_VARIABLE, raising=False)
    monkeypatch.delenv(MQTT_VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
async def bare_house(tmp_path: Path) -> AsyncIterator[House]:
    """Servers whose crash may cost data, and no district in them yet."""
    with _house(tmp_path, throwaway=True) as one:
        await migrate(one.url)
        yield one


@pytest.fixture
async def house(bare_house: House, scenario: Scenario) -> House:
    """The small district on quick servers, for tests that kill our own processes only."""
    await import_folder(scenario.folder, bare_house.url, START)
    return bare_house


@pytest.fixture
async def lasting_house(tmp_path: Path, scenario: Scenario) -> AsyncIterator[House]:
    """The small district on servers that keep what they have acknowledged."""
    with _house(tmp_path, throwaway=False) as one:
        await migrate(one.url)
        await import_folder(scenario.folder, one.url, START)
        yield one
