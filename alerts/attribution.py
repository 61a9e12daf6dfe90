"""Who may it be: the excess around an alert against what a plume from each possible source would have brought."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from alerts.alert import Attribution, Candidate
from alerts.detector.network import Network
from alerts.detector.panel import Panel
from alerts.detector.state import NO_TRACE, TRACE, TRACE_STEP

Floats = NDArray[np.float64]

REACH = 5000.0  # m, farthest source considered, and farthest device that bears witness
WITNESSES = 64
KEEP = 60  # minutes after the opening that are kept
AGAIN = (0, 10, 20, 40)  # minutes after the opening at which the question is asked anew
BLOCK = 5  # minutes averaged
TRAVEL = 90  # minutes of wind before the first block
CALM = 0.6  # m/s
LATTICE = 500.0  # m between the unregistered places considered
REGISTERED = 0.8  # prior share of emissions that come from a registered enterprise
NAMED = 10  # candidates given
STRENGTHS = np.exp2(np.arange(-4, 4.01, 0.5))  # tried, in units of the best fit


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

    floor: float
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
    network: Network = panel.network
    distance = np.hypot(network.x - network.x[place], network.y - network.y[place])
    count = min(WITNESSES, int((distance <= REACH).sum()))
    places = np.argsort(distance, kind="stable")[:count].astype(np.int32)
    level = np.nan_to_num(panel.minute.level[places], nan=float(panel.minute.level[place])).astype(np.float64)
    trail = Trail(panel.floor, places, xy[network.order[places]], level)
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
    near = np.flatnonzero(np.hypot(*(sites - here).T) <= REACH)
    lattice = _lattice(trail.xy)
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


def _lattice(xy: Floats) -> Floats:
    """Places every LATTICE metres around the nearest half of the witnesses."""
    core = xy[: max(len(xy) // 2, 1)]
    low, high = core.min(axis=0) - 2 * LATTICE, core.max(axis=0) + 2 * LATTICE
    east, north = np.meshgrid(np.arange(low[0], high[0], LATTICE), np.arange(low[1], high[1], LATTICE))
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
    respond(places, trail.xy, winds, response)
    out = np.empty(len(places))
    match(observed, response, np.exp(trail.level), STRENGTHS, out)
    return out


def _block_means(excess: Floats, blocks: int) -> Floats:
    known = ~np.isnan(excess)
    shape = (blocks, BLOCK, excess.shape[1])
    count = known.reshape(shape).sum(axis=1)
    total = np.where(known, excess, 0).reshape(shape).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


@njit(nogil=True, cache=False)
def respond(places, witnesses, winds, response):  # type: ignore[no-untyped-def]
    """Mean plume increment (µg/m³ for 1 g/s) of every place at every witness in every block (H, B, S).

    Gaussian plume with the urban dispersion of Briggs (1973) for neutral air; the air that arrives now left the
    source one travel time ago, along the mean of the winds then and now.
    """
    blocks = response.shape[1]
    for h in range(len(places)):
        for s in range(len(witnesses)):
            dx, dy = witnesses[s, 0] - places[h, 0], witnesses[s, 1] - places[h, 1]
            d = max(np.hypot(dx, dy), 15.0)
            if d > REACH:
                continue
            for t in range(blocks * BLOCK):
                now = t + TRAVEL
                speed = max(np.hypot(winds[now, 0], winds[now, 1]), 0.3)
                left = max(now - int(d / speed / 60), 0)
                before = max(np.hypot(winds[left, 0], winds[left, 1]), 0.3)
                u = winds[now, 0] / speed + winds[left, 0] / before
                v = winds[now, 1] / speed + winds[left, 1] / before
                along = dx * u + dy * v
                norm = np.hypot(u, v)
                if along <= 5.0 * norm or norm < 1e-3:
                    continue
                along, across = along / norm, (dy * u - dx * v) / norm
                sy = 0.16 * along / np.sqrt(1 + 0.0004 * along) + 0.1 * along + 15.0
                sz = 0.14 * along / np.sqrt(1 + 0.0003 * along) + 5.0
                e = across * across / (2 * sy * sy)
                if e < 8:
                    response[h, t // BLOCK, s] += 1e6 / BLOCK / (np.pi * speed * sy * sz) * np.exp(-e)


@njit(nogil=True, cache=False)
def match(observed, response, level, strengths, out):  # type: ignore[no-untyped-def]
    """Log likelihood (H,) of the observed log excess (B, S): Student errors, each block on or off."""
    blocks, count = observed.shape
    on = np.empty(blocks)
    off = np.zeros(blocks)
    for b in range(blocks):
        for s in range(count):
            if not np.isnan(observed[b, s]):
                off[b] += likelihood(observed[b, s], 0.0)
    for h in range(len(response)):
        best = best_strength(observed, response[h], level)
        out[h] = 0.0
        for k in range(len(strengths)):
            strength = best * strengths[k]
            total = 0.0
            for b in range(blocks):
                on[b] = off[b]
                for s in range(count):
                    g = response[h, b, s]
                    if g > 0 and not np.isnan(observed[b, s]):
                        expected = np.log(1 + strength * g / level[s])
                        on[b] += likelihood(observed[b, s], expected) - likelihood(observed[b, s], 0.0)
                high = max(on[b], off[b])
                total += high + np.log(0.6 * np.exp(on[b] - high) + 0.4 * np.exp(off[b] - high))
            out[h] = total if k == 0 else np.logaddexp(out[h], total)


@njit(nogil=True, cache=False)
def likelihood(observed, expected):  # type: ignore[no-untyped-def]
    """Log density of Student's t with four degrees of freedom; errors grow with what is expected."""
    scale = np.sqrt(0.1**2 + (0.5 * expected) ** 2)
    return -2.5 * np.log(1 + ((observed - expected) / scale) ** 2 / 4) - np.log(scale)


@njit(nogil=True, cache=False)
def best_strength(observed, response, level):  # type: ignore[no-untyped-def]
    """Least-squares strength of the excess concentrations (B, S) on the response; small where there is none."""
    product, square = 1e-9, 1e-6
    for b in range(len(observed)):
        for s in range(observed.shape[1]):
            g = response[b, s] / level[s]
            if g > 0 and not np.isnan(observed[b, s]):
                product += g * max(np.exp(observed[b, s]) - 1, 0.0)
                square += g * g
    return product / square
