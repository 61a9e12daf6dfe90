"""Columns into a Parquet or CSV file, piece by piece."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

BOM = b"\xef\xbb\xbf"  # without it Excel takes UTF-8 for the local encoding
_BEIJING = np.timedelta64(8, "h")


class Sink(Protocol):
    """Takes tables that all have the same columns, ts first."""

    def __call__(self, table: pa.Table) -> None:
        """Append the rows."""


def open_sink(path: Path, schema: pa.Schema) -> AbstractContextManager[Sink]:
    """A file that is there under its name when all of it is written, and else not at all."""
    return _csv(path, schema) if path.suffix.lower() == ".csv" else _parquet(path, schema)


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    part = path.with_name(f".{path.name}.part")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _parquet(path: Path, schema: pa.Schema) -> Iterator[Sink]:
    with _whole(path) as part, pq.ParquetWriter(part, schema, compression="zstd") as writer:
        yield writer.write_table


@contextmanager
def _csv(path: Path, schema: pa.Schema) -> Iterator[Sink]:
    """Times with +08:00; numbers with the fewest digits that give the same float32 again."""
    texts = schema.set(0, pa.field("ts", pa.string()))
    options = pacsv.WriteOptions(quoting_style="needed")
    with _whole(path) as part, pa.OSFile(str(part), "wb") as file:
        file.write(BOM)
        with pacsv.CSVWriter(file, texts, write_options=options) as writer:
            yield lambda table: writer.write_table(_texts(table, texts))


def _texts(table: pa.Table, schema: pa.Schema) -> pa.Table:
    times = table.column("ts").combine_chunks().dictionary_encode()
    local = times.dictionary.cast(pa.timestamp("us")).to_numpy(zero_copy_only=False).astype("M8[us]") + _BEIJING
    whole = not np.any(local.astype(int) % 1_000_000)
    texts = np.datetime_as_string(local, "s" if whole else "us")
    ts = pc.binary_join_element_wise(pa.array(texts, pa.string()), "+08:00", "").take(times.indices)
    return pa.table([ts, *table.columns[1:]], schema=schema)
