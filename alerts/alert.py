"""An alert: what, where, since when, how strong, by whom it may be, and the evidence."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple

Attribution = Literal["wind", "calm", "none"]


@dataclass(frozen=True, slots=True)
class Stay:
    """A cell's stay in an alert; `from_` is the end of the minute that decided it, `to` None while it lasts."""

    ix: int
    iy: int
    from_: datetime
    to: datetime | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """An enterprise that may be the source; scores of an alert add up to at most 1."""

    enterprise_id: str
    score: float


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert as it is known now; concentrations in the pollutant's canonical unit, degrees WGS84."""

    id: str
    kind: str
    profile: str
    pollutant: str
    pollutants: tuple[str, ...]  # all that were seen, the first one first
    source: str  # what only one open alert of this kind and pollutant may be about
    opened_at: datetime
    closed_at: datetime | None
    severity: int
    cells: tuple[Stay, ...]
    lon: float
    lat: float
    peak_at: datetime
    peak_value: float
    background: float
    excess: float
    score: float
    candidates: tuple[Candidate, ...]
    attribution: Attribution
    detector: str
    evidence: dict[str, object] = field(default_factory=dict)

    def line(self) -> dict[str, object]:
        """The line of alerts.jsonl; times are RFC 3339 with an offset."""
        return {
            "id": self.id,
            "pollutant": self.pollutant,
            "opened_at": self.opened_at.isoformat(),
            "closed_at": _text(self.closed_at),
            "severity": self.severity,
            "cells": [{"ix": s.ix, "iy": s.iy, "from": s.from_.isoformat(), "to": _text(s.to)} for s in self.cells],
            "lon": self.lon,
            "lat": self.lat,
            "peak_at": self.peak_at.isoformat(),
            "peak_value": self.peak_value,
            "background": self.background,
            "excess": self.excess,
            "score": self.score,
            "kind": self.kind,
            "candidates": [{"enterprise_id": c.enterprise_id, "score": c.score} for c in self.candidates],
            "attribution": self.attribution,
            "detector": self.detector,
            "pollutants": list(self.pollutants),
        }


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


class Change(NamedTuple):
    """What a minute did to an alert."""

    what: Literal["opened", "updated", "closed"]
    alert: Alert
