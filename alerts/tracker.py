"""From alarms of single devices to alerts: join, rejoin, leave, close; one alert a source, whatever it emits."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from alerts.alert import Alert, Change
from alerts.case import Anchor, Case, Member, Sighting, in_plume
from alerts.detector.tuning import Tracking
from alerts.detector.wind import Breeze
from alerts.rules.fault import of_alarm
from ingest.layout import Device, Layout

HOTSPOT = "hotspot"
NATIONAL = "national"


@dataclass(slots=True)
class Tracker:
    """The open alerts of a district; `version` is the detector's."""

    layout: Layout
    p: Tracking
    version: str
    expects: Callable[[Anchor, Sighting, int], float | None]  # share of what is seen that a source would bring
    cases: list[Case] = field(default_factory=list)
    national: list[Device] = field(init=False)  # what a task force stands around

    def __post_init__(self) -> None:
        self.national = [device for device in self.layout.devices if device.kind == NATIONAL]

    def step(self, sightings: Sequence[Sighting], end: datetime, clock: int, wind: Breeze) -> None:
        """Take in the devices in alarm in the minute that ends at `end`."""
        active = {sighting.member: sighting for sighting in sightings}
        for case in self.cases:
            case.leave(active, end)
        taken = {member for case in self.cases for member in case.inside}
        for sighting in sorted(sightings, key=lambda s: (-s.score, -s.excess, s.member)):
            if sighting.member not in taken:
                self._join(sighting, end, clock)
        for case in self.cases:
            self._follow(case, active, end, clock, wind)

    def news(self) -> list[Change]:
        """What has changed since it was asked last; closed alerts are forgotten."""
        changes = []
        for case in self.cases:
            if case.news:
                changes.append(Change(case.news, case.alert))
                case.told = case.alert.peak_value
                case.news = None
        self.cases = [case for case in self.cases if case.alert.closed_at is None]
        return changes

    def device(self, name: str) -> Device | None:
        """A device of the registry, None if it is gone."""
        row = self.layout.index.get(name)
        return None if row is None else self.layout.devices[row]

    def _join(self, sighting: Sighting, end: datetime, clock: int) -> None:
        """Into the alert that it most likely belongs to, else into a new one."""
        odds = [self._odds(case, sighting, clock) for case in self.cases]
        best = max(odds, default=0.0)
        if best > 0:
            case = self.cases[odds.index(best)]
            self._anchor(case, sighting, clock)
        else:
            case = self._open(sighting, end, clock)
            self.cases.append(case)
        case.enter(sighting, self._apart(case.lead, sighting.device), end, clock)

    def _odds(self, case: Case, sighting: Sighting, clock: int) -> float:
        """Log odds that an alarm is of the alert's source (see `Tracking`)."""
        p, first = self.p, case.alert.cells[0]
        if sighting.cell == (first.ix, first.iy):
            return math.inf  # of one place there is one open alert
        if self._apart(case.lead, sighting.device) > case.span + p.reach():
            return -math.inf
        apart = min(self._apart(name, sighting.device) for name in case.seen) / p.unit
        odds = p.belongs - p.near * min(apart, 1) - p.far * max(apart - 1, 0) - p.idle * math.log1p(clock - case.active)
        share = self._explained(case, sighting, clock)
        if share is not None:
            odds += p.known + p.expected * min(max(math.log(share), -p.nothing), p.enough)
        return odds - p.other * (sighting.pollutant not in case.alert.pollutants)

    def _explained(self, case: Case, sighting: Sighting, clock: int) -> float | None:
        """The largest share of what a device sees that a source of the alert would bring; None: nobody knows."""
        shares = [self.expects(anchor, sighting, clock) for anchor in case.anchors]
        return max((share for share in shares if share is not None), default=None)

    def _anchor(self, case: Case, sighting: Sighting, clock: int) -> None:
        """Whom no estimate explains, what comes much later or is another pollutant: asked for the source as well."""
        if len(case.anchors) >= case.anchors[0].profile.anchors:
            return
        age = clock - max(anchor.opened for anchor in case.anchors)
        new = age >= self.p.anew or all(anchor.pollutant != sighting.pollutant for anchor in case.anchors)
        if not new and age >= self.p.soon:
            share = self._explained(case, sighting, clock)
            new = share is not None and share < self.p.unexplained
        if new:
            case.anchors.append(Anchor(sighting.device.id, sighting.pollutant, sighting.panel.profile, clock))

    def _apart(self, name: str, device: Device) -> float:
        """Metres between a device that may be gone and another."""
        other = self.device(name)
        return math.inf if other is None else math.hypot(other.x - device.x, other.y - device.y)

    def _open(self, sighting: Sighting, end: datetime, clock: int) -> Case:
        device, cell, profile = sighting.device, sighting.cell, sighting.panel.profile
        alert = Alert(
            id=f"{HOTSPOT}-{sighting.pollutant}-{end:%Y%m%dT%H%MZ}-{cell[0]}-{cell[1]}",
            kind=HOTSPOT,
            profile=profile.name,
            pollutant=sighting.pollutant,
            pollutants=(sighting.pollutant,),
            source=f"{cell[0]}-{cell[1]}",
            opened_at=end,
            closed_at=None,
            severity=1,
            cells=(),
            lon=math.nan,
            lat=math.nan,
            peak_at=end,
            peak_value=-math.inf,
            background=sighting.background,
            excess=-math.inf,
            score=sighting.score,
            candidates=(),
            attribution="none",
            detector=self.version,
            evidence={
                **sighting.figures(),
                "lead": device.id,
                "devices": [device.id],
                "neighbours": sighting.panel.usable(sighting.place),
                "neighbour_ids": self._neighbours(sighting),
                "qc": sighting.panel.condition(sighting.place),
                "triage": of_alarm(sighting.panel, sighting.place),
                "severity": [[end.isoformat(), 1]],
            },
        )
        anchor = Anchor(device.id, sighting.pollutant, profile, clock)
        return Case(alert, profile.linger, clock, clock, [anchor], news="opened")

    def _neighbours(self, sighting: Sighting) -> list[str]:
        """The devices whose values made the background, nearest first."""
        order = sighting.panel.network.order
        return [self.layout.devices[order[j]].id for j in sighting.panel.witnesses(sighting.place)]

    def _follow(self, case: Case, active: dict[Member, Sighting], end: datetime, clock: int, wind: Breeze) -> None:
        """Peak, severity and the end of an alert."""
        present = [active[member] for member in case.inside]
        case.raise_peaks(present, end, clock)
        if not present and clock - case.active >= case.linger:
            case.alert = replace(case.alert, closed_at=end)
            case.news = "closed"
        case.grade(self._level(case, present, clock, wind), end, self.p)
        if case.alert.peak_value >= self.p.peak_step * case.told:
            case.note()

    def _level(self, case: Case, present: Sequence[Sighting], clock: int, wind: Breeze) -> int:
        """1 … 4: a point each for a doubled and a fivefold level, extent, duration, a national station downwind."""
        if not present:
            return 1
        ratio = max(sighting.excess / max(sighting.background, 1e-6) for sighting in present)
        points = (ratio >= 1) + (ratio >= 4) + (len(set(case.inside.values())) >= self.p.wide)
        points += (clock - case.opened >= self.p.lasting) + self._threatens(case, wind)
        return min(1 + int(points), 4)

    def _threatens(self, case: Case, wind: Breeze) -> bool:
        """Whether the wind carries it to a national station near by."""
        lead = self.device(case.lead)
        near = [d for d in self.national if lead and math.hypot(d.x - lead.x, d.y - lead.y) <= self.p.national]
        sources = [(a.source.x, a.source.y) for a in case.anchors if a.source] or ([(lead.x, lead.y)] if lead else [])
        return wind.known and any(in_plume(source, device, wind) for source in sources for device in near)
