"""The whole road in one process, on servers of its own: published readings are rows, whatever happens meanwhile."""

import asyncio
import json
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from deploy import cluster
from deploy import servers as private
from deploy.servers import Servers
from ingest.importer import import_folder
from ingest.known import Known
from ingest.pipeline import ingest
from ingest.settings import IngestSettings
from sql.migrate import migrate
from tests.support.broker import publish
from tests.support.deadline import until
from tests.support.messages import NOW, frame, message
from tests.support.registry_folder import FILES, write

Holds = Callable[[], Awaitable[bool]]


@pytest.fixture(scope="module")
def own() -> Iterator[Servers]:
    """Servers that may be stopped, with a migrated database."""
    folder = Path(tempfile.mkdtemp(prefix="hotgrid-pipeline-"))
    folder.chmod(0o755)
    try:
        found = private.up(folder / "state", throwaway=True)
        asyncio.run(migrate(found.database_url))
        yield found
    finally:
        private.down(folder / "state")
        shutil.rmtree(folder)


@pytest.fixture
async def owner(own: Servers, tmp_path: Path) -> AsyncIterator[asyncpg.Connection]:
    """An empty database with the registry imported, as its owner sees it."""
    connection = await asyncpg.connect(own.database_url)
    await connection.execute(
        "TRUNCATE station_reading, station_latest, monitor_reading, monitor_latest, reject, refused, arrival"
    )
    await import_folder(write(tmp_path), own.database_url, NOW)
    yield connection
    await connection.close()


@asynccontextmanager
async def running(own: Servers, fails: bool = False) -> AsyncIterator["asyncio.Future[None]"]:
    """`hotgrid ingest`, stopped when the block is left."""
    stop = asyncio.Event()
    settings = IngestSettings(
        database_url=own.database_url,
        mqtt_url=own.mqtt_url,
        batch_ms=20,
        _env_file=None,
    )
    task = asyncio.ensure_future(ingest(settings, lambda: NOW, stop))
    try:
        await until(lambda: heard(own))
        yield task
    finally:
        stop.set()
        _, unfinished = await asyncio.wait([task], timeout=5)
        assert not unfinished
        if not fails:
            task.result()


async def heard(own: Servers) -> bool:
    """Whether ingest has subscribed: a message that is a reject goes to somebody."""
    return await publish(own.mqtt_url, "hotgrid/v1/station/PROBE/reading", [b"{}"]) == 0


async def sent(own: Servers, *payloads: object, device: str = "S1", kind: str = "station") -> None:
    """Messages of a device, at the broker when this returns."""
    bodies = [message(payload).payload for payload in payloads]
    await publish(own.mqtt_url, f"hotgrid/v1/{kind}/{device}/reading", bodies)


def minutes(count: int, first: int = 0) -> list[str]:
    """Minutes of this morning."""
    return [f"2026-11-21T{i // 60:02d}:{i % 60:02d}:00Z" for i in range(first, first + count)]


def stored(owner: asyncpg.Connection, count: int, device: str = "S1", table: str = "station_reading") -> Holds:
    """Whether so many rows of a device are there."""

    async def holds() -> bool:
        query = f"SELECT count(*) FROM {table} JOIN device USING (device) WHERE device_id = $1"  # noqa: S608
        return bool(await owner.fetchval(query, device) == count)

    return holds


async def test_what_is_published_is_stored_and_what_is_bad_is_kept_beside_it(
    own: Servers, owner: asyncpg.Connection
) -> None:
    async with running(own):
        await sent(own, frame(pm25=35.5), b"nonsense", {"readings": [frame(ts, pm25=7) for ts in minutes(100)]})
        await sent(own, frame(nmhc=2.5), device="M1", kind="monitor")
        await sent(own, frame(pm25=1), device="S9")
        await until(stored(owner, 101))
        await until(stored(owner, 1, "M1", "monitor_reading"))
        await until(lambda: owner.fetchval("SELECT count(*) = 2 FROM reject WHERE device_id <> $$PROBE$$"))
    rows = await owner.fetch("SELECT device_id, reason FROM reject WHERE device_id <> $$PROBE$$ ORDER BY reason")
    assert [tuple(row) for row in rows] == [("S9", "device"), ("S1", "json")]
    assert await owner.fetchval("SELECT pm25 FROM station_latest") == 35.5


async def test_what_is_published_while_nobody_takes_it_is_stored_later(own: Servers, owner: asyncpg.Connection) -> None:
    async with running(own):
        await sent(own, frame(pm25=1))
        await until(stored(owner, 1))
    await sent(own, *(frame(ts, pm25=1) for ts in minutes(300)))
    async with running(own):
        await until(stored(owner, 301))


async def test_a_device_that_is_imported_while_we_run_is_accepted_within_seconds(
    own: Servers, owner: asyncpg.Connection, tmp_path: Path
) -> None:
    async with running(own):
        await sent(own, frame(pm25=1), device="S7")
        await until(
            lambda: owner.fetchval("SELECT count(*) = 1 FROM reject WHERE device_id IS DISTINCT FROM $$PROBE$$")
        )
        stations = FILES["stations.csv"] + "S7,新站,micro,119.96,31.78,,\n"
        await import_folder(write(tmp_path, stations=stations), own.database_url, NOW)

        async def accepted() -> bool:
            await sent(own, frame(pm25=1), device="S7")
            return bool(await owner.fetchval("SELECT count(*) FROM station_reading"))

        await until(accepted, patience=5)


async def test_what_the_database_refuses_for_good_is_kept_as_a_reject_and_its_neighbours_are_stored(
    own: Servers, owner: asyncpg.Connection
) -> None:
    await owner.execute("ALTER TABLE station_reading ADD CONSTRAINT poison CHECK (pm25 <> 13)")
    try:
        async with running(own):
            await sent(own, *(frame(ts, pm25=i) for i, ts in enumerate(minutes(20))))
            await until(stored(owner, 19))
            await until(
                lambda: owner.fetchval("SELECT count(*) = 1 FROM reject WHERE device_id IS DISTINCT FROM $$PROBE$$")
            )
        row = await owner.fetchrow("SELECT * FROM reject JOIN refused USING (message) WHERE reason = $$store$$")
        assert row["reason"] == "store"
        assert "poison" in row["detail"]
        assert json.loads(row["payload"])["values"] == {"pm25": 13}
    finally:
        await owner.execute("ALTER TABLE station_reading DROP CONSTRAINT poison")


async def test_a_right_that_is_missing_ends_the_process_and_costs_no_reading(
    own: Servers, owner: asyncpg.Connection
) -> None:
    await owner.execute("REVOKE INSERT ON station_reading FROM hotgrid_app")
    try:
        async with running(own, fails=True) as task:
            await sent(own, frame(pm25=1))
            await asyncio.wait([task], timeout=10)
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                task.result()
    finally:
        await owner.execute("GRANT INSERT ON station_reading TO hotgrid_app")
    assert await owner.fetchval("SELECT count(*) FROM reject WHERE reason = 'store'") == 0
    async with running(own):
        await until(stored(owner, 1))


async def test_while_the_database_is_away_nothing_is_lost_and_afterwards_all_is_stored(
    own: Servers, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Known, "LOOK_S", -1.0)  # the directory of devices is asked for too
    async with running(own) as task:
        await sent(own, *(frame(ts, pm25=1) for ts in minutes(50)))
        await until(stored(owner, 50))
        await asyncio.to_thread(cluster.stop, own.state / "postgres")
        await sent(own, *(frame(ts, pm25=1) for ts in minutes(50, 50)))
        await asyncio.to_thread(private.up, own.state, throwaway=True)
        again = await asyncpg.connect(own.database_url)
        await until(stored(again, 100))
        assert not task.done()
        await again.close()
