"""What the checks go by: a table with dates, and the limits that it gives to the devices of a channel."""

import csv
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time
from importlib.resources import files
from itertools import product, zip_longest

import numpy as np
from numpy.typing import NDArray

from ingest.channel import CODE, COLUMN

Column = NDArray[np.float32]
KINDS = ("", "micro", "national", "weather", "boundary", "mobile", "monitor")


@dataclass(frozen=True, slots=True)
class Limits:
    """The thresholds of one channel by device (devices,), NaN where a check is off; units in `thresholds.csv`."""

    span: Column
    floor: Column
    clean: Column
    step: Column
    spike: Column
    flat_minutes: Column
    flat_cycles: Column
    noise: Column
    crossed: Column
    crossed_share: Column
    humidity: Column
    kappa: Column
    humidity_cap: Column
    drift_low: Column
    drift_high: Column
    national_m: Column


NAMES = tuple(field.name for field in fields(Limits))
_KEYS = ("valid_from", "channel", "kind")


class ThresholdsError(ValueError):
    """A table of thresholds that cannot be taken; `problems` are line, column and reason."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Line:
    """What is said of a channel ("": all) and kind ("": all) from an instant on, by column, of those that it names."""

    valid_from: datetime
    channel: str
    kind: str
    values: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Lines in the order in which they count: of the same channel and kind a later one comes before an earlier one."""

    lines: tuple[Line, ...]

    @classmethod
    def read(cls, text: str) -> "Thresholds":
        """The table of a CSV file with a header and comments (#); raises ThresholdsError with every problem."""
        numbered = [(n, row) for n, row in enumerate(text.removeprefix("\ufeff").splitlines(), 1) if _is_row(row)]
        at = numbered[0][0] if numbered else 1
        rows = csv.reader(row for _, row in numbered)
        header = [name.strip() for name in next(rows, [])]
        problems = [f"{at}:{name}: no such column" for name in header if name not in (*_KEYS, *NAMES)]
        problems += [f"{at}:{name}: column is missing" for name in _KEYS if name not in header]
        if problems:
            raise ThresholdsError(problems)
        lines = []
        for (number, _), row in zip(numbered[1:], rows, strict=False):
            cells = dict(zip_longest(header, map(str.strip, row), fillvalue=""))
            try:
                lines.append(_line(cells))
            except ValueError as error:
                problems.append(f"{number}:{error}")
        if problems:
            raise ThresholdsError(problems)
        return cls(_sorted(lines))

    def merged(self, other: "Thresholds") -> "Thresholds":
        """With another's lines, which come before these where both speak of the same channel and kind."""
        return Thresholds((*self.lines, *other.lines))

    def at(self, minute: datetime) -> "Thresholds":
        """What is in force in a minute."""
        return Thresholds(tuple(line for line in self.lines if line.valid_from <= minute))

    def limits(self, channel: str, kinds: Sequence[str]) -> Limits:
        """The limits of a channel for devices of these kinds (devices,): the most specific line wins, cell by cell."""
        places = {kind: i for i, kind in enumerate(dict.fromkeys(kinds))}
        table = np.array([self._of(channel, kind) for kind in places], np.float32).reshape(-1, len(NAMES))
        rows = table[[places[kind] for kind in kinds]] if kinds else table
        return Limits(*rows.T)

    def _of(self, channel: str, kind: str) -> list[float]:
        said: dict[str, float] = {}
        for key in product(("", channel), ("", kind)):
            # ("", ""), ("", kind), (channel, ""), (channel, kind): each over the one before it.
            for line in self.lines:
                if (line.channel, line.kind) == key:
                    said.update(line.values)
        return [said.get(name, math.nan) for name in NAMES]


def shipped() -> Thresholds:
    """The table that comes with the program."""
    return Thresholds.read((files("ingest.quality") / "thresholds.csv").read_text("utf-8"))


def _is_row(text: str) -> bool:
    return bool(text.strip(", \t")) and not text.lstrip('"').startswith("#")


def _sorted(lines: Iterable[Line]) -> tuple[Line, ...]:
    return tuple(sorted(lines, key=lambda line: line.valid_from))


def _line(cells: dict[str, str]) -> Line:
    kind, channel = cells["kind"], cells["channel"]
    if cells.get(""):
        raise ValueError(f"{cells['']!r}: more cells than columns")
    if channel and channel not in COLUMN and CODE.fullmatch(channel) is None:
        raise ValueError(f"channel: {channel!r}: no such channel or code")
    if kind not in KINDS:
        raise ValueError(f"kind: {kind!r}: must be empty or one of {', '.join(KINDS[1:])}")
    values = tuple((name, _number(name, cells[name])) for name in NAMES if cells.get(name))
    return Line(_instant(cells["valid_from"]), channel, kind, values)


def _instant(cell: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(cell), time(), UTC)
    except ValueError:
        raise ValueError(f"valid_from: {cell!r}: must be a day such as 2026-11-22") from None


def _number(name: str, cell: str) -> float:
    if cell == "off":
        return math.nan
    try:
        number = float(cell)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"{name}: {cell!r}: must be a number, or off")
    return number
