"""Common methods as honest baselines: each gives every station and minute a statistic, and alarms above a limit.

All see only the past, alarm in the minute itself, and share one way of joining (`tests.eval.joining`). Their limits
were chosen once by `python -m tests.eval --tune` (see `tests.eval.tune`) and are frozen here: on the tuning seeds
100-105 (12 × 12) they find the most emissions that can be had for 5 false alarms per 1,000 cell-days. Two rules are
also shown as published, and some methods have a limit chosen on the METEC recording itself: more than fair to them.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tests.eval.joining import Limit
from tests.eval.readings import Readings

Statistic = Callable[[Readings], NDArray[np.floating]]
HOUR, DAY = 60, 1440


class Peer(NamedTuple):
    """A method with its limit frozen."""

    name: str
    statistic: Statistic
    limit: Limit
    fence: Limit | None = None  # on METEC; None: makes no sense there
    published: bool = False  # taken as it is, not tuned


def level(readings: Readings) -> NDArray[np.floating]:
    """The value itself."""
    return readings.values


def rolling_z(readings: Readings) -> NDArray[np.floating]:
    """Distance from the mean of the 60 minutes before, in their SDs (at least 5 % of the mean); 30 must be valid."""
    values = readings.values.astype(np.float64)
    mean, sd, count = _before(values, HOUR)
    return np.where(count >= HOUR // 2, (values - mean) / np.maximum(sd, 0.05 * mean), np.nan)


def neighbour_z(readings: Readings) -> NDArray[np.floating]:
    """Distance of ln(C + 5) from the median of the 8 nearest, less its mean of the day before, in SDs of that day."""
    y = np.log(readings.values.astype(np.float64) + 5)
    excess = y - _median(y, readings.nearest(8))
    mean, sd, count = _before(excess, DAY)
    return np.where(count >= DAY // 4, (excess - mean) / np.maximum(sd, 0.02), np.nan)


def tongzhou(readings: Readings) -> NDArray[np.floating]:
    """Hourly mean over that of the three nearest (Tongzhou: 1.5), taken anew every minute; 45 must be valid."""
    values = readings.values.astype(np.float64)
    mean, _, count = _before(values, HOUR, now=True)
    hourly = np.where(count >= 45, mean, np.nan)
    near = hourly[:, readings.nearest(3)]
    known = np.isfinite(near)
    return np.asarray(hourly * known.sum(axis=2) / np.maximum(np.where(known, near, 0).sum(axis=2), 1e-6))


def airgradient(readings: Readings) -> NDArray[np.floating]:
    """What AirGradient's map takes for a broken sensor, upwards, over its limit: exceeded at 1.

    Against the other stations within 10 km (at least two): 30 µg/m³ over their mean, or 2 of their SDs where that mean
    is 50 µg/m³ or more.
    """
    values = readings.values.astype(np.float64)
    known = np.isfinite(values).astype(np.float64)
    near = readings.within(10_000).astype(np.float64)
    filled = np.nan_to_num(values)
    count = known @ near
    mean = filled @ near / np.maximum(count, 1)
    sd = np.sqrt(np.maximum(filled**2 @ near / np.maximum(count, 1) - mean**2, 1e-6))
    over = np.where(mean >= 50, (values - mean) / sd / 2, (values - mean) / 30)
    return np.where(count >= 2, over, np.nan)


def _before(values: NDArray[np.float64], window: int, now: bool = False) -> tuple[NDArray[np.float64], ...]:
    """Mean, SD and count of the valid among the last `window` minutes, this one left out unless `now`."""
    known = np.isfinite(values)
    shift = np.nanmean(values)  # the variance is a difference of large sums
    filled = np.where(known, values - shift, 0)
    count, total, square = (_sums(part, window, now) for part in (known.astype(np.float64), filled, filled**2))
    mean = total / np.maximum(count, 1)
    return mean + shift, np.sqrt(np.maximum(square / np.maximum(count, 1) - mean**2, 0)), count


def _sums(values: NDArray[np.float64], window: int, now: bool) -> NDArray[np.float64]:
    total = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])
    last = np.arange(len(values)) + now
    return np.asarray(total[last] - total[np.maximum(last - window, 0)])


def _median(values: NDArray[np.float64], nearest: NDArray[np.integer]) -> NDArray[np.float64]:
    """Median of the neighbours that have a value (T, S)."""
    ordered = np.sort(values[:, nearest], axis=2)  # NaN comes last
    count = np.isfinite(ordered).sum(axis=2)[..., None]
    low = np.take_along_axis(ordered, np.maximum((count - 1) // 2, 0), axis=2)
    high = np.take_along_axis(ordered, np.minimum(count // 2, nearest.shape[1] - 1), axis=2)
    return np.asarray((low + high)[..., 0] / 2)


# The best first.
PEERS = (
    Peer("neighbour-median z", neighbour_z, Limit(6.011, 5, 8), Limit(6.158, 3, 3)),
    Peer("rolling z, 60 min", rolling_z, Limit(7.706, 2, 3), Limit(5.334, 3, 5)),
    Peer("AirGradient, tuned", airgradient, Limit(4.739, 3, 5)),
    Peer("Tongzhou, tuned", tongzhou, Limit(3.095), Limit(2.461, 2, 2)),
    Peer("fixed limit", level, Limit(474.9, 3, 5), Limit(14.67, 2, 3)),
    Peer("Tongzhou × 1.5, as published", tongzhou, Limit(1.5), Limit(1.5), published=True),
    Peer("AirGradient, as published", airgradient, Limit(1), published=True),
)
