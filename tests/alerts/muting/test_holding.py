"""Holding back in the database: nobody is told, it is counted once, no clock runs, and it is told later."""

from datetime import datetime
from typing import Any

import asyncpg

from alerts.handling.stage import Handling
from alerts.muting.hold import Held
from alerts.muting.holding import MUTE, held_counts
from alerts.muting.ledger import end_mute
from alerts.muting.release import release
from alerts.policy import Policy
from tests.service import seed
from tests.support.muted import HOUR, NOW, box, change, held, mute, over, ring

HALF = HOUR / 2


async def _turn(pool: asyncpg.Pool, now: datetime, policy: Policy | None = None) -> None:
    async with pool.acquire() as on, on.transaction():
        await release(on, policy or Policy(), now)


async def _clocks(pool: asyncpg.Pool, name: str) -> tuple[datetime | None, datetime | None, datetime | None]:
    """When the escalation and the other clocks look at an alert next, and until when no clock runs."""
    row = await pool.fetchrow("SELECT climb_at, due_at, body FROM handling WHERE alert_id = $1", name)
    assert row is not None
    return row["climb_at"], row["due_at"], Handling.read(row["body"]).muted_until


async def _told(pool: asyncpg.Pool, name: str) -> list[str]:
    """Why people are told again, in the order of the log."""
    rows = await pool.fetch("SELECT why FROM alert_event WHERE alert_id = $1 AND action = 'unmuted' ORDER BY seq", name)
    return [row["why"] for row in rows]


async def _hits(pool: asyncpg.Pool, mute_id: int) -> list[str]:
    return [row["alert_id"] for row in await MUTE.hits.fetch(pool, mute_id=mute_id, limit=10)]


async def _muted(pool: asyncpg.Pool, **asked: Any) -> int:
    await seed.grid(pool)
    async with pool.acquire() as on:
        return await mute(on, **asked)


async def test_alert_that_opens_in_a_muted_cell_is_held_until_the_mute_ends_and_counted_once(
    pool: asyncpg.Pool,
) -> None:
    number = await _muted(pool)
    told = await ring(pool, "a1")
    async with pool.acquire() as on:
        for _ in range(3):
            assert await held(on, told) == Held("mute", NOW + HOUR, (number,))
        assert await held_counts(on) == {"mute": 1, "regional": 0}
    assert await _hits(pool, number) == ["a1"]
    assert await _clocks(pool, "a1") == (None, NOW + HOUR, NOW + HOUR)


async def test_alert_is_told_when_the_mute_ends_while_it_still_stands(pool: asyncpg.Pool) -> None:
    number = await _muted(pool)
    told = await ring(pool, "a1")
    async with pool.acquire() as on:
        await held(on, told)
    await _turn(pool, NOW + HALF)
    assert await _told(pool, "a1") == []
    await _turn(pool, NOW + HOUR)
    assert [why.split(" · ")[0] for why in await _told(pool, "a1")] == ["静默已结束，告警仍在"]
    assert await _clocks(pool, "a1") == (None, NOW + HOUR, NOW + HOUR)
    assert await held_counts(pool) == {"mute": 0, "regional": 0}
    await _turn(pool, NOW + 2 * HOUR)
    assert len(await _told(pool, "a1")) == 1
    assert await _hits(pool, number) == ["a1"]


async def test_alert_that_is_over_before_its_mute_is_never_told_and_neither_is_its_end(pool: asyncpg.Pool) -> None:
    number = await _muted(pool)
    told = await ring(pool, "a1")
    async with pool.acquire() as on:
        await held(on, told)
        ended = await over(on, told, NOW + HALF)
        assert await held(on, ended, NOW + HALF) == Held("mute", NOW + HOUR, (number,))
        assert await held(on, ended, NOW + HALF) is None
    await _turn(pool, NOW + HOUR)
    assert await _told(pool, "a1") == []


async def test_end_of_an_alert_that_was_told_is_not_held(pool: asyncpg.Pool) -> None:
    told = await ring(pool, "a1")
    async with pool.acquire() as on:
        assert await held(on, told) is None
        assert await held(on, await over(on, told, NOW)) is None


async def test_mute_that_somebody_ends_lets_go_at_once_what_it_held(pool: asyncpg.Pool) -> None:
    number = await _muted(pool)
    told = await ring(pool, "a1")
    async with pool.acquire() as on:
        await held(on, told)
        assert await end_mute(on, number, "P1", "完工", NOW + HALF)
    await _turn(pool, NOW + HALF)
    assert len(await _told(pool, "a1")) == 1


async def test_of_overlapping_mutes_the_alert_stays_held_until_the_last_is_over(pool: asyncpg.Pool) -> None:
    first = await _muted(pool, end=NOW + HOUR)
    async with pool.acquire() as on:
        second = await mute(on, scope="polygon", place="", polygon=box(2, 3), end=NOW + 2 * HOUR)
        told = await ring(on, "a1")
        assert await held(on, told) == Held("mute", NOW + 2 * HOUR, (second, first))
        await end_mute(on, second, "P1", "", NOW + HALF)
    await _turn(pool, NOW + HALF)
    assert await _told(pool, "a1") == []
    assert await _clocks(pool, "a1") == (None, NOW + HOUR, NOW + HOUR)
    await _turn(pool, NOW + HOUR)
    assert len(await _told(pool, "a1")) == 1
    assert await _hits(pool, first) == await _hits(pool, second) == ["a1"]


async def test_held_alert_that_grows_to_the_gravest_is_told_at_once(pool: asyncpg.Pool) -> None:
    await _muted(pool)
    told = await ring(pool, "a1")
    async with pool.acquire() as on:
        await held(on, told)
        await change(on, told, severity=3)
        await release(on, Policy(), NOW + HALF / 2)
        assert await _told(pool, "a1") == []
        await change(on, told, severity=4)
    await _turn(pool, NOW + HALF)
    assert [why.split(" · ")[0] for why in await _told(pool, "a1")] == ["静默不再适用，告警仍在"]
    assert await _clocks(pool, "a1") == (None, NOW + HALF, NOW + HALF)


async def test_what_came_later_is_not_told_before_the_opening_that_was_held(pool: asyncpg.Pool) -> None:
    number = await _muted(pool)
    told = await ring(pool, "a1")
    async with pool.acquire() as on:
        await held(on, told)
        grown = await change(on, told, severity=4)
        assert await held(on, grown) == Held("mute", NOW + HOUR, (number,))
    await _turn(pool, NOW)
    async with pool.acquire() as on:
        assert await held(on, grown) is None
    assert len(await _told(pool, "a1")) == 1


async def test_mute_made_after_the_alert_opened_stops_further_escalation(pool: asyncpg.Pool) -> None:
    told = await ring(pool, "a1", cell=(2, 3))
    await ring(pool, "a2", cell=(7, 7))
    number = await _muted(pool)
    assert await _hits(pool, number) == ["a1"]
    assert await _clocks(pool, "a1") == (None, NOW + HOUR, NOW + HOUR)
    assert await _clocks(pool, "a2") == (NOW, NOW, None)
    async with pool.acquire() as on:
        assert await held(on, told)


async def test_mute_of_tomorrow_holds_nothing_until_it_begins(pool: asyncpg.Pool) -> None:
    number = await _muted(pool, start=NOW + HALF)
    told = await ring(pool, "a1")
    async with pool.acquire() as on:
        assert await held(on, told) is None
    await _turn(pool, NOW + HALF)
    assert await _hits(pool, number) == ["a1"]
    changes = await MUTE.changes.fetch(pool, mute_id=number)
    assert [(row["action"], row["at"]) for row in changes] == [("made", NOW), ("begun", NOW + HALF)]


async def test_alert_that_somebody_has_taken_rings_nobody_when_its_mute_ends(pool: asyncpg.Pool) -> None:
    told = await ring(pool, "a1")
    await _muted(pool)
    await pool.execute("UPDATE handling SET stage = 'dispatched' WHERE alert_id = 'a1'")
    await _turn(pool, NOW + HOUR)
    assert await _clocks(pool, told["id"]) == (None, NOW + HOUR, NOW + HOUR)


async def test_owner_of_a_monitor_is_known(pool: asyncpg.Pool) -> None:
    await seed.enterprise(pool, "E0001", "甲厂")
    device = await pool.fetchval("INSERT INTO device (device_id) VALUES ('MN1') RETURNING device")
    await pool.execute("INSERT INTO monitor VALUES ($1, 'E0001', '排口', 120.05, 31.68, '')", device)
    await _muted(pool, scope="enterprise", place="E0001")
    told = await ring(pool, "x1", kind="exceedance", source="MN1", candidates=[])
    async with pool.acquire() as on:
        assert await held(on, told)


async def test_regional_notice_holds_counts_and_lets_go_when_it_is_over(pool: asyncpg.Pool) -> None:
    notice = await ring(pool, "r1", NOW - HOUR, kind="regional", source="district", cells=[], candidates=[])
    flood = [await ring(pool, f"a{i}", cell=(i, i)) for i in range(3)]
    grave = await ring(pool, "a4", cell=(4, 4), severity=4)
    async with pool.acquire() as on:
        assert [await held(on, told) for told in flood] == [Held("regional", None, regional="r1")] * 3
        assert await held(on, grave) is None
        assert await held_counts(on) == {"mute": 0, "regional": 3}
        assert await held(on, notice) is None
        await over(on, flood[0], NOW + HALF)
        await over(on, notice, NOW + HOUR)
    assert await _clocks(pool, "a1") == (None, None, None)
    await _turn(pool, NOW + HOUR)
    assert [len(await _told(pool, f"a{i}")) for i in range(3)] == [0, 1, 1]
    listed = await MUTE.flood.fetch(pool, alert_id="r1", limit=2)
    assert [(row["alert_id"], row["told_at"], row["hits"]) for row in listed] == [
        ("a0", None, 3),
        ("a1", NOW + HOUR, 3),
    ]
