"""The keeper killed with -9 in mid-turn, and its stand-by: hours and days are those of one that was left alone."""

import asyncio

from deploy.replay import replay
from tests.support.holding import IN_COMMIT, IN_WRITING, held, until_gone, until_held
from tests.system.conftest import House, Scenario

MADE = ("hour_mean", "day_mean", "quality_flag")
SETTLED = """
    SELECT NOT EXISTS (SELECT FROM touched) AND NOT EXISTS (SELECT FROM day_due) AND NOT EXISTS (
        SELECT FROM drift_due WHERE hour < date_trunc('hour', now())
    ) AND EXISTS (SELECT FROM day_mean)
"""
FORGET = "TRUNCATE hour_mean, day_mean, quality_flag"
AGAIN = """
    INSERT INTO touched SELECT date_trunc('hour', ts), array_agg(DISTINCT device) FROM station_reading GROUP BY 1
"""
FILLED = "SELECT count(DISTINCT hour) > 8 FROM touched"


async def made(house: House) -> dict[str, list[tuple[object, ...]]]:
    """What the keeper has made."""
    queries = {name: f"SELECT t.*::text FROM {name} AS t ORDER BY 1" for name in MADE}  # noqa: S608
    return {name: [tuple(row) for row in await house.rows(query)] for name, query in queries.items()}


async def stored(house: House, scenario: Scenario) -> None:
    """Readings of ten hours, with nobody to sum them up yet."""
    house.hotgrid.ingest()
    await asyncio.to_thread(replay, scenario.folder, house.servers.mqtt_url, None)
    await house.until_stored(len(scenario.readings))
    await house.until(FILLED)


async def killed(house: House, where: str) -> None:
    """Kill a keeper while it writes an hour, or commits it."""
    async with held(house.url, where, "day_due"):
        keeper = house.hotgrid.start("keep")
        await until_held(house.url)
        keeper.kill()
    await until_gone(house.url, "hotgrid keep")


async def test_a_keeper_killed_in_mid_turn_loses_and_doubles_nothing(house: House, scenario: Scenario) -> None:
    await stored(house, scenario)
    hours = await house.value("SELECT count(DISTINCT hour) FROM touched")

    await killed(house, IN_WRITING)
    assert await house.value("SELECT count(DISTINCT hour) FROM touched") == hours
    assert await house.value("SELECT count(*) FROM hour_mean") == 0
    await killed(house, IN_COMMIT)
    assert await house.value("SELECT count(DISTINCT hour) FROM touched") == hours - 1
    keeper = house.hotgrid.start("keep")
    await house.until(SETTLED)
    found = await made(house)

    assert keeper.stop() == 0
    await house.rows(FORGET)
    await house.rows(AGAIN)
    house.hotgrid.start("keep")
    await house.until(SETTLED)
    assert await made(house) == found


async def test_of_two_keepers_one_works_and_the_other_takes_over(house: House, scenario: Scenario) -> None:
    first = house.hotgrid.start("keep").says("ingest.keep: at work")
    second = house.hotgrid.start("keep").says("standing by")
    await stored(house, scenario)
    assert "at work" not in second.text()

    first.kill()

    second.says("at work: taking over")
    await house.until(SETTLED)
