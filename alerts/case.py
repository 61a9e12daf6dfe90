"""An alert that is not closed yet: who is in it, how grave it is, and who it may be."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, NamedTuple

from alerts.alert import Alert, Candidate, Stay
from alerts.attribution import NAMED, Source, Trail
from alerts.detector.panel import Panel
from alerts.detector.tuning import Profile, Tracking
from alerts.detector.wind import Breeze
from ingest.grid import Cell
from ingest.layout import Device

NEAR = 400.0  # m: so near a source every wind will do
CONE = 0.6  # half width of a plume and its meanders, of the distance
TRUST = 0.6  # in what a later anchor says of the source of the first
Member = tuple[str, str]  # device id, pollutant


class Sighting(NamedTuple):
    """A device in alarm in this minute, at `place` of the panel's network; concentrations in the pollutant's unit."""

    device: Device
    cell: Cell
    panel: Panel
    place: int
    value: float
    background: float
    score: float

    @property
    def pollutant(self) -> str:
        """What it sees."""
        return self.panel.pollutant

    @property
    def excess(self) -> float:
        """What is above the background."""
        return self.value - self.background

    @property
    def member(self) -> Member:
        """As what it stands in an alert."""
        return self.device.id, self.pollutant

    def figures(self) -> dict[str, object]:
        """What the decision rested on."""
        return {
            "value": round(self.value, 4),
            "background": round(self.background, 4),
            "excess": round(self.excess, 4),
            "score": round(self.score, 3),
        }


@dataclass(slots=True)
class Anchor:
    """A device from which the source of an alert is looked for: the first one, and later ones that came anew."""

    lead: str  # device id
    pollutant: str
    profile: Profile
    opened: int  # minute number
    trail: Trail | None = None
    source: Source | None = None


@dataclass(slots=True)
class Case:
    """The alert as it stands, and what it is followed by."""

    alert: Alert
    linger: int  # min
    opened: int  # minute number
    active: int  # newest minute with a device in alarm
    anchors: list[Anchor]
    inside: dict[Member, Cell] = field(default_factory=dict)  # in alarm
    seen: dict[str, int] = field(default_factory=dict)  # devices ever in it: newest minute in alarm
    span: float = 0.0  # m from the lead to the farthest of them
    below: int = 0  # min for which it has been less grave than it says
    told: float = 0.0  # the peak that was told last
    news: Literal["opened", "updated", "closed"] | None = None

    @property
    def lead(self) -> str:
        """The device that opened it."""
        return self.anchors[0].lead

    def note(self) -> None:
        """Something that matters has changed."""
        self.news = self.news or "updated"

    def enter(self, sighting: Sighting, apart: float, end: datetime, clock: int) -> None:
        """A device comes into alarm, `apart` metres from the lead."""
        if sighting.cell not in self.inside.values():
            self.alert = replace(self.alert, cells=(*self.alert.cells, Stay(*sighting.cell, end, None)))
            self.note()
        if sighting.pollutant not in self.alert.pollutants:
            self.alert = replace(self.alert, pollutants=(*self.alert.pollutants, sighting.pollutant))
            self.note()
        self.inside[sighting.member] = sighting.cell
        self.seen[sighting.device.id] = clock
        self.span = max(self.span, apart)

    def leave(self, active: Iterable[Member], end: datetime) -> None:
        """Devices no longer in alarm leave, and their cells when no other device of them is left."""
        for member in [name for name in self.inside if name not in active]:
            cell = self.inside.pop(member)
            if cell not in self.inside.values():
                stays = tuple(replace(s, to=end) if (s.ix, s.iy) == cell and not s.to else s for s in self.alert.cells)
                self.alert = replace(self.alert, cells=stays)
                self.note()

    def raise_peaks(self, present: Iterable[Sighting], end: datetime, clock: int) -> None:
        """Keep the highest excess of the leading pollutant in the alert, that of every pollutant in the evidence."""
        for sighting in present:
            self.active = clock
            self.seen[sighting.device.id] = clock
            peaks = dict(_peaks(self.alert))
            old = peaks.get(sighting.pollutant)
            if old is None or sighting.excess > float(str(old["excess"])):
                peaks[sighting.pollutant] = {**sighting.figures(), "device": sighting.device.id, "at": end.isoformat()}
                evidence = {**self.alert.evidence, "pollutants": peaks, "devices": sorted(self.seen)}
                self.alert = replace(self.alert, evidence=evidence)
            if sighting.pollutant == self.alert.pollutant and sighting.excess > self.alert.excess:
                self.alert = replace(
                    self.alert,
                    peak_at=end,
                    peak_value=sighting.value,
                    background=sighting.background,
                    excess=sighting.excess,
                    score=max(sighting.score, self.alert.score),
                )

    def grade(self, level: int, end: datetime, p: Tracking) -> None:
        """Up at once, down one step at a time after it has been less grave for long enough; every step is kept."""
        now = self.alert.severity
        self.below = self.below + 1 if level < now else 0
        if level > now or self.below >= p.calming:
            self.below = 0
            history = [*_list(self.alert, "severity"), [end.isoformat(), level if level > now else now - 1]]
            evidence = {**self.alert.evidence, "severity": history}
            self.alert = replace(self.alert, severity=level if level > now else now - 1, evidence=evidence)
            self.note()

    def adopt(self, place: tuple[float, float]) -> None:
        """Take over a new estimate of the source; `place` is longitude and latitude of the best anchor's."""
        sources = [anchor.source for anchor in self.anchors if anchor.source]
        candidates, best = joined(sources), leading(sources)
        if candidates != self.alert.candidates or best.attribution != self.alert.attribution:
            self.note()
        evidence = {
            **self.alert.evidence,
            "wind": list(best.wind or ()),
            "nobody_registered": best.nobody,
            "source": _likely(best, place),
        }
        self.alert = replace(
            self.alert,
            lon=place[0],
            lat=place[1],
            candidates=candidates,
            attribution=best.attribution,
            evidence=evidence,
        )


def _likely(source: Source, place: tuple[float, float]) -> dict[str, object] | None:
    """Where the source is likely to be, and whether that is nobody of the registry; None without an answer."""
    if source.attribution != "wind":
        return None
    return {"lon": place[0], "lat": place[1], "within_m": source.radius, "registered": not source.unregistered}


def leading(sources: list[Source]) -> Source:
    """The estimate that gives the place: the first that the wind carries."""
    return next((source for source in sources if source.attribution == "wind"), sources[0])


def joined(sources: list[Source]) -> tuple[Candidate, ...]:
    """Candidates of several anchors: each later one speaks with TRUST; together they add up to at most 1.

    An enterprise that two anchors point at independently is more likely than either says (noisy or).
    """
    none: dict[str, float] = {}
    for i, source in enumerate(sources):
        for candidate in source.candidates:
            share = 1 - candidate.score * (TRUST if i else 1.0)
            none[candidate.enterprise_id] = none.get(candidate.enterprise_id, 1.0) * share
    total = max(sum(1 - rest for rest in none.values()), 1.0)
    ranked = sorted(((1 - rest) / total, name) for name, rest in none.items())[::-1]
    return tuple(Candidate(name, round(score, 4)) for score, name in ranked[:NAMED])


def in_plume(source: tuple[float, float], device: Device, wind: Breeze) -> bool:
    """Whether the wind carries from a source to a device, with room for its turning."""
    east, north = device.x - source[0], device.y - source[1]
    speed = math.hypot(wind.u, wind.v)
    if not wind.known or math.hypot(east, north) < NEAR:
        return True
    along, across = (east * wind.u + north * wind.v) / speed, (north * wind.u - east * wind.v) / speed
    return along > 0 and abs(across) < CONE * along + NEAR


def _peaks(alert: Alert) -> dict[str, dict[str, object]]:
    peaks = alert.evidence.get("pollutants", {})
    assert isinstance(peaks, dict)
    return peaks


def _list(alert: Alert, name: str) -> list[object]:
    value = alert.evidence.get(name, [])
    assert isinstance(value, list)
    return value
