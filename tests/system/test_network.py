"""A network gone wrong and a database that hangs: ingest notices soon, goes on by itself, and loses nothing."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import pytest

from deploy.bench.row import memory
from deploy.publisher import Publisher
from deploy.servers import DATABASE_VARIABLE, MQTT_VARIABLE
from ingest.importer import import_folder
from tests.support.deadline import until_true
from tests.support.fleet import START, Fleet
from tests.support.processes import Child, descendants, is_alive
from tests.support.proxy import Proxy, proxied
from tests.system.conftest import House

FLEET = Fleet(305)
SOON_S = 15
NOTICING = {"HOTGRID_MQTT_KEEPALIVE_S": "2", "HOTGRID_DATABASE_TIMEOUT_S": "2"}
ROWS = "SELECT device_id, ts, pm25, no2 FROM station_reading JOIN device USING (device)"
STORED = "SELECT count(*) = $1 FROM station_reading"
SLOT = "application_name = 'hotgrid ingest slot'"
SLOT_LOST = f"SELECT count(pg_terminate_backend(pid)) = 1 FROM pg_stat_activity WHERE {SLOT}"  # noqa: S608
SLOT_HELD = f"SELECT count(*) = $1 FROM pg_stat_activity WHERE {SLOT}"  # noqa: S608
SLOW = "CREATE OR REPLACE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN {does}; RETURN NULL; END'"
SLOW_TRIGGER = "CREATE TRIGGER a_slow AFTER INSERT ON station_reading FOR EACH STATEMENT EXECUTE FUNCTION slow()"
SLEEPING = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep')"


@dataclass(frozen=True)
class Wired:
    """A house with `hotgrid ingest` behind two networks."""

    house: House
    to_database: Proxy
    to_broker: Proxy
    env: dict[str, str]

    async def ingest(self, **env: str) -> Child:
        """`hotgrid ingest`, subscribed."""
        child = self.house.hotgrid.start("ingest", **{**self.env, **env})
        return await asyncio.to_thread(child.says, ": subscribed")

    async def publish(self, numbers: Sequence[int]) -> None:
        """These messages straight to the broker, which has them then."""

        def send() -> None:
            with Publisher(self.house.servers.mqtt_url) as publisher:
                for number in numbers:
                    publisher.publish(*FLEET.message(number))

        await asyncio.to_thread(send)

    async def stored(self, count: int) -> None:
        """Wait until the first `count` messages are stored, and nothing else."""
        await self.house.until(STORED, count)
        rows = {tuple(row) for row in await self.house.rows(ROWS)}
        assert rows == {tuple(FLEET.reading(number)) for number in range(count)}
        assert await self.house.value("SELECT sum(devices) FROM arrival") == count


@pytest.fixture
async def wired(bare_house: House, tmp_path: Path) -> AsyncIterator[Wired]:
    """A house with networks that can be spoilt."""
    await import_folder(FLEET.write(tmp_path / "registry"), bare_house.url, START)
    async with (
        proxied(bare_house.url) as (to_database, database_url),
        proxied(bare_house.servers.mqtt_url) as (to_broker, mqtt_url),
    ):
        yield Wired(bare_house, to_database, to_broker, {DATABASE_VARIABLE: database_url, MQTT_VARIABLE: mqtt_url})


@contextmanager
def hanging(house: House) -> Iterator[None]:
    """While inside, no process of the database moves."""
    assert house.servers.database_pid
    pids = [house.servers.database_pid, *descendants(house.servers.database_pid)]
    for pid in pids:
        with suppress(ProcessLookupError):  # a worker that was just done
            os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


@pytest.mark.parametrize("network", ["to_broker", "to_database"])
async def test_a_connection_that_is_half_open_is_noticed(wired: Wired, network: str) -> None:
    await wired.ingest(**NOTICING)
    await wired.publish(range(305))
    await wired.stored(305)

    getattr(wired, network).half_open()
    began = monotonic()
    await wired.publish(range(305, 610))

    await wired.stored(610)
    assert monotonic() - began < SOON_S


async def test_a_network_that_takes_connections_and_says_nothing_is_left_again(wired: Wired) -> None:
    await wired.ingest(**NOTICING)
    await wired.publish(range(305))
    await wired.stored(305)

    wired.to_database.swallow()
    before = wired.to_database.came
    await wired.publish(range(305, 610))
    await until_true(lambda: wired.to_database.came > before)
    wired.to_database.mend()
    began = monotonic()

    await wired.stored(610)
    assert monotonic() - began < SOON_S


async def test_networks_that_are_cut_cost_nothing(wired: Wired) -> None:
    await wired.ingest()
    await wired.publish(range(305))
    for network in (wired.to_broker, wired.to_database):
        network.cut()
    await wired.publish(range(305, 610))
    assert not wired.to_database.links

    for network in (wired.to_broker, wired.to_database):
        network.mend()

    await wired.stored(610)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
async def test_what_comes_after_a_restart_of_the_broker_and_before_ingest_is_back_is_kept(
    wired: Wired, how: signal.Signals
) -> None:
    await wired.ingest()
    await wired.publish(range(305))
    await wired.stored(305)
    await saved(wired.house)
    wired.to_broker.cut()
    await restarted(wired.house, how)

    await wired.publish(range(305, 610))
    wired.to_broker.mend()

    await wired.stored(610)


async def saved(house: House) -> None:
    """Let the broker save what it keeps."""
    assert house.servers.mqtt_pid
    file = house.servers.state / "mosquitto/mosquitto.db"
    before = file.stat().st_mtime_ns if file.exists() else 0
    os.kill(house.servers.mqtt_pid, signal.SIGUSR1)
    await until_true(lambda: file.exists() and file.stat().st_mtime_ns > before)


async def restarted(house: House, how: signal.Signals) -> None:
    """End the broker in some way and start it again."""
    pid = house.servers.mqtt_pid
    assert pid
    os.kill(pid, how)
    await until_true(lambda: not is_alive(pid))
    await asyncio.to_thread(house.heal)


async def test_a_database_that_hangs_is_waited_for(wired: Wired) -> None:
    await wired.ingest()
    await wired.publish(range(305))
    await wired.stored(305)

    with hanging(wired.house):
        before = wired.to_database.came
        await wired.publish(range(305, 1_525))
        await until_true(lambda: wired.to_database.came > before)

    await wired.stored(1_525)


async def test_ingest_ends_soon_when_asked_to_while_the_database_hangs(wired: Wired) -> None:
    first = await wired.ingest()
    with hanging(wired.house):
        before = wired.to_database.came
        await wired.publish(range(305))
        await until_true(lambda: wired.to_database.came > before)
        began = monotonic()
        assert await asyncio.to_thread(first.stop) == 0
        assert monotonic() - began < SOON_S / 2

    await wired.ingest()
    await wired.stored(305)


async def test_memory_is_bounded_while_a_statement_takes_ten_seconds(wired: Wired) -> None:
    child = await wired.ingest()
    await wired.house.value(SLOW.format(does="PERFORM pg_sleep(10)"))
    await wired.house.value(SLOW_TRIGGER)
    before = memory(child.pid, "VmHWM")

    await wired.publish(range(20_000))
    await wired.house.until(SLEEPING)
    assert await wired.house.value("SELECT count(*) FROM station_reading") == 0
    await wired.house.value(SLOW.format(does="NULL"))

    await wired.stored(20_000)
    assert memory(child.pid, "VmHWM") < before + 100


async def test_two_processes_do_not_fight_for_a_session_whose_lock_was_lost_unnoticed(wired: Wired) -> None:
    first = await wired.ingest(**NOTICING)
    wired.to_database.half_open()
    assert await wired.house.value(SLOT_LOST)
    await wired.house.until(SLOT_HELD, 1)

    second = await wired.ingest(**{DATABASE_VARIABLE: wired.house.url})

    await wired.publish(range(305))
    await wired.stored(305)
    assert "ready as ingest 2" in second.text()
    assert [child.is_running() for child in (first, second)] == [True, True]


async def test_two_processes_share_what_comes(wired: Wired) -> None:
    first, second = await wired.ingest(), await wired.ingest()
    await asyncio.to_thread(first.says, ": subscribed", 2)  # for itself, then its share
    second.send(signal.SIGSTOP)
    await wired.publish(range(610))
    await wired.house.until(STORED, 305)

    second.send(signal.SIGCONT)

    await wired.stored(610)
