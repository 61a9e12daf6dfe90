"""Arrays of minutes seen through their gaps: neighbours in time, medians, scatter."""

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float32]
SHARP = 1.4826  # of a median of absolute deviations: the SD, of normal noise


def before(values: Values, most: int) -> Values:
    """The last value before each minute (minutes, devices), NaN where it is over `most` minutes ago."""
    found = np.full_like(values, np.nan)
    for back in range(1, most + 1):
        np.copyto(found[back:], values[:-back], where=np.isnan(found[back:]))
    return found


def after(values: Values, most: int) -> Values:
    """The next value after each minute, in the same way."""
    return before(values[::-1], most)[::-1]


def median(values: Values) -> Values:
    """The lower median over the first axis of what is there, NaN where nothing is."""
    ordered = np.sort(values, axis=0)  # NaN last
    count = np.count_nonzero(~np.isnan(values), axis=0)
    middle = np.maximum(count - 1, 0) // 2
    return np.asarray(np.take_along_axis(ordered, middle[None], axis=0)[0])


def median5(values: Values) -> Values:
    """The median of two minutes before, this one and two after; a gap, and what is beyond the ends, takes this one's.

    By comparisons only, so that it is a few passes over the array: the median of five is the median of the fifth, the
    higher of the two lower ones and the lower of the two higher ones of the pairs.
    """
    a, b, c, d = (_moved(values, by) for by in (-2, -1, 1, 2))
    low = np.maximum(np.minimum(a, b), np.minimum(c, d))
    high = np.minimum(np.maximum(a, b), np.maximum(c, d))
    return np.asarray(np.maximum(np.minimum(low, high), np.minimum(np.maximum(low, high), values)))


def _moved(values: Values, by: int) -> Values:
    moved = values.copy()
    if by > 0:
        moved[by:] = values[:-by]
    else:
        moved[:by] = values[-by:]
    np.copyto(moved, values, where=np.isnan(moved))
    return moved
