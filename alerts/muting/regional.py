"""A regional notice keeps the local flood quiet: one message for the haze, not one for every station in it."""

from dataclasses import dataclass
from datetime import datetime

from alerts.muting.subject import HOTSPOT, Subject

PARTICLES = frozenset({"pm25", "pm10"})  # what a regional notice can be about


@dataclass(frozen=True, slots=True)
class Regional:
    """A regional notice that stands."""

    alert_id: str
    pollutant: str
    opened_at: datetime


def floods(regional: Regional, subject: Subject, below: int) -> bool:
    """Whether a hotspot is part of what the notice has told: opened meanwhile, of its pollutant, less grave than that.

    The other fraction of particles may rise with it; a hotspot in which a gas was seen has a source of its own.
    """
    return (
        subject.kind == HOTSPOT
        and subject.severity < below
        and subject.opened_at >= regional.opened_at
        and subject.pollutant == regional.pollutant
        and subject.pollutants <= PARTICLES | {regional.pollutant}
    )
