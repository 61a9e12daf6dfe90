"""The readings of some minutes out of the database, in the layout's order."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import asyncpg
import numpy as np
from numpy.typing import NDArray

from ingest.channel import CHANNELS
from ingest.clock import GAP, LASTS
from ingest.importer import REGISTRY
from ingest.layout import Frame, Layout
from sql.queries import Queries, Record

MINUTE = Queries("minute")
MINUTE_LONG = timedelta(minutes=1)
NAMES = [channel.name for channel in CHANNELS]
Rows = NDArray[np.int64]


async def device_rows(on: asyncpg.Connection, layout: Layout) -> Rows:
    """Device number → row of the layout, -1 where the layout does not have the device."""
    numbers = {row["device"]: layout.index.get(row["device_id"], -1) for row in await REGISTRY.devices.fetch(on)}
    rows = np.full(max(numbers, default=0) + 1, -1, np.int64)
    rows[list(numbers)] = list(numbers.values())
    return rows


async def load_frames(on: asyncpg.Connection, layout: Layout, rows: Rows, minutes: Sequence[datetime]) -> list[Frame]:
    """One frame a minute, in the order given, empty where nothing was sent."""
    if not minutes:
        return []
    frames = {minute: Frame.empty(layout, minute) for minute in minutes}
    span = {"minutes": list(minutes), "first": min(minutes), "last": max(minutes)}
    for record in await MINUTE.station_frames.fetch(on, **span):
        _put_stations(frames[record["ts"]], record, rows)
    for record in await MINUTE.monitor_frames.fetch(on, **span):
        _put_value(frames[record["ts"]], record, rows, layout.column)
    begun, going = max(minutes) + MINUTE_LONG - LASTS, min(minutes) + MINUTE_LONG - GAP
    errors = await MINUTE.clock_errors.fetch(on, begun=begun, going=going)
    return [_with_skew(frames[minute], errors, rows) for minute in minutes]


def _with_skew(frame: Frame, errors: Sequence[Record], rows: Rows) -> Frame:
    """The frame with the clock errors that had lasted for long enough at its end.

    Judging the minute again later, when the same runs have grown, says the same.
    """
    end = frame.minute + MINUTE_LONG
    now = [error for error in errors if error["since"] <= end - LASTS and error["seen_at"] >= end - GAP]
    if not now:
        return frame
    at = _rows_of(np.array([error["device"] for error in now]), rows)
    skew = np.full(len(frame.values), np.nan, np.float32)
    skew[at[at >= 0]] = np.array([error["seconds"] for error in now], np.float32)[at >= 0]
    return replace(frame, skew=skew)


def _put_stations(frame: Frame, record: Record, rows: Rows) -> None:
    at = _rows_of(np.frombuffer(record["device"], ">i4"), rows)
    known = at >= 0
    for column, name in enumerate(NAMES):
        frame.values[at[known], column] = np.frombuffer(record[name], ">f4")[known]
    qc = np.frombuffer(record["qc"], np.uint8).reshape(-1, len(NAMES))
    frame.qc[at[known], : len(NAMES)] = qc[known]


def _rows_of(devices: NDArray[np.integer], rows: Rows) -> Rows:
    """Rows of the layout; -1 for a device that was registered after `rows` was read."""
    return np.where(devices < len(rows), rows[np.minimum(devices, len(rows) - 1)], -1)


def _put_value(frame: Frame, record: Record, rows: Rows, column: Mapping[str, int]) -> None:
    at, channel = _rows_of(np.array(record["device"]), rows), column.get(record["channel"])
    if at >= 0 and channel is not None:
        frame.values[at, channel] = np.nan if record["value"] is None else record["value"]
        frame.qc[at, channel] = record["qc"]
