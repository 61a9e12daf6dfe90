"""The clocks over the database: breaches written once and told, alerts given back, places looked at again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg

from alerts.handling.desk import act
from alerts.handling.drill import Scene, begin_drill, end_drill
from alerts.handling.stage import Act, Actor
from alerts.handling.timers import turn
from alerts.policy import Policy
from alerts.store import put_alert
from tests.support.hotspot import hotspot

OPENED = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
POLICY = Policy()
DUTY = Actor("P04", "duty")
ID = hotspot().id


def minute(number: float) -> datetime:
    """So many minutes after the alert opened."""
    return OPENED + timedelta(minutes=number)


async def raised(pool: asyncpg.Pool, **changed: Any) -> str:
    """An alert of the detector."""
    alert = hotspot(opened_at=OPENED, cells=(), **changed)
    async with pool.acquire() as connection, connection.transaction():
        await put_alert(connection, alert, "opened", OPENED)
    return alert.id


async def turned(pool: asyncpg.Pool, at: float) -> None:
    """One turn of the clocks."""
    async with pool.acquire() as connection:
        await turn(connection, POLICY, minute(at))


async def done(pool: asyncpg.Pool, what: Act, at: float) -> dict[str, Any]:
    """A step that somebody takes."""
    async with pool.acquire() as connection:
        return dict((await act(connection, ID, what, minute(at))).handling)


async def breaches(pool: asyncpg.Pool) -> list[tuple[str, datetime]]:
    """What is written down."""
    return [(row["step"], row["due_at"]) for row in await pool.fetch("SELECT * FROM breach ORDER BY due_at, step")]


async def lines(pool: asyncpg.Pool) -> list[str]:
    """The log of the alert."""
    return [row["action"] for row in await pool.fetch("SELECT action FROM alert_event ORDER BY seq")]


async def stage(pool: asyncpg.Pool) -> str:
    """How far people are."""
    found: str = await pool.fetchval("SELECT stage FROM handling WHERE alert_id = $1", ID)
    return found


async def test_an_alert_that_nobody_takes_is_a_breach_once_and_is_told(pool: asyncpg.Pool) -> None:
    await raised(pool)
    for at in (1, 5, 5.1, 6, 30):
        await turned(pool, at)
    assert await breaches(pool) == [("acknowledge", minute(5))]
    assert await lines(pool) == ["opened", "breach"]


async def test_a_step_done_late_while_the_clocks_stood_still_is_a_breach_that_rings_nobody(pool: asyncpg.Pool) -> None:
    await raised(pool)
    await done(pool, Act("acknowledge", DUTY), 9)
    await turned(pool, 10)
    assert await breaches(pool) == [("acknowledge", minute(5))]
    assert await lines(pool) == ["opened", "acknowledge"]


async def test_while_a_regional_notice_keeps_it_quiet_no_clock_runs(pool: asyncpg.Pool) -> None:
    await raised(pool)
    await pool.execute(
        "INSERT INTO alert (alert_id, kind, profile, pollutant, source, status, severity, opened_at, lon, lat, body)"
        " SELECT 'haze', 'regional', 'rule', pollutant, 'district', 'open', 2, opened_at, lon, lat, body FROM alert"
    )
    await pool.execute(
        "INSERT INTO alert_hold (alert_id, from_at, regional_id, judged) VALUES ($1, $2, 'haze', 1)", ID, OPENED
    )
    await turned(pool, 30)
    assert await breaches(pool) == []


async def test_an_alert_is_not_looked_at_before_its_clock_says_so(pool: asyncpg.Pool) -> None:
    await raised(pool)
    await turned(pool, 1)
    assert await pool.fetchval("SELECT due_at FROM handling") == minute(5)
    await turned(pool, 6)
    assert await pool.fetchval("SELECT due_at FROM handling") == minute(1440)


async def test_an_acknowledged_alert_that_nothing_happens_to_is_open_again(pool: asyncpg.Pool) -> None:
    await raised(pool, severity=4)
    await done(pool, Act("acknowledge", DUTY), 1)
    await turned(pool, 2)
    await done(pool, Act("comment", DUTY, "查看监控 · looking at the cameras"), 15)
    await turned(pool, 22)
    assert await stage(pool) == "acknowledged"
    await turned(pool, 36)
    assert await stage(pool) == "open"
    assert await pool.fetchval("SELECT climb_at FROM handling") == minute(36)
    (row,) = await pool.fetch("SELECT who, why FROM alert_event WHERE action = 'lapse'")
    assert (row["who"], "20 minutes" in row["why"]) == ("timer", True)


async def test_the_end_of_a_shift_gives_back_what_was_not_handed_over(pool: asyncpg.Pool) -> None:
    await pool.execute("INSERT INTO person VALUES ('P04', '周砚秋', 'duty', '', ''), ('P05', '沈听澜', 'duty', '', '')")
    await pool.execute(
        "INSERT INTO shift (person_id, start_at, end_at, post, role) VALUES"
        " ('P04', $1, $2, '值班员', 'duty'), ('P05', $2, $3, '值班员', 'duty')",
        *(minute(-400), minute(20), minute(500)),
    )
    await raised(pool)
    await done(pool, Act("acknowledge", DUTY), 1)
    await turned(pool, 19)
    assert await stage(pool) == "acknowledged"
    await turned(pool, 21)
    assert await stage(pool) == "open"


async def test_what_was_handed_over_stays_taken(pool: asyncpg.Pool) -> None:
    await pool.execute("INSERT INTO person VALUES ('P04', '周砚秋', 'duty', '', ''), ('P05', '沈听澜', 'duty', '', '')")
    await pool.execute(
        "INSERT INTO shift (person_id, start_at, end_at, post, role) VALUES"
        " ('P04', $1, $2, '值班员', 'duty'), ('P05', $2, $3, '值班员', 'duty')",
        *(minute(-400), minute(20), minute(500)),
    )
    await raised(pool)
    await done(pool, Act("acknowledge", DUTY), 1)
    taken = await done(pool, Act("handover", DUTY, person="P05"), 20)
    assert taken["acknowledged_by"] == "P05"
    await turned(pool, 21)
    assert await stage(pool) == "acknowledged"


async def test_a_place_is_asked_for_again_on_its_day_until_somebody_has_looked(pool: asyncpg.Pool) -> None:
    await raised(pool)
    await done(pool, Act("acknowledge", DUTY), 1)
    await done(pool, Act("report", DUTY, cause="leak"), 2)
    await done(pool, Act("recheck", DUTY, at=minute(3000)), 3)
    await done(pool, Act("close", DUTY, "已修复 · mended"), 4)
    for at in (5, 2999, 3001, 3002, 3001 + 1441):
        await turned(pool, at)
    assert (await lines(pool)).count("recheck-due") == 2
    await done(pool, Act("recheck", DUTY, passed=True), 5000)
    await turned(pool, 9000)
    assert (await lines(pool)).count("recheck-due") == 2


async def test_ten_thousand_open_alerts_cost_nothing_until_they_are_due(pool: asyncpg.Pool) -> None:
    await raised(pool)
    await pool.execute(
        "INSERT INTO alert SELECT 'a' || n, kind, profile, pollutant, 's' || n, status, severity, opened_at, NULL,"
        " late, lon, lat, body || jsonb_build_object('id', 'a' || n) FROM alert, generate_series(1, 10000) AS n"
    )
    await pool.execute(
        "INSERT INTO handling (alert_id, stage, version, pushed, opened_at, township, due_at, body)"
        " SELECT 'a' || n, 'open', 1, true, opened_at, '', $1, body FROM handling, generate_series(1, 10000) AS n",
        minute(5),
    )
    await turned(pool, 4)
    assert await pool.fetchval("SELECT count(*) FROM handling WHERE due_at = $1", minute(5)) == 10_001
    plan = await pool.fetch(
        "EXPLAIN SELECT alert_id FROM handling WHERE due_at <= $1 ORDER BY due_at LIMIT 50 FOR UPDATE SKIP LOCKED",
        minute(4),
    )
    assert any("handling_due" in row[0] for row in plan)


async def test_a_drill_runs_the_chain_is_marked_and_is_no_truth_for_anybody(pool: asyncpg.Pool) -> None:
    leader = Actor("P01", "leader")
    async with pool.acquire() as connection:
        name = await begin_drill(connection, Scene(120.05, 31.68, 3, "季度演练"), leader, OPENED)
        await act(connection, name, Act("acknowledge", DUTY), minute(1))
        await act(connection, name, Act("report", DUTY, cause="leak"), minute(2))
        assert await end_drill(connection, name, leader, "演练结束", minute(3))
        assert not await end_drill(connection, name, leader, "再一次", minute(4))
        await act(connection, name, Act("close", leader, "演练完成"), minute(5))
    rows = await pool.fetch("SELECT action, who, body FROM alert_event ORDER BY seq")
    assert [(row["action"], row["who"]) for row in rows] == [
        ("opened", "P01"),
        ("acknowledge", "P04"),
        ("report", "P04"),
        ("closed", "P01"),
        ("close", "P01"),
    ]
    assert {row["body"]["kind"] for row in rows} == {"drill"}
    assert await pool.fetchval("SELECT count(*) FROM finding") == 0
