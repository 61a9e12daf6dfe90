"""What of an alert decides whether it is muted: its kind, how grave it is, where it is and whose it may be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ingest.grid import Cell, Grid

HOTSPOT = "hotspot"
DISTRICT = "district"
Point = tuple[float, float]  # lon, lat in degrees WGS84


@dataclass(frozen=True, slots=True)
class Subject:
    """An alert as mutes see it."""

    alert_id: str
    kind: str
    severity: int
    opened_at: datetime
    pollutant: str  # found by, "" where it is about none
    pollutants: frozenset[str]
    source: str
    device: str | None  # the one that found it
    enterprise: str | None  # the first candidate, None where several are equally likely
    first: str | None  # the cell ix-iy in which it was found first
    cells: frozenset[Cell]  # where it was found first and where its source is estimated
    points: tuple[Point, ...]  # the estimated source and the middles of all its cells
    closed: bool = False


def subject_of(body: Mapping[str, Any], grid: Grid | None) -> Subject:
    """The subject of an alert's body; without a grid no cell has a middle."""
    stays = [(cell["ix"], cell["iy"]) for cell in body["cells"]]
    place = (float(body["lon"]), float(body["lat"]))
    first = stays[:1] if body["kind"] == HOTSPOT else stays
    estimated = grid.cell(*place) if grid else None
    return Subject(
        alert_id=body["id"],
        kind=body["kind"],
        severity=body["severity"],
        opened_at=datetime.fromisoformat(body["opened_at"]),
        pollutant=body["pollutant"],
        pollutants=frozenset(filter(None, (body["pollutant"], *body.get("pollutants", ())))),
        source=body.get("source", ""),
        device=device_of(body),
        enterprise=_first(body["candidates"]),
        first="{}-{}".format(*stays[0]) if stays else None,
        cells=frozenset(first) | ({estimated} if estimated else frozenset()),
        points=(place, *_middles(sorted(set(stays)), grid)),
        closed=body["status"] == "closed",
    )


def device_of(body: Mapping[str, Any]) -> str | None:
    """The device that found it: a hotspot's first one, of other alerts what they are about (a park is no device)."""
    if body["kind"] == HOTSPOT:
        lead = body.get("evidence", {}).get("lead")
        return lead if isinstance(lead, str) else None
    return body.get("source") or None


def _first(candidates: Sequence[Mapping[str, Any]]) -> str | None:
    """The likeliest, where there is one: owners that stand side by side are in the order of their ids."""
    if not candidates or (len(candidates) > 1 and candidates[0]["score"] <= candidates[1]["score"]):
        return None
    name: str = candidates[0]["enterprise_id"]
    return name


def _middles(cells: Sequence[Cell], grid: Grid | None) -> list[Point]:
    if grid is None or not cells:
        return []
    x, y = ([(cell[axis] + 0.5) * grid.cell_m for cell in cells] for axis in (0, 1))
    lon, lat = grid.lonlat(x, y)
    return [(float(a), float(b)) for a, b in zip(lon, lat, strict=True)]
