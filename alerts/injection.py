"""Made-up emissions on top of recorded minutes: what share of them does the detector find?"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from alerts.attribution import NEAREST, TRAVEL, plume
from alerts.detector.tuning import FLOOR, Plume, Profile
from alerts.detector.wind import MEMORY, Wind, measured
from ingest.flag import Qc
from ingest.grid import Cell, Floats
from ingest.layout import Frame, Layout

A_DAY = 0.24  # emissions for each station: 16 a day on 10 × 10 cells with two stations on three cells
MINUTES = (10, 180)  # their length, log-uniform
STRENGTH = {"grid": (0.25, 20.0), "fence": (0.005, 0.4)}  # g/s of PM2.5, log-uniform; a fence is closer to the source
GUST_SD = 0.45  # of the log strength from minute to minute
REFERENCE_SD = 0.09  # log units: an SNR of 1
OFFSET = 5 / 3  # floors inside the logarithm: 5 µg/m³ of PM2.5
VISIBLE = 1.0  # SNR of a minute that touches a device
AVERAGED = 10  # min, over which the highest mean is an emission's SNR
TOLERANCE = 10  # min after the plume has left in which an alert is still right


class Emission(NamedTuple):
    """From minute number `start` on, `gusts[i]` g/s of PM2.5 in its i-th minute, or as visible of its pollutant."""

    enterprise: int  # row of the sites
    pollutant: str
    start: int
    gusts: Floats


class Touch(NamedTuple):
    """A device that an emission could be seen at: from the first to the last minute number, and how well."""

    cell: Cell
    first: int
    last: int
    snr: float


def scheduled(
    random: np.random.Generator, span: range, stations: int, sites: int, pollutants: Sequence[str], profile: Profile
) -> list[Emission]:
    """Emissions that begin and end within the minute numbers of `span`, each of one of the pollutants."""
    emissions = []
    for _ in range(random.poisson(A_DAY * stations * len(span) / 1440) if sites and pollutants else 0):
        minutes = int(_log_uniform(random, MINUTES))
        pollutant = pollutants[int(random.integers(len(pollutants)))]
        strength = _log_uniform(random, STRENGTH[profile.name])
        gusts = strength * np.exp(GUST_SD * random.normal(size=minutes) - GUST_SD**2 / 2)
        start = span.start + int(random.integers(max(len(span) - minutes, 1)))
        emissions.append(Emission(int(random.integers(sites)), pollutant, start, gusts))
    return emissions


def _log_uniform(random: np.random.Generator, limits: tuple[float, float]) -> float:
    return math.exp(random.uniform(math.log(limits[0]), math.log(limits[1])))


@dataclass(slots=True)
class Injection:
    """Puts emissions of enterprises at `sites` (E, 2) m into minutes, and keeps what they add; `scale` of the plume."""

    layout: Layout
    emissions: Sequence[Emission]
    sites: Floats
    scale: Plume
    wind: Wind = field(default_factory=Wind)
    last: int | None = None
    near: dict[int, NDArray[np.intp]] = field(default_factory=dict)  # emission → rows of the devices in reach
    rises: dict[int, NDArray[np.float32]] = field(default_factory=dict)  # emission → SNR (minutes, those devices)

    def into(self, recording: Iterable[Frame]) -> Iterator[Frame]:
        """The minutes with the emissions in them; values under a mark stay as they are."""
        for frame in recording:
            clock = _clock(frame.minute)
            for silent in range(max(clock - MEMORY, self.last or clock) + 1, clock):
                self.wind.step(silent, np.full(2, np.nan))
            self.last = clock
            self.wind.step(clock, measured(frame, self.layout))
            yield self._with(frame, clock)

    def _with(self, frame: Frame, clock: int) -> Frame:
        under_way = [i for i, e in enumerate(self.emissions) if e.start <= clock < e.start + len(e.gusts) + TRAVEL]
        winds = self.wind.last(clock, TRAVEL + 1)
        if not under_way or np.isnan(winds).any():
            return frame
        out = Frame(frame.minute, frame.values.copy(), frame.qc)
        for i in under_way:
            self._add(i, out, clock - self.emissions[i].start, winds)
        return out

    def _add(self, i: int, frame: Frame, minute: int, winds: Floats) -> None:
        """The `minute`-th minute of an emission."""
        emission, rows = self.emissions[i], self._rows(i)
        column, floor = self.layout.column[emission.pollutant], FLOOR[emission.pollutant]
        values = frame.values[rows, column]
        rise = np.zeros(len(rows))
        disperse(
            self.layout.xy[rows] - self.sites[emission.enterprise], winds, emission.gusts, minute, self.scale, rise
        )
        rise *= floor / FLOOR["pm25"]
        rise[(frame.qc[rows, column] != Qc.GOOD) | np.isnan(values)] = 0
        level = np.maximum(np.nan_to_num(values), 0) + OFFSET * floor
        self.rises[i][minute] = np.log1p(rise / level) / REFERENCE_SD
        whole = (np.round(frame.values[:, column]) == frame.values[:, column]) | np.isnan(frame.values[:, column])
        # Devices that send whole numbers go on sending whole numbers.
        frame.values[rows, column] = np.round(values + rise) if whole.all() else values + rise

    def _rows(self, i: int) -> NDArray[np.intp]:
        if i not in self.near:
            apart = np.hypot(*(self.layout.xy - self.sites[self.emissions[i].enterprise]).T)
            self.near[i] = np.flatnonzero(apart <= self.scale.reach)
            shape = (len(self.emissions[i].gusts) + TRAVEL, len(self.near[i]))
            self.rises[i] = np.zeros(shape, np.float32)
        return self.near[i]

    def footprint(self, i: int) -> tuple[Touch, ...]:
        """Where an emission could be seen, after the minutes have gone through."""
        if i not in self.rises:
            return ()
        rise, touched = self.rises[i], []
        for row in np.flatnonzero((rise >= VISIBLE).any(axis=0)):
            minutes = self.emissions[i].start + np.flatnonzero(rise[:, row] >= VISIBLE)
            cell = self.layout.devices[self.near[i][row]].cell
            if cell is not None:
                touched.append(Touch(cell, int(minutes[0]), int(minutes[-1]), _highest_mean(rise[:, row])))
        return tuple(touched)


def _clock(minute: datetime) -> int:
    return round(minute.timestamp()) // 60


def _highest_mean(rise: NDArray[np.float32]) -> float:
    """Of AVERAGED minutes."""
    total = np.cumsum(rise, dtype=np.float64)
    total[AVERAGED:] -= total[:-AVERAGED].copy()
    return float(total.max() / AVERAGED)


@njit(nogil=True, cache=False)
def disperse(
    away: NDArray[np.floating],
    winds: NDArray[np.floating],
    gusts: NDArray[np.floating],
    minute: int,
    scale: Plume,
    rise: NDArray[np.floating],
) -> None:
    """Increment (µg/m³) in the `minute`-th minute of an emission at devices `away` (S, 2) m from it.

    `winds` (TRAVEL + 1, 2) m/s up to that minute. As `plume.gather`, but for the smoothing: the air that arrives now
    left one travel time ago.
    """
    speed = np.maximum(np.hypot(winds[:, 0], winds[:, 1]), 0.3)
    u, v = winds[:, 0] / speed, winds[:, 1] / speed
    now = len(winds) - 1
    for s in range(len(away)):
        dx, dy = away[s]
        d = max(np.hypot(dx, dy), NEAREST)
        lag = int(d / (60 * speed[now]))
        if d > scale.reach or lag > now or not 0 <= minute - lag < len(gusts):
            continue
        east, north = u[now] + u[now - lag], v[now] + v[now - lag]
        norm = np.hypot(east, north) + 1e-6
        along, across = (dx * east + dy * north) / norm, (dy * east - dx * north) / norm
        if along > 0:
            rise[s] = gusts[minute - lag] / speed[now] * plume(along, across, scale)
