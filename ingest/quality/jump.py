"""Values that jump: single ones that stand out of their neighbours, and changes faster than the air's."""

import numpy as np
from numpy.typing import NDArray

from ingest.quality.thresholds import Limits
from ingest.quality.window import SHARP, after, before, median, median5

MADS = 6.0
NEAR = 3  # min at most to the neighbours in time


def spike(values: NDArray[np.float32], limits: Limits) -> NDArray[np.bool_]:
    """Where single values (minutes, devices) stand out: |x - median(5)| > max(6 MAD, limit), and so of both neighbours.

    MAD is the robust SD of x - median(5) in the window. What is higher (lower) than the value before and the one after
    by the same measure has returned: two high minutes in a row are no spike, nor is the last value there is.
    After the spike test of QARTOD (IOOS Manual for Real-Time Quality Control, test 7) and Hampel's identifier.
    """
    middle = median5(values)
    scatter = SHARP * median(np.abs(values - middle))
    least = np.maximum(MADS * scatter, limits.spike)
    last, following = before(values, NEAR), after(values, NEAR)
    up = values - np.maximum(last, following)
    down = np.minimum(last, following) - values
    single: NDArray[np.bool_] = (np.maximum(up, down) > least) & (np.abs(values - middle) > least)
    return single


def step(values: NDArray[np.float32], limits: Limits) -> NDArray[np.bool_]:
    """Where |x - the value before| > limit a minute, over gaps of up to three minutes; QARTOD test 8."""
    fast: NDArray[np.bool_] = np.abs(values - before(values, NEAR)) > limits.step
    return fast
