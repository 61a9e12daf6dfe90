"""Devices whose day is half, or double, of what stands around them."""

from collections import defaultdict
from collections.abc import Callable
from functools import cache
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ingest.quality.stacked import STACKED_M
from ingest.quality.thresholds import Limits

Floats = NDArray[np.float64]
NEIGHBOURS = 4
REACH_M = 3000.0
FEWEST_HOURS = 18
FEWEST = 2  # neighbours that have a day
NOBODY = -1


class Drift(NamedTuple):
    """By device (devices,): whether it has drifted, and its ratios, NaN where there is nothing to compare with."""

    wrong: NDArray[np.bool_]
    to_neighbours: Floats
    to_national: Floats


def drift(
    means: NDArray[np.floating], near: NDArray[np.integer], national: NDArray[np.integer], limits: Limits
) -> Drift:
    """Whose median of 24 hourly means is outside drift_low … drift_high of the neighbours' and the national station's.

    `means` (24, devices); `near` (devices, k) and `national` (devices,) are its columns, -1 for nobody (see
    `neighbours`). Of the neighbours the median of their medians counts. A device has drifted if both ratios are outside
    on the same side, or that to its neighbours where no national station is near. 18 hours are needed, of each. Up to
    `clean` all is alike.
    """
    least = np.nan_to_num(limits.clean).astype(float)
    day = np.where(np.count_nonzero(~np.isnan(means), axis=0) >= FEWEST_HOURS, _median(means), np.nan)
    beside = _of(day, near)
    known = np.count_nonzero(~np.isnan(beside), axis=1) >= FEWEST
    to_neighbours = np.where(known, _ratio(day, _median(beside.T), least), np.nan)
    to_national = _ratio(day, _of(day, national), least)
    low = (to_neighbours < limits.drift_low) & ~(to_national >= limits.drift_low)
    high = (to_neighbours > limits.drift_high) & ~(to_national <= limits.drift_high)
    return Drift(low | high, to_neighbours, to_national)


def neighbours(
    xy: NDArray[np.floating], among: NDArray[np.bool_], reach: NDArray[np.floating], k: int = NEIGHBOURS
) -> NDArray[np.intp]:
    """The k nearest of those `among` (devices,) within `reach` (devices,) metres: (devices, k), -1 where none is left.

    `xy` (devices, 2) in metres. Nobody is a neighbour of what stands on its own spot (1 m); a reach of NaN asks nobody.
    Only those in the nine squares around are compared, so that it is quick for any number of devices.
    """
    found = np.full((len(xy), k), NOBODY, np.intp)
    asking = np.flatnonzero((reach > 0) & np.isfinite(xy).all(axis=1))
    if not len(asking):
        return found
    squares = _squares(xy, among, float(reach[asking].max()))
    for i in asking.tolist():
        others = squares(i)
        apart = np.hypot(*(xy[others] - xy[i]).T)
        fits = np.flatnonzero((apart >= STACKED_M) & (apart <= reach[i]))
        nearest = fits[np.argsort(apart[fits], kind="stable")[:k]]
        found[i, : len(nearest)] = others[nearest]
    return found


def _squares(xy: NDArray[np.floating], among: NDArray[np.bool_], size: float) -> Callable[[int], NDArray[np.intp]]:
    """Who of `among` stands in the square of a device, of an edge of `size` metres, or beside it."""
    members: dict[tuple[int, int], list[int]] = defaultdict(list)
    square = [(0, 0) if not np.isfinite(x + y) else (int(x // size), int(y // size)) for x, y in xy]
    for i in np.flatnonzero(among & np.isfinite(xy).all(axis=1)).tolist():
        members[square[i]].append(i)

    @cache
    def around(column: int, row: int) -> NDArray[np.intp]:
        near = product(range(column - 1, column + 2), range(row - 1, row + 2))
        return np.array(sorted(i for place in near for i in members.get(place, ())), np.intp)

    return lambda i: around(*square[i])


def _of(day: Floats, who: NDArray[np.integer]) -> Floats:
    return np.where(who == NOBODY, np.nan, day[who])


def _ratio(a: Floats, b: Floats, least: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.maximum(a, least) / np.maximum(b, least))


def _median(values: NDArray[np.floating]) -> Floats:
    """Over the first axis, of what is there; NaN where nothing is."""
    ordered = np.sort(np.asarray(values, float), axis=0)
    if not len(ordered):
        return np.full(ordered.shape[1], np.nan)
    count = np.count_nonzero(~np.isnan(ordered), axis=0)
    low, high = (np.take_along_axis(ordered, np.maximum(count - 1 + up, 0)[None] // 2, axis=0)[0] for up in (0, 1))
    return np.asarray((low + high) / 2)
