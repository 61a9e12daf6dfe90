"""A file of readings, Parquet or CSV, row by row in chunks of bounded size."""

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ingest.channel import CODE, COLUMN, FACTOR
from ingest.load.tally import Tally

VALUES = 750_000  # in a chunk
BLOCK = 16 << 20  # bytes of CSV at a time
KEYS = ("ts", "device_id")
PLACE = ("lon", "lat")
FLAG = "_flag"
CONVERTED = {b"hotgrid.units": b"channel"}


class LoadError(ValueError):
    """A file that cannot be read as one of readings."""


class Chunk(NamedTuple):
    """Some rows; `number` (rows) of each, in CSV its line; `done` is the share of the file read with them."""

    number: NDArray[np.int64]
    rows: pa.RecordBatch
    done: float


@dataclass(frozen=True, slots=True)
class File:
    """An open file: what its columns are, and what of it is not read."""

    path: Path
    channels: tuple[str, ...]
    flags: tuple[str, ...]
    """Channels that have a column of HJ 212 letters."""
    has_places: bool
    ignored: tuple[str, ...]
    is_csv: bool
    is_converted: bool
    """Whether it says that its values are in the channels' units."""
    header: tuple[str, ...]

    @property
    def columns(self) -> list[str]:
        """What is read."""
        flags = [name + FLAG for name in self.flags]
        return [*KEYS, *(PLACE if self.has_places else ()), *self.channels, *flags]

    @property
    def rows(self) -> int:
        """How many rows a chunk has at most."""
        return max(1000, VALUES // max(len(self.channels), 8))

    def chunks(self, tally: Tally) -> Iterator[Chunk]:
        """In the order of the file; lines unlike the header are refused. Raises LoadError where it breaks off."""
        first, skipped = (2 if self.is_csv else 1), list[int]()
        with _told(self.path):
            for batch, done in _gathered(_csv(self, tally, skipped) if self.is_csv else _parquet(self), self.rows):
                number = _numbers(first, batch.num_rows, skipped)
                for start in range(0, batch.num_rows, self.rows):
                    yield Chunk(number[start : start + self.rows], batch.slice(start, self.rows), done)
                first += batch.num_rows


def open_file(path: Path) -> File:
    """Look at the columns of a file: ts, device_id, one a channel, `<channel>_flag`. Raises LoadError."""
    is_csv = path.suffix.lower() == ".csv"
    with _told(path):
        schema = None if is_csv else pq.read_schema(path)
        names = _header(path) if schema is None else schema.names
    if len(set(names)) != len(names):
        raise LoadError(f"{path.name}: a column is there twice: {', '.join(names)}")
    if missing := [name for name in KEYS if name not in names]:
        raise LoadError(f"{path.name}: column {', '.join(missing)} is missing; there are {', '.join(names)}")
    channels = tuple(name for name in names if _is_channel(name))
    flags = tuple(name.removesuffix(FLAG) for name in names if name.endswith(FLAG) and name.removesuffix(FLAG) in names)
    if not channels:
        known = ", ".join(COLUMN)
        raise LoadError(f"{path.name}: no column of a channel: {known}, or an HJ 212 code such as a24088")
    has_places = set(PLACE) <= set(names)
    taken = {*KEYS, *channels, *(name + FLAG for name in flags), *(PLACE if has_places else ())}
    ignored = tuple(name for name in names if name not in taken)
    is_converted = schema is not None and CONVERTED.items() <= (schema.metadata or {}).items()
    flags = tuple(name for name in flags if name in channels)
    return File(path, channels, flags, has_places, ignored, is_csv, is_converted, tuple(names))


def _is_channel(name: str) -> bool:
    return name in COLUMN or bool(CODE.fullmatch(name) or FACTOR.fullmatch(name))


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, UnicodeDecodeError, csv.Error) as error:
        kind = "CSV (UTF-8)" if path.suffix.lower() == ".csv" else "Parquet"
        raise LoadError(f"{path.name}: cannot be read as {kind}: {error}") from error


def _parquet(file: File) -> Iterator[tuple[pa.RecordBatch, float]]:
    with pq.ParquetFile(file.path, read_dictionary=["device_id"], memory_map=True) as parquet:
        read, total = 0, parquet.metadata.num_rows
        for batch in parquet.iter_batches(file.rows, columns=file.columns):
            read += batch.num_rows
            yield batch, read / total


def _numbers(first: int, count: int, skipped: list[int]) -> NDArray[np.int64]:
    """Of rows that would be numbered from `first` on, had no line before or between them been skipped."""
    number = np.arange(first, first + count)
    before = np.array(skipped, int) - np.arange(len(skipped))
    return number + np.searchsorted(before, number, side="right")


def _gathered(batches: Iterator[tuple[pa.RecordBatch, float]], rows: int) -> Iterator[tuple[pa.RecordBatch, float]]:
    """Small batches, as of small row groups, together."""
    waiting: list[pa.RecordBatch] = []
    done = 0.0
    for batch, done in batches:
        waiting.append(batch)
        if sum(one.num_rows for one in waiting) >= rows:
            yield _joined(waiting), done
            waiting = []
    if waiting:
        yield _joined(waiting), done


def _joined(batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    if len(batches) == 1:
        return batches[0]
    return pa.Table.from_batches(batches).unify_dictionaries().combine_chunks().to_batches()[0]


def _header(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return [name.strip() for name in next(csv.reader(lines), [])]


def _csv(file: File, tally: Tally, skipped: list[int]) -> Iterator[tuple[pa.RecordBatch, float]]:
    """Everything as text, so that one value that is none does not break a block."""

    def refuse(row: pacsv.InvalidRow) -> str:
        skipped.append(row.number)
        what = f"{row.actual_columns} columns instead of {row.expected_columns}: {row.text[:80]}"
        tally.refuse("line", [row.number], what)
        return "skip"

    size = file.path.stat().st_size
    with pa.OSFile(str(file.path)) as source:
        reader = pacsv.open_csv(
            source,
            pacsv.ReadOptions(
                block_size=BLOCK, column_names=file.header, skip_rows=1, use_threads=False
            ),  # counts lines
            pacsv.ParseOptions(invalid_row_handler=refuse, ignore_empty_lines=False),
            convert_options=_as_text(file.columns),
        )
        for batch in reader:
            yield batch, source.tell() / size


def _as_text(columns: Sequence[str]) -> pacsv.ConvertOptions:
    types = {name: pa.dictionary(pa.int32(), pa.string()) if name == "device_id" else pa.string() for name in columns}
    return pacsv.ConvertOptions(column_types=types, include_columns=list(columns), strings_can_be_null=True)
