"""A mute: what somebody wants to have quiet, for how long and why; and which alerts it covers.

Three kinds of notices cannot be muted: that nobody watches and that the whole district is affected (acknowledging them
stops their ringing), and drills. A legal limit that is exceeded is muted only by naming the device or enterprise that
exceeds it: a place on the map must not hide it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from alerts.muting.subject import DISTRICT, Subject

Scope = Literal["cell", "device", "enterprise", "polygon"]
BY_PLACE: frozenset[Scope] = frozenset({"cell", "polygon"})
NEVER = frozenset({"silence", "regional", "drill"})
LEGAL = frozenset({"exceedance"})


@dataclass(frozen=True, slots=True)
class Mute:
    """What is quiet from `start` (included) to `end` (not), or to `ended` if somebody has ended it before."""

    mute_id: int
    scope: Scope
    place: str  # the cell ix-iy, the device, the enterprise; "" of a polygon
    area: BaseGeometry | None  # of a polygon, degrees WGS84
    kinds: frozenset[str]  # empty: all
    pollutants: frozenset[str]  # empty: all
    start: datetime
    end: datetime
    planned_works: bool
    ended: datetime | None = None

    @property
    def until(self) -> datetime:
        """When it is over."""
        return self.end if self.ended is None else min(self.end, self.ended)

    def holds_at(self, at: datetime) -> bool:
        """Whether it is in force."""
        return self.start <= at < self.until


def covers(mute: Mute, subject: Subject, owners: Mapping[str, str], now: datetime) -> bool:
    """Whether a mute in force is about this alert; `owners`: monitor → enterprise.

    A cell: the alert was found there first, or its source is estimated there. A polygon: the estimated source or the
    middle of any of its cells lies in it. A device: it found the alert. An enterprise: it is the first candidate, or
    its monitor found the alert. Kinds and pollutants narrow it; a pollutant, only if nothing else was seen.
    """
    if not mute.holds_at(now) or not may_cover(mute, subject):
        return False
    if mute.kinds and subject.kind not in mute.kinds:
        return False
    if mute.pollutants and not (subject.pollutants and subject.pollutants <= mute.pollutants):
        return False
    return _is_there(mute, subject, owners)


def may_cover(mute: Mute, subject: Subject) -> bool:
    """Whether a mute of this scope may be about an alert of this kind at all."""
    if subject.kind in NEVER or subject.source == DISTRICT:
        return False
    return subject.kind not in LEGAL or mute.scope not in BY_PLACE


def _is_there(mute: Mute, subject: Subject, owners: Mapping[str, str]) -> bool:
    if mute.scope == "cell":
        return mute.place in {f"{ix}-{iy}" for ix, iy in subject.cells}
    if mute.scope == "device":
        return mute.place == subject.device
    if mute.scope == "enterprise":
        return mute.place in (subject.enterprise, owners.get(subject.device or ""))
    return mute.area is not None and any(mute.area.covers(Point(point)) for point in subject.points)
