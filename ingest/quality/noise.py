"""Values that jump about, far more than they did and than any air does."""

import numpy as np
from numpy.typing import NDArray

from ingest.quality.thresholds import Limits
from ingest.quality.window import SHARP, before, median

BLOCK, EVERY = 20, 5  # min over which scatter is taken, and how often
BEFORE = 60  # min before the block that it is compared with
FAR = 3.0  # times the scatter of the quietest block before
LONG = 2.0  # times the limit: what was never quiet in the hour before
RAISED = 0.4  # log units above the lowest block before: a plume, not noise
FALL = 0.6  # of the limit: so far below what was lowest before
FEWEST = 6  # differences in a block


def noise(values: NDArray[np.float32], limits: Limits) -> NDArray[np.bool_]:
    """Where values (minutes, devices) are in a 20-minute block whose robust scatter is above the limit.

    The scatter is 1.4826 median |ln((x_t + clean) / (x_t-1 + clean))|: the level explains what is in proportion to it,
    `clean` the rest. It must be three times that of the quietest block in the hour before, unless that is above the
    limit as well, and values must fall below those before the burst: gusts in a plume scatter, yet upwards only.
    """
    offset = np.nan_to_num(limits.clean)
    with np.errstate(divide="ignore", invalid="ignore"):
        log = np.log(np.maximum(values, 0) + offset)
    ends = np.arange(BLOCK, len(values) + 1, EVERY)
    moves = np.abs(log - before(log))
    scatter, low, level = np.array([_block(moves[e - BLOCK : e], log[e - BLOCK : e]) for e in ends]).swapaxes(0, 1)
    wrong = np.zeros(values.shape, bool)
    for k, end in enumerate(ends):
        past = (ends <= end - BLOCK) & (ends > end - BLOCK - BEFORE)
        if past.any():
            calm = np.where(scatter[past] <= limits.noise, scatter[past], np.nan)
            usual = np.fmin.reduce(np.where(np.isnan(calm), np.nan, low[past]))
            began = (scatter[k] > FAR * np.fmin.reduce(calm)) & (low[k] < usual - FALL * limits.noise)
            goes_on = np.isnan(calm).all(axis=0) & (scatter[k] > LONG * limits.noise)
            even = level[k] - np.fmin.reduce(level[past]) < RAISED
            wrong[end - BLOCK : end] |= (scatter[k] > limits.noise) & even & (began | goes_on)
    return wrong


def _block(moves: NDArray[np.float32], log: NDArray[np.float32]) -> tuple[NDArray[np.float32], ...]:
    few = np.count_nonzero(~np.isnan(moves), axis=0) < FEWEST
    told = SHARP * median(moves), np.sort(log, axis=0)[1], median(log)
    return tuple(np.where(few, np.nan, one) for one in told)
