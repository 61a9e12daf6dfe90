"""Any span out of the database into a Parquet or CSV file, in the columns that `hotgrid load` takes."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import asyncpg
import numpy as np
import pyarrow as pa

from ingest.export.rows import EXPORT, NAMES, Rows, Span, mobile, narrow, stations
from ingest.export.sink import open_sink
from ingest.flag import LETTERS, Qc
from ingest.load.file import CONVERTED, FLAG
from sql.pool import connect

__all__ = ["Asked", "ExportError", "export"]

Kind = Literal["station", "monitor", "mobile"]
Step = Literal["minute", "hour", "day"]
VALUES = 4_000_000  # in memory at a time
MOST = timedelta(days=31)
STEPS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
MORE = {"minute": FLAG, "hour": "_minutes", "day": "_hours"}
"""What a second column of a channel is: its flag, or how many valid ones made the mean."""
WORDS = {**{int(qc): qc.name.lower() for qc in Qc}, **{int(qc): letter for letter, qc in LETTERS.items()}}
"""HJ 212 letters where there is one, else the name of our own check."""


class ExportError(ValueError):
    """A question to which there is no file."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What to write; without `devices` all of their kind, without a kind that of the devices, or stations."""

    from_at: datetime
    to_at: datetime
    out: Path
    devices: tuple[str, ...] = ()
    kind: Kind | None = None
    step: Step = "minute"


@dataclass(frozen=True, slots=True)
class Roster:
    """The devices that are meant: their ids by number, the channels they have."""

    kind: Kind
    names: dict[int, str]
    channels: tuple[str, ...]
    is_all: bool


async def export(asked: Asked, database_url: str, progress: Callable[[float], None]) -> int:
    """Write the file; returns how many rows it has. Raises ExportError, and what the database or the disk says."""
    if asked.from_at >= asked.to_at:
        raise ExportError("--from must lie before --to")
    if asked.out.suffix.lower() not in {".csv", ".parquet"}:
        raise ExportError(f"{asked.out.name}: must end in .parquet or .csv")
    connection = await connect(database_url, "export")
    try:
        roster = await _roster(connection, asked)
        schema, count = _schema(asked, roster), 0
        with open_sink(asked.out, schema) as write:
            for span in _spans(asked, roster):
                rows = await _rows(connection, asked, roster, span)
                write(_table(rows, roster, asked, schema))
                count += len(rows.ts)
                progress((span.to_at - asked.from_at) / (asked.to_at - asked.from_at))
        return count
    finally:
        await connection.close()


async def _roster(on: asyncpg.Connection, asked: Asked) -> Roster:
    known = await EXPORT.devices.fetch(on)
    if unknown := set(asked.devices) - {row["device_id"] for row in known}:
        raise ExportError(f"not in the registry: {', '.join(sorted(unknown))}")
    meant = [row for row in known if not asked.devices or row["device_id"] in asked.devices]
    kinds = {row["kind"] for row in meant} if asked.devices and asked.kind is None else {asked.kind or "station"}
    if len(kinds) > 1:
        raise ExportError(f"devices of different kinds ({', '.join(sorted(kinds))}): choose one with --kind")
    (kind,) = kinds
    names = {row["device"]: row["device_id"] for row in meant if row["kind"] == kind}
    if asked.devices and len(names) < len(set(asked.devices)):
        raise ExportError(f"not all of these devices are of the kind {kind}")
    channels = NAMES
    if kind == "monitor":
        channels = tuple(row["channel"] for row in await EXPORT.channels.fetch(on, devices=list(names)))
    return Roster(kind, names, channels, not asked.devices and asked.step == "minute")


def _schema(asked: Asked, roster: Roster) -> pa.Schema:
    places = [("lon", pa.float64()), ("lat", pa.float64())] if roster.kind == "mobile" else []
    more = pa.string() if asked.step == "minute" else pa.int16()
    values = [(name, pa.float32()) for name in roster.channels]
    beside = [(name + MORE[asked.step], more) for name in roster.channels]
    return pa.schema(
        [("ts", pa.timestamp("us", "UTC")), ("device_id", pa.string()), *places, *values, *beside], CONVERTED
    )


def _spans(asked: Asked, roster: Roster) -> Iterator[Span]:
    """As long as memory allows, were every device to have sent everything."""
    step = timedelta(seconds=1) if roster.kind == "mobile" else STEPS[asked.step]
    fit = max(1, VALUES // (max(len(roster.names), 1) * max(len(roster.channels), 1)))
    length = max(min(fit * step, MOST), timedelta(minutes=1))
    at = asked.from_at.astimezone(UTC)
    while at < asked.to_at:
        to_at = min(at + length, asked.to_at)
        yield Span(at, to_at, list(roster.names), roster.is_all)
        at = to_at


async def _rows(on: asyncpg.Connection, asked: Asked, roster: Roster, span: Span) -> Rows:
    if asked.step != "minute":
        query = EXPORT.hours if asked.step == "hour" else EXPORT.days
        return await narrow(on, query, span, roster.channels)
    if roster.kind == "monitor":
        return await narrow(on, EXPORT.monitors, span, roster.channels)
    return await (mobile if roster.kind == "mobile" else stations)(on, span)


def _table(rows: Rows, roster: Roster, asked: Asked, schema: pa.Schema) -> pa.Table:
    numbers = np.array(sorted(roster.names), int)
    index = pa.array(np.searchsorted(numbers, rows.device), pa.int32())
    names = pa.array([roster.names[number] for number in numbers.tolist()], pa.string())
    columns = [pa.array(rows.ts), pa.DictionaryArray.from_arrays(index, names)]
    if rows.place is not None:
        columns += [pa.array(rows.place[:, 0]), pa.array(rows.place[:, 1])]
    columns += [pa.array(value, mask=np.isnan(value)) for value in rows.values.T]
    columns += [_words(more) if asked.step == "minute" else pa.array(more, mask=more < 0) for more in rows.more.T]
    return pa.table([column.cast(field.type) for column, field in zip(columns, schema, strict=True)], schema=schema)


def _words(flags: "np.typing.NDArray[np.int16]") -> pa.DictionaryArray:
    codes: Sequence[int] = sorted(WORDS)
    index = np.searchsorted(codes, flags)
    return pa.DictionaryArray.from_arrays(pa.array(index, pa.int32(), mask=flags < 0), [WORDS[code] for code in codes])
