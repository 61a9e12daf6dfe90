"""The regional reference: quantile of the neighbours and medians of those upwind, for 64 devices at a time.

The neighbours of a device are sorted by a network of comparators (Batcher 1968): no branch, and the same comparator
for many devices side by side, so that the compiler makes vector instructions of it. Levels are whole numbers for
that, steps of 2**-25 log units, with the side on which the neighbour stands in the two lowest bits.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from alerts.detector.network import K, Network
from alerts.detector.state import State
from alerts.detector.tuning import Numbers
from alerts.detector.wind import Breeze

LANES = 64
STEP = np.float32(2.0**-25)
HIGHEST = 15.0  # log units
MISSING = np.int32(0x7FFFFFFC)


class Exchange(NamedTuple):
    """What the devices of a network tell each other in a minute."""

    side: NDArray[np.uint8]  # (N, K) half-planes on which each neighbour stands, bits 1 and 2
    offer: NDArray[np.int32]  # (N,) levels offered to the neighbours, of the pollutant at hand


def exchange(network: Network) -> Exchange:
    """Room for a network."""
    return Exchange(np.zeros(network.neighbours.shape, np.uint8), np.empty(len(network.x), np.int32))


def batcher(n: int) -> list[tuple[int, int]]:
    """Comparators that sort `n` (a power of two) values: odd-even merge sort."""
    pairs = []
    p = 1
    while p < n:
        k = p
        while k >= 1:
            for j in range(k % p, n - k, 2 * k):
                pairs += [
                    (i + j, i + j + k) for i in range(min(k, n - j - k)) if (i + j) // (2 * p) == (i + j + k) // (2 * p)
                ]
            k //= 2
        p *= 2
    return pairs


COMPARATORS = np.array(batcher(K), np.int64)


@njit(nogil=True, cache=False)
def offer(state: State, y: NDArray[np.floating], offers: NDArray[np.integer]) -> None:
    """What every device offers to its neighbours as their reference: its value without its lasting bias."""
    for i in range(len(y)):
        v = y[i] - state.bias[i]
        offers[i] = MISSING
        if not np.isnan(v) and state.age[i] > 0:
            offers[i] = np.int32(min(max(v, -HIGHEST), HIGHEST) / STEP) << 2


@njit(nogil=True, cache=False)
def face(network: Network, wind: Breeze, side: NDArray[np.integer]) -> None:
    """On which of the two half-planes that face upwind, 45 degrees to either hand, each neighbour stands (N, K)."""
    for i in range(len(network.x)):
        for k in range(side.shape[1]):
            j = network.neighbours[i, k]
            dx, dy = network.x[j] - network.x[i], network.y[j] - network.y[i]
            along, across = dx * wind.u + dy * wind.v, dx * wind.v - dy * wind.u
            side[i, k] = ((along + across < 0) + 2 * (along - across < 0)) * (wind.known and j >= 0)


@njit(nogil=True, cache=False)
def refer(network: Network, told: Exchange, reference: NDArray[np.floating], p: Numbers) -> None:
    """The larger of the neighbours' quantile and the medians of the upwind half-planes; NaN with fewer than three."""
    keys = np.empty((told.side.shape[1], LANES), np.int32)
    for start in range(0, len(reference), LANES):
        lanes = min(LANES, len(reference) - start)
        keys[:] = MISSING
        for lane in range(lanes):
            for k in range(len(keys)):
                j = network.neighbours[start + lane, k]
                if j >= 0 and told.offer[j] != MISSING:
                    keys[k, lane] = told.offer[j] | told.side[start + lane, k]
        sort_columns(keys)
        pick(keys, reference[start : start + lanes], p)


@njit(nogil=True, cache=False)
def sort_columns(keys: NDArray[np.integer]) -> None:
    """Sort every column."""
    for c in range(len(COMPARATORS)):
        low, high = keys[COMPARATORS[c, 0]], keys[COMPARATORS[c, 1]]
        for lane in range(LANES):
            a, b = low[lane], high[lane]
            low[lane], high[lane] = min(a, b), max(a, b)


@njit(nogil=True, cache=False)
def pick(keys: NDArray[np.integer], reference: NDArray[np.floating], p: Numbers) -> None:
    """The reference of every sorted column."""
    for lane in range(len(reference)):
        n = 0
        for k in range(len(keys)):
            n += keys[k, lane] < MISSING
        reference[lane] = np.nan
        if n < 3:
            continue
        at = p.quantile * (n - 1)
        low = int(at)
        high = min(low + 1, n - 1)
        below, above = STEP * (keys[low, lane] >> 2), STEP * (keys[high, lane] >> 2)
        reference[lane] = below + np.float32(at - low) * (above - below)
    if p.guard:
        for bit in (1, 2):
            raise_to_side(keys, bit, reference)


@njit(nogil=True, cache=False)
def raise_to_side(keys: NDArray[np.integer], bit: int, reference: NDArray[np.floating]) -> None:
    """Raise the reference to the median of one side, where at least three stand there."""
    count = np.zeros(LANES, np.int32)
    seen = np.zeros(LANES, np.int32)
    twice = np.zeros(LANES, np.int64)
    for k in range(len(keys)):
        for lane in range(LANES):
            count[lane] += (keys[k, lane] & bit) != 0
    for k in range(len(keys)):
        for lane in range(LANES):
            here = (keys[k, lane] & bit) != 0
            times = (seen[lane] == (count[lane] - 1) // 2) + (seen[lane] == count[lane] // 2)
            twice[lane] += here * times * (keys[k, lane] >> 2)
            seen[lane] += here
    for lane in range(len(reference)):
        if count[lane] >= 3 and not np.isnan(reference[lane]):
            reference[lane] = max(reference[lane], STEP * np.float32(twice[lane] * 0.5))
