"""What cannot be is taken out as it comes in, and says so: the range of every channel."""

import numpy as np
from numpy.typing import NDArray

from ingest.channel import CHANNELS
from ingest.flag import Qc

LOW = np.array([channel.low for channel in CHANNELS])
HIGH = np.array([channel.high for channel in CHANNELS])
# Sensors read a little below zero in clean air: that is noise, not nonsense.
SLACK = 0.02


def implausible(values: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Where values (rows, CHANNELS) lie outside what the air can hold; NaN (not sent) is not implausible."""
    slack = np.where(LOW == 0, SLACK * HIGH, 0)
    outside: NDArray[np.bool_] = (values < LOW - slack) | (values > HIGH)
    return outside


# A stack holds more than air: of a monitor's value only nonsense is refused.
MONITOR_RANGE = (-1e3, 1e9)


def judge(values: NDArray[np.floating], qc: NDArray[np.uint8]) -> None:
    """Take out, in place, what is implausible: no value, and the reason in its stead."""
    wrong = implausible(values)
    qc[wrong] = Qc.IMPLAUSIBLE
    values[wrong] = np.nan


def judge_monitors(values: NDArray[np.floating], qc: NDArray[np.uint8]) -> None:
    """The same for what enterprises' monitors sent."""
    wrong = (values < MONITOR_RANGE[0]) | (values > MONITOR_RANGE[1])
    qc[wrong] = Qc.IMPLAUSIBLE
    values[wrong] = np.nan
