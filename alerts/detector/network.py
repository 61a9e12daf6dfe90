"""Who is whose neighbour: bucket search over places, so that memory grows with the devices, not with their square."""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

K = 16  # neighbours of a device
CLOSE = 5  # of these, nearest first, may corroborate
STACKED_M = 1.0  # devices closer than this share a default coordinate: no neighbours of each other
BUCKETS = 2048  # at most, a side

Ints = NDArray[np.int32]
Floats = NDArray[np.float32]


class Network(NamedTuple):
    """Devices in spatial order; `order[i]` is the row of the layout that stands at i."""

    order: Ints  # (N,)
    x: Floats  # (N,) m
    y: Floats
    neighbours: Ints  # (N, K) nearest first, -1: none
    close: NDArray[np.uint8]  # (N,) how many of them may corroborate


class Buckets(NamedTuple):
    """Square buckets over sorted places; the places of bucket b are start[b] … start[b + 1]."""

    size: float
    nx: int
    ny: int
    start: Ints


def connect(rows: NDArray[np.integer], xy: NDArray[np.float64], reach: float, close: float) -> Network:
    """The network of the devices `rows` of a layout at `xy` (devices, 2) in metres."""
    places = xy[rows]
    low = places.min(axis=0, initial=np.inf)
    size, nx, ny = _bucket_size(places - low, reach)
    column, row = ((places - low) / size).astype(np.int64).T
    bucket = row * nx + column
    order = np.argsort(bucket, kind="stable")
    start = np.searchsorted(bucket[order], np.arange(nx * ny + 1)).astype(np.int32)
    local = (places - low)[order].astype(np.float32)
    x, y = np.ascontiguousarray(local[:, 0]), np.ascontiguousarray(local[:, 1])
    neighbours = np.full((len(rows), K), -1, np.int32)
    count = np.zeros(len(rows), np.uint8)
    nearest(x, y, Buckets(size, nx, ny, start), np.float64(reach), np.float64(close), neighbours, count)
    return Network(rows[order].astype(np.int32), x, y, neighbours, count)


def _bucket_size(places: NDArray[np.float64], reach: float) -> tuple[float, int, int]:
    """Side of a bucket, so that it holds about two devices, and how many there are east and north."""
    width, height = places.max(axis=0, initial=1.0)
    wanted = np.sqrt(2 * width * height / max(len(places), 1))
    size = float(max(min(wanted, reach), reach / 64, max(width, height) / BUCKETS))
    return size, int(width / size) + 1, int(height / size) + 1


@njit(nogil=True, cache=False)
def nearest(  # noqa: PLR0913
    x: NDArray[np.floating],
    y: NDArray[np.floating],
    buckets: Buckets,
    reach: float,
    close: float,
    neighbours: NDArray[np.integer],
    count: NDArray[np.integer],
) -> None:
    """Fill in the K nearest neighbours of every device within `reach`, and how many of CLOSE stand within `close`."""
    rings = int(reach / buckets.size) + 1
    distance = np.empty(neighbours.shape[1], np.float64)
    for i in range(len(x)):
        distance[:] = np.inf
        bx, by = int(x[i] / buckets.size), int(y[i] / buckets.size)
        for ring in range(rings + 1):
            search_ring(i, bx, by, ring, (x, y, buckets, reach), distance, neighbours[i])
            if distance[-1] <= ring * buckets.size:
                break
        for k in range(CLOSE):
            count[i] += distance[k] <= close


@njit(nogil=True, cache=False)
def search_ring(  # noqa: PLR0913
    i: int,
    bx: int,
    by: int,
    ring: int,
    places: tuple[NDArray[np.floating], NDArray[np.floating], Buckets, float],
    distance: NDArray[np.floating],
    found: NDArray[np.integer],
) -> None:
    """Take the devices of the buckets at `ring` buckets from (bx, by) into the sorted `distance` and `found`."""
    x, y, buckets, reach = places
    for row in range(max(by - ring, 0), min(by + ring, buckets.ny - 1) + 1):
        edge = row in (by - ring, by + ring)
        for column in range(bx - ring, bx + ring + 1, 1 if edge else max(2 * ring, 1)):
            if column < 0 or column >= buckets.nx:
                continue
            bucket = row * buckets.nx + column
            for j in range(buckets.start[bucket], buckets.start[bucket + 1]):
                d = np.hypot(x[j] - x[i], y[j] - y[i])
                if STACKED_M <= d <= reach and d < distance[-1]:
                    insert(d, j, distance, found)


@njit(nogil=True, cache=False)
def insert(d: float, j: int, distance: NDArray[np.floating], found: NDArray[np.integer]) -> None:
    """Put `j` at distance `d` into its place, the farthest falls out."""
    k = len(distance) - 1
    while k > 0 and distance[k - 1] > d:
        distance[k] = distance[k - 1]
        found[k] = found[k - 1]
        k -= 1
    distance[k] = d
    found[k] = j
