"""Who is told of a transition, written down once, in the transaction that looked at it."""

from datetime import timedelta

import asyncpg
import pytest

from alerts.policy import Policy
from alerts.push.plan import plan, plan_all
from tests.support.hotspot import OPENED
from tests.support.pushing import SENT, Clock, contact, does, happens, people, sending, settings_of, states

POLICY = Policy()


async def planned(pool: asyncpg.Pool, webhook: bool = False) -> int:
    """Look at what waits."""
    async with pool.acquire() as on:
        return await plan(on, POLICY, webhook, SENT)


async def test_the_officer_on_duty_is_told_by_the_first_contact_and_the_platforms_of_everything(
    pool: asyncpg.Pool,
) -> None:
    await people(pool, P1="duty", P2="leader")
    await contact(pool, "P1", "http://127.0.0.1:1/second", rank=2)
    await contact(pool, "P1", "http://127.0.0.1:1/first", rank=1)
    await contact(pool, "P2", "http://127.0.0.1:1/leader")
    await contact(pool, None, "http://127.0.0.1:1/city")
    await happens(pool)
    assert await planned(pool, webhook=True) == 1
    rows = await pool.fetch(
        "SELECT p.person_id, address FROM push AS p LEFT JOIN contact USING (contact_id) ORDER BY push_id"
    )
    assert [(row["person_id"], row["address"] and row["address"][-6:]) for row in rows] == [
        ("P1", "/first"),
        (None, None),
        (None, "1/city"),
    ]


async def test_planned_twice_it_is_one_push(pool: asyncpg.Pool) -> None:
    await people(pool, P1="duty")
    await contact(pool, "P1", "http://127.0.0.1:1/")
    seq = await happens(pool)
    await planned(pool)
    await pool.execute("INSERT INTO notice VALUES ($1)", seq)
    assert await planned(pool) == 1
    assert await states(pool) == [("P1", "opened", "waiting", 0)]


async def test_many_notices_are_looked_at_in_one_go(pool: asyncpg.Pool) -> None:
    await people(pool, P1="duty")
    await contact(pool, "P1", "http://127.0.0.1:1/")
    await happens(pool)
    await does(pool, "acknowledge", "P1", "duty", SENT)
    await happens(pool, "closed", closed_at=OPENED + timedelta(hours=1))
    assert await planned(pool) == 3
    assert await planned(pool) == 0


async def test_who_has_no_contact_is_passed_over_and_that_is_written_down(pool: asyncpg.Pool) -> None:
    await people(pool, P1="duty", P2="dispatcher")
    await contact(pool, "P2", "http://127.0.0.1:1/")
    await happens(pool)
    await planned(pool)
    assert await states(pool) == [("P1", "opened", "failed", 0), ("P2", "opened", "waiting", 0)]
    assert await pool.fetchval("SELECT why FROM push WHERE person_id = 'P1'") == "no contact that takes this severity"


async def test_an_alert_that_is_muted_rings_nobody(pool: asyncpg.Pool) -> None:
    await people(pool, P1="duty")
    await contact(pool, "P1", "http://127.0.0.1:1/")
    await contact(pool, None, "http://127.0.0.1:1/city")
    await happens(pool)
    await pool.execute("UPDATE handling SET pushed = false")
    await planned(pool, webhook=True)
    assert await states(pool) == []


async def test_a_platform_hears_of_what_is_severe_enough_for_it(pool: asyncpg.Pool) -> None:
    await contact(pool, None, "http://127.0.0.1:1/city", min_severity=3)
    await happens(pool)
    await happens(pool, severity=3, id="other", source="7-7")
    await planned(pool)
    assert await states(pool) == [(None, "opened", "waiting", 0)]


async def test_what_people_do_is_told_to_platforms_in_order(pool: asyncpg.Pool) -> None:
    await people(pool, P1="duty", F1="field")
    await contact(pool, None, "http://127.0.0.1:1/city")
    await happens(pool)
    await does(pool, "acknowledge", "P1", "duty", SENT)
    await does(pool, "comment", "P1", "duty", SENT, why="看过监控")
    await does(pool, "dispatch", "P1", "duty", SENT, person="F1")
    await planned(pool)
    rows = await pool.fetch("SELECT action FROM push WHERE person_id IS NULL ORDER BY push_id")
    assert [row["action"] for row in rows] == ["opened", "acknowledge", "dispatch"]


async def test_an_alert_that_becomes_graver_is_told_again_one_that_only_goes_on_is_not(pool: asyncpg.Pool) -> None:
    await people(pool, P1="duty")
    await contact(pool, "P1", "http://127.0.0.1:1/")
    await happens(pool, severity=2)
    await happens(pool, "updated", severity=2, peak_value=190.0)
    await happens(pool, "updated", severity=3)
    await happens(pool, "updated", severity=2)
    assert await planned(pool) == 2
    assert [row[:2] for row in await states(pool)] == [("P1", "opened"), ("P1", "raised")]


async def test_who_was_sent_first_hears_that_somebody_else_goes(pool: asyncpg.Pool) -> None:
    await people(pool, P1="duty", F1="field", F2="field")
    for person in ("F1", "F2"):
        await contact(pool, person, f"http://127.0.0.1:1/{person}")
    await happens(pool)
    for going in ("F1", "F2"):
        await does(pool, "dispatch", "P1", "duty", SENT, person=going)
    await planned(pool)
    told = await pool.fetch("SELECT person_id, reason FROM push WHERE person_id <> 'P1' ORDER BY push_id")
    assert ("F1", "had it before") in [tuple(row) for row in told]


async def test_a_notice_that_cannot_be_dealt_with_keeps_no_other_waiting(
    pool: asyncpg.Pool, database: str, caplog: pytest.LogCaptureFixture
) -> None:
    await people(pool, P1="duty")
    await contact(pool, "P1", "http://127.0.0.1:1/")
    bad = await happens(pool)
    await pool.execute("SET ROLE NONE; UPDATE alert_event SET details = '[]', action = 'breach'; SET ROLE hotgrid_app")
    await happens(pool, id="other", source="7-7")
    async with sending(pool, settings_of(database), Clock()) as sender, pool.acquire() as on:
        await plan_all(on, sender)
    assert [row[:2] for row in await states(pool)] == [("P1", "opened")]
    left = await pool.fetch("SELECT seq, why <> '' AS told FROM notice")
    assert [tuple(row) for row in left] == [(bad, True)]
    assert "a notice is set aside" in caplog.text
