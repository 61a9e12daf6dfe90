"""A span of one monitor out of the database into an open file, a piece at a time."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import BinaryIO

import asyncpg
import numpy as np
import pyarrow as pa

from ingest.export.form import Form, Sink, Step, Subject, open_form
from ingest.export.rows import EXPORT, Rows, Span, narrow
from ingest.flag import LETTERS, Qc
from sql.queries import Queries, Query, Record

KEPT_VIEW = Queries("kept_view")
MOST: Mapping[Step, timedelta] = {
    "minute": timedelta(days=31),
    "hour": timedelta(days=366),
    "day": timedelta(days=3660),
}
"""The longest span of a file; at most some 45,000 rows."""
PIECE: Mapping[Step, timedelta] = {"minute": timedelta(days=1), "hour": timedelta(days=31), "day": timedelta(days=732)}
_READ: Mapping[Step, Query] = {"minute": EXPORT.monitors, "hour": EXPORT.hours, "day": EXPORT.days}
_WORDS = {**{int(qc): qc.name.lower() for qc in Qc}, **{int(qc): letter for letter, qc in LETTERS.items()}}


async def write(
    on: asyncpg.Connection,
    device: int,
    subject: Subject,
    span: tuple[datetime, datetime],
    form: Form,
    file: BinaryIO,
) -> int:
    """Write the file; returns how many rows it has. What was found of minutes is told as the gate's flags are."""
    count = 0
    with open_form(form, file, subject) as sink:
        for piece in _pieces(device, span, PIECE[subject.step]):
            rows = await narrow(on, _READ[subject.step], piece, subject.channels)
            if subject.step == "minute":
                flags = await KEPT_VIEW.flags.fetch(on, device=device, from_at=piece.from_at, to_at=piece.to_at)
                _found(rows, flags, subject.channels)
            await asyncio.to_thread(_append, sink, rows, subject)
            count += len(rows.ts)
    return count


def _pieces(device: int, span: tuple[datetime, datetime], length: timedelta) -> Iterator[Span]:
    at, end = span
    while at < end:
        to_at = min(at + length, end)
        yield Span(at, to_at, [device], is_all=False)
        at = to_at


def _found(rows: Rows, flags: Sequence[Record], channels: Sequence[str]) -> None:
    """What the gate said of a value comes before what was found of it later; nothing is found of no value."""
    for channel, reason, from_at, to_at in reversed(flags):  # what is said of the fewest minutes first
        if channel not in channels:
            continue
        column = channels.index(channel)
        begin, end = (np.datetime64(at.replace(tzinfo=None), "us") for at in (from_at, to_at))
        meant = (rows.ts >= begin) & (rows.ts < end) & (rows.more[:, column] < 0) & ~np.isnan(rows.values[:, column])
        rows.more[meant, column] = reason


def _append(sink: Sink, rows: Rows, subject: Subject) -> None:
    schema = subject.schema
    values = [pa.array(column, mask=np.isnan(column)) for column in rows.values.T]
    beside = [
        _words(column) if subject.step == "minute" else pa.array(column, mask=column < 0) for column in rows.more.T
    ]
    columns = [pa.array(rows.ts), *values, *beside]
    sink(pa.table([column.cast(field.type) for column, field in zip(columns, schema, strict=True)], schema=schema))


def _words(codes: "np.typing.NDArray[np.int16]") -> pa.Array:
    return pa.array([None if code < 0 else _WORDS.get(code, f"code_{code}") for code in codes.tolist()], pa.string())
