"""What one release from a place would have brought to the witnesses, and how well that fits what they saw: kernels."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from alerts.detector.state import NO_TRACE, TRACE_STEP
from alerts.detector.tuning import Plume

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NEAREST = 15.0  # m, and never more than a hundredth of the reach
DELAY = 1  # min by which the median of three values comes late
DIRECTIONS = 3  # minutes of wind averaged: what a mast says of a single minute is half noise
SPEEDS = 7
SLOWEST = 0.3  # m/s
BEGINS = 0.01  # a minute: probability that a place begins to release
ENDS = 0.03  # a minute: that it ends
ALREADY = 0.08  # that it releases before anybody could know
MISFIT = 0.6  # of the expected log excess: gusts, meanders
FREEDOM = 4.0  # degrees of freedom of Student's t
VISIBLE = 0.03  # log units under which nothing is expected
LEAST_RISE = 1e-3  # of the background, that the best strength is made of
USUAL = -20.0  # ln of a usual strength over background times squared reach: such as are found at that scale
SPREAD = 2.0  # e-folds around it
FADED = 8.0  # e-folds beside the axis of a plume beyond which it is nothing
BINS = 512  # of distance along a plume
FINE = 0.25 * np.log(2.0)  # e-folds from one expected increment to the next in the table
COARSE = 3  # of these from one strength to the next
STRENGTHS = 7  # tried around the best fit
SMALLEST = np.log(0.01)  # ln of the first expected increment, in backgrounds
EXPECTED = 72  # of them

RISES = np.maximum(np.expm1(np.arange(-127, 128) * TRACE_STEP), LEAST_RISE)  # of every step seen


class Sky(NamedTuple):
    """The smoothed wind of every minute, the last ones those of the trail."""

    east: Floats  # unit vector of where it blows to
    north: Floats
    slow: Floats  # -ln(m/s)
    pace: Floats  # minutes a metre
    mean: Floats  # (3,) mean unit vector (2) and cosine of the widest deviation from it


class View(NamedTuple):
    """What the witnesses saw, minute by minute."""

    xy: Floats  # (S, 2) m
    seen: Ints  # (S, T) log excess in steps of TRACE_STEP, NO_TRACE: no evidence
    level: Floats  # (S,) ln(background + floor)
    pro: Floats  # (S,) weight of what speaks for a place
    con: Floats  # (S,) and against it


class Curves(NamedTuple):
    """The plume along its axis, in BINS equal distances up to the reach."""

    peak: Floats  # ln of the increment for 1 g/s at 1 m/s on the axis
    narrow: Floats  # 1 / (2 SD across ** 2)
    nearest: float  # m
    reach: float
    across: float


class Hits(NamedTuple):
    """Where and when the plume of a place comes past a witness: room for all minutes of all of them."""

    expected: Floats  # ln of the increment for 1 g/s, in backgrounds
    seen: Ints
    left: Ints  # minute of the wind in which the air left the place
    who: Ints


def sky(winds: Floats) -> Sky:
    """The winds (minutes, 2), m/s, where they blow to, smoothed and late by DELAY as the devices' values are."""
    speed = np.hypot(winds[:, 0], winds[:, 1])
    unit = winds / np.maximum(speed, 1e-3)[:, None]
    east, north = (_running_mean(unit[:, axis], DIRECTIONS)[: len(winds) - DELAY] for axis in (0, 1))
    norm = np.maximum(np.hypot(east, north), 1e-6)
    east, north = east / norm, north / norm
    mean = np.array([east.mean(), north.mean()])
    mean /= max(np.hypot(*mean), 1e-6)
    widest = float((east * mean[0] + north * mean[1]).min())
    smooth = np.maximum(_running_mean(speed, SPEEDS), SLOWEST)[: len(winds) - DELAY]
    return Sky(east, north, -np.log(smooth), 1 / (60 * smooth), np.array([*mean, widest]))


def _running_mean(values: Floats, window: int) -> Floats:
    """Centred, the ends repeated."""
    padded = np.pad(values, window // 2, mode="edge")
    total = np.concatenate([[0.0], np.cumsum(padded)])
    mean: Floats = (total[window:] - total[:-window]) / window
    return mean


@njit(nogil=True, cache=False)
def plume(along: float, across: float, scale: Plume) -> float:
    """Increment at the ground (µg/m³ for 1 g/s and 1 m/s) so many metres downwind and beside.

    Gaussian plume with the urban dispersion of Briggs (1973) for neutral air.
    """
    sy = 0.16 * along / np.sqrt(1 + 0.0004 * along) + scale.turning * along + scale.across
    sz = 0.14 * along / np.sqrt(1 + 0.0003 * along) + scale.up
    return float(1e6 / (np.pi * sy * sz) * np.exp(-across * across / (2 * sy * sy)))


@lru_cache(maxsize=8)
def curves(scale: Plume) -> Curves:
    """The plume at the middle of every bin."""
    along = (np.arange(BINS) + 0.5) * scale.reach / BINS
    peak = np.array([np.log(plume(a, 0.0, scale)) for a in along])
    beside = np.array([np.log(plume(a, scale.across, scale)) for a in along])
    nearest = min(NEAREST, scale.reach / 150)
    return Curves(peak, (peak - beside) / scale.across**2, nearest, scale.reach, scale.across)


@lru_cache(maxsize=8)
def gains(noise: float, trust: float) -> Floats:
    """Log likelihood ratio of a seen excess (rows, -127 … 127 steps) for every expected increment against none.

    Student's t whose scale is the `noise` of a minute and MISFIT of what is expected; `trust` is the share of a
    minute that is news, because minutes resemble the ones before.
    """
    seen = np.arange(-127, 128)[:, None] * TRACE_STEP
    expected = np.log1p(np.exp(SMALLEST + FINE * np.arange(EXPECTED)))[None]
    scale = noise + MISFIT * expected
    half = (FREEDOM + 1) / 2
    with_it = -half * np.log1p(((seen - expected) / scale) ** 2 / FREEDOM) - np.log(scale)
    without = -half * np.log1p((seen / noise) ** 2 / FREEDOM) - np.log(noise)
    table: Floats = np.where(expected >= VISIBLE, trust * (with_it - without), 0.0)
    return table


def match(places: Floats, view: View, air: Sky, scale: Plume) -> tuple[Floats, Floats]:
    """Log likelihood ratio (H,) of one release from each place (H, 2) against none, and ln of its best strength.

    The strength is marginalised, and so are the minutes in which the release begins and ends.
    """
    ratio, strength = np.zeros(len(places)), np.zeros(len(places))
    fit(places, view, air, curves(scale), gains(scale.noise, scale.trust), ratio, strength)
    return ratio, strength


@njit(nogil=True, cache=False)
def fit(  # noqa: PLR0913
    places: NDArray[np.floating],
    view: View,
    air: Sky,
    shape: Curves,
    table: NDArray[np.floating],
    ratio: NDArray[np.floating],
    strength: NDArray[np.floating],
) -> None:
    """Fill in `ratio` and `strength` of every place."""
    room = view.seen.size
    hits = Hits(np.empty(room), np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.int64))
    minutes, usual = len(air.east), USUAL + 2 * np.log(shape.reach) + view.level.mean()
    gain = np.zeros((minutes, STRENGTHS))
    for h in range(len(places)):
        count = gather(places[h], view, air, shape, hits)
        strength[h] = best_strength(hits, count, view)
        if count == 0:
            continue
        first, last = hits.left[:count].min(), hits.left[:count].max()
        gain[first : last + 1] = 0.0
        weigh(hits, count, view, table, strength[h], gain)
        total = -np.inf
        for k in range(STRENGTHS):
            q = strength[h] + FINE * COARSE * (k - STRENGTHS // 2)
            unusual = 0.5 * ((q - usual) / SPREAD) ** 2
            total = np.logaddexp(total, release(gain, k, first, last) - unusual)
        ratio[h] = total - np.log(STRENGTHS)


@njit(nogil=True, cache=False)
def gather(place: NDArray[np.floating], view: View, air: Sky, shape: Curves, hits: Hits) -> int:
    """How many hits there are: the air that arrives now left one travel time ago, along the mean wind of both."""
    minutes = view.seen.shape[1]
    past, count = len(air.east) - minutes, 0
    for s in range(len(view.xy)):
        dx, dy = view.xy[s, 0] - place[0], view.xy[s, 1] - place[1]
        d = max(np.hypot(dx, dy), shape.nearest)
        if d > shape.reach or away(dx, dy, d, air, shape):
            continue
        for now in range(past, past + minutes):
            left = max(now - int(d * air.pace[now]), 0)
            east, north = air.east[now] + air.east[left], air.north[now] + air.north[left]
            along, across = dx * east + dy * north, abs(dy * east - dx * north)
            if along <= 0 or across > along + 8 * shape.across or view.seen[s, now - past] == NO_TRACE:
                continue
            norm = np.sqrt(east * east + north * north) + 1e-9
            b = min(int(along / norm * BINS / shape.reach), BINS - 1)
            faded = shape.narrow[b] * (across / norm) ** 2
            if faded < FADED:
                hits.expected[count] = shape.peak[b] - faded + air.slow[now] - view.level[s]
                hits.seen[count], hits.left[count], hits.who[count] = view.seen[s, now - past], left, s
                count += 1
    return count


@njit(nogil=True, cache=False)
def away(dx: float, dy: float, d: float, air: Sky, shape: Curves) -> bool:
    """Whether no wind of the whole time comes within 45 degrees of carrying so far east and north."""
    if air.mean[2] < 0.1 or d < 20 * shape.across:
        return False
    towards = (dx * air.mean[0] + dy * air.mean[1]) / d
    return bool(np.arccos(min(max(towards, -1.0), 1.0)) > np.arccos(air.mean[2]) + np.pi / 4)


@njit(nogil=True, cache=False)
def best_strength(hits: Hits, count: int, view: View) -> float:
    """Ln of the least-squares strength (g/s), small where nothing was seen; -inf without hits."""
    product, square = 0.0, 0.0
    for x in range(count):
        g, weight = np.exp(hits.expected[x]), view.pro[hits.who[x]]
        product += weight * g * RISES[hits.seen[x] + 127]
        square += weight * g * g
    return float(np.log(product / square)) if count else -np.inf


@njit(nogil=True, cache=False)
def weigh(
    hits: Hits,
    count: int,
    view: View,
    table: NDArray[np.floating],
    strength: float,
    gain: NDArray[np.floating],
) -> None:
    """Add up the evidence (minutes, STRENGTHS) by the minute in which the air left the place."""
    lowest = strength - SMALLEST - FINE * COARSE * (STRENGTHS // 2)
    for x in range(count):
        at = int(np.floor((hits.expected[x] + lowest) / FINE + 0.5))
        s = hits.who[x]
        for k in range(STRENGTHS):
            j = min(at + COARSE * k, EXPECTED - 1)
            if j >= 0:
                evidence = table[hits.seen[x] + 127, j]
                gain[hits.left[x], k] += evidence * (view.pro[s] if evidence > 0 else view.con[s])


@njit(nogil=True, cache=False)
def release(gain: NDArray[np.floating], k: int, first: int, last: int) -> float:
    """Log likelihood ratio of one release of unknown beginning and end: forward algorithm over off, on, over."""
    off, on, over, log = 1 - ALREADY, ALREADY, 0.0, 0.0
    for m in range(first, last + 1):
        g = gain[m, k]
        if g > 0:
            log += g
            off, over = off * np.exp(-g), over * np.exp(-g)
        elif g < 0:
            on *= np.exp(g)
        over += on * ENDS
        on, off = on * (1 - ENDS) + off * BEGINS, off * (1 - BEGINS)
        total = off + on + over
        log += np.log(total)
        off, on, over = off / total, on / total, over / total
    return float(log)
