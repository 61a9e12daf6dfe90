"""What is remembered of the hours of every channel: the last week, eight figures each."""

import numpy as np
from numpy.typing import NDArray

from alerts.rules.fabrication_rows import HOUR, Rows
from alerts.rules.fabrication_trace import Trace

HOURS = 168  # remembered
STATS = 8
GOOD, IDLE, LEVEL, SPREAD, HUG, OVER, RATIO, DROP = range(STATS)
"""Of an hour: good minutes · of these idle · mean ln value and relative SD of the others · minutes at 90–100 % of the
limit · above it · mean ln ratio to the mate · depth (ln) of the last sudden fall, + MARKED after a gap."""
Hours = NDArray[np.float16]
"""(R, HOURS, STATS): the ring of the hours; apart from `Trace`, since kernels do not take half precision."""


def close_hours(rows: Rows, trace: Trace, hours: Hours, clock: int) -> NDArray[np.intp]:
    """Put away the hours of devices that are over in minute number `clock`; returns the rows concerned."""
    hour = (clock + rows.offset) // HOUR
    due = np.flatnonzero(hour != trace.hour)
    known = due[trace.hour[due] >= 0]
    hours[known, trace.hour[known] % HOURS] = _summary(trace, known)
    for i in known[hour[known] - trace.hour[known] > 1].tolist():
        hours[i, np.arange(max(trace.hour[i] + 1, hour[i] - HOURS), hour[i]) % HOURS] = np.nan
    _raise_peak(trace, known)
    trace.sums[due], trace.drop[due], trace.hour[due] = 0, 0, hour[due]
    changed = due[trace.mated[due] != rows.mated[due]]
    hours[changed, :, RATIO], trace.mated[changed] = np.nan, rows.mated[changed]
    return known


def _summary(trace: Trace, due: NDArray[np.intp]) -> NDArray[np.float64]:
    """The STATS of an hour (rows, STATS); SPREAD needs 10 minutes, RATIO 20."""
    good, idle, logs, total, squares, hug, over, ratio, both = trace.sums[due].T
    awake = good - idle
    with np.errstate(invalid="ignore", divide="ignore"):
        level, mean = logs / awake, total / awake
        spread = np.sqrt(np.maximum(squares / awake - mean**2, 0)) / mean
        spread = np.where(awake >= 10, spread, np.nan)
        ratio = np.where(both >= 20, ratio / both, np.nan)
    return np.column_stack([good, idle, level, spread, hug, over, ratio, trace.drop[due]])


def _raise_peak(trace: Trace, due: NDArray[np.intp]) -> None:
    """The mean of the highest hours: taken over at once, forgotten in weeks."""
    good, idle, total = trace.sums[due][:, 0], trace.sums[due][:, 1], trace.sums[due][:, 3]
    mean = np.where(good - idle >= 20, total / np.maximum(good - idle, 1), 0)
    trace.peak[due] = np.maximum(mean, trace.peak[due] * 0.999)


def past(trace: Trace, hours: Hours, wanted: NDArray[np.intp], stats: int = STATS) -> NDArray[np.float64]:
    """The last HOURS of some rows, oldest first (rows, HOURS, first `stats`); what is not known is NaN."""
    slots = (trace.hour[wanted][:, None] + np.arange(-HOURS, 0)) % HOURS
    known: NDArray[np.float64] = hours[wanted[:, None], slots, :stats].astype(np.float64)
    return known
