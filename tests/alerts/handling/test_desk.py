"""Steps over the database: two at once, the same one twice, all of it or nothing, and a log that nobody can change."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from alerts.handling.desk import KeyReused, Outcome, Stale, Unknown, act
from alerts.handling.illegal import Illegal
from alerts.handling.stage import Act, Actor
from alerts.store import put_alert
from sql.pool import open_pool
from tests.service import seed
from tests.support.hotspot import OPENED, hotspot

NOW = OPENED + timedelta(minutes=2)
ADMIN = Actor("local", "admin")
OFFICERS = [Actor("D1", "duty"), Actor("D2", "duty")]
Try = Callable[[asyncpg.Connection, int], Awaitable[Outcome]]


async def raised(pool: asyncpg.Pool, name: str = "A", **changed: Any) -> None:
    """An alert of the detector."""
    async with pool.acquire() as connection, connection.transaction():
        await put_alert(connection, hotspot(id=name, source=name, **changed), "opened", OPENED)


async def at_once(pool: asyncpg.Pool, count: int, attempt: Try) -> list[Outcome | BaseException]:
    """What `count` people get who try at the same moment, each on a connection of their own."""

    async def one(number: int) -> Outcome:
        async with pool.acquire() as connection:
            return await attempt(connection, number)

    return await asyncio.gather(*(one(number) for number in range(count)), return_exceptions=True)


async def events(pool: asyncpg.Pool, name: str = "A") -> list[str]:
    """The actions in the log of an alert."""
    rows = await pool.fetch("SELECT action FROM alert_event WHERE alert_id = $1 ORDER BY seq", name)
    return [row["action"] for row in rows]


async def stage(pool: asyncpg.Pool, name: str = "A") -> tuple[str, int]:
    """Stage and version of an alert, the columns and the body being of one mind."""
    row = await pool.fetchrow("SELECT * FROM handling WHERE alert_id = $1", name)
    assert (row["stage"], row["version"]) == (row["body"]["stage"], row["body"]["version"])
    return row["stage"], row["version"]


@pytest.mark.parametrize("expected", [None, 1])
async def test_of_two_officers_at_once_exactly_one_takes_it_on(pool: asyncpg.Pool, expected: int | None) -> None:
    await raised(pool)
    told = await at_once(pool, 2, lambda on, n: act(on, "A", Act("acknowledge", OFFICERS[n]), NOW, expected=expected))
    (winner,) = [one for one in told if isinstance(one, Outcome)]
    (loser,) = [one for one in told if not isinstance(one, Outcome)]
    if expected is None:
        assert isinstance(loser, Illegal)
        assert winner.handling["acknowledged_by"] in str(loser)
    else:
        assert isinstance(loser, Stale)
        assert loser.version == 2
    assert await events(pool) == ["opened", "acknowledge"]
    assert await stage(pool) == ("acknowledged", 2)


async def test_a_double_tap_with_one_key_does_it_once_and_gets_the_same_answer_twice(pool: asyncpg.Pool) -> None:
    await raised(pool)
    comment = Act("comment", OFFICERS[0], "门卫不让进")
    told = await at_once(pool, 4, lambda on, _: act(on, "A", comment, NOW, key="k1"))
    answers = [(one.seq, one.handling) for one in told if isinstance(one, Outcome)]
    assert len(answers) == 4
    assert all(answer == answers[0] for answer in answers)
    assert sorted(one.repeated for one in told if isinstance(one, Outcome)) == [False, True, True, True]
    assert await events(pool) == ["opened", "comment"]


async def test_a_key_stands_for_one_request_of_one_person(pool: asyncpg.Pool) -> None:
    await raised(pool)
    async with pool.acquire() as connection:
        await act(connection, "A", Act("comment", OFFICERS[0], "one"), NOW, key="k1")
        for other in (Act("comment", OFFICERS[0], "two"), Act("acknowledge", OFFICERS[0], "one")):
            with pytest.raises(KeyReused):
                await act(connection, "A", other, NOW, key="k1")
        other_person = await act(connection, "A", Act("comment", OFFICERS[1], "two"), NOW, key="k1")
        assert not other_person.repeated
        later = NOW + timedelta(days=8)
        again = await act(connection, "A", Act("comment", OFFICERS[0], "two"), later, key="k1")
        assert not again.repeated


async def test_a_step_that_is_refused_leaves_its_key_free(pool: asyncpg.Pool) -> None:
    await raised(pool)
    async with pool.acquire() as connection:
        with pytest.raises(Illegal):
            await act(connection, "A", Act("close", ADMIN, "over"), NOW, key="k1")
        await act(connection, "A", Act("acknowledge", ADMIN), NOW)
        assert not (await act(connection, "A", Act("close", ADMIN, "over"), NOW, key="k1")).repeated


async def test_a_step_that_is_rolled_back_leaves_nothing(pool: asyncpg.Pool) -> None:
    await raised(pool)
    jobs = await pool.fetchval("SELECT count(*) FROM pgqueuer")
    async with pool.acquire() as connection:
        outer = connection.transaction()
        await outer.start()
        await act(connection, "A", Act("false-alarm", ADMIN, "采样口结露"), NOW, key="k1")
        await outer.rollback()
    assert await stage(pool) == ("open", 1)
    assert await events(pool) == ["opened"]
    for table in ("idempotency", "finding"):
        assert await pool.fetchval(f"SELECT count(*) FROM {table}") == 0  # noqa: S608
    assert await pool.fetchval("SELECT count(*) FROM pgqueuer") == jobs


async def test_what_does_not_exist_is_named(pool: asyncpg.Pool) -> None:
    await raised(pool)
    await seed.person(pool, "T1", "dispatcher")
    wrong = [
        ("", "nobody", Act("acknowledge", ADMIN)),
        ("person", "A", Act("dispatch", ADMIN, person="P9")),
        ("person", "A", Act("dispatch", ADMIN, person="T1")),
        ("team", "A", Act("dispatch", ADMIN, team="无此镇")),
        ("enterprise_id", "A", Act("report", ADMIN, cause="leak", enterprise_id="E9")),
        ("photos", "A", Act("comment", ADMIN, photos=("0" * 32,))),
        ("into", "A", Act("merge", ADMIN, into="nobody")),
        ("into", "A", Act("merge", ADMIN, into="A")),
    ]
    async with pool.acquire() as connection:
        for field, name, wish in wrong:
            with pytest.raises(Unknown) as refused:
                await act(connection, name, wish, NOW)
            assert refused.value.field == field
    assert await events(pool) == ["opened"]


async def test_a_clock_that_was_set_back_makes_no_step_older_than_the_one_before(pool: asyncpg.Pool) -> None:
    await raised(pool)
    async with pool.acquire() as connection:
        await act(connection, "A", Act("acknowledge", ADMIN), NOW)
        told = await act(connection, "A", Act("release", ADMIN), NOW - timedelta(days=400))
    assert told.handling["since"] == NOW.isoformat()
    rows = await pool.fetch("SELECT at FROM alert_event ORDER BY seq")
    assert [row["at"] for row in rows] == [OPENED, NOW, NOW]


async def test_a_thousand_raises_of_one_source_at_once_make_one_alert(database: str) -> None:
    async def one(number: int) -> None:
        async with pool.acquire() as connection, connection.transaction():
            await put_alert(connection, hotspot(id=f"A{number}"), "opened", OPENED)

    async with await open_pool(database, "test", size=20) as pool:
        await asyncio.gather(*(one(number) for number in range(1000)))
        for table in ("alert", "handling", "alert_event"):
            assert await pool.fetchval(f"SELECT count(*) FROM {table}") == 1  # noqa: S608


@pytest.mark.parametrize("statement", ["UPDATE alert_event SET why = 'x'", "DELETE FROM alert_event"])
async def test_the_log_cannot_be_changed(pool: asyncpg.Pool, statement: str) -> None:
    await raised(pool)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await pool.execute(statement)


async def test_reports_and_false_alarms_are_truth_labels_but_not_of_drills(pool: asyncpg.Pool) -> None:
    await seed.enterprise(pool, "E7", "江宇化工")
    await raised(pool)
    await raised(pool, "D", kind="drill")
    async with pool.acquire() as connection:
        for name in ("A", "D"):
            for minute, wish in enumerate(
                (
                    Act("false-alarm", ADMIN, "采样口结露"),
                    Act("reopen", ADMIN, "并非误报"),
                    Act("acknowledge", ADMIN),
                    Act("report", ADMIN, "旁路", cause="bypass"),
                    Act("report", ADMIN, "江宇的旁路", cause="bypass", enterprise_id="E7"),
                )
            ):
                await act(connection, name, wish, datetime(2026, 11, 22, 3, minute, tzinfo=UTC))
    rows = await pool.fetch("SELECT alert_id, cause, enterprise_id, note FROM finding ORDER BY at")
    assert [tuple(row) for row in rows] == [
        ("A", "false_alarm", None, "采样口结露"),
        ("A", "reopened", None, "并非误报"),
        ("A", "bypass", None, "旁路"),
        ("A", "bypass", "E7", "江宇的旁路"),
    ]
