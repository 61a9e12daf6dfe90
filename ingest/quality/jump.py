"""Values that jump: single ones that stand out of their neighbours, and changes faster than the air's."""

import numpy as np
from numpy.typing import NDArray

from ingest.quality.thresholds import Limits
from ingest.quality.window import SHARP, before, median, median5

MADS = 6.0
AROUND = 20  # min: plumes that come and go with the gusts do it again …
ALONE = 1 / 3  # … so nothing over this share of a spike's height stands around it


def spike(values: NDArray[np.float32], limits: Limits) -> NDArray[np.bool_]:
    """Where single values (minutes, devices) stand out: |x - median(5)| > max(6 MAD, limit), and stand alone.

    MAD is the robust SD of x - median(5) in the window. Within 20 minutes nothing is a third as far from the median of
    the window: emissions last, or come again. The last value there is has no median but itself, and may yet last. After
    test 7 of the IOOS QARTOD manuals, with the robust scale of Hampel's identifier.
    """
    from_near = np.abs(values - median5(values))
    from_usual = np.abs(values - median(values))
    least = np.maximum(MADS * SHARP * median(from_near), limits.spike)
    alone = ALONE * from_usual > _around(from_usual)
    single: NDArray[np.bool_] = (from_near > least) & alone
    return single


def step(values: NDArray[np.float32], limits: Limits) -> NDArray[np.bool_]:
    """Where values (minutes, devices) leap by more than the limit, beyond all of the 20 minutes before.

    The rate-of-change test (QARTOD test 8) against the nearest of them: in a gusty plume every minute is far from the
    one before. After over five minutes of silence nothing is a step. Spikes are to be taken out first.
    """
    highest, lowest = before(values), before(values)
    for back in range(2, AROUND + 1):
        np.fmax(highest[back:], values[:-back], out=highest[back:])
        np.fmin(lowest[back:], values[:-back], out=lowest[back:])
    near = ~np.isnan(before(values))
    leap: NDArray[np.bool_] = near & (np.maximum(values - highest, lowest - values) > limits.step)
    return leap


def _around(height: NDArray[np.float32]) -> NDArray[np.float32]:
    """The highest within 20 minutes before and after each, without itself."""
    found = np.zeros_like(height)
    for by in range(1, AROUND + 1):
        np.fmax(found[by:], height[:-by], out=found[by:])
        np.fmax(found[:-by], height[by:], out=found[:-by])
    return found
