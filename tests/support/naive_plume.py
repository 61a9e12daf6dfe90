"""Slow and obvious twins of the kernels of attribution: one place, one witness, one minute at a time."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from alerts.attribution import BLOCK, NEAREST, TRAVEL
from alerts.detector.tuning import Plume
from tests.support.naive import plume

Floats = NDArray[np.floating]
SLOWEST = 0.3  # m/s


def responses(places: Floats, witnesses: Floats, winds: Floats, scale: Plume, blocks: int) -> Floats:
    """Twin of `respond`: mean increment of every place at every witness in every block (H, B, S)."""
    out = np.zeros((len(places), blocks, len(witnesses)))
    for h, place in enumerate(places.tolist()):
        for s, witness in enumerate(witnesses.tolist()):
            minutes = [brought(place, witness, winds, now, scale) for now in range(TRAVEL, TRAVEL + blocks * BLOCK)]
            out[h, :, s] = [sum(minutes[b : b + BLOCK]) / BLOCK for b in range(0, len(minutes), BLOCK)]
    return out


def brought(place: Sequence[float], witness: Sequence[float], winds: Floats, now: int, scale: Plume) -> float:
    """What a plume from a place adds at a witness in minute `now` of the winds."""
    east, north = witness[0] - place[0], witness[1] - place[1]
    distance = max(math.hypot(east, north), NEAREST)
    if distance > scale.reach:
        return 0.0
    speed = max(math.hypot(*winds[now]), SLOWEST)
    left = max(now - int(distance / (60 * speed)), 0)
    then = max(math.hypot(*winds[left]), SLOWEST)
    u, v = (winds[now][axis] / speed + winds[left][axis] / then for axis in (0, 1))
    along, across = east * u + north * v, north * u - east * v
    if along <= 0 or abs(across) > along + 300:
        return 0.0
    norm = math.hypot(u, v) + 1e-6
    return plume(along / norm, across / norm, (scale.across, scale.up, scale.turning)) / speed
