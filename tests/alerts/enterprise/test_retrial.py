"""Exceedances that a mark hid are found from the hours, once it is refused or taken back."""

from datetime import datetime, timedelta

import asyncpg
import pytest

from alerts.enterprise.declaration import Span
from alerts.enterprise.retrial import Hour, turn, untold
from alerts.policy import Policy
from tests.service.enterprise.plant import MN, NOON, minutes, plants
from tests.support.declared import HOUR, MINUTE, alert, declared, ended, notes, refused, withdrawn
from tests.support.kept import work

NOW = NOON + 3 * HOUR
LATER = NOON + 5 * HOUR


def of(number: int, mean: float = 100.0, valid: int = 60, channel: str = "nmhc") -> Hour:
    """An hour, counted from noon, of a limit of 60."""
    return Hour(NOON + number * HOUR, channel, mean, 2 * mean, valid, "mg/m³", 60.0, MN, "DA001")


def found(hours: list[Hour], told: list[tuple[str, Span]] | None = None) -> list[list[int]]:
    """The runs by the numbers of their hours."""
    return [[(hour.ts - NOON) // HOUR for hour in run] for run in untold(hours, told or [])]


def test_hours_on_end_are_one_run_of_their_channel() -> None:
    hours = [of(0), of(1), of(3), of(1, channel="a25002"), of(2, mean=60.0), of(4, valid=44)]
    assert found(hours) == [[1], [0, 1], [3]]


def test_hours_of_which_was_told_are_left_out() -> None:
    told = [("nmhc", Span(NOON, NOON + 2 * HOUR)), ("a25002", Span(NOON, None))]
    assert found([of(0), of(1), of(2)], told) == [[2]]
    assert found([of(0)], [("nmhc", Span(NOON + HOUR, None))]) == [[0]]


def test_limits_are_compared_in_their_own_unit() -> None:
    ppm = of(0, mean=50.0)._replace(unit="µg/m³", permit_limit=40_000.0)
    assert found([ppm]) == [[0]]


@pytest.fixture(autouse=True)
async def device(pool: asyncpg.Pool) -> int:
    """The monitor of E0007, which was above its limit for two hours from noon on."""
    own, _ = await plants(pool)
    await minutes(pool, own, NOON, [100.0] * 60 + [160.0] * 60 + [20.0] * 60)
    return own


async def turned(pool: asyncpg.Pool, now: datetime = LATER) -> list[asyncpg.Record]:
    """The exceedances after a turn."""
    async with pool.acquire() as on:
        await turn(on, Policy(), now)
    return list(await pool.fetch("SELECT * FROM alert WHERE kind = 'exceedance' ORDER BY opened_at"))


async def test_what_a_refused_mark_hid_is_found_once_and_marked_late(pool: asyncpg.Pool, database: str) -> None:
    number = await declared(pool, NOON, NOON + 3 * HOUR, NOW)
    await work(database)
    assert await turned(pool) == []
    await refused(pool, number, NOW)
    assert await turned(pool) == []  # the hours are not summed up again yet
    await work(database)
    (late,) = await turned(pool)
    assert (late["late"], late["status"], late["severity"]) == (True, "closed", 3)
    assert (late["opened_at"], late["closed_at"]) == (NOON + HOUR, NOON + 2 * HOUR)
    evidence = late["body"]["evidence"]
    assert (evidence["mean"], evidence["share"], evidence["valid_minutes"]) == (160.0, 2.6667, 60)
    assert evidence["since"] == NOON.isoformat()
    assert late["body"]["candidates"] == [{"enterprise_id": "E0007", "score": 1.0}]
    assert [note for _, note in await notes(pool, late["alert_id"])] == [{"declaration": number}]
    assert len(await turned(pool)) == 1
    assert await pool.fetchval("SELECT count(*) FROM retrial_due") == 0


async def test_an_exceedance_that_was_told_before_is_not_told_again(pool: asyncpg.Pool, database: str) -> None:
    await alert(pool, "exceedance", NOON + HOUR, NOON + 3 * HOUR, "nmhc", since=NOON.isoformat())
    number = await declared(pool, NOON, NOON + 3 * HOUR, NOW)
    await withdrawn(pool, number, NOW)
    await work(database)
    assert len(await turned(pool)) == 1


async def test_the_time_that_a_mark_no_longer_holds_is_judged_and_no_other(pool: asyncpg.Pool, database: str) -> None:
    number = await declared(pool, NOON, None, NOW)
    await ended(pool, number, NOON + HOUR, NOW)
    await work(database)
    (late,) = await turned(pool)
    assert late["opened_at"] == NOON + 2 * HOUR


async def test_an_hour_that_is_not_over_is_left_to_the_detector(pool: asyncpg.Pool, database: str) -> None:
    now = NOON + 100 * MINUTE
    number = await declared(pool, NOON, None, now)
    await refused(pool, number, now)
    await work(database)
    assert await turned(pool, NOON + 2 * HOUR) == []
    assert len(await turned(pool, NOON + 2 * HOUR + timedelta(minutes=5))) == 1
