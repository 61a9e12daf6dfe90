"""What is written of an alert: one row as it stands now, every transition, one open alert a source."""

from datetime import timedelta

import asyncpg
import numpy as np
import pytest

from alerts.alert import Stay
from alerts.detector.panel import unknown
from alerts.results import layout_number, put_checkpoint, put_verdicts
from alerts.store import LATE, body_of, put_alert, withdraw_alert
from ingest.layout import Layout
from tests.support.hotspot import OPENED, hotspot
from tests.support.scene import district

CLOSED = OPENED + timedelta(hours=1)


async def test_an_alert_is_one_row_as_it_stands_now_and_a_line_in_the_log_for_every_transition(
    pool: asyncpg.Pool,
) -> None:
    async with pool.acquire() as connection:
        await put_alert(connection, hotspot(), "opened", OPENED)
        later = hotspot(severity=3, cells=(Stay(3, 4, OPENED, None), Stay(4, 4, CLOSED, None)))
        await put_alert(connection, later, "updated", CLOSED)
        ended = tuple(Stay(ix, 4, OPENED, CLOSED) for ix in (3, 4))
        await put_alert(connection, hotspot(severity=3, cells=ended, closed_at=CLOSED), "closed", CLOSED)
    row = await pool.fetchrow("SELECT * FROM alert")
    assert (row["status"], row["severity"], row["source"], row["closed_at"]) == ("closed", 3, "3-4", CLOSED)
    assert row["body"] == body_of(hotspot(severity=3, cells=ended, closed_at=CLOSED))
    events = await pool.fetch("SELECT seq, action, body, who FROM alert_event ORDER BY seq")
    assert [event["action"] for event in events] == ["opened", "updated", "closed"]
    assert [event["body"]["severity"] for event in events] == [2, 3, 3]
    assert {event["who"] for event in events} == {"detector"}
    assert await pool.fetchval("SELECT count(*) FROM alert_cell WHERE to_at = $1", CLOSED) == 2


async def test_a_second_open_alert_of_a_source_leaves_nothing_until_the_first_is_over(
    pool: asyncpg.Pool, caplog: pytest.LogCaptureFixture
) -> None:
    async with pool.acquire() as connection:
        await put_alert(connection, hotspot(), "opened", OPENED)
        await put_alert(connection, hotspot(id="another"), "opened", OPENED)
        await put_alert(connection, hotspot(id="another", closed_at=CLOSED), "closed", OPENED)
        await put_alert(connection, hotspot(id="of another pollutant", pollutant="no2"), "opened", OPENED)
        assert await pool.fetchval("SELECT count(*) FROM alert_event") == 2
        await put_alert(connection, hotspot(closed_at=CLOSED), "closed", CLOSED)
        await put_alert(connection, hotspot(id="another"), "updated", CLOSED)
    assert await pool.fetchval("SELECT count(*) FROM alert WHERE status = 'open'") == 2
    assert await pool.fetchval("SELECT action FROM alert_event WHERE alert_id = 'another'") == "opened"
    assert caplog.text.count("left out") == 2


async def test_a_second_open_alert_of_a_source_is_refused_by_the_database(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as connection:
        await put_alert(connection, hotspot(), "opened", OPENED)
        with pytest.raises(asyncpg.UniqueViolationError):
            await connection.execute(
                "INSERT INTO alert SELECT 'x', kind, profile, pollutant, source, status, severity, opened_at, NULL,"
                " late, lon, lat, body FROM alert"
            )


async def test_an_alert_that_was_opened_late_stays_marked(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as connection:
        await put_alert(connection, hotspot(), "opened", OPENED, LATE)
        await put_alert(connection, hotspot(closed_at=CLOSED), "closed", CLOSED)
    rows = await pool.fetch("SELECT body FROM alert UNION ALL SELECT body FROM alert_event")
    assert [row["body"]["late"] for row in rows] == [True, True, True]


async def test_a_withdrawn_alert_has_left_all_its_cells_and_is_never_closed_before_it_was_opened(
    pool: asyncpg.Pool,
) -> None:
    async with pool.acquire() as connection:
        await put_alert(connection, hotspot(), "opened", OPENED)
        await withdraw_alert(connection, body_of(hotspot()), OPENED - timedelta(hours=1), LATE)
    row = await pool.fetchrow("SELECT * FROM alert")
    assert (row["status"], row["closed_at"]) == ("closed", OPENED)
    assert row["body"]["cells"] == [{"ix": 3, "iy": 4, "from": OPENED.isoformat(), "to": OPENED.isoformat()}]
    told = await pool.fetchval("SELECT body FROM alert_event ORDER BY seq DESC LIMIT 1")
    assert told.pop("handling") == await pool.fetchval("SELECT body FROM handling")
    assert told == row["body"]
    assert await pool.fetchval("SELECT to_at FROM alert_cell") == OPENED


async def test_an_order_of_devices_has_one_number(pool: asyncpg.Pool) -> None:
    layout = Layout.of(district())
    fewer = Layout.of(district().model_copy(update={"stations": district().stations[1:]}))
    async with pool.acquire() as connection:
        numbers = [await layout_number(connection, which) for which in (layout, fewer, layout)]
    assert numbers[0] == numbers[2] != numbers[1]


async def test_a_minute_that_is_judged_again_replaces_what_was_written(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as connection:
        number = await layout_number(connection, Layout.of(district()))
        await put_verdicts(connection, number, [])
        await put_verdicts(connection, number, [(OPENED, {"pm25": unknown(37), "no2": unknown(37)})])
        known = unknown(37)._replace(value=np.arange(37, dtype=np.float32))
        await put_verdicts(connection, number, [(OPENED, {"pm25": known})])
    row = await pool.fetchrow("SELECT * FROM verdict WHERE pollutant = 'pm25'")
    assert np.array_equal(np.frombuffer(row["value"], "<f4"), known.value)
    assert len(row["state"]) == 37
    assert await pool.fetchval("SELECT count(*) FROM verdict") == 2


async def test_of_old_checkpoints_the_newest_stays(pool: asyncpg.Pool) -> None:
    minutes = [OPENED + i * timedelta(minutes=5) for i in range(4)]
    async with pool.acquire() as connection:
        for minute in minutes:
            await put_checkpoint(connection, minute, "1", b"state", minutes[2] - timedelta(minutes=1))
    assert [row["minute"] for row in await pool.fetch("SELECT minute FROM checkpoint ORDER BY 1")] == minutes[1:]
