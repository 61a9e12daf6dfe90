"""Rows into the database, a chunk in a transaction: copied where none of them is there yet, else merged.

PostgreSQL copies nothing into a table with row security: what belongs to enterprises is merged.
"""

import contextlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import asyncpg
import numpy as np
from numpy.typing import NDArray

from ingest.channel import CHANNELS
from ingest.copy import Column, encode, reals
from ingest.grid import Grid
from ingest.load.monitors import Values
from ingest.load.place import starts
from ingest.load.stations import Rows
from ingest.store import READING
from sql.queries import Queries, Query

LOAD = Queries("load")
HOUR_US = 3_600_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NAMES = [channel.name for channel in CHANNELS]


@dataclass(frozen=True, slots=True)
class Table:
    """Where rows of a kind of device go, and the statements for it."""

    name: str
    waiting: str
    create: Query
    add: Query
    show: Query
    copied: bool = True


STATIONS = Table(
    "station_reading", "station_arriving", LOAD.create_station_arriving, LOAD.add_stations, LOAD.show_stations
)
MONITORS = Table(
    "monitor_reading", "monitor_arriving", LOAD.create_monitor_arriving, LOAD.add_monitors, LOAD.show_monitors, False
)
MOBILE = Table("mobile_reading", "mobile_arriving", LOAD.create_mobile_arriving, LOAD.add_mobile, LOAD.show_stations)


@dataclass(frozen=True, slots=True)
class Load:
    """Rows of one table, ready to go: how many, encoded for COPY; which hours of which devices they touch.

    `within` are the devices and the first and last time; `newest` the rows that are to be shown as their newest.
    """

    table: Table
    count: int
    encoded: bytes
    within: dict[str, object]
    touched: dict[str, list[object]]
    newest: dict[str, list[object]]


class Newest:
    """The times of the newest rows that are shown, by a small number of what they are of."""

    def __init__(self, size: int, shown: dict[int, datetime]) -> None:
        self._ts = np.full(size, np.iinfo(np.int64).min)
        for key, ts in shown.items():
            self._ts[key] = (ts - _EPOCH) // timedelta(microseconds=1)

    def advance(self, key: NDArray[np.integer], ts: NDArray[np.int64]) -> NDArray[np.int64]:
        """Which rows are newer than what is shown, one a key; for equal keys the times must ascend."""
        last = np.full(len(self._ts), -1)
        last[key] = np.arange(len(key))
        rows = last[last >= 0]
        rows = rows[ts[rows] > self._ts[key[rows]]]
        self._ts[key[rows]] = ts[rows]
        return np.asarray(rows)


def stations_load(rows: Rows, newest: Newest) -> Load:
    """Of rows of stations, at least one."""
    fields = [Column(rows.device), _times(rows.ts), *_measured(rows)]
    shown = rows.take(newest.advance(rows.device, rows.ts))
    return _load(STATIONS, fields, rows.ts, _touched(rows.device, rows.ts), _shown(shown))


def mobile_load(rows: Rows, newest: Newest, grid: Grid | None) -> Load:
    """Of mobile samples, with their cells."""
    ix, iy, outside = _cells(rows, grid)
    fields = [Column(rows.device), _times(rows.ts), Column(rows.lon), Column(rows.lat)]
    fields += [Column(ix, outside), Column(iy, outside), *_measured(rows)]
    shown = rows.take(newest.advance(rows.device, rows.ts))
    return _load(MOBILE, fields, rows.ts, {}, _shown(shown))


def monitors_load(rows: Values, newest: Newest, names: list[str]) -> Load:
    """Of values of monitors; `names` of their channels."""
    channel = np.array([name.encode() for name in names])[rows.channel]
    fields = [
        Column(rows.device),
        _times(rows.ts),
        Column(channel),
        reals(rows.value),
        Column(rows.qc.astype(np.int16)),
    ]
    shown = rows.take(newest.advance(rows.device.astype(np.int64) * len(names) + rows.channel, rows.ts))
    named = {"channel": [names[i] for i in shown.channel], "value": shown.value.tolist(), "qc": shown.qc.tolist()}
    newest_rows = {**_named(shown.device, shown.ts), **named}
    return _load(MONITORS, fields, rows.ts, _touched(rows.device, rows.ts), newest_rows)


async def put(pool: asyncpg.Pool, load: Load, now: Callable[[], datetime]) -> int:
    """Store what is not there yet; returns how many rows were new."""
    if load.table.copied:
        with contextlib.suppress(asyncpg.UniqueViolationError):
            async with pool.acquire() as connection, connection.transaction():
                await _copy(connection, load.table.name, load.encoded)
                if load.touched:
                    await LOAD.touch.execute(connection, **load.touched)
                await _show(connection, load, now())
                return load.count
    async with pool.acquire() as connection, connection.transaction():
        new = await _merge(connection, load, now())
        await _show(connection, load, now())
        return new


async def _merge(on: asyncpg.Connection, load: Load, now: datetime) -> int:
    """By way of a table where they wait: what is new, and of stations what fills in what is there in part."""
    await load.table.create.execute(on)
    await _copy(on, load.table.waiting, load.encoded)
    others = await LOAD.other_stations.fetch(on, **load.within) if load.table is STATIONS else []
    if others:
        columns = {name: [row[name] for row in others] for name in ("device", "ts", *NAMES, "qc")}
        await READING.put_station_readings.execute(on, now=now, live=False, **columns)
    return int(await load.table.add.fetchval(on))


async def _copy(on: asyncpg.Connection, table: str, encoded: bytes) -> None:
    await on.copy_to_table(table, source=io.BytesIO(encoded), format="binary")


async def _show(on: asyncpg.Connection, load: Load, now: datetime) -> None:
    if load.newest["device"]:
        await load.table.show.execute(on, now=now, **load.newest)


def _load(
    table: Table,
    fields: list[Column],
    ts: NDArray[np.int64],
    touched: dict[str, list[object]],
    newest: dict[str, list[object]],
) -> Load:
    devices = np.unique(fields[0].data).tolist()
    within = {"first": _time(int(ts.min())), "last": _time(int(ts.max())), "devices": devices}
    return Load(table, len(ts), encode(fields), within, touched, newest)


def _measured(rows: Rows) -> list[Column]:
    """The channels, and the flags where there are some."""
    return [
        *(reals(rows.values[:, i]) for i in range(len(CHANNELS))),
        Column(rows.qc, np.asarray(~rows.qc.any(axis=1))),
    ]


def _cells(rows: Rows, grid: Grid | None) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.bool_]]:
    """The cell of every place, and which lie outside of the grid."""
    none = np.zeros(len(rows.ts), np.int32)
    if grid is None:
        return none, none, np.ones(len(none), bool)
    x, y = grid.metres(rows.lon, rows.lat)
    reached = np.isfinite(x) & np.isfinite(y)
    east, north = (np.where(reached, at, -1) // grid.cell_m for at in (x, y))
    outside = (east < 0) | (east >= grid.nx) | (north < 0) | (north >= grid.ny)
    ix, iy = (np.where(outside, 0, at).astype(np.int32) for at in (east, north))
    return ix, iy, outside


def _times(ts: NDArray[np.int64]) -> Column:
    return Column(ts.astype("M8[us]"))


def _time(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)


def _named(device: NDArray[np.integer], ts: NDArray[np.int64]) -> dict[str, list[object]]:
    return {"device": device.tolist(), "ts": [_time(at) for at in ts.tolist()]}


def _shown(rows: Rows) -> dict[str, list[object]]:
    values = {name: rows.values[:, i].tolist() for i, name in enumerate(NAMES)}
    qc: list[object] = [None] * len(rows.ts)
    for row in np.flatnonzero(rows.qc.any(axis=1)):
        qc[row] = rows.qc[row].tobytes()
    return {**_named(rows.device, rows.ts), **values, "qc": qc}


def _touched(device: NDArray[np.int32], ts: NDArray[np.int64]) -> dict[str, list[object]]:
    hour = ts // HOUR_US
    first = starts(device, hour)
    return {"device": device[first].tolist(), "hour": [_time(at * HOUR_US) for at in hour[first].tolist()]}
