"""A month of minutes stored: what a day of one station and the newest of all take then, and how much room it all takes.

`HOTGRID_BENCH_DAYS` and `HOTGRID_BENCH_STATIONS` make it smaller.
"""

import asyncio
import io
import os
import shutil
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import asyncpg
import numpy as np
from numpy.typing import NDArray

from deploy.bench.city import SENT, City, name_of
from deploy.bench.client import WARM, timed, timed_all
from deploy.bench.house import BENCH, House, house
from deploy.bench.row import Row, memory, spread
from deploy.problem import Problem
from ingest.channel import CHANNELS
from ingest.copy import Column, encode, reals
from ingest.keeping.minutes import KEEP

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
DAY_MINUTES, BLOCK = 1440, 20  # minutes copied at a time
ROW_BYTES = 185  # with its place in the index, and what is written ahead: 40 GB for a month of 5,000 stations
MONITORS, OUTLET_CHANNELS = 100, 10
REQUESTS = 300
AT_ONCE = 2  # days filled side by side
SIZE = {"DAYS": 30, "STATIONS": 5_000}


async def month() -> list[Row]:
    """Minutes lie as they came in, those of days that were long over as the keeper has put them into order."""
    days, stations = (int(os.environ.get(f"HOTGRID_BENCH_{what}", most)) for what, most in SIZE.items())
    _room(days * stations * DAY_MINUTES)
    city = City(stations, START)
    async with house(city) as here:
        began = time.perf_counter()
        await _fill(here, city, days)
        await _order(here, days)
        filled = days * stations * DAY_MINUTES / (time.perf_counter() - began)
        await BENCH.fill_monitors.execute(here.database, start=START, monitors=MONITORS, channels=OUTLET_CHANNELS)
        await BENCH.put_latest.execute(here.database)
        await BENCH.settle_readings.execute(here.database)
        return [
            Row(f"stored and put into order: {days} days of {stations:,} stations", filled, "rows/s"),
            *await _sizes(here, days * stations),
            *await _answers(here, days, stations),
        ]


def _room(rows: int) -> None:
    free, needed = shutil.disk_usage(tempfile.gettempdir()).free, rows * ROW_BYTES
    if free < needed:
        raise Problem(
            "disk",
            f"磁盘空间不足 · {tempfile.gettempdir()}: {free / 1e9:.0f} GB free, this needs {needed / 1e9:.0f} GB",
            "TMPDIR=…, HOTGRID_BENCH_DAYS=…, HOTGRID_BENCH_STATIONS=…",
        )


async def _fill(here: House, city: City, days: int) -> None:
    devices = np.array([row["device"] for row in await BENCH.numbers.fetch(here.database)], np.int32)
    waiting = list(range(days))

    async def work() -> None:
        connection = await asyncpg.connect(here.servers.database_url)
        try:
            while waiting:
                await _fill_day(connection, city, devices, waiting.pop(0))
        finally:
            await connection.close()

    await asyncio.gather(*(work() for _ in range(AT_ONCE)))


async def _order(here: House, days: int) -> None:
    """All days but the last two."""
    while await KEEP.order_chunk.fetchval(here.database, before=START + (days - 2) * DAY + timedelta(seconds=1)):
        pass


async def _fill_day(connection: asyncpg.Connection, city: City, devices: NDArray[np.int32], day: int) -> None:
    for minute in range(day * DAY_MINUTES, (day + 1) * DAY_MINUTES, BLOCK):
        copied = await asyncio.to_thread(_block, city, devices, minute)
        await connection.copy_to_table("station_reading", source=io.BytesIO(copied), format="binary")


def _block(city: City, devices: NDArray[np.int32], first: int) -> bytes:
    """Some minutes of all stations."""
    values = np.concatenate([city.values(minute) for minute in range(first, first + BLOCK)])
    minutes = np.datetime64(city.at(first).replace(tzinfo=None), "us") + np.arange(BLOCK) * np.timedelta64(1, "m")
    nothing = Column(values[:, 0], np.ones(len(values), bool))
    sent = {name: reals(column) for name, column in zip(SENT, values.T, strict=True)}
    measured = [sent.get(channel.name, nothing) for channel in CHANNELS]
    return encode([Column(np.tile(devices, BLOCK)), Column(np.repeat(minutes, len(devices))), *measured, nothing])


async def _sizes(here: House, station_days: int) -> list[Row]:
    stations = await BENCH.room.fetchrow(here.database, name="station_reading")
    monitors = await BENCH.room.fetchrow(here.database, name="monitor_reading")
    assert stations
    assert monitors
    values = MONITORS * OUTLET_CHANNELS * DAY_MINUTES
    return [
        Row("storage of a station-day, table", stations["table_bytes"] / station_days, "bytes"),
        Row("storage of a station-day, indexes", stations["index_bytes"] / station_days, "bytes"),
        Row("storage of all of it", stations["total_bytes"] / 1e9, "GB"),
        Row("storage of a monitor's value, table and indexes", monitors["total_bytes"] / values, "bytes"),
    ]


async def _answers(here: House, days: int, stations: int) -> list[Row]:
    with here.runs("serve", HOTGRID_PORT="0") as child:
        url = child.said("serving on ")
        key = await here.key()
        newest = await asyncio.to_thread(timed, url, "/stations/latest", REQUESTS, key)
        rows = spread(f"GET /stations/latest, {stations:,} devices", newest, "ms", "<= 20")
        any_day = await asyncio.to_thread(timed_all, url, _asked(range(days), stations), key)
        rows += spread("GET a day of one station, any day", any_day[WARM:], "ms", "<= 20")
        return [*rows, Row("serve, most memory while answering", memory(child.process.pid, "VmHWM"), "MB")]


def _asked(days: Sequence[int], stations: int) -> list[str]:
    """Any stations on any of these days."""
    random = np.random.default_rng(4)
    paths = []
    for _ in range(REQUESTS + WARM):
        begin = START + int(random.choice(days)) * DAY
        span = urlencode({"from": begin.isoformat(), "to": (begin + DAY).isoformat()})
        paths.append(f"/stations/{name_of(int(random.integers(stations)))}/readings?{span}")
    return paths
