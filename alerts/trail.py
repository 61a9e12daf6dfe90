"""What the devices around an alert saw, minute by minute, from shortly before it opened."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from alerts.detector.panel import Panel
from alerts.detector.state import NO_TRACE, TRACE, TRACE_STEP
from alerts.detector.tuning import Plume

Floats = NDArray[np.float64]

WITNESSES = 64


@dataclass(slots=True)
class Trail:
    """The nearest devices of one network, nearest first."""

    plume: Plume
    places: NDArray[np.int32]  # (S,) of the panel's network
    xy: Floats  # (S, 2) m
    level: Floats  # (S,) ln(background + floor) at the opening
    excess: list[NDArray[np.float32]] = field(default_factory=list)  # (S,) a minute

    def append(self, panel: Panel, clock: int) -> None:
        """Add minute number `clock`."""
        self.excess.append(traced(panel, clock, self.places))


def traced(panel: Panel, clock: int, places: NDArray[np.int32]) -> NDArray[np.float32]:
    """Log excess of a recent minute, NaN where there is no evidence."""
    trace = panel.state.trace[clock % TRACE, places]
    return np.where(trace == NO_TRACE, np.nan, trace * TRACE_STEP).astype(np.float32)


def begin(panel: Panel, place: int, xy: Floats, clock: int) -> Trail:
    """The trail of an alert that opens at `place` in minute `clock`, with the minutes before; `xy` of the layout."""
    network, scale = panel.network, panel.profile.plume
    near = np.flatnonzero(np.abs(network.x - network.x[place]) <= scale.reach)
    distance = np.hypot(network.x[near] - network.x[place], network.y[near] - network.y[place])
    nearest = np.argsort(distance, kind="stable")[: min(WITNESSES, int((distance <= scale.reach).sum()))]
    places = near[nearest].astype(np.int32)
    level = np.nan_to_num(panel.minute.level[places], nan=float(panel.minute.level[place])).astype(np.float64)
    trail = Trail(scale, places, xy[network.order[places]], level)
    trail.excess = [traced(panel, minute, places) for minute in range(clock - TRACE + 1, clock + 1)]
    return trail
