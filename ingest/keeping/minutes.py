"""The minutes of some devices out of the database, as arrays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg
import numpy as np
from numpy.typing import NDArray

from ingest.channel import CHANNELS
from ingest.keeping.district import Crew
from ingest.layout import Frame
from ingest.marks import Marks
from ingest.registry import Mark
from sql.queries import Queries

KEEP = Queries("keep")
NAMES = tuple(channel.name for channel in CHANNELS)
MINUTE = timedelta(minutes=1)
BIG_FLOAT, BIG_INT = ">f4", ">i4"


@dataclass(frozen=True, slots=True)
class Minutes:
    """What some devices sent from `first` on: (minutes, devices, channels), NaN where nothing was; `qc` the gate's."""

    first: datetime
    channels: tuple[str, ...]
    values: NDArray[np.float32]
    qc: NDArray[np.uint8]

    @classmethod
    def empty(cls, first: datetime, count: int, devices: int, channels: Sequence[str]) -> "Minutes":
        """Nothing was sent."""
        shape = (count, devices, len(channels))
        return cls(first, tuple(channels), np.full(shape, np.nan, np.float32), np.zeros(shape, np.uint8))


async def load_minutes(on: asyncpg.Connection, crew: Crew, first: datetime, count: int, monitors: bool) -> Minutes:
    """`count` minutes of a crew, from `first` on."""
    load = _monitors if monitors else _stations
    return await load(on, crew, first, count)


async def _stations(on: asyncpg.Connection, crew: Crew, first: datetime, count: int) -> Minutes:
    minutes = Minutes.empty(first, count, len(crew.devices), NAMES)
    record = await KEEP.station_minutes.fetchrow(on, **_asked(crew, first, count))
    if record and record["device"]:
        at = _places(record, crew, first)
        for column, name in enumerate(NAMES):
            minutes.values[*at, column] = np.frombuffer(record[name], BIG_FLOAT)
        minutes.qc[at] = np.frombuffer(record["qc"], np.uint8).reshape(-1, len(NAMES))
    return minutes


async def _monitors(on: asyncpg.Connection, crew: Crew, first: datetime, count: int) -> Minutes:
    records = await KEEP.monitor_minutes.fetch(on, **_asked(crew, first, count))
    minutes = Minutes.empty(first, count, len(crew.devices), [record["channel"] for record in records])
    for column, record in enumerate(records):
        at = _places(record, crew, first)
        minutes.values[*at, column] = np.frombuffer(record["value"], BIG_FLOAT)
        minutes.qc[*at, column] = np.frombuffer(record["qc"], np.uint8)
    return minutes


def _asked(crew: Crew, first: datetime, count: int) -> dict[str, object]:
    return {"devices": crew.numbers.tolist(), "first": first, "until": first + count * MINUTE}


def _places(record: Mapping[str, bytes], crew: Crew, first: datetime) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Minute and device of each value."""
    order = np.argsort(crew.numbers)
    devices = np.frombuffer(record["device"], BIG_INT)
    minute = np.frombuffer(record["minute"], BIG_INT) - int(first.timestamp()) // 60
    return minute.astype(np.intp), order[np.searchsorted(crew.numbers, devices, sorter=order)]


def marked(minutes: Minutes, crew: Crew, marks: Sequence[Mark]) -> NDArray[np.uint8]:
    """The gate's reasons, and those of the marks in force where it had none."""
    if not marks:
        return minutes.qc
    of_crew, qc = Marks.of(marks, crew.layout), minutes.qc.copy()
    for i, values in enumerate(minutes.values):
        qc[i] = of_crew.apply(Frame(minutes.first + i * MINUTE, values, qc[i])).qc
    return qc
