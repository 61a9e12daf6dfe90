"""Tables of one monitor as a file, piece by piece: CSV for spreadsheets, Parquet, JSON."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Literal, Protocol

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from ingest.channel import CHANNELS
from ingest.spreadsheet import BOM, guarded

Form = Literal["csv", "parquet", "json"]
Step = Literal["minute", "hour", "day"]
BESIDE: Mapping[Step, tuple[str, str]] = {
    "minute": ("_flag", "标记 flag"),
    "hour": ("_minutes", "有效分钟 valid minutes"),
    "day": ("_hours", "有效小时 valid hours"),
}
"""What stands beside each value: its flag, or how many valid ones made the mean; suffix, and words of the heading."""
_NAMED = {channel.name: channel for channel in CHANNELS}
_BEIJING = np.timedelta64(8, "h")


class Sink(Protocol):
    """Takes tables that all have the same columns, ts first."""

    def __call__(self, table: pa.Table) -> None:
        """Append the rows."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a file is about: a monitor, its channels with their units as they are stored, and the step."""

    mn: str
    enterprise_id: str
    step: Step
    units: Mapping[str, str]

    @property
    def channels(self) -> Sequence[str]:
        """The channels in the order of their columns."""
        return tuple(self.units)

    @property
    def schema(self) -> pa.Schema:
        """Columns with their types; a channel's has its unit and its names, the file what it is about."""
        suffix, _ = BESIDE[self.step]
        more = pa.string() if self.step == "minute" else pa.int16()
        values = [pa.field(name, pa.float32(), metadata=self._described(name)) for name in self.units]
        beside = [pa.field(name + suffix, more) for name in self.units]
        about = {"mn": self.mn, "enterprise_id": self.enterprise_id, "step": self.step, "ts": "begin of the step, UTC"}
        return pa.schema([pa.field("ts", pa.timestamp("us", "UTC"), nullable=False), *values, *beside], about)

    def _described(self, name: str) -> dict[str, str]:
        zh, en = _names(name)
        return {"unit": self.units[name], "zh": zh, "en": en}

    def heading(self, name: str) -> str:
        """The heading of a channel for people."""
        zh, _ = _names(name)
        unit = f" ({self.units[name]})" if self.units[name] else ""
        return guarded(f"{zh} {name}{unit}" if zh != name else f"{name}{unit}")


def unit_of(channel: str, registered: str) -> str:
    """In which unit values of a monitor's channel are stored: the channel's own, that of the registry for a code."""
    return _NAMED[channel].unit if channel in _NAMED else registered


def _names(name: str) -> tuple[str, str]:
    return (_NAMED[name].zh, _NAMED[name].en) if name in _NAMED else (name, name)


def open_form(form: Form, file: BinaryIO, subject: Subject) -> AbstractContextManager[Sink]:
    """Writes into `file`, which stays open."""
    forms = {"csv": _csv, "parquet": _parquet, "json": _json}
    return forms[form](file, subject)


@contextmanager
def _parquet(file: BinaryIO, subject: Subject) -> Iterator[Sink]:
    with pq.ParquetWriter(pa.PythonFile(file, "w"), subject.schema, compression="zstd") as writer:
        yield writer.write_table


@contextmanager
def _csv(file: BinaryIO, subject: Subject) -> Iterator[Sink]:
    """Headings in Chinese with the channel's name and unit; times with +08:00; lines end as Windows has them."""
    _, words = BESIDE[subject.step]
    names = ["时间 ts", *map(subject.heading, subject.channels), *(f"{name} {words}" for name in subject.channels)]
    types = [pa.string(), *(field.type for field in list(subject.schema)[1:])]
    schema = pa.schema(list(zip(names, types, strict=True)))
    file.write(BOM)
    with pacsv.CSVWriter(
        pa.PythonFile(file, "w"), schema, write_options=pacsv.WriteOptions(quoting_style="needed", eol="\r\n")
    ) as writer:
        yield lambda table: writer.write_table(pa.table([_local(table), *table.columns[1:]], schema=schema))


def _local(table: pa.Table) -> pa.Array:
    times = table.column("ts").cast(pa.timestamp("us")).to_numpy().astype("M8[us]") + _BEIJING
    return pc.binary_join_element_wise(pa.array(np.datetime_as_string(times, "s"), pa.string()), "+08:00", "")


@contextmanager
def _json(file: BinaryIO, subject: Subject) -> Iterator[Sink]:
    """One object; in `points` values by channel, and beside them what says how good they are."""
    channels = [
        {"channel": name, "unit": unit, "zh": _names(name)[0], "en": _names(name)[1]}
        for name, unit in subject.units.items()
    ]
    about = {"mn": subject.mn, "enterprise_id": subject.enterprise_id, "step": subject.step, "channels": channels}
    file.write(msgspec.json.encode(about)[:-1] + b',"points":[')
    first = True

    def write(table: pa.Table) -> None:
        nonlocal first
        for point in _points(table, subject):
            file.write(point if first else b",\n" + point)
            first = False

    yield write
    file.write(b"]}")


def _points(table: pa.Table, subject: Subject) -> Iterator[bytes]:
    """Numbers with the fewest digits that give the same float32 again."""
    suffix, _ = BESIDE[subject.step]
    names = [msgspec.json.encode(name).decode() for name in subject.channels]
    values = [table.column(name).cast(pa.string()).to_pylist() for name in subject.channels]
    beside = [table.column(name + suffix).to_pylist() for name in subject.channels]
    times = _local(table).to_pylist()
    for row, ts in enumerate(times):
        told = ",".join(f"{name}:{column[row] or 'null'}" for name, column in zip(names, values, strict=True))
        more = {
            name: column[row] for name, column in zip(subject.channels, beside, strict=True) if column[row] is not None
        }
        yield f'{{"ts":"{ts}","values":{{{told}}},"{suffix[1:]}":{msgspec.json.encode(more).decode()}}}'.encode()
