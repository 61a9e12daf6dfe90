"""Rows of a file as arrays: whose, when, what was measured, with which flag; what cannot be read is counted."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ingest.batch import Span
from ingest.flag import LETTERS, Qc
from ingest.load.file import FLAG, KEYS, PLACE, Chunk, File, LoadError
from ingest.load.tally import Tally

Floats = NDArray[np.floating]
UNSET = 255
CODES = {**{qc.name.lower(): int(qc) for qc in Qc}, **{letter: int(qc) for letter, qc in LETTERS.items()}}
"""What may stand in a column of flags: HJ 212 letters, and the names of our own checks as the export writes them."""

_EPOCH = datetime.fromisoformat("1970-01-01T00:00+00:00")
_NONE = np.iinfo(np.int64).min
_MILLIS = re.compile(r"-?\d{11,14}")


@dataclass(frozen=True, slots=True)
class Sheet:
    """`number` (rows) in the file, `device` (rows) into `names`, `ts` µs since 1970; a column a channel, NaN for null.

    `flags` are `flag.Qc`, UNSET where there is none; `lon`, `lat` NaN where there is no place.
    """

    number: NDArray[np.int64]
    names: list[str]
    device: NDArray[np.int64]
    ts: NDArray[np.int64]
    values: dict[str, Floats]
    flags: dict[str, NDArray[np.uint8]]
    lon: Floats
    lat: Floats


def read(chunk: Chunk, file: File, span: Span, tally: Tally) -> Sheet:
    """The rows that have a device and a time that is believed."""
    batch, number = _filled(chunk, tally)
    count = len(number)
    ts = _times(batch.column("ts"))
    good = _timely(ts, number, batch.column("ts"), span, tally)
    ids = batch.column("device_id")
    ids = ids if pa.types.is_dictionary(ids.type) else pc.cast(ids, pa.string()).dictionary_encode()
    device = _numbers(pc.fill_null(ids.indices, -1))
    tally.refuse("device", number[good & (device < 0)], "device_id: is empty")
    good &= device >= 0
    values = {name: _reals(batch.column(name), name, number, tally)[good] for name in file.channels}
    flags = {name: _flags(batch.column(name + FLAG), name, number, tally)[good] for name in file.flags}
    places = [_reals(batch.column(x), x, number, tally) if file.has_places else np.full(count, np.nan) for x in PLACE]
    names = ids.dictionary.cast(pa.string()).to_pylist()
    return Sheet(number[good], names, device[good], ts[good], values, flags, places[0][good], places[1][good])


def _filled(chunk: Chunk, tally: Tally) -> tuple[pa.RecordBatch, NDArray[np.int64]]:
    """Without empty lines."""
    tally.read += chunk.rows.num_rows
    filled = pc.or_(*(pc.is_valid(chunk.rows.column(name)) for name in KEYS))
    tally.empty += chunk.rows.num_rows - (pc.sum(filled).as_py() or 0)
    return chunk.rows.filter(filled), chunk.number[np.asarray(filled)]


def _numbers(column: pa.Array) -> NDArray[np.int64]:
    return np.asarray(column.to_numpy(zero_copy_only=False)).astype(np.int64, copy=False)


def _timely(
    ts: NDArray[np.int64], number: NDArray[np.int64], column: pa.Array, span: Span, tally: Tally
) -> NDArray[np.bool_]:
    unread = ts == _NONE
    at = np.flatnonzero(unread)
    tally.refuse("time", number[at], lambda i: f"ts: {column[int(at[i])]}: no time with an offset, and no epoch ms")
    oldest, newest = ((edge - _EPOCH) // timedelta(microseconds=1) for edge in span)
    wrong = ~unread & ((ts < oldest) | (ts > newest))
    untimely = np.flatnonzero(wrong)
    believed = f"not between {span.oldest:%Y-%m-%d} and {span.newest:%Y-%m-%d %H:%M}Z"
    tally.refuse("time", number[untimely], lambda i: f"ts: {column[int(untimely[i])]}: {believed}")
    believable: NDArray[np.bool_] = ~(unread | wrong)
    return believable


def _times(column: pa.Array) -> NDArray[np.int64]:
    """µs since 1970, _NONE where there is no time: timestamps (UTC), epoch ms, or ISO 8601 with an offset."""
    kind = column.type
    if pa.types.is_timestamp(kind):
        return _micros(column.cast(pa.timestamp("us", kind.tz), safe=False))
    if pa.types.is_integer(kind):
        return _micros(pc.multiply(column.cast(pa.int64()), 1000))
    if not pa.types.is_string(kind) and not pa.types.is_large_string(kind):
        raise LoadError(f"ts: must be a timestamp, epoch ms, or text with an offset; is {kind}")
    try:
        return _micros(column.cast(pa.timestamp("us", "UTC")))
    except pa.ArrowInvalid:
        texts = column.dictionary_encode()
        found = np.array([*map(_time, texts.dictionary.to_pylist()), _NONE])
        return found[_numbers(pc.fill_null(texts.indices, -1))]


def _micros(column: pa.Array) -> NDArray[np.int64]:
    return _numbers(pc.fill_null(column.cast(pa.int64()), _NONE))


def _time(text: str) -> int:
    text = text.strip()
    if _MILLIS.fullmatch(text):
        return int(text) * 1000
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return _NONE
    return _NONE if at.tzinfo is None else (at - _EPOCH) // timedelta(microseconds=1)


def _reals(column: pa.Array, name: str, number: NDArray[np.int64], tally: Tally) -> Floats:
    """NaN for null and for what is no number."""
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return _parsed(column, name, number, tally)
    if pa.types.is_floating(column.type):
        return np.asarray(column.to_numpy(zero_copy_only=False))
    try:
        return np.asarray(column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False))
    except pa.ArrowException as error:
        raise LoadError(f"{name}: must be numbers, is {column.type}") from error


def _parsed(column: pa.Array, name: str, number: NDArray[np.int64], tally: Tally) -> Floats:
    try:
        return np.asarray(column.cast(pa.float64()).to_numpy(zero_copy_only=False))
    except pa.ArrowInvalid:
        texts = column.to_pylist()
    found = np.array([_real(text) for text in texts])
    wrong = np.flatnonzero([text is not None and np.isnan(x) for text, x in zip(texts, found, strict=True)])
    tally.refuse("value", number[wrong], lambda i: f"{name}: {texts[wrong[i]]!r} is no number")
    return found


def _real(text: str | None) -> float:
    try:
        return float(text) if text and text.isascii() and "_" not in text else np.nan
    except ValueError:
        return np.nan


def _flags(column: pa.Array, name: str, number: NDArray[np.int64], tally: Tally) -> NDArray[np.uint8]:
    """`flag.Qc`, UNSET for null and for what is no flag."""
    try:
        texts = column.cast(pa.string()).dictionary_encode()
    except pa.ArrowException as error:
        raise LoadError(f"{name}{FLAG}: must be text, is {column.type}") from error
    words = texts.dictionary.to_pylist()
    index = _numbers(pc.fill_null(texts.indices, -1))
    known = np.array([CODES.get(word.strip(), UNSET) for word in words] + [UNSET], np.uint8)
    found = known[index]
    empty = np.array([not word.strip() for word in words] + [True])
    wrong = np.flatnonzero((found == UNSET) & ~empty[index])
    tally.refuse("flag", number[wrong], lambda i: f"{name}{FLAG}: {words[index[wrong[i]]]!r} is no HJ 212 letter")
    return found
