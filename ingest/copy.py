"""Columns as PostgreSQL's binary COPY takes them, put together without a loop over the rows."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# Format, flags, length of an extension: PostgreSQL documentation, COPY, "Binary Format"; so are the rows and the end.
_HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END = b"\xff\xff"
EPOCH = np.datetime64("2000-01-01", "us")
_NULL = -1


class Column(NamedTuple):
    """Values by their dtype, and where there are none.

    i2, i4, i8 → smallint, integer, bigint; f4, f8 → real, double precision; M8[us] → timestamptz (UTC);
    S → text (UTF-8); u1 of two dimensions → bytea.
    """

    data: NDArray[np.generic]
    null: NDArray[np.bool_] | None = None


def reals(data: NDArray[np.floating]) -> Column:
    """Floats, null where they are NaN."""
    return Column(data, np.isnan(data))


def encode(columns: Sequence[Column]) -> bytes:
    """Rows for `COPY … FROM STDIN (FORMAT binary)`; raises TypeError for a dtype that it does not know."""
    count = len(columns[0].data)
    nulls = [_null(column) for column in columns]
    kinds = [_kind(column, null) for column, null in zip(columns, nulls, strict=True)]
    fields: list[tuple[str, object]] = [("fields", ">i2")]
    for i, kind in enumerate(kinds):
        fields += [(f"size{i}", ">i4")] + ([(f"data{i}", kind)] if kind else [])
    rows = np.empty(count, np.dtype(fields))
    rows["fields"] = len(columns)
    kept = np.ones((count, rows.itemsize), bool)
    for i, (column, null) in enumerate(zip(columns, nulls, strict=True)):
        if not kinds[i]:
            rows[f"size{i}"] = _NULL
            continue
        _fill(rows, i, column, null, kept[:, _bytes(rows.dtype, i)])
    return _HEAD + rows.view(np.uint8).reshape(kept.shape)[kept].tobytes() + _END


def _null(column: Column) -> NDArray[np.bool_] | None:
    return column.null if column.null is not None and column.null.any() else None


def _kind(column: Column, null: NDArray[np.bool_] | None) -> object:
    """How a value lies in a row, None where there is none in any."""
    data = column.data
    if null is not None and null.all():
        return None
    if data.dtype.kind == "M":
        return ">i8"
    if data.dtype.kind == "u" and data.ndim == 2:
        return ("u1", (data.shape[1],))
    if data.dtype.kind in "ifS" and data.dtype.itemsize and data.ndim == 1:
        return data.dtype.newbyteorder(">")
    raise TypeError(f"no binary form of {data.dtype} of {data.ndim} dimensions")


def _bytes(row: np.dtype[np.void], i: int) -> slice:
    """Where the value of a column lies in a row."""
    assert row.fields is not None
    kind, start = row.fields[f"data{i}"][:2]
    return slice(start, start + kind.itemsize)


def _fill(
    rows: NDArray[np.void], i: int, column: Column, null: NDArray[np.bool_] | None, kept: NDArray[np.bool_]
) -> None:
    """One column into the rows; of what is null or beyond the end of a text the bytes are not `kept`."""
    data, width = column.data, kept.shape[1]
    if data.dtype.kind == "M":
        data = (data.astype("M8[us]") - EPOCH).astype(np.int64)
    rows[f"data{i}"] = data
    size: NDArray[np.integer] | int = width
    if data.dtype.kind == "S":
        size = np.strings.str_len(data.astype(np.bytes_, copy=False))
        kept &= np.arange(width) < size[:, None]
    if null is not None:
        size = np.where(null, _NULL, size)
        kept &= ~null[:, None]
    rows[f"size{i}"] = size


def decode(copied: bytes, fields: Sequence[tuple[str, str]]) -> NDArray[np.void]:
    """Rows of `COPY (…) TO STDOUT (FORMAT binary)`, all of one size: no nulls, no texts; `fields` are names and dtypes.

    A time is an i8, µs since `EPOCH`. Raises ValueError where a row is of another size.
    """
    laid = [(part, kind) for name, dtype in fields for part, kind in ((f"size of {name}", ">i4"), (name, dtype))]
    row = np.dtype([("fields", ">i2"), *laid])
    count, rest = divmod(len(copied) - len(_HEAD) - len(_END), row.itemsize)
    rows = np.frombuffer(copied, row, max(count, 0), len(_HEAD))
    sizes = [(rows[f"size of {name}"] != row[name].itemsize).any() for name, _ in fields]
    if rest or any(sizes) or (rows["fields"] != len(fields)).any():
        raise ValueError("rows are not all of one size")
    return rows
