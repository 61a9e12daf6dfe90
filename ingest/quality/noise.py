"""Values that jump about, far more than they did and than any air does."""

import numpy as np
from numpy.typing import NDArray

from ingest.quality.thresholds import Limits
from ingest.quality.window import SHARP, median

BLOCK, EVERY = 20, 5  # min over which scatter is taken, and how often
BEFORE = 60  # min before the block that it is compared with
FAR = 3.0  # times the scatter of the quietest block before
FEWEST = 12  # differences in a block


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
    moves = np.abs(np.diff(log, axis=0, prepend=np.full_like(log[:1], np.nan)))
    scatter, low = np.array([_block(moves[e - BLOCK : e], log[e - BLOCK : e]) for e in ends]).swapaxes(0, 1)
    wrong = np.zeros(values.shape, bool)
    for k, end in enumerate(ends):
        past = (ends <= end - BLOCK) & (ends > end - BLOCK - BEFORE)
        if past.any():
            quiet = np.fmin.reduce(scatter[past])
            usual = np.fmin.reduce(low[past])
            far = (quiet > limits.noise) | (scatter[k] > FAR * quiet)
            bursts = (scatter[k] > limits.noise) & far & (low[k] < usual)
            wrong[end - BLOCK : end] |= bursts
    return wrong


def _block(moves: NDArray[np.float32], log: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    few = np.count_nonzero(~np.isnan(moves), axis=0) < FEWEST
    return np.where(few, np.nan, SHARP * median(moves)), np.where(few, np.nan, np.sort(log, axis=0)[1])
