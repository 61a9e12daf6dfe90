"""The servers killed with -9 and healed: everything arrives, and the alerts are those of the back-test."""

import asyncio
import os
import signal
from datetime import timedelta

from deploy.process import until
from deploy.replay import replay
from tests.support.processes import is_alive
from tests.support.scenario import MINUTES, START
from tests.system.conftest import House, Scenario

LAST = START + timedelta(minutes=MINUTES - 1)
SAVED_S = 40  # the broker saves every 15 s


def kill(pid: int | None) -> None:
    """End a server as a power cut would."""
    assert pid
    os.kill(pid, signal.SIGKILL)
    assert until(lambda: not is_alive(pid), 10)


async def test_a_database_killed_in_mid_replay_costs_nothing(lasting_house: House, scenario: Scenario) -> None:
    house = lasting_house
    house.hotgrid.ingest()
    house.hotgrid.detect()
    replaying = asyncio.create_task(asyncio.to_thread(replay, scenario.folder, house.servers.mqtt_url, None))
    await house.until_stored(4_000)

    kill(house.servers.database_pid)
    house.heal()

    await replaying
    await house.until_stored(len(scenario.readings))
    await house.until_judged(LAST)
    await house.until("SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND objid = 1)")
    assert set(await house.readings()) == scenario.readings
    assert await house.changes() == scenario.changes


async def test_a_broker_killed_after_its_save_has_lost_nothing_of_the_backlog(
    lasting_house: House, scenario: Scenario
) -> None:
    house = lasting_house
    assert house.hotgrid.ingest().stop() == 0
    await asyncio.to_thread(replay, scenario.folder, house.servers.mqtt_url, None)
    saved = house.servers.state / "mosquitto/mosquitto.db"
    published = saved.stat().st_mtime_ns if saved.exists() else 0
    assert await asyncio.to_thread(until, lambda: saved.exists() and saved.stat().st_mtime_ns > published, SAVED_S)

    kill(house.servers.mqtt_pid)
    house.heal()
    house.hotgrid.ingest()

    await house.until_stored(len(scenario.readings))
    assert set(await house.readings()) == scenario.readings
