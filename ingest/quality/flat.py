"""Values that stay the same for longer than the device's own resolution, noise and analysis cycle explain."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ingest.quality.thresholds import Limits

GAP = 10  # min without a value that a run outlives
UNLIKELY = 1e-4  # probability of a run that nobody believes …
TIMES = 4.0  # … and so many times as long is demanded: what repeats depends on where between two steps the level is
PRIOR = 10.0  # pairs of values that the guess from resolution and level counts as
QUIET = 0.02  # the least noise of any instrument: of the level …
STILL = 0.02  # … and of `clean`
IDLE = 0.3  # of `clean`: what is shown for nothing
CYCLE = 5.0  # min of an analysis whose length the window does not tell


class Runs(NamedTuple):
    """Runs of identical values: at each value (minutes, devices) the length of its run, 0 where there is none."""

    length: NDArray[np.int16]
    longest: NDArray[np.int16]  # (devices,)
    runs: NDArray[np.int16]  # (devices,): how many
    values: NDArray[np.int16]  # (devices,)


def flat(values: NDArray[np.float32], limits: Limits) -> NDArray[np.bool_]:
    """Where values (minutes, devices) belong to a run that is too long; nearly nothing (0.3 `clean`) may stay.

    Without cycles: n ≥ max(flat_minutes, 4 ln(1e-4) / ln r), r the rate at which the device repeats itself outside of
    its longest run, with what its resolution and the least noise at its level lead to expect as a prior. With cycles
    (a chromatograph says one result for minutes): n ≥ max(flat_minutes, cycle · max(flat_cycles, ln(1e-4) / ln r)),
    the cycle being the mean of its other runs, and r the expected rate. Coarse readings in clean air repeat rightly.
    """
    runs = runs_of(values)
    level = np.fmax.reduce(np.where(runs.length == runs.longest, values, np.nan), axis=0)
    expected = _expected(resolution(values, level), level, limits)
    others = runs.values - runs.longest
    repeats = others - (runs.runs - 1)
    own = np.clip((repeats + PRIOR * expected) / (others + PRIOR), UNLIKELY, 0.999)
    cycle = np.where(runs.runs > 1, others / np.maximum(runs.runs - 1, 1), CYCLE)
    by_cycles = cycle * np.maximum(limits.flat_cycles, np.log(UNLIKELY) / np.log(expected))
    by_minutes = TIMES * np.log(UNLIKELY) / np.log(own)
    least = np.maximum(limits.flat_minutes, np.where(np.isnan(limits.flat_cycles), by_minutes, by_cycles))
    long: NDArray[np.bool_] = (runs.length >= least) & ~(values <= IDLE * limits.clean)
    return long


def runs_of(values: NDArray[np.float32]) -> Runs:
    """The runs of identical values (minutes, devices), minute by minute forth and back; short gaps do not end one."""
    length = np.zeros(values.shape, np.int16)
    last, silent, run = (
        np.full(values.shape[1], np.nan, np.float32),
        np.zeros(values.shape[1]),
        np.zeros(values.shape[1], np.int16),
    )
    count = np.zeros(values.shape[1], np.int16)
    there = ~np.isnan(values)
    for minute, now in enumerate(values):
        same = (now == last) & (silent <= GAP)
        run = np.where(there[minute], np.where(same, run + 1, 1), run).astype(np.int16)
        count += there[minute] & ~same
        last = np.where(there[minute], now, last)
        silent = np.where(there[minute], 0, silent + 1)
        length[minute] = np.where(there[minute], run, 0)
    whole, following = np.zeros(values.shape[1], np.int16), np.zeros(values.shape[1], np.int16)
    for minute in range(len(values) - 1, -1, -1):
        here = length[minute]
        whole = np.where(here > 0, np.where(following == here + 1, whole, here), whole)
        following = np.where(here > 0, here, following)
        length[minute] = np.where(here > 0, whole, 0)
    return Runs(length, length.max(axis=0, initial=0), count, there.sum(axis=0, dtype=np.int16))


def resolution(values: NDArray[np.float32], level: NDArray[np.floating]) -> NDArray[np.float32]:
    """The smallest difference from minute to minute (devices,); of one value shown all the time its last decimal."""
    apart = np.abs(np.diff(values, axis=0))
    apart[~(apart > 1e-6 * np.abs(values[1:]))] = np.inf
    least = apart.min(axis=0, initial=np.inf)
    guess = np.full(level.shape, 0.001)
    for step in (0.01, 0.1, 1.0):
        guess[np.abs(np.rint(level / step) - level / step) < 1e-3] = step
    return np.asarray(np.where(np.isfinite(least), least, guess), np.float32)


def _expected(step: NDArray[np.floating], level: NDArray[np.floating], limits: Limits) -> NDArray[np.float64]:
    """P(two readings of a steady level are the same): erf(step / 4 SD), which is nearly tanh(2 / √π · …)."""
    least = QUIET * np.maximum(level, 0) + STILL * np.nan_to_num(limits.clean)
    rate = np.tanh(2 / np.sqrt(np.pi) * step / (4 * np.maximum(least, 1e-9)))
    return np.asarray(np.clip(rate, UNLIKELY, 0.999))
