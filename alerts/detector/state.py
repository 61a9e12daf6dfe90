"""What the detector remembers of every device and pollutant between two minutes: about 60 bytes, no history."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

TRACE = 16  # minutes of excess kept for attribution
TRACE_STEP = 0.03  # log units a step of the trace's bytes
NO_TRACE = -128

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]


class State(NamedTuple):
    """Of one pollutant and N devices; `trace` (TRACE, N) is a ring over minutes."""

    raw: Floats  # last value, as sent
    run: Bytes  # how often it was repeated since
    repeat: Floats  # share of values that equal the one before
    y1: Floats  # the last two log values
    y2: Floats
    gap: Bytes  # minutes since the last value
    age: NDArray[np.uint16]  # minutes of evidence seen
    bias: Floats  # lasting offset to the neighbours
    base: Floats  # running level of the excess
    scale: Floats  # its robust SD
    fast: Floats  # running means of z
    slow: Floats
    rough: Floats  # running mean of the change from one raw value to the next, log units
    fall: Floats  # running mean of how far z is below zero: what a plume never does and noise does
    step: Bytes  # suspected step of the sensor
    votes: Bytes  # the last 8: z above the vote
    over: Bytes  # the last 8: score above the threshold
    quiet: Bytes  # minutes since the alarm was last confirmed
    alarm: Bytes
    trace: NDArray[np.int8]


def fresh(n: int) -> State:
    """The state of `n` devices nothing is known of."""

    def full(value: float) -> Floats:
        return np.full(n, value, np.float32)

    def zeros() -> Bytes:
        return np.zeros(n, np.uint8)

    return State(
        raw=full(np.nan),
        run=zeros(),
        repeat=full(0.01),
        y1=full(np.nan),
        y2=full(np.nan),
        gap=np.full(n, 255, np.uint8),
        age=np.zeros(n, np.uint16),
        bias=full(0),
        base=full(0),
        scale=full(0.12),
        fast=full(0),
        slow=full(0),
        rough=full(0.1),
        fall=full(0),
        step=zeros(),
        votes=zeros(),
        over=zeros(),
        quiet=zeros(),
        alarm=zeros(),
        trace=np.full((TRACE, n), NO_TRACE, np.int8),
    )
