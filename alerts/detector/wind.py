"""The wind of a district, minute by minute: the vector mean over all who measure it."""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ingest.flag import Qc
from ingest.layout import Frame, Layout

MEMORY = 512  # minutes
SMOOTH = 0.15  # gain of the running wind
CALM = 0.5  # m/s


class Breeze(NamedTuple):
    """The running wind, where it blows to, m/s east and north; `known` false when calm or nobody measures."""

    u: float
    v: float
    known: bool


@dataclass(slots=True)
class Wind:
    """Ring of minute means (MEMORY, 2), NaN where nobody measured, and their running mean."""

    history: NDArray[np.float64] = field(default_factory=lambda: np.full((MEMORY, 2), np.nan))
    running: NDArray[np.float64] = field(default_factory=lambda: np.full(2, np.nan))
    silent: int = MEMORY

    def step(self, clock: int, uv: NDArray[np.float64]) -> Breeze:
        """Take in the wind `uv` of minute number `clock`."""
        self.history[clock % MEMORY] = uv
        self.silent = self.silent + 1 if np.isnan(uv[0]) else 0
        if not np.isnan(uv[0]):
            gain = 1.0 if np.isnan(self.running[0]) else SMOOTH
            self.running = np.where(np.isnan(self.running), 0.0, self.running)
            self.running = self.running + gain * (uv - self.running)
        u, v = (float(part) for part in self.running)
        return Breeze(u, v, self.silent < 30 and bool(np.hypot(u, v) >= CALM))

    def last(self, clock: int, minutes: int) -> NDArray[np.float64]:
        """The winds of the `minutes` up to `clock` (minutes, 2), oldest first.

        Gaps take the wind before them, and what lies before the first wind that is known takes that.
        """
        past = self.history[np.arange(clock - minutes + 1, clock + 1) % MEMORY]
        there = ~np.isnan(past[:, 0])
        known = np.maximum.accumulate(np.where(there, np.arange(minutes), int(np.argmax(there))))
        filled: NDArray[np.float64] = past[known]
        return filled


def measured(frame: Frame, layout: Layout) -> NDArray[np.float64]:
    """Vector mean (east, north; m/s; where the air goes to) over the devices that sent speed and direction."""
    columns = [layout.column["wind_speed"], layout.column["wind_direction"]]
    pairs = frame.values[:, columns].astype(np.float64)
    good = ~np.isnan(pairs).any(axis=1) & (frame.qc[:, columns] == Qc.GOOD).all(axis=1)
    if not good.any():
        return np.full(2, np.nan)
    speed, direction = pairs[good, 0], np.radians(pairs[good, 1])
    return np.array([-(speed * np.sin(direction)).mean(), -(speed * np.cos(direction)).mean()])
