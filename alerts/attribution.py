"""Who may it be: the excess around an alert against what a release from each possible place would have brought."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alerts.alert import Attribution, Candidate
from alerts.detector.state import NO_TRACE, TRACE_STEP
from alerts.detector.tuning import Plume
from alerts.plume import DELAY, NEAREST, View, curves, match, plume, sky
from alerts.trail import Trail, begin

__all__ = ["NEAREST", "TRAVEL", "Guess", "Source", "Trail", "attribute", "begin", "median", "plume", "predict"]

Floats = NDArray[np.float64]

TRAVEL = 90  # minutes of wind before the first one of a trail
CALM = 0.6  # m/s
STEADY = 0.25  # mean resultant length of the wind's directions, under which it turns about
LIKELY = 0.5  # posterior of the best that is an answer all the same
TELLING = 0.12  # nats that the wind must tell about the places, else it carries no answer
REGISTERED = 0.8  # prior share of emissions that come from a registered enterprise
NAMED = 10  # candidates given
ALWAYS = 3  # of them, however unlikely
UNLIKELY = 5e-4  # posterior under which the others are not
SLIGHT = 0.01  # weight under which a witness is not heard
GUESSES = 4  # places kept to predict from
CERTAIN = 0.68  # share of the posterior within the radius
SMOOTH = 5  # minutes averaged to weigh the witnesses
PREMISES = 10  # sizes of a source from one end of an enterprise to the other


class Guess(NamedTuple):
    """A place that may be the source, and how strong it would be."""

    x: float
    y: float
    strength: float  # g/s, if the pollutant is in µg/m³
    share: float  # posterior probability


class Source(NamedTuple):
    """Best estimate of the source: metres from the grid's corner, enterprises by posterior probability."""

    x: float
    y: float
    candidates: tuple[Candidate, ...]
    attribution: Attribution
    nobody: float  # probability that it is nobody of the registry
    wind: tuple[float, float] | None  # mean wind, m/s east and north, where it blows to
    radius: float = np.nan  # m around x, y that hold CERTAIN of the posterior
    guesses: tuple[Guess, ...] = ()  # the likeliest places

    @property
    def unregistered(self) -> bool:
        """Whether it is likelier that it is nobody of the registry than that it is the likeliest enterprise."""
        return self.attribution == "wind" and self.nobody > max((c.score for c in self.candidates), default=0.0)


def attribute(
    trail: Trail, winds: Floats, enterprises: Sequence[str], sites: Floats, prior: Floats | None = None
) -> Source:
    """Posterior over the enterprises at `sites` (E, 2) and a lattice of other places.

    `winds` (minutes of the trail + TRAVEL, 2) m/s, where it blows to; NaN: nobody measures. `prior` (E,): how many
    times likelier than usual each enterprise is, for reasons other than the wind (`alerts.suspicion`).
    """
    excess = np.array(trail.excess, np.float64).reshape(len(trail.excess), len(trail.xy))
    here = _centre(excess, trail.xy)
    if not excess.size or np.isnan(winds).any():
        return Source(*here, (), "none", 1.0, None)
    mean = winds[TRAVEL:].mean(axis=0)
    wind = (round(float(mean[0]), 2), round(float(mean[1]), 2))
    if np.hypot(winds[TRAVEL:, 0], winds[TRAVEL:, 1]).mean() < CALM:
        return Source(*here, (), "calm", 1.0, wind)
    near = np.flatnonzero(np.hypot(*(sites - here).T) <= trail.plume.reach)
    lattice = _lattice(trail.xy, trail.plume.lattice)
    places = np.concatenate([sites[near], lattice])
    usual = np.log(_shares(len(near), len(lattice)))
    if prior is not None:
        usual[: len(near)] += np.log(prior[near])
    ratio, strength = match(places, _view(trail, excess), sky(winds), trail.plume)
    posterior = _normal(ratio + usual)
    silent = _steadiness(winds[TRAVEL:]) < STEADY or _told(posterior, _normal(usual)) < TELLING
    if silent and posterior[: len(near)].max(initial=0.0) < LIKELY:
        return Source(*here, (), "calm", 1.0, wind)
    x, y = median(places, posterior)
    width = np.where(np.arange(len(places)) < len(near), PREMISES * trail.plume.across, trail.plume.lattice)
    return Source(
        x,
        y,
        _candidates(posterior, [enterprises[int(i)] for i in near]),
        "wind",
        round(float(posterior[len(near) :].sum()), 4),
        wind,
        round(_radius(places, posterior, (x, y), width), 1),
        _guesses(places, posterior, strength),
    )


def predict(source: Source, xy: Floats, level: Floats, winds: Floats, scale: Plume) -> Floats:
    """Log excess (minutes, S) that a source would bring to devices at `xy` (S, 2) m if it released all the time.

    `level` (S,): ln(background + floor); `winds` (TRAVEL + minutes, 2) m/s as for `attribute`. Nothing of a source
    whose place is not known.
    """
    air, shape = sky(winds), curves(scale)
    rise = np.zeros((len(winds) - TRAVEL, len(xy)))
    now = np.arange(len(rise))[:, None] + TRAVEL - DELAY
    for guess in source.guesses:
        away = xy - np.array([guess.x, guess.y])
        d = np.maximum(np.hypot(*away.T), shape.nearest)
        left = np.maximum(now - (d * air.pace[now]).astype(np.int64), 0)
        east, north = air.east[now] + air.east[left], air.north[now] + air.north[left]
        norm = np.hypot(east, north) + 1e-9
        along = (away[:, 0] * east + away[:, 1] * north) / norm
        across = (away[:, 1] * east - away[:, 0] * north) / norm
        b = np.clip(along / shape.reach * len(shape.peak), 0, len(shape.peak) - 1).astype(np.int64)
        brought = np.exp(shape.peak[b] - shape.narrow[b] * across**2 + air.slow[now])
        rise += guess.share * guess.strength * np.where((along > 0) & (d <= scale.reach), brought, 0.0)
    expected: Floats = np.log1p(rise / np.exp(level))
    return expected


def _view(trail: Trail, excess: Floats) -> View:
    """The witnesses; what speaks for a place counts less the farther they are, for it may be another emission's."""
    weight = np.exp(-((np.hypot(*(trail.xy - trail.xy[0]).T) / trail.plume.neighbourhood) ** 2))
    near = weight >= SLIGHT
    steps = np.clip(np.round(np.nan_to_num(excess.T[near]) / TRACE_STEP), -127, 127)
    seen = np.where(np.isnan(excess.T[near]), NO_TRACE, steps).astype(np.int64)
    return View(trail.xy[near], seen, np.asarray(trail.level, np.float64)[near], weight[near], np.sqrt(weight[near]))


def _centre(excess: Floats, xy: Floats) -> tuple[float, float]:
    """Mean place of the witnesses, weighted by their highest five-minute excess."""
    if not excess.size:
        x, y = xy.mean(axis=0) if len(xy) else (np.nan, np.nan)
        return float(x), float(y)
    known = np.where(np.isnan(excess), 0, excess)[len(excess) % SMOOTH :]
    blocks = known.reshape(-1, SMOOTH, known.shape[1]).mean(axis=1)
    weight = np.maximum(blocks.max(axis=0, initial=0.0), 1e-6) ** 2
    x, y = (weight @ xy) / weight.sum()
    return float(x), float(y)


def _lattice(xy: Floats, step: float) -> Floats:
    """Places every `step` metres around the nearest half of the witnesses."""
    core = xy[: max(len(xy) // 2, 1)]
    low, high = core.min(axis=0) - 2 * step, core.max(axis=0) + 2 * step
    east, north = (
        (a + b) / 2 + step * (np.arange(n) - (n - 1) / 2)
        for a, b, n in zip(low, high, np.ceil((high - low) / step).astype(int), strict=True)
    )
    return np.array([(x, y) for y in north for x in east])


def _shares(registered: int, others: int) -> Floats:
    """Prior probability of every enterprise and of every other place."""
    one, other = REGISTERED / max(registered, 1), (1 - REGISTERED) / others
    return np.concatenate([np.full(registered, one), np.full(others, other)])


def _normal(log: Floats) -> Floats:
    """Probabilities that add up to one."""
    share: Floats = np.exp(log - log.max())
    share /= share.sum()
    return share


def _steadiness(winds: Floats) -> float:
    """Mean resultant length of the directions: 1 one direction, 0 from everywhere."""
    return float(np.hypot(*(winds / np.maximum(np.hypot(*winds.T), 1e-3)[:, None]).mean(axis=0)))


def _told(posterior: Floats, prior: Floats) -> float:
    """Nats by which the posterior differs from the prior (Kullback and Leibler)."""
    return float((posterior * np.log(np.maximum(posterior, 1e-300) / prior)).sum())


def _candidates(posterior: Floats, names: Sequence[str]) -> tuple[Candidate, ...]:
    """The likeliest enterprises, which come first among the places."""
    best = np.argsort(-posterior[: len(names)], kind="stable")[:NAMED]
    told = [i for rank, i in enumerate(best) if rank < ALWAYS or posterior[i] >= UNLIKELY]
    return tuple(Candidate(names[i], round(float(posterior[i]), 6)) for i in told)


def _guesses(places: Floats, posterior: Floats, strength: Floats) -> tuple[Guess, ...]:
    best = np.argsort(-posterior, kind="stable")[:GUESSES]
    return tuple(Guess(*map(float, (*places[i], np.exp(strength[i]), posterior[i]))) for i in best)


def _radius(places: Floats, posterior: Floats, at: tuple[float, float], width: Floats) -> float:
    """Metres around a place that hold CERTAIN of the posterior; each place stands for a square `width` (H,) wide."""
    away = np.hypot(np.hypot(*(places - at).T), width / np.sqrt(6))
    nearest = np.argsort(away, kind="stable")
    return float(away[nearest[int(np.searchsorted(np.cumsum(posterior[nearest]), CERTAIN))]])


def median(places: Floats, weight: Floats) -> tuple[float, float]:
    """Geometric median of weighted places (Weiszfeld): the estimate with the least expected error in metres."""
    some = weight > 1e-4 * weight.max()
    places, weight = places[some], weight[some]
    at: Floats = places[int(np.argmax(weight))].astype(np.float64)
    for _ in range(50):
        pull = weight / np.maximum(np.hypot(*(places - at).T), 1.0)
        to = (pull @ places) / pull.sum()
        moved, at = float(np.abs(to - at).max()), to
        if moved < 1.0:
            break
    return float(at[0]), float(at[1])
