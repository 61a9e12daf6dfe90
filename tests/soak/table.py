"""The fault table, as text and as data. Pure."""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from tests.soak.run import Result

FLEETS = (305, 4000)  # stations: the district, and a city
HEADER = (
    *("故障 · fault", "strokes", "away s", "longest", "published", "resent", "unheard", "lost", "doubled", "changed"),
    *("back s", *(f"×{stations}" for stations in FLEETS), "MB", ""),
)


def cells(result: Result) -> list[str]:
    """A line of the table."""
    away = [one.end - one.begin for one in result.outages]
    factors = [result.factor(stations) for stations in FLEETS]
    return [
        result.title,
        str(len(result.outages)),
        f"{sum(away):.0f}",
        f"{max(away, default=0):.1f}",
        f"{result.published:,}",
        f"{result.resent:,}",
        f"{result.unheard:,}",
        *(str(count) for count in result.books),
        f"{result.back_s:.1f}",
        *(f"{factor:,.0f}" if factor else "–" for factor in factors),
        f"{result.most_mb:.0f}",
        "" if result.right else "WRONG",
    ]


def markdown(results: Sequence[Result]) -> str:
    """The lines under each other, the columns as wide as they must be."""
    lines = [list(HEADER), *(cells(result) for result in results)]
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join(f"| {' | '.join(map(_padded, line, widths))} |" for line in lines)


def data(results: Mapping[str, Result]) -> list[dict[str, Any]]:
    """The same for build/soak.json."""
    return [
        {
            "name": name,
            "title": result.title,
            "outages_s": [round(one.end - one.begin, 2) for one in result.outages],
            "published": result.published,
            "resent": result.resent,
            "unheard": result.unheard,
            **result.books._asdict(),
            "back_s": [round(one.back_s, 2) for one in result.caught_up],
            "rows_per_s": [round(one.rows_per_s) for one in result.caught_up],
            "catch_up": {str(stations): round(result.factor(stations), 1) for stations in FLEETS},
            "most_mb": round(result.most_mb),
            "failed": result.failed,
        }
        for name, result in results.items()
    ]


def _padded(cell: str, width: int) -> str:
    return cell + " " * (width - _width(cell))


def _width(text: str) -> int:
    """Columns of a terminal; Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
