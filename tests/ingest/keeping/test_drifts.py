"""Devices that drift away from their neighbours, told for each hour over the 24 up to it."""

from datetime import datetime
from pathlib import Path

import asyncpg
import pytest

from ingest.flag import Qc
from ingest.importer import import_folder
from tests.support.kept import HOUR, LATER, START, numbers, work
from tests.support.registry_folder import write

HEAD = "station_id,name,kind,lon,lat,township,chief\n"
ROW = "{id},{id},{kind},119.94{place},31.76,,\n"
KINDS = {"S1": "micro", "S2": "micro", "S3": "micro", "S4": "boundary", "N1": "national", "W1": "weather"}


@pytest.fixture
async def street(database: str, tmp_path: Path) -> str:
    """Six devices within half a kilometre."""
    lines = [ROW.format(id=name, kind=kind, place=i) for i, (name, kind) in enumerate(KINDS.items())]
    await import_folder(write(tmp_path, stations=HEAD + "".join(lines), marks=None, parks=None), database, LATER)
    return database


async def put(pool: asyncpg.Pool, hours: range, valid: int = 60, **levels: float) -> None:
    """Hours of PM2.5, as they were summed up."""
    known = await numbers(pool)
    await pool.executemany(
        "INSERT INTO hour_mean VALUES ($1, $2, 'pm25', $3, $3, $3, $4, 0, 60, NULL, NULL)"
        " ON CONFLICT (device, ts, channel) DO UPDATE SET mean = excluded.mean, valid = excluded.valid",
        [(known[name], START + hour * HOUR, level, valid) for hour in hours for name, level in levels.items()],
    )
    await pool.executemany(
        "INSERT INTO drift_due VALUES ($1)", [(START + (hour + i) * HOUR,) for hour in hours for i in range(24)]
    )


async def drifted(pool: asyncpg.Pool) -> dict[str, list[int]]:
    """Device → hours, counted from the first."""
    rows = await pool.fetch(
        "SELECT device_id, hour, channel, reason, to_at - from_at AS long FROM quality_flag JOIN device USING (device)"
        " ORDER BY hour"
    )
    assert all((row["channel"], row["reason"], row["long"]) == ("pm25", Qc.DRIFT, HOUR) for row in rows)
    found: dict[str, list[int]] = {}
    for row in rows:
        found.setdefault(row["device_id"], []).append((row["hour"] - START) // HOUR)
    return found


async def test_a_station_at_three_times_its_neighbours_has_drifted_when_eighteen_hours_say_so(
    street: str, pool: asyncpg.Pool
) -> None:
    await put(pool, range(24), S1=90.0, S2=30.0, S3=31.0, S4=29.0, N1=30.0)
    await work(street)
    assert await drifted(pool) == {"S1": [17, 18, 19, 20, 21, 22, 23]}


async def test_hours_with_too_few_minutes_do_not_say(street: str, pool: asyncpg.Pool) -> None:
    await put(pool, range(24), valid=44, S1=90.0, S2=30.0, S3=31.0, S4=29.0, N1=30.0)
    await work(street)
    assert await drifted(pool) == {}


async def test_a_drift_that_late_readings_explain_is_taken_back(street: str, pool: asyncpg.Pool) -> None:
    await put(pool, range(20), S1=90.0, S2=30.0, S3=31.0, S4=29.0, N1=30.0)
    await work(street)
    assert await drifted(pool) == {"S1": [17, 18, 19]}
    await put(pool, range(12), S1=30.0)
    await work(street)
    assert await drifted(pool) == {}


async def test_of_an_hour_that_is_not_over_nothing_is_said_yet(street: str, pool: asyncpg.Pool) -> None:
    await put(pool, range(20), S1=90.0, S2=30.0, S3=31.0, S4=29.0, N1=30.0)
    await work(street, START + 19.5 * HOUR)
    assert await drifted(pool) == {"S1": [17, 18]}
    assert await pool.fetchval("SELECT min(hour) FROM drift_due") == START + 19 * HOUR


async def test_a_national_station_is_not_judged_by_micro_ones(street: str, pool: asyncpg.Pool) -> None:
    await put(pool, range(24), S1=30.0, S2=30.0, S3=31.0, S4=29.0, N1=90.0)
    await work(street)
    assert await drifted(pool) == {}


async def test_a_national_station_near_by_has_its_say(street: str, pool: asyncpg.Pool) -> None:
    await put(pool, range(24), S1=90.0, S2=30.0, S3=31.0, S4=29.0, N1=85.0)
    await work(street)
    assert "S1" not in await drifted(pool)


async def test_judging_the_hour_again_leaves_its_drift(street: str, pool: asyncpg.Pool) -> None:
    await put(pool, range(24), S1=90.0, S2=30.0, S3=31.0, S4=29.0, N1=30.0)
    await work(street)
    before = await drifted(pool)
    hour: datetime = START + 20 * HOUR
    await pool.execute("INSERT INTO station_reading (device, ts, pm10) SELECT device, $1, 5 FROM station", hour)
    await pool.execute("INSERT INTO touched SELECT $1, array_agg(device) FROM station", hour)
    await work(street)
    assert await drifted(pool) == before


async def test_hundreds_of_hours_due_at_once_are_the_same_as_one_by_one(street: str, pool: asyncpg.Pool) -> None:
    await put(pool, range(24), S1=90.0, S2=30.0, S3=31.0, S4=29.0, N1=30.0)
    await put(pool, range(24, 70), S1=30.0, S2=30.0, S3=31.0, S4=29.0, N1=30.0)
    await work(street, START + 100 * HOUR)
    # the median of 24 hours: twelve low ones and as many high ones are 60, which is not above twice 30
    assert await drifted(pool) == {"S1": list(range(17, 35))}
    assert await pool.fetch("SELECT * FROM drift_due") == []
