"""What an alerts file claims, checked line by line, in minutes and metres of its scenario."""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from tests.eval.truth import Cell, Truth

T = TypeVar("T")


class ClaimError(ValueError):
    """A line of alerts.jsonl that cannot be scored."""


@dataclass(frozen=True, slots=True)
class Onset:
    """One stay of a cell in an alert: minutes first … last - 1."""

    cell: Cell
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Claim:
    """One hotspot alert; `opened` is the deciding minute, `ranked` the enterprises, best first."""

    opened: int
    onsets: tuple[Onset, ...]
    x: float
    y: float
    ranked: tuple[str, ...]


def read_claims(path: Path, truth: Truth) -> list[Claim]:
    """The hotspot alerts of a file, oldest first; raises ClaimError with line and field."""
    claims = []
    seen: dict[str | int, int] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), 1):
        if not line.strip():
            continue
        try:
            decoded = json.loads(line)
            claim = parse(decoded, truth)
        except json.JSONDecodeError as error:
            raise ClaimError(f"{path}:{number}: not JSON: {error.msg} at column {error.colno}") from None
        except ClaimError as error:
            raise ClaimError(f"{path}:{number}: {error}") from None
        if decoded["id"] in seen:
            raise ClaimError(f"{path}:{number}: id: {decoded['id']!r} is that of line {seen[decoded['id']]} too")
        seen[decoded["id"]] = number
        if claim:
            claims.append(claim)
    return sorted(claims, key=lambda claim: claim.opened)


def parse(line: Any, truth: Truth) -> Claim | None:
    """The claim of one decoded line, None if its kind is not `hotspot`; nothing is believed before `opened_at`."""
    if not isinstance(line, dict):
        raise ClaimError("not a JSON object")
    if not isinstance(_get(line, "id"), str | int):
        raise ClaimError(f"id: neither text nor a whole number: {line['id']!r}")
    if _get(line, "kind") != "hotspot":
        return None
    opened = _minute(line, "opened_at", truth)
    closed = _minute(line, "closed_at", truth, still=truth.minutes)
    if closed < opened:
        raise ClaimError("closed_at: before opened_at")
    cells = _list(line, "cells")
    if not cells:
        raise ClaimError("cells: empty")
    onsets = tuple(_each(_onset(opened, closed, truth), f"cells[{i}]", cell) for i, cell in enumerate(cells))
    lon, lat = _number(line, "lon"), _number(line, "lat")
    if abs(lon) > 180 or abs(lat) > 90:
        raise ClaimError("lon: no longitude" if abs(lon) > 180 else "lat: no latitude")
    candidates = [_each(_candidate, f"candidates[{i}]", c) for i, c in enumerate(_list(line, "candidates"))]
    ranked = tuple(enterprise for _, enterprise in sorted(candidates, key=lambda pair: -pair[0]))
    return Claim(opened, onsets, *truth.metres(lon, lat), ranked)


def _each(read: Callable[[dict[str, Any]], T], name: str, part: Any) -> T:
    """Read a part of a line; what is wrong with it is told with its name."""
    if not isinstance(part, dict):
        raise ClaimError(f"{name}: not an object")
    try:
        return read(part)
    except ClaimError as error:
        raise ClaimError(f"{name}.{error}") from None


def _onset(opened: int, closed: int, truth: Truth) -> Callable[[dict[str, Any]], Onset]:
    def read(cell: dict[str, Any]) -> Onset:
        ix, iy = _whole(cell, "ix"), _whole(cell, "iy")
        if not (0 <= ix < truth.nx and 0 <= iy < truth.ny):
            raise ClaimError(f"ix: {ix},{iy} is outside the {truth.nx} x {truth.ny} grid")
        first = _minute(cell, "from", truth)
        last = _minute(cell, "to", truth, still=truth.minutes)
        if last < first:
            raise ClaimError("to: before from")
        if first > closed:
            raise ClaimError("from: after closed_at")
        first = max(first, opened)
        return Onset((ix, iy), first, max(first, min(last, closed)))

    return read


def _candidate(part: dict[str, Any]) -> tuple[float, str]:
    if not isinstance(_get(part, "enterprise_id"), str):
        raise ClaimError(f"enterprise_id: not text: {part['enterprise_id']!r}")
    return _number(part, "score"), part["enterprise_id"]


def _get(line: dict[str, Any], field: str) -> Any:
    if field not in line:
        raise ClaimError(f"{field}: missing")
    return line[field]


def _list(line: dict[str, Any], field: str) -> list[Any]:
    value = _get(line, field)
    if not isinstance(value, list):
        raise ClaimError(f"{field}: not a list")
    return value


def _whole(line: dict[str, Any], field: str) -> int:
    value = _get(line, field)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ClaimError(f"{field}: not a whole number: {value!r}")
    return value


def _number(line: dict[str, Any], field: str) -> float:
    value = _get(line, field)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ClaimError(f"{field}: not a number: {value!r}")
    return value


def _minute(line: dict[str, Any], field: str, truth: Truth, still: int | None = None) -> int:
    """The minute that ends at this time; `still` for null where that is allowed."""
    value = _get(line, field)
    if value is None and still is not None:
        return still
    try:
        seconds = (datetime.fromisoformat(value) - truth.start).total_seconds()
    except (TypeError, ValueError):
        raise ClaimError(f"{field}: not an ISO 8601 time with an offset: {value!r}") from None
    minute = math.ceil(seconds / 60) - 1
    if not -1 <= minute <= truth.minutes:
        raise ClaimError(f"{field}: {value} is outside the scenario")
    return minute
