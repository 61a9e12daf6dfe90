"""Clocks that are wrong, over the whole road: from messages as they come in to alerts, and the same after a restart."""

import json
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import numpy as np
import pytest

from alerts.minute import Post, take_post
from alerts.rules.clock import SHARE, Clock
from ingest.clock import BEHIND, GAP, LASTS
from ingest.frame import Message
from ingest.known import Known
from ingest.layout import Frame, Layout
from ingest.pipeline import take_in
from tests.support.gate import gate_of
from tests.support.loop import bodies, log, work
from tests.support.rule import MIDNIGHT, MINUTE, told
from tests.support.scene import START, district

LAYOUT = Layout.of(district())
STATIONS = [device.id for device in LAYOUT.devices if device.kind == "micro"]
HOUR = timedelta(hours=1)
LONG = LASTS // MINUTE + 5
Errors = dict[str, timedelta]


def message(device: str, *stamps: datetime) -> Message:
    """What a station sends for these minutes."""
    frames = [{"ts": stamp.isoformat(), "values": {"pm25": 35 + int(device[1:]) % 7}} for stamp in stamps]
    return Message(f"hotgrid/v1/station/{device}/reading", json.dumps({"readings": frames}).encode(), None)


async def come_in(pool: asyncpg.Pool, messages: list[Message], now: datetime, known: Known | None = None) -> None:
    """A batch of messages, taken in at `now`."""
    await take_in(gate_of(pool, now)._replace(known=known or Known(pool)), messages)


async def live(pool: asyncpg.Pool, post: Post, minutes: range, wrong: Errors) -> None:
    """Minute by minute all stations send, some with a wrong time, and the detector has its turn."""
    known = Known(pool)
    for i in minutes:
        minute, now = START + i * MINUTE, START + (i + 1) * MINUTE + timedelta(seconds=2)
        messages = [message(name, minute + wrong.get(name, timedelta())) for name in STATIONS]
        await come_in(pool, messages, now, known)
        await work(post)


async def clocks(pool: asyncpg.Pool) -> list[dict[str, Any]]:
    """The alerts of the kind."""
    return [body for body in (await bodies(pool)).values() if body["kind"] == "clock"]


@pytest.mark.parametrize(
    ("error", "sign", "severity"),
    [
        (HOUR, "ahead", 2),
        (timedelta(minutes=4), "ahead", 1),
        (-HOUR, "behind", 2),
        (-timedelta(days=9000), "behind", 2),
    ],
)
async def test_a_device_whose_clock_is_wrong_is_named_with_how_far(
    post: Post, pool: asyncpg.Pool, error: timedelta, sign: str, severity: int
) -> None:
    await live(pool, post, range(LONG), {"M07": error})
    (alert,) = await clocks(pool)
    assert "M07" in alert["id"]
    assert alert["opened_at"] == (START + LASTS + 2 * MINUTE).isoformat()
    assert (alert["evidence"]["sign"], alert["severity"]) == (sign, severity)
    assert alert["evidence"]["minutes"] == pytest.approx(error / MINUTE, abs=0.1)


async def test_right_clocks_leave_no_trace(post: Post, pool: asyncpg.Pool) -> None:
    slightly = {"M07": timedelta(minutes=2), "M08": -BEHIND + MINUTE}
    await live(pool, post, range(LONG), slightly)
    assert await clocks(pool) == []
    assert await pool.fetchval("SELECT count(*) FROM clock_error") == 0


async def test_a_device_with_a_wrong_clock_is_not_offline_and_its_alert_closes_when_it_is_right_again(
    post: Post, pool: asyncpg.Pool
) -> None:
    await live(pool, post, range(5), {})
    await live(pool, post, range(5, 60), {"M07": HOUR})
    assert {body["kind"] for body in (await bodies(pool)).values()} == {"clock"}
    await live(pool, post, range(60, 95), {})
    (alert,) = await clocks(pool)
    assert alert["status"] == "closed"
    assert {body["kind"] for body in (await bodies(pool)).values()} == {"clock"}


async def test_a_backlog_that_comes_in_at_once_is_no_wrong_clock(post: Post, pool: asyncpg.Pool) -> None:
    await live(pool, post, range(3), {})
    old = [message("M07", START + i * MINUTE) for i in range(3, 100)]
    await come_in(pool, old, START + 120 * MINUTE)
    await live(pool, post, range(120, 120 + LONG), {})
    assert await clocks(pool) == []


@pytest.mark.usefixtures("post")
async def test_frames_with_a_new_one_among_them_are_a_buffer(pool: asyncpg.Pool) -> None:
    for i in range(60, 120, 5):
        now = START + i * MINUTE
        await come_in(pool, [message("M07", *(now - k * MINUTE for k in range(1, 40)))], now)
    assert await pool.fetchval("SELECT count(*) FROM clock_error") == 0


async def test_a_recording_that_is_played_says_nothing_of_clocks(post: Post, pool: asyncpg.Pool) -> None:
    for i in range(LONG):
        now = START + timedelta(days=400, seconds=i)
        await come_in(pool, [message(name, START + i * MINUTE) for name in STATIONS], now)
        await come_in(pool, [message("M07", START + i * MINUTE)], now)
        await work(post)
    assert await clocks(pool) == []
    assert await pool.fetchval("SELECT count(*) FROM clock_error") <= LONG


async def test_runs_that_nobody_asks_for_any_more_are_dropped(post: Post, pool: asyncpg.Pool) -> None:
    for first in (0, 40, 80):  # each a moment, long after the one before
        await live(pool, post, range(first, first + 2), {"M07": HOUR})
    assert await pool.fetchval("SELECT count(*) FROM clock_error") == 1
    assert GAP < 38 * MINUTE


async def test_a_restart_at_any_minute_gives_the_same_alerts(post: Post, pool: asyncpg.Pool) -> None:
    last = LONG + 12
    await live(pool, post, range(LONG - 3), {"M07": HOUR})
    second = await take_post(post.connection, post.settings, post.registry)
    assert second.watch.open() == post.watch.open()
    await live(pool, second, range(LONG - 3, last), {"M07": HOUR})
    before = (await clocks(pool), await log(pool))
    await pool.execute("DELETE FROM checkpoint")
    third = await take_post(post.connection, post.settings, post.registry)
    assert [alert.id for alert in third.watch.open()] == [body["id"] for body in before[0]]
    assert [body["id"] for body in await clocks(pool)] == [body["id"] for body in before[0]]
    assert [line for line in await log(pool) if line[1] == "opened"] == [
        line for line in before[1] if line[1] == "opened"
    ]


def test_when_many_clocks_are_wrong_at_once_it_is_rather_ours() -> None:
    frame, many = Frame.empty(LAYOUT, MIDNIGHT), int(SHARE * len(LAYOUT.devices)) + 1
    skew = np.full(len(LAYOUT.devices), np.nan, np.float32)
    skew[:many] = -3600
    told_of = told(Clock, district(), [Frame(frame.minute, frame.values, frame.qc, skew)])
    assert [(change.alert.source, change.alert.evidence["devices"]) for change in told_of] == [("district", many)]
    skew[1:many] = np.nan
    told_of = told(Clock, district(), [Frame(frame.minute, frame.values, frame.qc, skew)])
    assert [change.alert.source for change in told_of] == [LAYOUT.devices[0].id]


def test_a_backtest_knows_of_no_clock() -> None:
    assert told(Clock, district(), [Frame.empty(LAYOUT, MIDNIGHT)]) == []
