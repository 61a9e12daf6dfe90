"""From conditions to alerts: opened when one appears, told when it changes, closed when it has been gone a while."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from alerts.alert import Alert, Candidate, Change, Stay
from alerts.rules.condition import Condition
from ingest.layout import Layout

PROFILE = "rule"
PEAK_STEP = 1.1  # growth of the value that is worth an update
Key = tuple[str, str, str]  # kind, pollutant, source


@dataclass(slots=True)
class Standing:
    """An alert of a rule that is not closed yet."""

    alert: Alert
    last: int  # newest minute in which the condition was there
    hold: int  # min
    told: float  # the value that was told last


@dataclass(slots=True)
class Keeper:
    """The open alerts of all rules; `version` is the detector's."""

    layout: Layout
    version: str
    standing: dict[Key, Standing] = field(default_factory=dict)

    def step(self, conditions: Iterable[Condition], end: datetime, clock: int) -> list[Change]:
        """Bring the open alerts in line with what is so in the minute that ends at `end`."""
        changes = [self._meet(condition, end, clock) for condition in conditions]
        for key, kept in list(self.standing.items()):
            if clock - kept.last >= kept.hold:
                cells = tuple(replace(stay, to=stay.to or end) for stay in kept.alert.cells)
                changes.append(Change("closed", replace(kept.alert, closed_at=end, cells=cells)))
                del self.standing[key]
        return [change for change in changes if change]

    def _meet(self, found: Condition, end: datetime, clock: int) -> Change | None:
        key = (found.kind, found.pollutant, found.source)
        kept = self.standing.get(key)
        if kept is None:
            self.standing[key] = Standing(self._open(found, end), clock, found.hold, found.value)
            return Change("opened", self.standing[key].alert)
        kept.last, kept.hold = clock, found.hold
        grown = found.value > kept.told * PEAK_STEP and found.value > kept.alert.peak_value
        if found.severity == kept.alert.severity and not grown and not _differs(found, kept.alert.evidence):
            return None
        kept.alert = replace(kept.alert, severity=found.severity, evidence=found.evidence)
        if found.value > kept.alert.peak_value:
            kept.told = found.value
            kept.alert = replace(kept.alert, peak_at=end, **_figures(found))
        return Change("updated", kept.alert)

    def _open(self, found: Condition, end: datetime) -> Alert:
        devices = [self.layout.devices[self.layout.index[name]] for name in found.devices]
        places = [(device.x, device.y) for device in devices] or [self.layout.grid.centre()]
        lon, lat = self.layout.grid.lonlat(*(sum(axis) / len(places) for axis in zip(*places, strict=True)))
        owners = sorted({device.enterprise_id for device in devices if device.enterprise_id})
        cells = sorted({device.cell for device in devices if device.cell})
        return Alert(
            id=f"{found.kind}-{found.pollutant or 'all'}-{end:%Y%m%dT%H%MZ}-{found.source}",
            kind=found.kind,
            profile=PROFILE,
            pollutant=found.pollutant,
            pollutants=(found.pollutant,) if found.pollutant else (),
            source=found.source,
            opened_at=end,
            closed_at=None,
            severity=found.severity,
            cells=tuple(Stay(*cell, end, None) for cell in cells),
            lon=round(float(lon), 6),
            lat=round(float(lat), 6),
            peak_at=end,
            candidates=tuple(Candidate(owner, round(1 / len(owners), 4)) for owner in owners),
            attribution="none",
            detector=self.version,
            evidence=found.evidence,
            **_figures(found),
        )


def _figures(found: Condition) -> dict[str, Any]:
    """The numbers of an alert; JSON knows no NaN, so what is not known is 0."""
    known = {"peak_value": found.value, "background": found.background, "score": found.score}
    known["excess"] = found.value - found.background
    return {name: float(value) if math.isfinite(value) else 0.0 for name, value in known.items()}


def _differs(found: Condition, told: dict[str, object]) -> bool:
    return any(found.evidence.get(name) != told.get(name) for name in found.telling)
