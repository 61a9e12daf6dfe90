"""A file of readings into the database as fast as it copies: history, which nobody judges live.

Read in chunks, placed, converted and judged as what comes by MQTT. A chunk is a transaction; a file that was loaded
in part can be loaded again. `arrival` is not told: the detector looks at what arrives, not at what is filled in.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeVar

import asyncpg

from ingest.batch import Span
from ingest.directory import Directory
from ingest.known import load_directory
from ingest.load.file import File, LoadError, open_file
from ingest.load.monitors import monitors_of, names_of
from ingest.load.place import place
from ingest.load.put import LOAD, Load, Newest, mobile_load, monitors_load, put, stations_load
from ingest.load.sheet import read
from ingest.load.stations import mobile_of, stations_of
from ingest.load.tally import Tally
from ingest.store import patiently
from sql.pool import open_pool

__all__ = ["Asked", "LoadError", "Tally", "load"]

OLDEST = datetime(2000, 1, 1, tzinfo=UTC)
AHEAD = timedelta(minutes=5)
T = TypeVar("T")


class Prepared(NamedTuple):
    """A chunk as far as it goes without the database; `done` is the share of the file."""

    loads: list[Load]
    done: float


@dataclass(frozen=True, slots=True)
class Asked:
    """What to load; `is_converted` where the values are in the channels' units already, whatever the devices send.

    An exported Parquet file says so itself.
    """

    path: Path
    is_converted: bool = False


async def load(
    asked: Asked, database_url: str, now: Callable[[], datetime], tally: Tally, progress: Callable[[float], None]
) -> None:
    """Load a file; `tally` is kept up to date with what is committed. Raises LoadError and what will not pass."""
    file = open_file(asked.path)
    tally.ignored = file.ignored
    async with await open_pool(database_url, "load", 2) as pool:
        directory = await load_directory(pool)
        if asked.is_converted or file.is_converted:
            directory = replace(directory, channels=dict.fromkeys(directory.channels, 1.0), units={})
        chunks = _prepared(file, directory, await _newest(pool, file, directory), Span(OLDEST, now() + AHEAD), tally)
        async for prepared in _ahead(chunks):
            for one in prepared.loads:
                new = await patiently(partial(put, pool, one, now))
                tally.new, tally.there = tally.new + new, tally.there + one.count - new
            progress(prepared.done)


def _prepared(
    file: File, directory: Directory, newest: tuple[Newest, Newest], span: Span, tally: Tally
) -> Iterator[Prepared]:
    names = names_of(file.channels)
    for chunk in file.chunks(tally):
        sheet = read(chunk, file, span, tally)
        placed = place(sheet, directory, tally)
        loads = []
        if len((rows := stations_of(sheet, placed, directory, tally)).ts):
            loads.append(stations_load(rows, newest[0]))
        if len((rows := mobile_of(sheet, placed, directory, tally)).ts):
            loads.append(mobile_load(rows, newest[0], directory.grid))
        if len((values := monitors_of(sheet, placed, directory, tally)).ts):
            loads.append(monitors_load(values, newest[1], names))
        yield Prepared(loads, chunk.done)


async def _newest(pool: asyncpg.Pool, file: File, directory: Directory) -> tuple[Newest, Newest]:
    """Of stations by their number, of monitors by number and channel."""
    names = {name: i for i, name in enumerate(names_of(file.channels))}
    size = 1 + max([*directory.stations.values(), *directory.monitors.values()], default=0)
    stations = {row["device"]: row["ts"] for row in await LOAD.newest_stations.fetch(pool)}
    monitors = {
        row["device"] * len(names) + names[row["channel"]]: row["ts"]
        for row in await LOAD.newest_monitors.fetch(pool)
        if row["channel"] in names
    }
    return Newest(size, stations), Newest(size * len(names), monitors)


async def _ahead(items: Iterator[T]) -> AsyncIterator[T]:
    """The next one is made in a thread, always the same, while the one before it is used."""
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1) as thread:
        coming = loop.run_in_executor(thread, next, items, None)
        while (item := await coming) is not None:
            coming = loop.run_in_executor(thread, next, items, None)
            yield item
