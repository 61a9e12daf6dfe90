"""Bytes of a foreign payload as a tree: JSON, or the lines of a CSV."""

import csv
import json
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from ingest.protocols.json_frame import FrameError

Read = Callable[[bytes], Any]
"""A payload as a tree of objects, lists and plain values; raises FrameError."""


def json_reader(encoding: str) -> Read:
    """One JSON value."""
    return _json if encoding == "utf-8" else lambda payload: _json(_text(payload, encoding).encode(errors="replace"))


def csv_reader(encoding: str, delimiter: str, columns: Sequence[str] | None, *, header: bool) -> Read:
    """A list of lines, each its cells by number and by name: of `columns`, or of the first line if it is a header."""

    def read(payload: bytes) -> list[dict[str | int, str]]:
        try:
            lines = [line for line in csv.reader(_text(payload, encoding).splitlines(), delimiter=delimiter) if line]
        except csv.Error as error:
            raise FrameError("structure", f"no CSV: {error}") from None
        names = [name.strip() for name in lines.pop(0)] if header and lines else columns or ()
        return [_line(line, names) for line in lines]

    return read


def _line(cells: Sequence[str], names: Sequence[str]) -> dict[str | int, str]:
    stripped = [cell.strip() for cell in cells]
    return {**dict(enumerate(stripped)), **dict(zip(names, stripped, strict=False))}


def _json(payload: bytes) -> Any:
    """NaN, Infinity and integers of thousands of digits are let through: they cost their own value."""
    try:
        return msgspec.json.decode(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        pass
    if not payload:
        raise FrameError("json", "empty payload")
    text = _text(payload, "utf-8")
    try:
        return json.loads(text, parse_int=float)
    except (ValueError, RecursionError) as error:
        raise FrameError("json", str(error)) from None


def _text(payload: bytes, encoding: str) -> str:
    try:
        return payload.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeDecodeError as error:
        raise FrameError("encoding", f"not {encoding.upper()}: {error.reason} at byte {error.start}") from None
