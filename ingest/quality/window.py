"""Arrays of minutes seen through their gaps: neighbours in time, medians, scatter."""

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float32]
NEAR = 5  # min at most to a neighbour in time
SHARP = 1.4826  # of a median of absolute deviations: the SD, of normal noise


def before(values: Values) -> Values:
    """The last value before each minute (minutes, devices), NaN where it is over NEAR minutes ago."""
    found = np.full_like(values, np.nan)
    for back in range(1, NEAR + 1):
        np.copyto(found[back:], values[:-back], where=np.isnan(found[back:]))
    return found


def after(values: Values) -> Values:
    """The next value after each minute, in the same way."""
    return before(values[::-1])[::-1]


def median(values: Values) -> Values:
    """The lower median over the first axis of what is there, NaN where nothing is."""
    ordered = np.sort(values, axis=0)  # NaN last
    count = np.count_nonzero(~np.isnan(values), axis=0)
    middle = np.maximum(count - 1, 0) // 2
    return np.asarray(np.take_along_axis(ordered, middle[None], axis=0)[0])


def median5(values: Values) -> Values:
    """The median of the two values before, this one and the two after; for one that is not there this one counts.

    By comparisons only, so that it is a few passes over the array: the median of five is the median of the fifth, the
    higher of the two lower ones and the lower of the two higher ones of the pairs.
    """
    last, following = before(values), after(values)
    gap = np.isnan(values)
    beside = (
        last,
        before(np.where(gap, np.float32(np.nan), last)),
        following,
        after(np.where(gap, np.float32(np.nan), following)),
    )
    a, b, c, d = (np.where(np.isnan(one), values, one) for one in beside)
    low = np.maximum(np.minimum(a, b), np.minimum(c, d))
    high = np.minimum(np.maximum(a, b), np.maximum(c, d))
    return np.asarray(np.maximum(np.minimum(low, high), np.minimum(np.maximum(low, high), values)))
