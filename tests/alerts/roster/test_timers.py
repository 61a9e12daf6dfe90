"""What the roster does by the clock: it rolls on, reminds once, and tells who is missing on post."""

from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from alerts.handling.stage import Actor
from alerts.policy import Policy
from alerts.roster import change, handover, log
from alerts.roster.change import By
from alerts.roster.check_in import check_in
from alerts.roster.timers import turn
from tests.service import seed

POLICY = Policy()
DAY = datetime(2099, 5, 3, 16, tzinfo=UTC)  # midnight in Shanghai
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
POST = "值班员"


@pytest.fixture
async def on(pool: asyncpg.Pool) -> Any:
    """A connection; A has the night, B the day after, and L leads both."""
    await seed.person(pool, "L", "leader")
    await seed.shifts(
        pool,
        [
            ("A", DAY - 4 * HOUR, DAY + 8 * HOUR, POST),
            ("B", DAY + 8 * HOUR, DAY + 20 * HOUR, POST),
            ("L", DAY - 16 * HOUR, DAY + 24 * HOUR, "带班领导"),
        ],
    )
    async with pool.acquire() as connection:
        yield connection


async def told(on: asyncpg.Connection, subject: str) -> list[list[str]]:
    """Who was told of a subject, in the order in which it was."""
    rows = await on.fetch("SELECT words, told FROM telling ORDER BY made_at, telling")
    return [[one["person_id"] for one in row["told"]] for row in rows if row["words"]["subject"] == subject]


async def test_who_is_next_is_reminded_once(on: asyncpg.Connection) -> None:
    await turn(on, POLICY, DAY + 7 * HOUR - MINUTE)
    assert await told(on, "next-shift") == []
    for minute in range(3):
        await turn(on, POLICY, DAY + 7 * HOUR + minute * MINUTE)
    assert await told(on, "next-shift") == [["B"]]
    words = await on.fetchval("SELECT words FROM telling WHERE words ->> 'subject' = 'next-shift'")
    assert words["zh"] == f"05-04 08:00 起轮到您值班：{POST}"
    assert POST in words["en"]


async def test_who_does_not_check_in_at_night_is_told_to_the_leader(on: asyncpg.Connection) -> None:
    # From 22:00 on every two hours, the leader too.
    await check_in(on, "L", None, "", DAY - HOUR)
    await turn(on, POLICY, DAY - MINUTE)
    assert await told(on, "missed-check-in") == []
    await turn(on, POLICY, DAY)
    await turn(on, POLICY, DAY + MINUTE)
    assert await told(on, "missed-check-in") == [["L"]]
    for person in ("A", "L"):
        await check_in(on, person, (120.05, 31.7), "", DAY + HOUR)
    await turn(on, POLICY, DAY + 2 * HOUR)
    assert await told(on, "missed-check-in") == [["L"]]


async def test_who_is_not_relieved_after_the_shift_is_told_of_and_the_leader_too(on: asyncpg.Connection) -> None:
    actor = Actor("A", "duty")
    shift = await log.current_shift(on, "A", DAY + 7 * HOUR)
    offered = await handover.offer(on, actor, shift, None, "", DAY + 7 * HOUR)
    late = DAY + 8 * HOUR + 15 * MINUTE
    await turn(on, POLICY, late - MINUTE)
    assert await told(on, "handover-missing") == []
    await turn(on, POLICY, late)
    await turn(on, POLICY, late + MINUTE)
    assert await told(on, "handover-missing") == [["A", "B", "L"]]
    await handover.answer(on, offered, Actor("B", "duty"), "accepted", "", late + 2 * MINUTE)
    await turn(on, POLICY, late + HOUR)
    assert await told(on, "handover-missing") == [["A", "B", "L"]]


async def test_the_roster_rolls_on_every_day_and_after_an_import(on: asyncpg.Connection) -> None:
    rotation = {"post": "p", "role": "field", "people": ["A"], "anchor": "2099-05-04", "turns": [_turn()]}
    await change.add(on, "rotation", rotation, By(Actor("L", "leader"), "", DAY, timedelta(days=60)))
    newest = "SELECT max(start_at) FROM shift"
    assert await on.fetchval(newest) == DAY + timedelta(days=59)
    await turn(on, POLICY, DAY + timedelta(days=2))
    assert await on.fetchval(newest) == DAY + timedelta(days=61)
    await on.execute("DELETE FROM shift WHERE post = 'p' AND start_at > $1", DAY + timedelta(days=30))
    await turn(on, POLICY, DAY + timedelta(days=2, hours=1))
    assert await on.fetchval(newest) < DAY + timedelta(days=31)
    await on.execute("UPDATE registry_version SET version = version + 1")
    await turn(on, POLICY, DAY + timedelta(days=2, hours=2))
    assert await on.fetchval(newest) == DAY + timedelta(days=62)


def _turn() -> dict[str, Any]:
    return {"begins": "00:00", "hours": 24}
