"""The end of what is old: whole chunks, rows of plain tables, refused messages by age and by size; alerts stay."""

import asyncio
import os
from datetime import datetime, timedelta

import asyncpg
import pytest

from ingest.keep import Desk, turn
from ingest.keeping import retention
from ingest.keeping.retention import order_old
from ingest.keeping.settings import KeepSettings
from ingest.validity import BEIJING
from sql.pool import connect
from tests.support.kept import work

DAY = timedelta(days=1)
CHUNKED = {
    "station_reading": "INSERT INTO station_reading (device, ts, pm25) VALUES (1, $1, 5)",
    "monitor_reading": "INSERT INTO monitor_reading VALUES (1, $1, 'nmhc', 5, 0)",
    "mobile_reading": "INSERT INTO mobile_reading (device, ts, lon, lat) VALUES (1, $1, 120, 31)",
    "statistic": "INSERT INTO statistic (device, ts, command, channel, qc) VALUES (1, $1, 2061, 'nmhc', 0)",
    "quality_flag": "INSERT INTO quality_flag VALUES (1, $1, 'pm25', 35, $1, $1)",
    "hour_mean": "INSERT INTO hour_mean VALUES (1, $1, 'pm25', 5, 5, 5, 60, 0, 60, NULL, NULL)",
    "day_mean": "INSERT INTO day_mean VALUES (1, $1::timestamptz::date, 'pm25', 5, 5, 5, 24, 9, 0, 9, NULL, NULL)",
    "verdict": "INSERT INTO verdict VALUES ($1, 'pm25', (SELECT max(layout) FROM layout), '', '', '', '')",
}
LATEST = "SELECT count(*) FROM show_chunks('{}')"
ORDERED = (
    "SELECT count(*) > 0 FROM pg_index WHERE indisclustered AND indrelid IN (SELECT show_chunks('station_reading'))"
)


@pytest.fixture
async def now(pool: asyncpg.Pool) -> datetime:
    """The clock of the database: what is of its last day is never dropped."""
    at: datetime = await pool.fetchval("SELECT now()")
    return at


async def fill(pool: asyncpg.Pool, now: datetime, *days: int) -> None:
    """A row of each table so many days ago."""
    await pool.execute("INSERT INTO layout (devices) VALUES ('{}')")
    for statement in CHUNKED.values():
        for ago in days:
            await pool.execute(statement, now - ago * DAY)


async def count(pool: asyncpg.Pool, table: str) -> int:
    rows: int = await pool.fetchval(f"SELECT count(*) FROM {table}")  # noqa: S608
    return rows


def keeping(what: str, days: float) -> dict[str, float]:
    return {f"keep_days_{what}": days, "max_age_days": 1}


@pytest.mark.parametrize("what", CHUNKED)
async def test_chunks_older_than_the_setting_go_and_no_other_table_s(
    district: str, pool: asyncpg.Pool, now: datetime, what: str
) -> None:
    await fill(pool, now, 700, 0)
    kept = {f"keep_days_{table}": 0.0 for table in CHUNKED} | keeping(what, 500)
    await work(district, now, **kept)
    left = {table: await count(pool, table) for table in CHUNKED}
    assert left == dict.fromkeys(CHUNKED, 2) | {what: 1}
    assert await pool.fetchval(LATEST.format(what)) == 1


async def test_nothing_goes_while_it_is_to_be_kept_for_ever(district: str, pool: asyncpg.Pool, now: datetime) -> None:
    await fill(pool, now, 3000, 0)
    await work(district, now, **{f"keep_days_{table}": 0 for table in CHUNKED})
    assert [await count(pool, table) for table in CHUNKED] == [2] * len(CHUNKED)


async def test_what_the_gate_still_takes_in_is_not_dropped(district: str, pool: asyncpg.Pool, now: datetime) -> None:
    await fill(pool, now, 700, 0)
    await work(district, now, keep_days_station_reading=30, max_age_days=800)
    assert await count(pool, "station_reading") == 2
    assert await count(pool, "verdict") == 1  # is no reading


async def test_a_keeper_whose_clock_is_fast_stays_within_what_may_be_dropped(
    district: str, pool: asyncpg.Pool, now: datetime
) -> None:
    await fill(pool, now, 9, 0)
    await work(district, now + timedelta(hours=1), **keeping("verdict", 1))
    assert await count(pool, "verdict") == 1


async def test_the_application_drops_no_other_chunks(pool: asyncpg.Pool, now: datetime) -> None:
    for what, before in (("alert_event", now - 9 * DAY), ("station_reading", now), ("station_reading", None)):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await pool.execute("SELECT drop_old_chunks($1, $2)", what, before)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await pool.execute("SELECT drop_chunks('station_reading', $1::timestamptz)", now - 9 * DAY)


async def test_rows_of_plain_tables_go_some_at_a_time(
    district: str, pool: asyncpg.Pool, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "MOST", 2)
    for i in range(5):
        old = now - (2000 + i) * DAY
        for at in (old, now - i * DAY):
            note = "INSERT INTO device_note SELECT min(device), $1, 3019, 'i', 'SN', '' FROM device"
            await pool.execute(note, at)
            part = "INSERT INTO hj212_part VALUES (1, 2011, $2, 2, 1, '', '', $1)"
            await pool.execute(part, at, str(at))
            refused = "INSERT INTO refused (digest, received_at, topic, payload, bytes) VALUES ($2, $1, '', '', 0)"
            await pool.execute(refused, at, str(at).encode())
    await pool.execute(
        "INSERT INTO reject (message, first_at, received_at, reason, detail, times)"
        " SELECT message, received_at, received_at, 'json', '', 1 FROM refused"
    )
    await work(district, now)
    assert [await count(pool, name) for name in ("device_note", "hj212_part", "refused", "reject")] == [5, 5, 5, 5]


async def test_of_refused_messages_the_newest_megabytes_stay(district: str, pool: asyncpg.Pool, now: datetime) -> None:
    for i in range(6):
        await pool.execute(
            "INSERT INTO refused (digest, received_at, topic, payload, bytes) VALUES ($1, $2, 't', $3, 1)",
            *(bytes([i]), now - i * timedelta(minutes=1), os.urandom(1 << 20)),
        )
    await work(district, now, keep_mb_refused=3.5)
    ages = await pool.fetch("SELECT $1 - received_at AS age FROM refused ORDER BY 1", now)
    assert [row["age"] // timedelta(minutes=1) for row in ages] == [0, 1, 2]


async def test_old_data_go_when_the_keeper_comes_and_then_in_quiet_nights(
    district: str, pool: asyncpg.Pool, now: datetime
) -> None:
    connection = await connect(district, "keep")
    try:
        desk = Desk(connection, KeepSettings(database_url=district, _env_file=None))
        noon = now.replace(hour=4, minute=0) - 3 * DAY  # in Beijing
        left = []
        for at in (noon, noon + timedelta(hours=14, minutes=59), noon + timedelta(hours=15), noon + DAY):
            await fill(pool, now, 4000)
            await turn(desk, at, asyncio.Event())
            left.append(await count(pool, "station_reading"))
            await pool.execute("SELECT drop_old_chunks('station_reading', now() - INTERVAL '2 days')")
            await pool.execute(
                "SELECT drop_old_chunks(t, now() - INTERVAL '2 days') FROM unnest($1::text[]) AS t", [*CHUNKED]
            )
        assert left == [0, 1, 0, 1]
    finally:
        await connection.close()


async def test_days_that_are_over_are_put_into_the_order_of_their_devices_once_and_at_night(
    district: str, pool: asyncpg.Pool, now: datetime
) -> None:
    for minute in range(3):
        for device in (3, 1, 2):
            reading = "INSERT INTO station_reading (device, ts, pm25) VALUES ($1, $2, 5)"
            await pool.execute(reading, device, now - 4 * DAY + timedelta(minutes=minute))
            await pool.execute(reading, device, now + timedelta(minutes=minute))
    on = await connect(district, "test")
    try:
        assert await order_old(on, now)
        assert not await order_old(on, now)
    finally:
        await on.close()
    lie = await pool.fetch("SELECT device FROM station_reading WHERE ts < $1 ORDER BY tableoid, ctid", now - DAY)
    assert [row["device"] for row in lie] == [1, 1, 1, 2, 2, 2, 3, 3, 3]
    fresh = await pool.fetch("SELECT device FROM station_reading WHERE ts > $1 ORDER BY tableoid, ctid", now - DAY)
    assert [row["device"] for row in fresh] == [3, 1, 2] * 3


@pytest.mark.parametrize(("hour", "at_work"), [(4, True), (12, False)])
async def test_days_are_put_into_order_when_it_is_quiet(
    district: str, pool: asyncpg.Pool, now: datetime, hour: int, at_work: bool
) -> None:
    await pool.execute("INSERT INTO station_reading (device, ts, pm25) VALUES (1, $1, 5)", now - 9 * DAY)
    await work(district, now.astimezone(BEIJING).replace(hour=hour))
    assert await pool.fetchval(ORDERED) is at_work


async def test_days_are_put_into_order_although_readings_still_come_late(
    district: str, pool: asyncpg.Pool, now: datetime
) -> None:
    await pool.execute("INSERT INTO station_reading (device, ts, pm25) VALUES (1, $1, 5)", now - 9 * DAY)
    connection = await connect(district, "keep")
    try:
        desk = Desk(connection, KeepSettings(database_url=district, _env_file=None))
        await pool.execute("INSERT INTO touched VALUES (date_trunc('hour', $1::timestamptz), '{1}')", now - 2 * DAY)
        assert await turn(desk, now.astimezone(BEIJING).replace(hour=4), asyncio.Event())
    finally:
        await connection.close()
    assert await pool.fetchval(ORDERED)
