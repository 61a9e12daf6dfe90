"""Slow and obvious twins of the kernels: what they must compute, written to be read."""

import numpy as np
from numpy.typing import NDArray

from alerts.detector.network import STACKED_M, K

Floats = NDArray[np.floating]


def neighbours(xy: Floats, reach: float) -> list[list[int]]:
    """The K nearest of every place, nearest first, without those on the same spot."""
    out = []
    for i in range(len(xy)):
        apart = np.hypot(*(xy - xy[i]).T)
        near = [j for j in np.argsort(apart, kind="stable") if j != i and STACKED_M <= apart[j] <= reach]
        out.append([int(j) for j in near[:K]])
    return out
