"""Values that jump about, far more than they did and than any air does."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ingest.quality.thresholds import Limits
from ingest.quality.window import SHARP, Values, before, median

BLOCK, EVERY = 20, 5  # min over which scatter is taken, and how often
BEFORE = 60  # min before the block that it is compared with
FAR = 3.0  # times the scatter of the quietest block before
LONG = 2.0  # times the limit: where no block before was quiet
FALL = 0.6  # of the limit: so far below what was lowest before
SPREAD = 0.5  # of the limit: so far apart the low values are
RAISED = 0.4  # log units above the lowest block before: a plume, not noise
FEWEST = 6  # differences in a block


class Block(NamedTuple):
    """Twenty minutes by device (devices,), log units."""

    scatter: Values
    low: Values  # the second lowest
    quarter: Values  # a quarter lies below it
    level: Values


def noise(values: Values, limits: Limits) -> NDArray[np.bool_]:
    """Where values (minutes, devices) are in a 20-minute block whose robust scatter is above the limit.

    The scatter is 1.4826 median |ln((x_t + clean) / (x_t-1 + clean))|: the level explains what is in proportion to it,
    `clean` the rest. Gusts in a plume scatter as much, but upwards: noise falls below what was lowest in the quiet
    blocks of the hour before, three times as quiet, or, where none was quiet, scatters twice the limit and among its
    low values too; and it does not raise the level.
    """
    above = np.maximum(values, 0) + np.nan_to_num(limits.clean)
    log = np.log(np.where(above > 0, above, np.float32(np.nan)))
    moves = np.abs(log - before(log))
    ends = range(BLOCK, len(values) + 1, EVERY)
    blocks = [_block(moves[end - BLOCK : end], log[end - BLOCK : end]) for end in ends]
    wrong = np.zeros(values.shape, bool)
    for k, end in enumerate(ends):
        past = blocks[max(0, k - (BLOCK + BEFORE) // EVERY + 1) : max(0, k - BLOCK // EVERY + 1)]
        if past:
            wrong[end - BLOCK : end] |= _bursts(blocks[k], past, limits.noise)
    return wrong


def _block(moves: Values, log: Values) -> Block:
    few = np.count_nonzero(~np.isnan(moves), axis=0) < FEWEST
    ordered = np.sort(log, axis=0)
    told = SHARP * median(moves), ordered[1], ordered[BLOCK // 4], median(log)
    return Block(*(np.where(few, np.float32(np.nan), one) for one in told))


def _bursts(now: Block, past: list[Block], limit: NDArray[np.float32]) -> NDArray[np.bool_]:
    quiet = [block.scatter <= limit for block in past]
    scatter = np.fmin.reduce([np.where(q, block.scatter, np.nan) for q, block in zip(quiet, past, strict=True)])
    low = np.fmin.reduce([np.where(q, block.low, np.nan) for q, block in zip(quiet, past, strict=True)])
    began = (now.scatter > FAR * scatter) & (now.low < low - FALL * limit)
    goes_on = np.isnan(scatter) & (now.scatter > LONG * limit) & (now.quarter - now.low > SPREAD * limit)
    raised = now.level - np.fmin.reduce([block.level for block in past])
    burst: NDArray[np.bool_] = (now.scatter > limit) & (raised < RAISED) & (began | goes_on)
    return burst
