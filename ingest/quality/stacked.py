"""Devices on one spot: a default coordinate rather than a wall they share."""

import numpy as np
from numpy.typing import NDArray

STACKED_M = 1.0  # devices closer than this


def stacked(x_m: NDArray[np.floating], y_m: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Which devices (devices,) of a kind have another one of it within 1 m; NaN (no place) is near nobody.

    In order of x only those within 1 m in x are compared, so that it is quick for any number of devices.
    """
    order = np.argsort(x_m, kind="stable")
    x, y = np.asarray(x_m, float)[order], np.asarray(y_m, float)[order]
    found = np.zeros(len(x), bool)
    for ahead in range(1, len(x)):
        near = x[ahead:] - x[:-ahead] < STACKED_M
        if not near.any():
            break
        near &= np.hypot(x[ahead:] - x[:-ahead], y[ahead:] - y[:-ahead]) < STACKED_M
        found[ahead:] |= near
        found[:-ahead] |= near
    back = np.empty_like(found)
    back[order] = found
    return back
