"""The detector killed with -9 in mid-minute, and its stand-by: the alerts are those of the back-test, told once."""

import asyncio
from datetime import timedelta

from deploy.replay import replay
from tests.support.holding import IN_COMMIT, IN_WRITING, held, until_gone, until_held
from tests.support.scenario import MINUTES, START
from tests.system.conftest import House, Scenario

LAST = START + timedelta(minutes=MINUTES - 1)
TOLD = "SELECT count(*) FROM alert_event"
CLOSED = "SELECT minute >= $1 FROM watermark"


async def killed(house: House, where: str) -> int:
    """Kill a detector while it writes its first alert, or commits it; how many transitions were kept of it."""
    before = await house.value(TOLD)
    async with held(house.url, where, "alert_event"):
        detector = house.hotgrid.detect()
        await until_held(house.url)
        detector.kill()
    await until_gone(house.url, "hotgrid detect")
    return int(await house.value(TOLD) - before)


async def test_a_detector_killed_in_mid_minute_loses_and_doubles_nothing(house: House, scenario: Scenario) -> None:
    house.hotgrid.ingest()
    await asyncio.to_thread(replay, scenario.folder, house.servers.mqtt_url, None)
    await house.until_stored(len(scenario.readings))

    assert await killed(house, IN_WRITING) == 0
    assert await killed(house, IN_COMMIT) > 0
    house.hotgrid.detect()

    await house.until_judged(LAST)
    assert await house.changes() == scenario.changes


async def test_of_two_detectors_one_works_and_the_other_takes_over(house: House, scenario: Scenario) -> None:
    house.hotgrid.ingest()
    first = house.hotgrid.detect()
    second = house.hotgrid.start("detect").says("standing by")
    replaying = asyncio.create_task(asyncio.to_thread(replay, scenario.folder, house.servers.mqtt_url, None))
    await house.until(CLOSED, START + timedelta(minutes=20))
    assert "at work" not in second.text()

    first.kill()

    second.says("at work: taking over")
    await replaying
    await house.until_judged(LAST)
    assert await house.changes() == scenario.changes
