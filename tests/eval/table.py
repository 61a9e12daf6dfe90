"""The table: every level, what we reach and what the peers reach, as Markdown that can be read in a terminal too."""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tests.eval.levels import LEVELS, Level
from tests.eval.score import Metrics

MISSED = "MISSED"
NOTHING = "–"


class Row(NamedTuple):
    """A level, whether we reach it, and what every method reaches, ours first."""

    title: str
    reach: str
    missed: bool
    cells: dict[str, str]


def rows(groups: Mapping[str, Mapping[str, Metrics]], ours: str, levels: Sequence[Level] = LEVELS) -> list[Row]:
    """The levels of the groups that were evaluated; `groups` holds the metrics by group and method."""
    return [_row(level, groups[level.group], ours) for level in levels if level.group in groups]


def _row(level: Level, methods: Mapping[str, Metrics], ours: str) -> Row:
    missed = not all(part.reached(methods[ours]) for part in level.parts)
    cells = {name: " · ".join(part.read(metrics).text for part in level.parts) for name, metrics in methods.items()}
    if level.attributed:
        cells = {name: text if name == ours else NOTHING for name, text in cells.items()}
    return Row(level.title, " · ".join(part.shown for part in level.parts), missed, cells)


def markdown(found: Sequence[Row], ours: str, peers: Sequence[str]) -> str:
    """The rows under each other, the columns as wide as they must be."""
    header = ["", "应达到 · reach", ours, "", *peers]
    lines = [_cells(row, ours, peers) for row in found]
    widths = [max(map(_width, column)) for column in zip(header, *lines, strict=True)]
    ruler = ["-" * width for width in widths]
    return "\n".join(_line(cells, widths) for cells in (header, ruler, *lines))


def verdict(found: Sequence[Row]) -> str:
    """How many levels are reached, and which are not."""
    missed = [row for row in found if row.missed]
    told = [f"{len(found) - len(missed)} / {len(found)} 达到 · reached"]
    return "\n".join([*told, *(f"{MISSED}: {row.title}: {next(iter(row.cells.values()))}" for row in missed)])


def _cells(row: Row, ours: str, peers: Sequence[str]) -> list[str]:
    beside = (row.cells.get(name, NOTHING) for name in peers)
    return [row.title, row.reach, row.cells[ours], MISSED if row.missed else "", *beside]


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell + " " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True))
    return f"| {' | '.join(padded)} |"


def _width(text: str) -> int:
    """Columns of a terminal; Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
