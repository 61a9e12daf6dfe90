"""The readings of a scenario folder, minute by minute, in the order of time."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ingest.channel import COLUMN
from ingest.layout import Frame, Layout
from ingest.quality import judge, judge_monitors

MINUTE_US = 60_000_000


class RecordingError(ValueError):
    """A readings.parquet that cannot be read as one."""


def read_recording(path: Path) -> pa.Table:
    """The table of `readings.parquet`: ts (UTC), device_id and a float column a channel, ordered by time."""
    try:
        table = pq.read_table(path)
    except (OSError, pa.ArrowException) as error:
        raise RecordingError(f"{path.name}: cannot be read as Parquet: {error}") from error
    missing = {"ts", "device_id"} - set(table.column_names)
    if missing:
        raise RecordingError(f"{path.name}: column {', '.join(sorted(missing))} is missing")
    unknown = pa.types.is_timestamp(table.schema.field("ts").type)
    if not unknown:
        raise RecordingError(f"{path.name}:ts: must be a timestamp in UTC, is {table.schema.field('ts').type}")
    return table.sort_by([("ts", "ascending"), ("device_id", "ascending")])


def minutes_of(table: pa.Table) -> NDArray[np.int64]:
    """The minute of every row, counted from 1970-01-01 UTC."""
    micros = pc.cast(pc.cast(table.column("ts"), pa.timestamp("us", "UTC"), safe=False), pa.int64())
    return np.asarray(micros.to_numpy(zero_copy_only=False)) // MINUTE_US


def channels_of(table: pa.Table, layout: Layout) -> dict[str, NDArray[np.float32]]:
    """The columns that the layout knows, NaN for null."""
    known = [name for name in table.column_names if name in layout.column]
    return {name: table.column(name).to_numpy(zero_copy_only=False).astype(np.float32) for name in known}


def frames(table: pa.Table, layout: Layout) -> Iterator[Frame]:
    """Every minute that has a reading; of two readings of a device in a minute the first counts."""
    minute = minutes_of(table)
    ids = pc.fill_null(pc.index_in(table.column("device_id"), pa.array([d.id for d in layout.devices])), -1)
    device = np.asarray(ids.to_numpy(zero_copy_only=False), np.int64)
    columns = channels_of(table, layout)
    starts = np.flatnonzero(np.diff(minute, prepend=minute[:1] - 1)) if len(minute) else np.empty(0, np.int64)
    for start, stop in zip(starts, [*starts[1:], len(minute)], strict=True):
        frame = Frame.empty(layout, datetime.fromtimestamp(int(minute[start]) * 60, UTC))
        rows = np.arange(start, stop)[device[start:stop] >= 0][::-1]  # backwards: the first one is written last
        for name, column in columns.items():
            frame.values[device[rows], layout.column[name]] = column[rows]
        _judge(frame, layout)
        yield frame


def _judge(frame: Frame, layout: Layout) -> None:
    """As the gate does it: of stations the named channels, of monitors the registered ones, converted; both judged."""
    stations, named = ~layout.is_monitor, len(COLUMN)
    sent = frame.values.copy()
    frame.values[layout.is_monitor] = np.nan
    frame.values[:, named:] = np.nan
    for row, column, factor in layout.registered:
        frame.values[row, column] = float(sent[row, column]) * factor
    # Rows picked by a mask are a copy: written back.
    for rows, columns, check in ((stations, named, judge), (layout.is_monitor, len(layout.channels), judge_monitors)):
        values, qc = frame.values[rows, :columns], frame.qc[rows, :columns]
        check(values, qc)
        frame.values[rows, :columns], frame.qc[rows, :columns] = values, qc
