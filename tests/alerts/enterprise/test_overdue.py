"""What outlets owe by the clock: the desk is told once of what is newly overdue, each enterprise of its own."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from alerts.enterprise.overdue import turn
from alerts.policy import Policy
from tests.service import seed
from tests.service.enterprise import plant
from tests.support.outlets import outlet

POLICY = Policy()
NOW = datetime(2099, 11, 21, 1, tzinfo=UTC)  # 09:00 in Shanghai
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
async def on(pool: asyncpg.Pool) -> Any:
    """Two enterprises, and a leader and an officer on duty for days."""
    await plant.plants(pool)
    await seed.person(pool, "L1", "leader")
    for name in ("L1", "P1"):
        await seed.shift(pool, name, NOW - 2 * DAY, NOW + 99 * DAY)
    async with pool.acquire() as connection:
        yield connection


async def told(on: asyncpg.Connection, english: bool = True) -> list[tuple[list[str], str]]:
    """Who was told what, in the order of time."""
    rows = await on.fetch("SELECT words, told FROM telling ORDER BY made_at, telling")
    return [(sorted(one["person_id"] for one in row["told"]), row["words"]["en" if english else "zh"]) for row in rows]


async def test_the_desk_is_told_once_of_a_step_that_is_overdue(on: asyncpg.Connection) -> None:
    await outlet(on, since=NOW - 90 * DAY)
    for hour in range(30):  # it was in time until last midnight
        await turn(on, POLICY, NOW + hour * HOUR)
    desk = [words for people, words in await told(on) if people]
    assert desk == ["Newly overdue, 1: 江宇化工 DA001: the monitor was to be installed by 2099-11-21"]
    assert {tuple(people) for people, _ in await told(on)} == {("L1", "P1"), ()}


async def test_nobody_is_told_before_the_hour_or_with_nobody_at_the_desk(
    on: asyncpg.Connection, pool: asyncpg.Pool
) -> None:
    await outlet(on, since=NOW - 200 * DAY)
    await turn(on, POLICY, NOW - 31 * timedelta(minutes=1))
    assert await told(on) == []
    await pool.execute("UPDATE shift SET start_at = $1", NOW + HOUR)
    await turn(on, POLICY, NOW)
    assert await told(on) == []
    await turn(on, POLICY, NOW + HOUR)
    assert len([people for people, _ in await told(on) if people]) == 1


async def test_each_enterprise_is_told_of_its_own(on: asyncpg.Connection) -> None:
    await outlet(on, since=NOW - 200 * DAY)
    await outlet(on, "E0008", since=NOW - 200 * DAY)
    await turn(on, POLICY, NOW)
    said = await told(on, english=False)
    assert len(said) == 3
    assert sum("江宇化工" in words for _, words in said) == 2
    assert sum("隔壁化工" in words for _, words in said) == 2
    assert next(words for people, words in said if people).startswith("新逾期 2 项：")


async def test_of_many_the_first_are_named_and_the_rest_counted(on: asyncpg.Connection) -> None:
    for number in range(9):
        await outlet(on, name=f"DA{number}", since=NOW - 200 * DAY)
    await turn(on, POLICY, NOW)
    words = (await told(on))[0][1]
    assert words.startswith("Newly overdue, 9: ")
    assert words.endswith("; and 4 more")


async def test_a_consumable_that_should_have_been_changed_is_told_until_it_is(on: asyncpg.Connection) -> None:
    which = await outlet(on, flow=1)
    await _changed(on, which, date(2099, 8, 22))
    await turn(on, POLICY, NOW - DAY)  # the 90th day after
    assert await told(on) == []
    await turn(on, POLICY, NOW)
    assert (await told(on))[0][1] == (
        "Newly overdue, 1: 江宇化工 DA001: activated_carbon is overdue, last changed 2099-08-22"
    )
    await _changed(on, which, date(2099, 11, 21))
    before = len(await told(on))
    await turn(on, POLICY, NOW + DAY)
    assert len(await told(on)) == before


async def _changed(on: asyncpg.Connection, which: int, day: date) -> None:
    await on.execute(
        "INSERT INTO consumable (enterprise_id, outlet_id, kind, amount, unit, done_on, note, files, who, at)"
        " VALUES ('E0007', $1, 'activated_carbon', 1, 'kg', $2, '', '{}', 'enterprise:E0007', now())",
        *(which, day),
    )


async def test_the_next_step_is_told_when_it_is_overdue_too(on: asyncpg.Connection) -> None:
    which = await outlet(on, since=NOW - 100 * DAY)
    await turn(on, POLICY, NOW)
    await on.execute(
        "INSERT INTO onboarding_step (outlet_id, enterprise_id, step, done_on, at, who, note, files)"
        " VALUES ($1, 'E0007', 'installed', $2, now(), 'enterprise:E0007', '', '{}')",
        *(which, NOW.date()),
    )
    for day in range(1, 25):
        await turn(on, POLICY, NOW + day * DAY)
    said = [words.rpartition("to be ")[2] for people, words in await told(on) if people]
    assert said == ["installed by 2099-11-11", "tested by 2099-12-11"]


async def test_what_a_monitor_sends_is_seen_as_soon_as_it_is_there(on: asyncpg.Connection) -> None:
    which = await outlet(on, since=NOW - 10 * DAY)
    device = await on.fetchval("SELECT device FROM device WHERE device_id = $1", plant.MN)
    await turn(on, POLICY, NOW - HOUR)
    assert await _seen(on) == []
    await plant.minutes(on, device, NOW - 20 * HOUR, [1.0, 2.0])
    await plant.latest(on, device, NOW, 2.0)
    for _ in range(3):
        await turn(on, POLICY, NOW)
    assert await _seen(on) == [(which, date(2099, 11, 20), "timer")]


async def test_the_first_day_is_known_when_its_minutes_are_gone(on: asyncpg.Connection) -> None:
    which = await outlet(on, since=NOW)
    device = await on.fetchval("SELECT device FROM device WHERE device_id = $1", plant.MN)
    await plant.day(on, device, date(2026, 5, 1), 24, 1440)
    await plant.latest(on, device, NOW, 2.0)
    await turn(on, POLICY, NOW)
    assert await _seen(on) == [(which, date(2026, 5, 1), "timer")]


async def _seen(on: asyncpg.Connection) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await on.fetch("SELECT outlet_id, done_on, who FROM onboarding_step")]
