"""When the keeper deals with what, and for whom."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from ingest.importer import import_folder
from ingest.keep import Desk, turn
from tests.support.kept import (
    LATER,
    MINUTE,
    START,
    Reading,
    at_once,
    fabricate,
    hours,
    store,
    tables,
)
from tests.support.registry_folder import FILES, write


async def test_an_hour_that_is_not_over_is_dealt_with_now_and_then(desk: Desk, pool: asyncpg.Pool) -> None:
    readings = [Reading("S1", START + i * MINUTE, {"pm25": 10.0 + i % 7}, {}) for i in range(60)]

    async def valid_after(minutes: int) -> int:
        await turn(desk, START + minutes * MINUTE, asyncio.Event())
        return (await hours(pool))["S1", START, "pm25"].valid

    await store(pool, readings[:10])
    assert await valid_after(10) == 10
    await store(pool, readings[10:15])
    assert await valid_after(15) == 10
    assert await valid_after(20) == 15
    await store(pool, readings[15:])
    assert await valid_after(25) == 15
    assert await valid_after(60) == 60


async def test_what_is_due_waits_while_the_keeper_is_asked_to_stop(desk: Desk, pool: asyncpg.Pool) -> None:
    await store(pool, fabricate(6, 2))
    stop = asyncio.Event()
    stop.set()
    await turn(desk, LATER, stop)
    assert (await tables(pool))["hour_mean"] == []
    assert len((await tables(pool))["touched"]) > 0


async def test_a_turn_deals_with_all_that_is_due_so_what_comes_meanwhile_can_wait(
    desk: Desk, pool: asyncpg.Pool
) -> None:
    await store(pool, fabricate(6, 3))
    assert not await turn(desk, LATER, asyncio.Event())
    made = await tables(pool)
    assert (made["touched"], made["day_due"]) == ([], [])
    assert made["hour_mean"]
    await turn(desk, LATER, asyncio.Event())
    assert await tables(pool) == made


async def test_a_device_that_is_registered_while_the_keeper_works_is_known_to_it(
    desk: Desk, pool: asyncpg.Pool, tmp_path: Path
) -> None:
    await turn(desk, LATER, asyncio.Event())
    line = "S3,东站,micro,119.96,31.78,东山,李\n"
    await import_folder(
        write(tmp_path, stations=FILES["stations.csv"] + line, marks=None), desk.settings.database_url, LATER
    )
    await pool.execute(
        "INSERT INTO station_reading (device, ts, pm25) SELECT device, $1, 5 FROM device WHERE device_id = 'S3'", START
    )
    await pool.execute("INSERT INTO touched SELECT $1, array_agg(device) FROM device WHERE device_id = 'S3'", START)
    await turn(desk, LATER, asyncio.Event())
    assert list(await hours(pool)) == [("S3", START, "pm25")]


async def test_a_district_of_more_than_one_crew_is_the_same(
    district: str, pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    readings = fabricate(7, 3)
    whole = await at_once(district, pool, readings)
    monkeypatch.setattr("ingest.keeping.hours.CREW", 1)
    monkeypatch.setattr("ingest.keeping.days.CREW", 1)
    assert await at_once(district, pool, readings) == whole
