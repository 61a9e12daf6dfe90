"""Values that jump: single ones that stand out of their neighbours, and changes faster than the air's."""

import numpy as np
from numpy.typing import NDArray

from ingest.quality.thresholds import Limits
from ingest.quality.window import SHARP, after, before, median, median5

MADS = 6.0
ALONE = 1 / 3  # of it: nothing so high stands beside a spike …
AROUND = 20  # … for so many minutes: plumes that come and go with the gusts do it again


def spike(values: NDArray[np.float32], limits: Limits) -> NDArray[np.bool_]:
    """Where single values (minutes, devices) stand out: |x - median(5)| > max(6 MAD, limit), and so of both neighbours.

    MAD is the robust SD of x - median(5) in the window. What is higher (lower) than the value before and the one after
    by the same measure has returned: two high minutes in a row are no spike, nor is the last value there is.
    After the spike test of QARTOD (IOOS Manual for Real-Time Quality Control, test 7) and Hampel's identifier.
    """
    middle = median5(values)
    usual = median(values)
    scatter = SHARP * median(np.abs(values - middle))
    least = np.maximum(MADS * scatter, limits.spike)
    last, following = before(values), after(values)
    up = values - np.maximum(last, following)
    down = np.minimum(last, following) - values
    high = np.abs(values - middle)
    single: NDArray[np.bool_] = (
        (np.maximum(up, down) > least)
        & (high > least)
        & (ALONE * np.abs(values - usual) > _beside(np.abs(values - usual)))
    )
    return single


def _beside(high: NDArray[np.float32]) -> NDArray[np.float32]:
    """The highest within AROUND minutes before and after each, without itself."""
    found = np.zeros_like(high)
    for by in range(1, AROUND + 1):
        np.fmax(found[by:], high[:-by], out=found[by:])
        np.fmax(found[:-by], high[by:], out=found[:-by])
    return found


def step(values: NDArray[np.float32], limits: Limits) -> NDArray[np.bool_]:
    """Where |x - the value before| > limit a minute, over gaps of up to five minutes; QARTOD test 8."""
    highest, lowest = before(values), before(values)
    for by in range(2, AROUND + 1):
        np.fmax(highest[by:], values[:-by], out=highest[by:])
        np.fmin(lowest[by:], values[:-by], out=lowest[by:])
    fast: NDArray[np.bool_] = np.maximum(values - highest, lowest - values) > limits.step
    return fast
