"""Slow and obvious twins of the kernels: what they must compute, written to be read, one device at a time."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from alerts.detector.network import STACKED_M, K, Network
from alerts.detector.tuning import Numbers

Floats = NDArray[np.floating]
NAN = math.nan


def neighbours(xy: Floats, reach: float) -> list[list[int]]:
    """The K nearest of every place, nearest first, without those on the same spot."""
    out = []
    for i in range(len(xy)):
        apart = np.hypot(*(xy - xy[i]).T)
        near = [j for j in np.argsort(apart, kind="stable") if j != i and STACKED_M <= apart[j] <= reach]
        out.append([int(j) for j in near[:K]])
    return out


def references(network: Network, offered: Floats, wind: tuple[float, float] | None, p: Numbers) -> list[float]:
    """Quantile of what the neighbours offer, raised to the medians of the two half-planes that face upwind."""
    out = []
    for i in range(len(network.x)):
        near = [int(j) for j in network.neighbours[i] if j >= 0 and not math.isnan(offered[j])]
        if len(near) < 3:
            out.append(NAN)
            continue
        best = float(np.quantile(offered[near], p.quantile))
        if p.guard and wind:
            u, v = wind
            for east, north in ((u + v, v - u), (u - v, v + u)):  # the wind turned by 45 degrees to either hand
                side = [
                    j for j in near if (network.x[j] - network.x[i]) * east + (network.y[j] - network.y[i]) * north < 0
                ]
                if len(side) >= 3:
                    best = max(best, float(np.median(offered[side])))
        out.append(best)
    return out


@dataclass
class Sensor:
    """Twin of `sense` for one device, with its whole history in lists."""

    p: Numbers
    floor: float
    received: list[float] = field(default_factory=list)  # log values since the window began anew
    sent: list[float] = field(default_factory=list)  # all raw values
    run: int = 0
    repeat: float = 0.01
    gap: int = 255

    def step(self, value: float, flagged: bool) -> float:
        """The judged log value of a minute, NaN where it is no evidence."""
        if math.isnan(value) or flagged:
            self.gap += 1
            if self.gap > self.p.gap:
                self.received = []
            return NAN
        same = bool(self.sent) and value == self.sent[-1]
        self.run = self.run + 1 if same else 0
        if self.run <= 3:
            self.repeat += self.p.repeat_gain * (same - self.repeat)
        self.sent.append(value)
        self.gap = 0
        self.received.append(math.log(max(value, 0) + self.floor))
        window = self.received[-3:]
        likely = min(max(self.repeat, 1e-4), 0.98)
        if self.run >= max(3, math.log(self.p.unlikely) / math.log(likely)):
            self.received = []
            return NAN
        if len(window) == 1:
            return NAN
        return sorted(window)[1] if len(window) == 3 else min(window)


@dataclass
class Baseline:
    """Twin of `track` for one device."""

    p: Numbers
    age: int = 0
    bias: float = 0
    base: float = 0
    scale: float = 0.12

    def step(self, y: float, reference: float) -> float:
        """The excess of a minute in SDs."""
        if math.isnan(y) or math.isnan(reference):
            self.age = max(self.age, 0 if math.isnan(y) else 1)
            return NAN
        early = max(1, self.p.settle / (self.age + 1))
        self.age += 1
        unit = max(self.scale, self.p.scale_floor)
        apart = y - reference - self.bias
        excess = apart - self.base
        z = excess / unit
        slow = self.p.held if abs(z) > self.p.held_above and early <= 1 else 1
        clipped = math.copysign(min(abs(z), self.p.base_clip), z)
        self.base += min(self.p.base_gain * slow * early, 0.5) * clipped * unit
        self.bias += self.p.bias_gain * early * math.copysign(1, apart)
        wider = abs(excess) > 0.6745 * self.scale
        self.scale *= math.exp(min(self.p.scale_gain * early, 0.2) * (1 if wider else -1))
        return math.copysign(min(abs(z), 30), z)


def means(z: Sequence[float], gain: float) -> float:
    """Exponentially weighted mean of a series that started at zero."""
    mean = 0.0
    for value in z:
        mean = (1 - gain) * mean + gain * value
    return mean


def together(own: float, others: Sequence[float]) -> float:
    """The best of all subsets of the neighbours, by trying every size of every choice."""
    best = 0.0
    for k in range(1, len(others) + 1):
        top = sum(sorted(others, reverse=True)[:k])
        best = max(best, 1.25 * (own + top) / math.sqrt(2 * (k + 1)))
    return best


def variation(trace: Sequence[float], votes: int) -> float:
    """SD over mean of the newest `votes` - 1 known values of the last eight minutes."""
    known = [e for e in reversed(trace[-8:]) if not math.isnan(e)][: votes - 1]
    if len(known) < 2 or sum(known) <= 0:
        return math.inf
    mean = math.fsum(known) / len(known)
    return math.sqrt(math.fsum((e - mean) * (e - mean) for e in known) / len(known)) / mean


def alarms(scores: Sequence[float], own: Sequence[float], p: Numbers) -> list[bool]:
    """Twin of `decide` for one device: the alarm after each minute."""
    out: list[bool] = []
    on, quiet = False, 0
    over = [False, False]
    for score, evidence in zip(scores, own, strict=True):
        over.append(score > p.threshold)
        quiet = 0 if evidence > p.closing * p.threshold else quiet + 1
        if not on and over[-1] and (sum(over[-3:]) >= 2 or score > p.at_once * p.threshold):
            on, quiet = True, 0
        elif on and quiet >= p.quiet:
            on = False
        out.append(on)
    return out


def plume(along: float, across: float, size: tuple[float, float, float]) -> float:
    """Gaussian plume of 1 g/s in a wind of 1 m/s, µg/m³ at the ground; Briggs' urban dispersion for neutral air."""
    start, up, turning = size
    if along <= 0:
        return 0.0
    sigma_y = 0.16 * along / math.sqrt(1 + 0.0004 * along) + turning * along + start
    sigma_z = 0.14 * along / math.sqrt(1 + 0.0003 * along) + up
    return 1e6 / (math.pi * sigma_y * sigma_z) * math.exp(-(across**2) / (2 * sigma_y**2))
