"""Ingest killed with -9: no reading lost, none stored or counted twice."""

import asyncio
import random

from deploy.publisher import Publisher
from deploy.replay import replay
from tests.support.holding import IN_COMMIT, held, until_held
from tests.system.conftest import House, Scenario

COUNTED = "SELECT sum(devices) FROM arrival"
TAKEN_AGAIN = "SELECT count(*) = $1 AND min(received_at) > $2 FROM station_latest"
DEVICES = 37


def publish_one_minute(house: House, ts: str = "2024-11-03T00:00:00Z") -> None:
    """A reading of every device, acknowledged by the broker."""
    with Publisher(house.servers.mqtt_url) as publisher:
        for name in [f"M{i:02d}" for i in range(DEVICES - 1)] + ["MAST"]:
            payload = f'{{"ts": "{ts}", "values": {{"pm25": 35}}}}'
            publisher.publish(f"hotgrid/v1/station/{name}/reading", payload.encode())


async def test_readings_committed_but_not_acknowledged_come_again_and_are_stored_once(house: House) -> None:
    first = house.hotgrid.ingest()
    async with held(house.url, IN_COMMIT, "arrival"):
        await asyncio.to_thread(publish_one_minute, house)
        await until_held(house.url)
        first.kill()
        killed_at = await house.value("SELECT clock_timestamp()")
    await house.until("SELECT count(*) > 0 FROM station_reading")
    assert await house.value("SELECT max(received_at) < $1 FROM station_latest", killed_at)

    house.hotgrid.ingest()

    await house.until(TAKEN_AGAIN, DEVICES, killed_at)
    assert await house.value("SELECT count(*) FROM station_reading") == DEVICES
    assert await house.value(COUNTED) == DEVICES


async def test_ingest_killed_again_and_again_under_load_takes_everything_once(house: House, scenario: Scenario) -> None:
    ingest = house.hotgrid.ingest()
    replaying = house.hotgrid.start("replay", str(scenario.folder), "--speed", "max")
    kills = random.Random(2).sample(range(500, 18_000), 4)
    for stored in sorted(kills):
        await house.until_stored(stored)
        ingest.kill()
        ingest = house.hotgrid.ingest()
    assert replaying.ended() == 0

    await house.until_stored(len(scenario.readings))

    readings = await house.readings()
    assert len(readings) == len(scenario.readings)
    assert set(readings) == scenario.readings
    assert await house.value(COUNTED) == len(readings)
    assert await house.value("SELECT count(*) FROM reject") == 0


async def test_two_ingest_processes_share_the_load_and_lose_nothing(house: House, scenario: Scenario) -> None:
    both = [house.hotgrid.ingest(), house.hotgrid.ingest()]

    await asyncio.to_thread(replay, scenario.folder, house.servers.mqtt_url, None)
    await house.until_stored(len(scenario.readings))

    assert set(await house.readings()) == scenario.readings
    assert await house.value(COUNTED) == len(scenario.readings)
    assert [child.stop() for child in both] == [0, 0]


async def test_one_of_two_ingest_processes_can_be_stopped_and_the_other_takes_everything(
    house: House, scenario: Scenario
) -> None:
    _, second = house.hotgrid.ingest(), house.hotgrid.ingest()
    assert second.stop() == 0

    await asyncio.to_thread(replay, scenario.folder, house.servers.mqtt_url, None)

    await house.until_stored(len(scenario.readings))
