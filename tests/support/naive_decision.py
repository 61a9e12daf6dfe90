"""Slow and obvious twins of the kernels that weigh evidence and decide, one device at a time, floats and lists."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations

from alerts.detector.network import Network
from alerts.detector.tuning import Numbers
from tests.support.naive import variation

NAN = math.nan


@dataclass
class Weigher:
    """Twin of `weigh` for one device."""

    p: Numbers
    fast: float = 0.0
    slow: float = 0.0
    fall: float = 0.0
    votes: list[bool] = field(default_factory=list)  # newest last

    def step(self, z: float, raw: float, level: float, unit: float, rough: float) -> float:
        """Own evidence from the excess `z`; `raw` is the last log value, `unit` the SD that counts, `rough` in logs."""
        if math.isnan(z):
            if math.isnan(raw):
                self.fast, self.slow, self.votes = 0.0, 0.0, []
            return NAN
        self.fast = 0.5 * self.fast + 0.5 * z
        self.slow = 0.7 * self.slow + 0.3 * z
        self.votes = [*self.votes, (raw - level) / unit > self.p.vote_above][-8:]
        below = min(max((level - raw) / unit, 0.0), 6.0)
        gain = self.p.fall_up if below > self.fall else self.p.fall_down
        self.fall += gain * (below - self.fall)
        noisy = self.p.fall_weight * max(self.fall - self.p.fall_free, 0.0)
        uneven = rough / unit - self.p.rough_share * self.slow
        return max(1.2 * self.fast, self.slow) - noisy - self.p.rough_weight * max(uneven - self.p.rough_free, 0.0)


@dataclass
class Device:
    """What `corroborate` looks at in a device: `trace` is its excess of the last minutes, oldest first, steps."""

    own: float
    z: float
    votes: int
    age: int
    scale: float
    trace: Sequence[float]
    suspected: bool


def together(own: float, others: Sequence[float]) -> float:
    """The best of all sets of neighbours that there are; 0 without any."""
    sets = [some for size in range(1, len(others) + 1) for some in combinations(others, size)]
    return max([1.25 * (own + sum(some)) / math.sqrt(2 * (len(some) + 1)) for some in sets], default=0.0)


def allies(network: Network, devices: Sequence[Device], i: int, p: Numbers) -> list[float]:
    """What the close neighbours see too, none of them more than `lean` times the own evidence."""
    close = [devices[int(j)].own for j in network.neighbours[i][: network.close[i]]]
    return [min(own, p.lean * devices[i].own) for own in close if own > p.vote_above]


def doubt(network: Network, devices: Sequence[Device], i: int, wind: tuple[float, float], p: Numbers) -> float:
    """What a passing front takes off a score."""
    near = [int(j) for j in network.neighbours[i] if j >= 0 and not math.isnan(devices[int(j)].z)]

    def is_upwind(j: int) -> bool:
        east, north = float(network.x[j] - network.x[i]), float(network.y[j] - network.y[i])
        return east * wind[0] + north * wind[1] < 0

    off = p.blind if sum(map(is_upwind, near)) < 3 else 0.0
    if near:
        fall = sum(devices[j].z < -1.5 for j in near) / len(near)
        rise = sum(devices[j].z > 1.0 for j in near) / len(near)
        off += p.turmoil * (max(fall - p.may_fall, 0.0) + max(rise - p.may_rise, 0.0))
    return off


def score(
    network: Network, devices: Sequence[Device], i: int, wind: tuple[float, float], p: Numbers
) -> tuple[float, bool]:
    """Twin of `corroborate` for one device: its score, and whether it is now suspected of a step."""
    one = devices[i]
    if math.isnan(one.own) or one.age < p.prime:
        return NAN, one.suspected
    alone = one.own if one.votes >= p.votes else min(one.own, 0.0)
    if one.votes < 2:
        return alone, False
    if one.own <= 0:
        return alone, one.suspected
    others, suspected = allies(network, devices, i, p), one.suspected
    if alone > p.threshold:
        enough = p.lively if suspected else p.flat
        suspected = not others and variation(one.trace, one.votes) < enough
        alone = 0.0 if suspected else alone
    best = max(alone, together(one.own, others))
    if best > p.threshold:
        best -= doubt(network, devices, i, wind, p) + p.wide * max(one.scale / p.scale_floor - p.may_vary, 0.0)
    return best, suspected
