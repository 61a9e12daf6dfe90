"""From alarms of single devices to alerts: join, rejoin, leave, close; one tracker a pollutant."""

import math
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, NamedTuple

from alerts.alert import Alert, Change, Stay
from alerts.attribution import Source, Trail
from alerts.detector.tuning import Profile, Tracking
from alerts.detector.wind import Breeze
from ingest.grid import Cell
from ingest.layout import Device

HOTSPOT = "hotspot"
NEAR = 400.0  # m: so near a source every wind will do
CONE = 0.6  # half width of a plume and its meanders, of the distance


class Sighting(NamedTuple):
    """A device in alarm in this minute; concentrations in the pollutant's unit."""

    device: Device
    cell: Cell
    profile: Profile
    value: float
    background: float
    score: float
    neighbours: int

    @property
    def excess(self) -> float:
        """What is above the background."""
        return self.value - self.background


@dataclass(slots=True)
class Case:
    """An alert that is not closed yet, and who is in it."""

    alert: Alert
    lead: str  # device id
    linger: int  # min
    opened: int  # minute number
    active: int  # newest minute with a device in alarm
    inside: dict[str, Cell] = field(default_factory=dict)  # devices in alarm
    seen: dict[str, int] = field(default_factory=dict)  # devices ever in it: newest minute in alarm
    source: tuple[float, float] | None = None  # where it probably comes from, metres
    told: float = 0.0  # the peak that was told last
    news: Literal["opened", "updated", "closed"] | None = None
    trail: Trail | None = None

    def note(self) -> None:
        """Something that matters has changed."""
        self.news = self.news or "updated"

    def adopt(self, source: Source, lon: float, lat: float) -> None:
        """Take over a new estimate of the source."""
        if source.candidates != self.alert.candidates or source.attribution != self.alert.attribution:
            self.note()
        self.source = (source.x, source.y) if source.attribution == "wind" else None
        evidence = {**self.alert.evidence, "wind": list(source.wind or ()), "nobody_registered": source.nobody}
        self.alert = replace(
            self.alert,
            lon=lon,
            lat=lat,
            candidates=source.candidates,
            attribution=source.attribution,
            evidence=evidence,
        )


@dataclass(slots=True)
class Tracker:
    """Open alerts of one pollutant; `devices` by id gives the places, `version` is the detector's."""

    pollutant: str
    devices: dict[str, Device]
    p: Tracking
    version: str
    cases: list[Case] = field(default_factory=list)

    def step(self, sightings: list[Sighting], end: datetime, clock: int, wind: Breeze) -> None:
        """The alarms of minute number `clock`, which ends at `end`."""
        active = {s.device.id: s for s in sightings}
        for case in self.cases:
            self._leave(case, active, end)
        taken = {device for case in self.cases for device in case.inside}
        for sighting in sorted(sightings, key=lambda s: (-s.score, s.device.id)):
            if sighting.device.id not in taken:
                self._join(sighting, end, clock, wind)
        for case in self.cases:
            self._follow(case, active, end, clock)

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

    def _leave(self, case: Case, active: dict[str, Sighting], end: datetime) -> None:
        """Devices no longer in alarm leave, and their cells when no other device of them is left."""
        for device in [name for name in case.inside if name not in active]:
            cell = case.inside.pop(device)
            if cell not in case.inside.values():
                stays = tuple(replace(s, to=end) if (s.ix, s.iy) == cell and not s.to else s for s in case.alert.cells)
                case.alert = replace(case.alert, cells=stays)
                case.note()

    def _join(self, sighting: Sighting, end: datetime, clock: int, wind: Breeze) -> None:
        """Into the nearest alert that takes it, else into a new one."""
        apart = [(self._apart(case, sighting, clock, wind), i) for i, case in enumerate(self.cases)]
        fitting = [(distance, i) for distance, i in apart if distance is not None]
        if fitting:
            case = self.cases[min(fitting)[1]]
        else:
            case = self._open(sighting, end, clock)
            self.cases.append(case)
        if sighting.cell not in case.inside.values():
            case.alert = replace(case.alert, cells=(*case.alert.cells, Stay(*sighting.cell, end, None)))
            case.note()
        case.inside[sighting.device.id] = sighting.cell
        case.seen[sighting.device.id] = clock

    def _apart(self, case: Case, sighting: Sighting, clock: int, wind: Breeze) -> float | None:
        """How far a device in alarm is from an alert, metres; None: it does not belong there."""
        apart = {name: _distance(self.devices[name], sighting.device) for name in case.seen if name in self.devices}
        recent = [d for name, d in apart.items() if clock - case.seen[name] <= self.p.join_minutes]
        if sighting.cell == self._cell(case.lead) or self.p.join_minutes >= clock - case.seen.get(
            sighting.device.id, -1440
        ):
            return 0.0
        if not recent:
            return None
        nearest = min(recent)
        if case.source and clock - case.opened >= self.p.settled:
            limit = self.p.reach_m if in_plume(case.source, sighting.device, wind) else self.p.stray_m
        else:
            limit = self.p.join_m if max(apart.values()) <= self.p.extent_m else 0.0
        return nearest if nearest <= limit else None

    def _cell(self, name: str) -> Cell | None:
        return self.devices[name].cell if name in self.devices else None

    def _open(self, sighting: Sighting, end: datetime, clock: int) -> Case:
        device, cell = sighting.device, sighting.cell
        alert = Alert(
            id=f"{HOTSPOT}-{self.pollutant}-{end:%Y%m%dT%H%MZ}-{cell[0]}-{cell[1]}",
            kind=HOTSPOT,
            profile=sighting.profile.name,
            pollutant=self.pollutant,
            pollutants=(self.pollutant,),
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
                "value": round(sighting.value, 4),
                "background": round(sighting.background, 4),
                "excess": round(sighting.excess, 4),
                "score": round(sighting.score, 3),
                "neighbours": sighting.neighbours,
                "devices": [device.id],
            },
        )
        return Case(alert, device.id, sighting.profile.linger, clock, clock, news="opened")

    def _follow(self, case: Case, active: dict[str, Sighting], end: datetime, clock: int) -> None:
        """Peak, severity and the end of an alert."""
        present = [active[name] for name in case.inside]
        for sighting in present:
            case.seen[sighting.device.id] = clock
            if sighting.excess > case.alert.excess:
                self._raise_peak(case, sighting, end)
        if present:
            case.active = clock
        elif clock - case.active >= case.linger:
            case.alert = replace(case.alert, closed_at=end)
            case.news = "closed"
        level = severity(case.alert, clock - case.opened)
        if level != case.alert.severity:
            case.alert = replace(case.alert, severity=level)
            case.note()
        if case.alert.peak_value >= self.p.peak_step * case.told:
            case.note()

    def _raise_peak(self, case: Case, sighting: Sighting, end: datetime) -> None:
        case.alert = replace(
            case.alert,
            peak_at=end,
            peak_value=sighting.value,
            background=sighting.background,
            excess=sighting.excess,
            score=max(sighting.score, case.alert.score),
            evidence={**case.alert.evidence, "devices": sorted(case.seen)},
        )


def in_plume(source: tuple[float, float], device: Device, wind: Breeze) -> bool:
    """Whether the wind carries from a source to a device, with room for its turning."""
    east, north = device.x - source[0], device.y - source[1]
    speed = math.hypot(wind.u, wind.v)
    if not wind.known or math.hypot(east, north) < NEAR:
        return True
    along, across = (east * wind.u + north * wind.v) / speed, (north * wind.u - east * wind.v) / speed
    return along > 0 and abs(across) < CONE * along + NEAR


def severity(alert: Alert, minutes: int) -> int:
    """1 … 4 from the ratio to the background, the extent and the duration; only ever rises within an alert."""
    ratio = alert.excess / max(alert.background, 1e-6)
    cells = len({(stay.ix, stay.iy) for stay in alert.cells})
    points = (ratio >= 1) + (ratio >= 4) + (cells >= 4) + (minutes >= 60)
    return max(alert.severity, min(1 + int(points), 4))


def _distance(a: Device, b: Device) -> float:
    return math.hypot(a.x - b.x, a.y - b.y)
