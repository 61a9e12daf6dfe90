"""Boundaries of industrial parks: how much more is measured downwind of a park than upwind, against its limit.

The half hour before the end of a minute is judged: of each device its mean, the highest of those downwind less the
median of those upwind, as with fugitive emissions (GB 16297-1996 annex C: the highest monitoring point less the
reference point). Of means, because the highest of many noisy minute values is high by noise alone. In a calm, and while
the wind turns, nobody stands upwind: nothing is judged then, and an alert is let go after `HOLD`.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from alerts.permit import level, severity
from alerts.rules.condition import Condition, Seen, printable
from ingest.flag import Qc
from ingest.grid import Floats
from ingest.layout import Layout
from ingest.registry import ParkDevice, Registry
from ingest.unit import multiplier

WINDOW = 30  # min
ENOUGH = 23  # of them with a value, and with a wind: three quarters, as of a valid hour
THIRD = 1 / 3  # of the park's extent along the wind that is its upwind, and its downwind, side
STEADY = 0.9  # length of the mean wind, of the mean speed: a wind that turns by 90° in the window is below it
SLENDER = 1 / 3  # of the park's greatest width: an extent along the wind below it has no two sides
HOLD = 30  # min
WIND = ("u", "v")  # the first rows of the memory


class Boundary(NamedTuple):
    """One channel of a park, and where its devices stand in the arrays."""

    source: str
    line: ParkDevice
    factor: float  # to the channel's canonical unit
    part: slice

    def shown(self, amount: float) -> float:
        """A concentration of the frame in the unit of the limit."""
        return float(f"{amount / self.factor:.6g}")


class Sides(NamedTuple):
    """What the window says of every device: its mean, and whether it is to be counted upwind or downwind."""

    mean: Floats
    up: NDArray[np.bool_]
    down: NDArray[np.bool_]


class Park:
    """The last half hour of all devices on boundaries of parks; rows by park, channel and device."""

    def __init__(self, registry: Registry, layout: Layout) -> None:
        known = [line for line in registry.parks if line.device_id in layout.index and line.channel in layout.column]
        self.lines = sorted(known, key=lambda line: (line.park_id, line.channel, line.device_id))
        rows = np.array([layout.index[line.device_id] for line in self.lines], np.int64)
        self._at = rows, np.array([layout.column[line.channel] for line in self.lines], np.int64)
        self._xy = layout.xy[rows]
        self._boundaries, self._parks = _boundaries(self.lines)
        self._park = np.repeat(np.arange(len(self._parks)), [part.stop - part.start for part in self._parks])
        self._width = np.array([_width(self._xy[part]) for part in self._parks])
        self._limit = np.array([one.line.limit * one.factor for one in self._boundaries])
        named = [f"{printable(x.park_id)}/{x.channel}/{x.device_id}" for x in self.lines]
        self.keys: Sequence[str] = (*WIND, *(f"{x.source}/{x.line.channel}" for x in self._boundaries), *named)
        self._past = np.full((len(self.keys), WINDOW), np.nan)
        self._wind, self._share, self._sent = np.split(self._past, [2, 2 + len(self._boundaries)])
        self.memory: Mapping[str, NDArray[Any]] = {"past": self._past}

    def step(self, seen: Seen) -> list[Condition]:
        """Parks where the difference is above the limit; concentrations are compared in canonical units."""
        if not self.lines:
            return []
        now = seen.clock % WINDOW
        self._wind[:, now] = (seen.breeze.u, seen.breeze.v) if seen.breeze.known else np.nan
        good = seen.frame.qc[self._at] == Qc.GOOD
        self._sent[:, now] = np.where(good, seen.frame.values[self._at], np.nan)
        self._share[:, now] = np.nan
        wind = steady(self._wind) if seen.breeze.known else None
        if wind is None:
            return []
        sides = self._sides(wind)
        found = [self._compare(i, sides, wind, now) for i in self._suspect(sides)]
        return [condition for condition in found if condition]

    def _sides(self, wind: Floats) -> Sides:
        """Who stands upwind and who downwind, among those with enough values."""
        there = ~np.isnan(self._sent)
        count = there.sum(axis=1)
        mean = np.where(there, self._sent, 0.0).sum(axis=1) / np.maximum(count, 1)
        along = self._xy @ (wind / np.hypot(*wind))
        starts = [part.start for part in self._parks]
        first, last = np.minimum.reduceat(along, starts), np.maximum.reduceat(along, starts)
        margin = (last - first) * THIRD
        broad = last - first > SLENDER * self._width
        counts = (count >= ENOUGH) & broad[self._park]
        up, down = along <= (first + margin)[self._park], along >= (last - margin)[self._park]
        return Sides(mean, up & counts, down & counts)

    def _suspect(self, sides: Sides) -> NDArray[np.intp]:
        """The few that may be above the limit: the highest downwind less the lowest upwind is."""
        starts = [one.part.start for one in self._boundaries]
        highest = np.maximum.reduceat(np.where(sides.down, sides.mean, -np.inf), starts)
        lowest = np.minimum.reduceat(np.where(sides.up, sides.mean, np.inf), starts)
        return np.flatnonzero(highest - lowest > self._limit)

    def _compare(self, i: int, sides: Sides, wind: Floats, now: int) -> Condition | None:
        one, limit = self._boundaries[i], float(self._limit[i])
        up, down = (self._of(one, sides.mean, side) for side in (sides.up, sides.down))
        highest, background = max(down.values()), float(np.median(list(up.values())))
        difference = highest - background
        if difference <= level(limit):
            return None
        self._share[i, now] = difference / limit
        evidence = {
            "sign": "downwind_above_upwind",
            "park": one.line.name or one.line.park_id,
            "difference": one.shown(difference),
            "limit": one.line.limit,
            "unit": one.line.unit,
            "downwind": {name: one.shown(value) for name, value in down.items()},
            "upwind": {name: one.shown(value) for name, value in up.items()},
            "wind": [round(float(part), 2) for part in wind],
            "minutes": WINDOW,
        }
        return Condition(
            kind="park",
            source=one.source,
            pollutant=one.line.channel,
            devices=tuple(name for name, value in down.items() if value - background > limit),
            # Down again only after a window in which it was less: nobody is told of a dither.
            severity=severity(float(np.nanmax(self._share[i]))),
            value=highest,
            background=background,
            score=difference / limit,
            evidence=evidence,
            hold=HOLD,
        )

    def _of(self, one: Boundary, mean: Floats, side: NDArray[np.bool_]) -> dict[str, float]:
        part = range(one.part.start, one.part.stop)
        return {self.lines[k].device_id: float(mean[k]) for k in part if side[k]}


def steady(past: Floats) -> Floats | None:
    """The mean of the winds (2, minutes), m/s; None if too few are known or they do not agree on a direction."""
    known = past[:, ~np.isnan(past).any(axis=0)]
    if known.shape[1] < ENOUGH:
        return None
    mean: Floats = known.mean(axis=1)
    return mean if np.hypot(*mean) >= STEADY * np.hypot(*known).mean() else None


def _boundaries(lines: Sequence[ParkDevice]) -> tuple[list[Boundary], list[slice]]:
    """The channels of parks, and the parks, as parts of the sorted lines."""
    boundaries, parks = [], []
    start = 0
    for _, of_park in groupby(lines, lambda line: line.park_id):
        begin = start
        for _, group in groupby(of_park, lambda line: line.channel):
            members = list(group)
            part = slice(start, start + len(members))
            first = members[0]
            factor = multiplier(first.channel, first.unit)
            boundaries.append(Boundary(printable(first.park_id), first, factor, part))
            start = part.stop
        parks.append(slice(begin, start))
    return boundaries, parks


def _width(xy: Floats) -> float:
    """The greatest distance between two of the places, metres."""
    return float(np.hypot(*(xy[:, None] - xy[None]).T).max())
