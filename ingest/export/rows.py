"""What the tables hold of a span, as the columns that `hotgrid load` takes."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg
import numpy as np
from numpy.typing import NDArray

from ingest.channel import CHANNELS
from ingest.copy import EPOCH, decode
from ingest.flag import Qc
from sql.queries import Queries, Query

EXPORT = Queries("export")
NAMES = tuple(channel.name for channel in CHANNELS)
_KEY = [("device", ">i4"), ("ts", ">i8")]
_WIDE = [*_KEY, *((name, ">f4") for name in NAMES), ("qc", f"V{len(NAMES)}")]
_PLACED = [*_WIDE, ("lon", ">f8"), ("lat", ">f8")]
_NARROW = [*_KEY, ("channel", ">i4"), ("value", ">f4"), ("more", ">i2")]


@dataclass(frozen=True, slots=True)
class Span:
    """From (included) … to (not), of these devices; `is_all` where nothing else is in the table."""

    from_at: datetime
    to_at: datetime
    devices: Sequence[int]
    is_all: bool


@dataclass(frozen=True, slots=True)
class Rows:
    """Ordered by time and device: `values` (rows, channels), NaN for null; `more` of the same shape, -1 for null.

    `more` is `flag.Qc` of minutes and samples, of hours the valid minutes and of days the valid hours.
    """

    device: NDArray[np.int64]
    ts: NDArray[np.datetime64]
    values: NDArray[np.float32]
    more: NDArray[np.int16]
    place: NDArray[np.float64] | None = None  # (rows, 2) longitude, latitude


async def stations(on: asyncpg.Connection, span: Span) -> Rows:
    """Minutes of stations."""
    return _wide(await _copied(on, EXPORT.stations, _WIDE, span))


async def mobile(on: asyncpg.Connection, span: Span) -> Rows:
    """Samples of who moves."""
    return _wide(await _copied(on, EXPORT.mobile, _PLACED, span))


async def narrow(on: asyncpg.Connection, query: Query, span: Span, channels: Sequence[str]) -> Rows:
    """Values that lie one below the other, of minutes, hours or days, side by side."""
    found = await _copied(on, query, _NARROW, span, channels=list(channels))
    order = np.lexsort((found["device"], found["ts"]))
    device, ts = found["device"][order].astype(int), found["ts"][order].astype(int)
    new = np.ones(len(order), bool)
    new[1:] = (device[1:] != device[:-1]) | (ts[1:] != ts[:-1])
    row, column = np.cumsum(new) - 1, found["channel"][order]
    values = np.full((int(new.sum()), len(channels)), np.nan, np.float32)
    more = np.full(values.shape, -1, np.int16)
    values[row, column], more[row, column] = found["value"][order], found["more"][order]
    if query is EXPORT.monitors:
        more[(more == Qc.GOOD) & ~np.isnan(values)] = -1
    return Rows(device[new], EPOCH + ts[new].astype("m8[us]"), values, more)


async def _copied(
    on: asyncpg.Connection, query: Query, fields: Sequence[tuple[str, str]], span: Span, **more: object
) -> NDArray[np.void]:
    """All rows of a span; where every device is asked for, the time alone finds them."""
    devices = None if span.is_all else list(span.devices)
    values = {"from_at": span.from_at, "to_at": span.to_at, "devices": devices, **more}
    copied = io.BytesIO()
    await on.copy_from_query(query.text, *query.arguments(values), output=copied, format="binary")
    return decode(copied.getvalue(), fields)


def _wide(found: NDArray[np.void]) -> Rows:
    found = found[np.lexsort((found["device"], found["ts"]))]
    values = np.stack([found[name] for name in NAMES], axis=1).astype(np.float32)
    qc = np.frombuffer(found["qc"].tobytes(), np.uint8).reshape(values.shape).astype(np.int16)
    qc[qc == Qc.GOOD] = -1
    place = np.stack([found["lon"], found["lat"]], axis=1).astype(float) if "lon" in (found.dtype.names or ()) else None
    return Rows(found["device"].astype(int), EPOCH + found["ts"].astype("m8[us]"), values, qc, place)
