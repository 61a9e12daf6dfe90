"""Slow and obvious twins of the kernels of attribution: one place, one witness, one minute at a time."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alerts.detector.state import NO_TRACE, TRACE_STEP
from alerts.detector.tuning import Plume
from alerts.plume import (
    ALREADY,
    BEGINS,
    BINS,
    COARSE,
    ENDS,
    EXPECTED,
    FADED,
    FINE,
    FREEDOM,
    LEAST_RISE,
    MISFIT,
    NEAREST,
    SMALLEST,
    SPREAD,
    STRENGTHS,
    USUAL,
    VISIBLE,
    Sky,
    View,
)
from tests.support.naive import plume

Floats = NDArray[np.floating]


class Hit(NamedTuple):
    """The plume of a place comes past a witness."""

    expected: float  # ln of the increment for 1 g/s, in backgrounds
    seen: float  # log excess
    left: int  # minute in which the air left the place
    pro: float
    con: float


def hits(place: Sequence[float], view: View, air: Sky, scale: Plume) -> list[Hit]:
    """All of a place."""
    out = []
    minutes = view.seen.shape[1]
    for s, witness in enumerate(view.xy.tolist()):
        for i in range(minutes):
            now = len(air.east) - minutes + i
            found = None if view.seen[s, i] == NO_TRACE else brought(place, witness, air, now, scale)
            if found:
                seen = float(view.seen[s, i] * TRACE_STEP)
                out.append(Hit(found[0] - view.level[s], seen, found[1], float(view.pro[s]), float(view.con[s])))
    return out


def brought(
    place: Sequence[float], witness: Sequence[float], air: Sky, now: int, scale: Plume
) -> tuple[float, int] | None:
    """Ln of what 1 g/s from a place adds at a witness, and when it left; None outside the plume."""
    dx, dy = witness[0] - place[0], witness[1] - place[1]
    distance = max(math.hypot(dx, dy), min(NEAREST, scale.reach / 150))
    left = max(now - int(distance * air.pace[now]), 0)
    u, v = air.east[now] + air.east[left], air.north[now] + air.north[left]
    norm = math.hypot(u, v) + 1e-9
    along, across = (dx * u + dy * v) / norm, abs(dy * u - dx * v) / norm
    if distance > scale.reach or along <= 0:
        return None
    step = scale.reach / BINS
    middle = (min(int(along / step), BINS - 1) + 0.5) * step
    size = (scale.across, scale.up, scale.turning)
    axis, beside = plume(middle, 0, size), plume(middle, across, size)
    if beside <= 0 or math.log(axis / beside) >= FADED:
        return None
    return math.log(beside) + float(air.slow[now]), left


def gain(seen: float, expected: float, noise: float, trust: float) -> float:
    """Log likelihood ratio of a log excess for an increment (ln, in backgrounds) against none."""
    step = math.floor((expected - SMALLEST) / FINE + 0.5)
    if step < 0:
        return 0.0
    rise = math.log1p(math.exp(SMALLEST + FINE * min(step, EXPECTED - 1)))
    return trust * (student(seen - rise, noise + MISFIT * rise) - student(seen, noise)) if rise >= VISIBLE else 0.0


def student(error: float, scale: float) -> float:
    """Log density but for a constant."""
    return -(FREEDOM + 1) / 2 * math.log1p((error / scale) ** 2 / FREEDOM) - math.log(scale)


def ratio(place: Sequence[float], view: View, air: Sky, scale: Plume) -> tuple[float, float]:
    """Twin of `match` for one place: log likelihood ratio and ln of the best strength."""
    found = hits(place, view, air, scale)
    if not found:
        return 0.0, -math.inf
    product = sum(h.pro * math.exp(h.expected) * max(math.expm1(h.seen), LEAST_RISE) for h in found)
    best = math.log(product / sum(h.pro * math.exp(2 * h.expected) for h in found))
    usual = USUAL + 2 * math.log(scale.reach) + float(view.level.mean())
    total = 0.0
    for k in range(STRENGTHS):
        strength = best + FINE * COARSE * (k - STRENGTHS // 2)
        by_minute = dict.fromkeys(range(min(h.left for h in found), max(h.left for h in found) + 1), 0.0)
        for h in found:
            one = gain(h.seen, h.expected + strength, scale.noise, scale.trust)
            by_minute[h.left] += one * (h.pro if one > 0 else h.con)
        unusual = 0.5 * ((strength - usual) / SPREAD) ** 2
        total += math.exp(released(list(by_minute.values())) - unusual) / STRENGTHS
    return math.log(total), best


def released(gains: Sequence[float]) -> float:
    """Log of the mean likelihood ratio over all beginnings and ends of one release."""
    n = len(gains)
    total = (1 - ALREADY) * (1 - BEGINS) ** (n - 1)  # never
    for first in range(n):
        begins = ALREADY if first == 0 else (1 - ALREADY) * (1 - BEGINS) ** (first - 1) * BEGINS
        for last in range(first, n):
            ends = (1 - ENDS) ** (last - first) * (1.0 if last == n - 1 else ENDS)
            total += begins * ends * math.exp(sum(gains[first : last + 1]))
    return math.log(total)
