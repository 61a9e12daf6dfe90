"""Who may it be: the excess around an alert against what a plume from each possible source would have brought."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from alerts.alert import Attribution, Candidate
from alerts.detector.panel import Panel
from alerts.detector.state import NO_TRACE, TRACE, TRACE_STEP
from alerts.detector.tuning import Plume

Floats = NDArray[np.float64]

WITNESSES = 64
BLOCK = 5  # minutes averaged
TRAVEL = 90  # minutes of wind before the first block
CALM = 0.6  # m/s
REGISTERED = 0.8  # prior share of emissions that come from a registered enterprise
NEAREST = 15.0  # m
NOISE = 0.05  # log units, of a block without a plume
MISFIT = 0.3  # of the expected log excess
TRUST = 1.0  # in the independence of the witnesses
ON = 0.35  # prior share of blocks in which the source works
NAMED = 10  # candidates given
STRENGTHS = np.exp2(np.arange(-3, 3.01, 0.75))  # tried, in units of the best fit


class Source(NamedTuple):
    """Best estimate of the source: metres from the grid's corner, enterprises by posterior probability."""

    x: float
    y: float
    candidates: tuple[Candidate, ...]
    attribution: Attribution
    nobody: float  # probability that it is nobody of the registry
    wind: tuple[float, float] | None  # mean wind, m/s east and north, where it blows to


@dataclass(slots=True)
class Trail:
    """What the devices around an alert saw, minute by minute, from shortly before it opened."""

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


def attribute(trail: Trail, winds: Floats, enterprises: Sequence[str], sites: Floats) -> Source:
    """Posterior over the enterprises at `sites` (E, 2) and a lattice of other places.

    `winds` (minutes of the trail + TRAVEL, 2) m/s, where it blows to; NaN: nobody measures.
    """
    excess = np.array(trail.excess, np.float64)
    excess = excess[len(excess) % BLOCK :]
    here = _centre(excess, trail.xy)
    mean = winds[TRAVEL:].mean(axis=0)
    if np.isnan(mean[0]):
        return Source(*here, (), "none", 1.0, None)
    wind = (round(float(mean[0]), 2), round(float(mean[1]), 2))
    if np.hypot(winds[TRAVEL:, 0], winds[TRAVEL:, 1]).mean() < CALM:
        return Source(*here, (), "calm", 1.0, wind)
    near = np.flatnonzero(np.hypot(*(sites - here).T) <= trail.plume.reach)
    lattice = _lattice(trail.xy, trail.plume.lattice)
    places = np.concatenate([sites[near], lattice])
    prior = np.concatenate(
        [np.full(len(near), REGISTERED / max(len(near), 1)), np.full(len(lattice), (1 - REGISTERED) / len(lattice))]
    )
    support = _likelihood(trail, excess, winds[len(trail.excess) % BLOCK :], places) + np.log(prior)
    posterior = np.exp(support - support.max())
    posterior /= posterior.sum()
    best = np.argsort(-posterior[: len(near)], kind="stable")[:NAMED]
    candidates = tuple(
        Candidate(enterprises[near[i]], round(float(posterior[i]), 4)) for i in best if posterior[i] >= 5e-4
    )
    x, y = median(places, posterior)
    return Source(x, y, candidates, "wind", round(float(posterior[len(near) :].sum()), 4), wind)


def _centre(excess: Floats, xy: Floats) -> tuple[float, float]:
    """Mean place of the witnesses, weighted by their highest five-minute excess."""
    known = np.where(np.isnan(excess), 0, excess)
    blocks = known.reshape(-1, BLOCK, known.shape[1]).mean(axis=1)
    weight = np.maximum(blocks.max(axis=0), 1e-6) ** 2
    x, y = (weight @ xy) / weight.sum()
    return float(x), float(y)


def _lattice(xy: Floats, step: float) -> Floats:
    """Places every `step` metres around the nearest half of the witnesses."""
    core = xy[: max(len(xy) // 2, 1)]
    low, high = core.min(axis=0) - 2 * step, core.max(axis=0) + 2 * step
    east, north = np.meshgrid(np.arange(low[0], high[0], step), np.arange(low[1], high[1], step))
    return np.column_stack([east.ravel(), north.ravel()])


def median(places: Floats, weight: Floats) -> tuple[float, float]:
    """Geometric median of weighted places (Weiszfeld): the estimate with the least expected error in metres."""
    at: Floats = places[int(np.argmax(weight))].astype(np.float64)
    for _ in range(50):
        pull = weight / np.maximum(np.hypot(*(places - at).T), 1.0)
        at = (pull @ places) / pull.sum()
    return float(at[0]), float(at[1])


def _likelihood(trail: Trail, excess: Floats, winds: Floats, places: Floats) -> Floats:
    """Log likelihood of every place, the strength marginalised."""
    blocks = len(excess) // BLOCK
    observed = _block_means(excess, blocks)
    response = np.zeros((len(places), blocks, len(trail.xy)))
    respond(places, trail.xy, winds, trail.plume, response)
    out = np.empty(len(places))
    weight = np.exp(-(np.hypot(*(trail.xy - trail.xy[0]).T) ** 2) / trail.plume.neighbourhood**2)
    match(observed, response, np.exp(trail.level), weight, STRENGTHS, out)
    return out


def _block_means(excess: Floats, blocks: int) -> Floats:
    known = ~np.isnan(excess)
    shape = (blocks, BLOCK, excess.shape[1])
    count = known.reshape(shape).sum(axis=1)
    total = np.where(known, excess, 0).reshape(shape).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


@njit(nogil=True, cache=False)
def respond(
    places: NDArray[np.floating],
    witnesses: NDArray[np.floating],
    winds: NDArray[np.floating],
    scale: Plume,
    response: NDArray[np.floating],
) -> None:
    """Mean plume increment (µg/m³ for 1 g/s) of every place at every witness in every block (H, B, S).

    Gaussian plume with the urban dispersion of Briggs (1973) for neutral air; the air that arrives now left the
    source one travel time ago, along the mean of the winds then and now.
    """
    minutes = response.shape[1] * BLOCK
    speed = np.maximum(np.hypot(winds[:, 0], winds[:, 1]), 0.3)
    u, v = winds[:, 0] / speed, winds[:, 1] / speed
    for h in range(len(places)):
        for s in range(len(witnesses)):
            dx, dy = witnesses[s, 0] - places[h, 0], witnesses[s, 1] - places[h, 1]
            d = max(np.hypot(dx, dy), NEAREST)
            if d > scale.reach:
                continue
            for now in range(TRAVEL, TRAVEL + minutes):
                left = max(now - int(d / (60 * speed[now])), 0)
                east, north = u[now] + u[left], v[now] + v[left]
                along, across = dx * east + dy * north, dy * east - dx * north
                if along <= 0 or abs(across) > along + 300:
                    continue
                norm = np.hypot(east, north) + 1e-6
                share = 1 / (speed[now] * BLOCK)
                response[h, (now - TRAVEL) // BLOCK, s] += share * plume(along / norm, across / norm, scale)


@njit(nogil=True, cache=False)
def plume(along: float, across: float, scale: Plume) -> float:
    """Increment at the ground (µg/m³ for 1 g/s and 1 m/s) so many metres downwind and beside."""
    sy = 0.16 * along / np.sqrt(1 + 0.0004 * along) + scale.turning * along + scale.across
    sz = 0.14 * along / np.sqrt(1 + 0.0003 * along) + scale.up
    return float(1e6 / (np.pi * sy * sz) * np.exp(-across * across / (2 * sy * sy)))


@njit(nogil=True, cache=False)
def match(
    observed: NDArray[np.floating],
    response: NDArray[np.floating],
    level: NDArray[np.floating],
    weight: NDArray[np.floating],
    strengths: NDArray[np.floating],
    out: NDArray[np.floating],
) -> None:
    """Log likelihood (H,) of the observed log excess (B, S): Student errors, each block on or off."""
    blocks, count = observed.shape
    on = np.zeros((len(strengths), blocks))
    for h in range(len(response)):
        best = best_strength(observed, response[h], level, weight)
        on[:] = 0.0
        for b in range(blocks):
            for s in range(count):
                g = best * response[h, b, s] / level[s]
                if np.isnan(observed[b, s]) or g * strengths[-1] < 0.03:
                    continue
                nothing = likelihood(observed[b, s], 0.0)
                for k in range(len(strengths)):
                    gain = likelihood(observed[b, s], np.log(1 + strengths[k] * g)) - nothing
                    on[k, b] += gain * weight[s] if gain > 0 else gain
        out[h] = -np.inf
        for k in range(len(strengths)):
            total = 0.0
            for b in range(blocks):
                gain = TRUST * on[k, b]
                total += max(gain, 0.0) + np.log(ON * np.exp(min(gain, 0.0)) + (1 - ON) * np.exp(-max(gain, 0.0)))
            out[h] = np.logaddexp(out[h], total)


@njit(nogil=True, cache=False)
def likelihood(observed: float, expected: float) -> float:
    """Log density of Student's t with four degrees of freedom; errors grow with what is expected."""
    scale = NOISE + MISFIT * expected
    error = (observed - expected) / scale
    return float(-2.5 * np.log(1 + error * error / 4) - np.log(scale))


@njit(nogil=True, cache=False)
def best_strength(
    observed: NDArray[np.floating],
    response: NDArray[np.floating],
    level: NDArray[np.floating],
    weight: NDArray[np.floating],
) -> float:
    """Least-squares strength of the excess concentrations (B, S) on the response; small where there is none."""
    product, square = 1e-9, 1e-6
    for b in range(len(observed)):
        for s in range(observed.shape[1]):
            g = response[b, s] / level[s]
            if g > 0 and not np.isnan(observed[b, s]):
                product += weight[s] * g * max(np.exp(observed[b, s]) - 1, 0.0)
                square += weight[s] * g * g
    return float(product / square)
