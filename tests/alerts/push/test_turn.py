"""What happens by the clock: the next channel, the next person, the next rung, and what a clock set back does."""

from datetime import timedelta

import asyncpg
import pytest

from alerts.push import turn as module
from alerts.push.confirm import confirm, message_of
from alerts.push.lanes import Lanes
from sql.pool import connect, open_pool
from tests.support.hotspot import OPENED, hotspot
from tests.support.pushing import (
    SENT,
    Clock,
    contact,
    does,
    happens,
    keys,
    many,
    people,
    sending,
    settings_of,
    tick,
    told,
)
from tests.support.receiver import receiving

MINUTE = timedelta(minutes=1)


async def confirms(pool: asyncpg.Pool, person_id: str, clock: Clock) -> None:
    """Somebody confirms what came last."""
    async with pool.acquire() as on:
        number = await pool.fetchval("SELECT max(push_id) FROM push WHERE person_id = $1", person_id)
        assert await confirm(on, await message_of(on, number, person_id), clock(), "app")


async def test_without_a_receipt_the_next_channel_then_the_next_person_is_told(
    pool: asyncpg.Pool, database: str
) -> None:
    await people(pool, P1="duty", D1="dispatcher")
    clock = Clock()
    async with (
        receiving() as first,
        receiving() as second,
        receiving() as other,
        sending(pool, settings_of(database), clock) as sender,
    ):
        await contact(pool, "P1", first.url)
        await contact(pool, "P1", second.url, rank=2)
        await contact(pool, "D1", other.url)
        await happens(pool, severity=4)  # receipts within 2 minutes
        await tick(sender)
        seen = [(len(first.posted), len(second.posted), len(other.posted))]
        for _ in range(2):
            clock.go(minutes=2)
            await tick(sender)
            seen.append((len(first.posted), len(second.posted), len(other.posted)))
    assert seen[0] == (1, 0, 0)
    assert seen[1][1:] == (1, 0)
    assert seen[2][2] == 1


async def test_a_receipt_ends_the_pursuit_but_not_the_escalation(pool: asyncpg.Pool, database: str) -> None:
    await people(pool, P1="duty", L1="leader")
    clock = Clock()
    async with receiving() as phone, receiving() as leader, sending(pool, settings_of(database), clock) as sender:
        await contact(pool, "P1", phone.url)
        await contact(pool, "P1", f"{phone.url}/2", rank=2)
        await contact(pool, "L1", leader.url)
        await happens(pool, severity=4)  # the leader after 3 minutes
        await tick(sender)
        await confirms(pool, "P1", clock)
        clock.go(minutes=2)
        await tick(sender)
        assert (len(phone.posted), len(leader.posted)) == (1, 0)
        clock.go(minutes=1)
        await tick(sender)
        assert (len(phone.posted), len(leader.posted)) == (1, 1)
    assert told(leader)[0]["title"].startswith("【无人接警】")
    rungs = await pool.fetch("SELECT who, details FROM alert_event WHERE action = 'rung'")
    assert [(row["who"], row["details"]) for row in rungs] == [("timer", {"level": 1, "round": 1})]


async def test_whoever_takes_it_stops_the_escalation_and_a_lapse_begins_it_anew(
    pool: asyncpg.Pool, database: str
) -> None:
    await people(pool, P1="duty", L1="leader")
    clock = Clock()
    async with receiving() as phone, receiving() as leader, sending(pool, settings_of(database), clock) as sender:
        await contact(pool, "P1", phone.url)
        await contact(pool, "L1", leader.url)
        await happens(pool, severity=4)
        await tick(sender)
        clock.go(minutes=1)
        await does(pool, "acknowledge", "P1", "duty", clock())
        clock.go(minutes=8)
        await tick(sender)
        assert (len(phone.posted), len(leader.posted)) == (1, 0)
        await does(pool, "release", "L1", "leader", clock())
        await tick(sender)
        assert (len(phone.posted), len(leader.posted)) == (2, 0)
        clock.go(minutes=3)
        await tick(sender)
        assert len(leader.posted) == 1


async def test_once_somebody_has_it_no_further_channel_or_person_is_told(pool: asyncpg.Pool, database: str) -> None:
    await people(pool, P1="duty", D1="dispatcher")
    clock = Clock()
    async with receiving() as phone, sending(pool, settings_of(database), clock) as sender:
        for person_id, rank in (("P1", 1), ("P1", 2), ("D1", 1)):
            await contact(pool, person_id, f"{phone.url}/{person_id}-{rank}", rank)
        await happens(pool, severity=4)
        await tick(sender)
        await does(pool, "acknowledge", "L1", "leader", clock())
        clock.go(minutes=4)
        await tick(sender)
    assert [row["action"] for row in await pool.fetch("SELECT action FROM push ORDER BY push_id")][:1] == ["opened"]
    assert await pool.fetchval("SELECT count(*) FROM push WHERE action = 'opened'") == 1


async def test_nobody_at_all_takes_it_and_it_is_told_again_round_after_round(pool: asyncpg.Pool, database: str) -> None:
    await people(pool, P1="duty")
    clock = Clock()
    async with receiving() as phone, sending(pool, settings_of(database), clock) as sender:
        await contact(pool, "P1", phone.url)
        await happens(pool, severity=4)
        for _ in range(30):
            await tick(sender)
            clock.go(minutes=5)
    rounds = await pool.fetch(
        "SELECT DISTINCT (details ->> 'round')::integer AS r FROM alert_event WHERE action = 'rung'"
    )
    assert len(rounds) >= 3
    assert len(phone.posted) >= 6


async def test_a_channel_that_is_down_for_an_hour_escalates_and_catches_up_with_one_message(
    pool: asyncpg.Pool, database: str
) -> None:
    await people(pool, P1="duty", L1="leader")
    clock = Clock()
    async with (
        receiving(*[503] * 60) as down,
        receiving() as second,
        receiving() as leader,
        sending(pool, settings_of(database), clock) as sender,
    ):
        await contact(pool, "P1", down.url)
        await contact(pool, "P1", second.url, rank=2)
        await contact(pool, "L1", leader.url)
        await many(pool, 5, severity=3)
        for number in range(60):
            if number == 20:
                await many(pool, 25, severity=2)
            await tick(sender)
            clock.go(minutes=1)
        assert second.posted
        assert leader.posted
        tries = len(down.posted)
        assert 10 <= tries <= 30  # ever more rarely, every five minutes at last
        down.answers.clear()
        for _ in range(8):
            await tick(sender)
            clock.go(minutes=1)
    assert len(down.posted) == tries + 1
    assert len(told(down)[-1]["alerts"]) == 25
    assert await pool.fetchval("SELECT count(*) FROM push WHERE state = 'waiting' AND channel = 'webhook'") == 0


async def test_a_clock_that_is_set_back_repeats_nothing_and_loses_nothing(pool: asyncpg.Pool, database: str) -> None:
    await people(pool, P1="duty", L1="leader")
    clock = Clock()
    async with receiving() as phone, receiving() as leader, sending(pool, settings_of(database), clock) as sender:
        await contact(pool, "P1", phone.url)
        await contact(pool, "L1", leader.url)
        await happens(pool, severity=3)
        await tick(sender)
        clock.go(hours=-1)
        await tick(sender)
        assert (len(phone.posted), len(leader.posted)) == (1, 0)
        await happens(pool, severity=4, id="other", source="7-7")
        await tick(sender)
        assert len(phone.posted) == 2
        clock.go(minutes=5)
        await tick(sender)
        assert {name for one in told(leader) for name in one["alerts"]} == {hotspot().id, "other"}
    assert len(set(keys(phone.posted))) == len(phone.posted)


async def test_what_waited_for_its_time_is_moved_along_with_the_clock(pool: asyncpg.Pool, database: str) -> None:
    await people(pool, P1="duty")
    clock = Clock()
    async with receiving(503) as phone, sending(pool, settings_of(database), clock) as sender:
        await contact(pool, "P1", phone.url)
        await happens(pool)
        await tick(sender)
        clock.go(hours=-3)
        await tick(sender)
        assert len(phone.posted) == 1
        clock.go(seconds=3)
        await tick(sender)
    assert len(phone.posted) == 2


async def test_a_fault_in_one_timer_keeps_no_other_from_its_work(
    pool: asyncpg.Pool, database: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: object) -> None:
        raise ZeroDivisionError

    await people(pool, P1="duty")
    monkeypatch.setattr(module, "TURNS", {"broken": broken, **module.TURNS})
    async with receiving() as phone, sending(pool, settings_of(database), Clock()) as sender:
        await contact(pool, "P1", phone.url)
        await happens(pool)
        await tick(sender)
    assert len(phone.posted) == 1
    assert "the timers of broken failed" in caplog.text


async def test_ten_thousand_open_alerts_that_are_not_due_are_not_read(pool: asyncpg.Pool, database: str) -> None:
    await many(pool, 1)
    await pool.execute(
        "INSERT INTO alert SELECT 'x' || n, kind, profile, pollutant, 'x' || n, status, severity, opened_at, closed_at,"
        " late, lon, lat, body FROM alert, generate_series(1, 10000) AS n"
    )
    await pool.execute(
        "INSERT INTO handling (alert_id, stage, version, pushed, opened_at, township, climb_at, body)"
        " SELECT a.alert_id, h.stage, h.version, h.pushed, h.opened_at, h.township, $1, h.body"
        " FROM alert AS a, handling AS h WHERE a.alert_id LIKE 'x%'",
        SENT + timedelta(hours=1),
    )
    await pool.execute(
        "INSERT INTO ladder SELECT alert_id, 0, 1, $1, $2, $3 FROM alert WHERE alert_id LIKE 'x%'",
        *(SENT, SENT + timedelta(hours=1), OPENED),
    )
    await pool.execute("SET ROLE NONE; ANALYZE; SET ROLE hotgrid_app")
    async with await open_pool(database, "one", 1) as one, sending(one, settings_of(database), Clock()) as sender:
        await tick(sender)
        before = await read(one)
        for _ in range(10):
            await tick(sender)
        assert await read(one) - before < 200
    assert await pool.fetchval("SELECT count(*) FROM handling WHERE climb_at IS NOT NULL") == 10_001


async def read(pool: asyncpg.Pool) -> int:
    """Rows of what the timers look at that were read so far, by any way; told by the one connection that reads them."""
    await pool.execute("SELECT pg_stat_force_next_flush()")
    number: int = await pool.fetchval(
        "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_user_tables"
        " WHERE relname IN ('handling', 'ladder', 'telling', 'push')"
    )
    return number


async def test_the_wait_of_an_alert_that_becomes_graver_is_shortened(pool: asyncpg.Pool, database: str) -> None:
    await people(pool, P1="duty", L1="leader")
    clock = Clock()
    async with receiving() as leader, sending(pool, settings_of(database), clock) as sender:
        await contact(pool, "L1", leader.url, min_severity=4)
        await happens(pool, severity=1)  # 15 minutes
        await tick(sender)
        clock.go(minutes=1)
        await happens(pool, "updated", severity=4)  # 3 minutes
        await tick(sender)
        assert not leader.posted
        clock.go(minutes=2)
        await tick(sender)
    assert len(leader.posted) == 1


async def test_of_two_workers_one_turns_the_timers_until_it_is_gone(database: str) -> None:
    first, second = await connect(database, "a"), await connect(database, "b")
    one, other = Lanes(first), Lanes(second)
    assert [await one.leads(), await other.leads(), await one.leads()] == [True, False, True]
    await first.close()
    assert await other.leads()
    await second.close()
