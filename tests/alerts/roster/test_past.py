"""Who was on duty at a time can never be changed afterwards: the database itself sees to that."""

from datetime import datetime, timedelta

import asyncpg
import pytest

from tests.service import seed

HOUR = timedelta(hours=1)
CHANGES = (
    "UPDATE shift SET person_id = 'P2' WHERE person_id = 'P1'",
    "UPDATE shift SET start_at = start_at + interval '1 minute' WHERE person_id = 'P1'",
    "UPDATE shift SET post = 'x' WHERE person_id = 'P1'",
    "UPDATE shift SET role = 'leader' WHERE person_id = 'P1'",
    "UPDATE shift SET recorded_at = now() - interval '1 day' WHERE person_id = 'P1'",
    "DELETE FROM shift WHERE person_id = 'P1'",
)


@pytest.fixture
async def now(pool: asyncpg.Pool) -> datetime:
    """The database's time: its own clock decides what has been."""
    at: datetime = await pool.fetchval("SELECT now()")
    return at


async def _seed(pool: asyncpg.Pool, now: datetime, start: int, end: int) -> None:
    await seed.person(pool, "P2")
    await seed.shift(pool, "P1", now + start * HOUR, now + end * HOUR)


@pytest.mark.parametrize("change", [*CHANGES, "UPDATE shift SET end_at = now() + interval '1 hour'"])
async def test_what_has_ended_is_untouchable(change: str, pool: asyncpg.Pool, now: datetime) -> None:
    await _seed(pool, now, -9, -1)
    with pytest.raises(asyncpg.RestrictViolationError):
        await pool.execute(change)


@pytest.mark.parametrize("change", [*CHANGES, "UPDATE shift SET end_at = now() - interval '1 second'"])
async def test_of_what_is_running_nothing_that_was_can_be_changed(
    change: str, pool: asyncpg.Pool, now: datetime
) -> None:
    await _seed(pool, now, -4, 4)
    with pytest.raises(asyncpg.RestrictViolationError):
        await pool.execute(change)


async def test_a_running_shift_can_end_now_and_another_begin(pool: asyncpg.Pool, now: datetime) -> None:
    await _seed(pool, now, -4, 4)
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("UPDATE shift SET end_at = now() WHERE person_id = 'P1'")
        await connection.execute("INSERT INTO shift VALUES ('P2', now(), $1, '指挥中心')", now + 4 * HOUR)
    assert await pool.fetchval("SELECT count(*) FROM shift") == 2


@pytest.mark.parametrize("change", CHANGES[:4])
async def test_what_has_not_begun_can_be_changed(change: str, pool: asyncpg.Pool, now: datetime) -> None:
    await _seed(pool, now, 1, 9)
    assert await pool.execute(change) == "UPDATE 1"
    assert await pool.execute("DELETE FROM shift") == "DELETE 1"


async def test_a_shift_to_come_cannot_be_moved_into_the_past(pool: asyncpg.Pool, now: datetime) -> None:
    await _seed(pool, now, 1, 9)
    with pytest.raises(asyncpg.RestrictViolationError):
        await pool.execute("UPDATE shift SET start_at = now() - interval '1 hour'")


async def test_a_past_is_brought_along_once(pool: asyncpg.Pool, now: datetime) -> None:
    rows = [("P1", now - 9 * HOUR, now - HOUR, "指挥中心"), ("P2", now - HOUR, now + HOUR, "指挥中心")]
    await seed.shifts(pool, rows)
    with pytest.raises(asyncpg.RestrictViolationError, match="afterwards"):
        await seed.shift(pool, "P3", now - 20 * HOUR, now - 12 * HOUR)
    await seed.shift(pool, "P3", now + HOUR, now + 2 * HOUR)


async def test_nobody_empties_the_roster_at_once(pool: asyncpg.Pool) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await pool.execute("TRUNCATE shift CASCADE")


@pytest.mark.parametrize(
    "table", ["roster_change", "handover", "handover_answer", "duty_log_entry", "duty_log_lock", "check_in"]
)
async def test_what_was_written_down_stays(table: str, pool: asyncpg.Pool) -> None:
    for change in (f"DELETE FROM {table}", f"UPDATE {table} SET at = now()", f"TRUNCATE {table} CASCADE"):  # noqa: S608
        with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.UndefinedColumnError)):
            await pool.execute(change)
