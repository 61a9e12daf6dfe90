"""Deadlines follow what was declared and seen, and the leaders hear once of each that is missed."""

from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest

from alerts.enterprise.timers import turn
from tests.service import seed
from tests.service.enterprise.plant import MN, NOON, plants
from tests.support.declared import HOUR, POLICY, alert, declared, ended, refused

DAY = timedelta(days=1)
DUE = NOON + 12 * HOUR  # a Friday: the repair is due at the end of the Friday after
REPAIRED = datetime.fromisoformat("2026-11-28T00:00:00+08:00")


@pytest.fixture(autouse=True)
async def people(pool: asyncpg.Pool) -> None:
    """E0007 and its monitor; L leads, B is of the bureau, P has the desk."""
    await plants(pool)
    for name, role in (("L", "leader"), ("B", "bureau"), ("P", "duty")):
        await seed.person(pool, name, role)
    await seed.shifts(pool, [(name, NOON - DAY, NOON + 30 * DAY, "指挥中心") for name in "LBP"])


async def turned(pool: asyncpg.Pool, now: datetime) -> list[tuple[list[str], Any]]:
    """Who was told what, after a turn of the timers."""
    async with pool.acquire() as on:
        await turn(on, POLICY, now)
    rows = await pool.fetch("SELECT told, words FROM telling ORDER BY made_at, telling")
    return [([one["person_id"] for one in row["told"]], row["words"]["zh"]) for row in rows]


async def deadlines(pool: asyncpg.Pool) -> list[tuple[Any, ...]]:
    """Those that stand: what, by when, and when it was done."""
    rows = await pool.fetch("SELECT task, due_at, done_at FROM deadline WHERE NOT void ORDER BY task DESC, deadline_id")
    return [tuple(row) for row in rows]


async def test_a_declared_fault_is_reported_and_is_to_be_repaired(pool: asyncpg.Pool) -> None:
    number = await declared(pool, NOON, None, NOON + HOUR, "fault")
    assert await deadlines(pool) == [("report", DUE, NOON + HOUR), ("repair", REPAIRED, None)]
    await ended(pool, number, NOON + 2 * HOUR, NOON + 2 * HOUR)
    assert await deadlines(pool) == [("report", DUE, NOON + HOUR), ("repair", REPAIRED, NOON + 2 * HOUR)]
    await refused(pool, number, NOON + 3 * HOUR)
    assert await deadlines(pool) == []


async def test_silence_that_nobody_declares_is_told_to_the_leaders_on_duty_once(pool: asyncpg.Pool) -> None:
    await alert(pool, "offline", NOON + HOUR / 2, last_heard=NOON.isoformat())
    assert await turned(pool, NOON + HOUR) == []
    assert await deadlines(pool) == [("report", DUE, None), ("repair", REPAIRED, None)]
    assert await turned(pool, DUE) == []
    told = await turned(pool, DUE + timedelta(seconds=1))
    assert [who for who, _ in told] == [["B", "L"]]
    assert told[0][1] == f"江宇化工 {MN} 自 11-20 12:00 故障，至 11-21 00:00 未报告"
    assert await turned(pool, DUE + HOUR) == told
    assert len(await turned(pool, REPAIRED + HOUR)) == 2


async def test_what_is_declared_in_time_is_told_nobody(pool: asyncpg.Pool) -> None:
    await alert(pool, "offline", NOON + HOUR / 2, last_heard=NOON.isoformat())
    await turned(pool, NOON + HOUR)
    await declared(pool, NOON, None, NOON + 2 * HOUR, "maintenance")
    assert await deadlines(pool) == [("report", DUE, NOON + 2 * HOUR)]
    assert await turned(pool, REPAIRED + HOUR) == []


async def test_silence_that_ends_by_itself_is_nothing(pool: asyncpg.Pool) -> None:
    name = await alert(pool, "offline", NOON + HOUR / 2, last_heard=NOON.isoformat())
    await turned(pool, NOON + HOUR)
    await pool.execute("UPDATE alert SET status = 'closed', closed_at = $2 WHERE alert_id = $1", name, NOON + 2 * HOUR)
    assert await turned(pool, DUE + HOUR) == []
    assert await deadlines(pool) == []


async def test_what_people_found_to_be_no_failure_is_none_until_they_say_otherwise(pool: asyncpg.Pool) -> None:
    name = await alert(pool, "offline", NOON + HOUR / 2, last_heard=NOON.isoformat())
    await turned(pool, NOON + HOUR)
    await pool.execute("UPDATE handling SET stage = 'false_alarm' WHERE alert_id = $1", name)
    await turned(pool, NOON + HOUR)
    assert await deadlines(pool) == []
    await pool.execute("UPDATE handling SET stage = 'open' WHERE alert_id = $1", name)
    await turned(pool, NOON + HOUR)
    assert len(await deadlines(pool)) == 2


async def test_many_that_are_missed_at_once_are_one_message(pool: asyncpg.Pool) -> None:
    for number in range(5):
        await alert(pool, "offline", NOON + number * HOUR / 4, NOON + 20 * DAY + number * HOUR)
    ((_, words),) = await turned(pool, NOON + 15 * DAY)
    assert words.endswith("；另有 2 项超期")


async def test_while_nobody_is_on_duty_it_waits(pool: asyncpg.Pool) -> None:
    await alert(pool, "offline", NOON + 31 * DAY)
    assert await turned(pool, NOON + 60 * DAY) == []
    await seed.shifts(pool, [("L", NOON + 59 * DAY, NOON + 61 * DAY, "指挥中心")])
    assert len(await turned(pool, NOON + 60 * DAY)) == 1


async def test_the_silence_of_a_station_is_nobodys_failure(pool: asyncpg.Pool) -> None:
    await seed.station(pool, "S1", (1, 1))
    name = await alert(pool, "offline", NOON)
    await pool.execute("UPDATE alert SET source = 'S1' WHERE alert_id = $1", name)
    await turned(pool, NOON + HOUR)
    assert await deadlines(pool) == []


async def test_a_failure_of_long_ago_that_ends_or_is_no_failure_after_all_is_followed(pool: asyncpg.Pool) -> None:
    later = NOON + 200 * DAY
    number = await declared(pool, NOON, None, NOON + HOUR, "fault")
    await ended(pool, number, NOON + DAY, later)
    assert [done for _, _, done in await deadlines(pool)] == [NOON + HOUR, NOON + DAY]
    await refused(pool, number, later)
    name = await alert(pool, "offline", NOON)
    await turned(pool, NOON + HOUR)
    await pool.execute("UPDATE alert SET status = 'closed', closed_at = $2 WHERE alert_id = $1", name, later)
    await turned(pool, later + HOUR)
    assert [done for _, _, done in await deadlines(pool)] == [None, later]
