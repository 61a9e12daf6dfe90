"""Why a value may not be used as evidence: the HJ 212 letters and our own checks, as one byte, and its grade."""

from enum import Enum, IntEnum

import numpy as np


class Qc(IntEnum):
    """The reason; GOOD is none. Stored as a byte: append only."""

    GOOD = 0
    STOPPED = 1
    MAINTENANCE = 2
    MANUAL = 3
    FAULT = 4
    CALIBRATION = 5
    OVER_RANGE = 6
    COMMUNICATION = 7
    STARTUP = 8  # of the plant: by a mark alone, HJ 212 has no letter for it
    IMPLAUSIBLE = 16
    UNKNOWN = 17  # a protocol that flags values, and no flag
    # From here on: what the checks of `ingest.quality` find afterwards. Kept and shown; the detector judges by itself.
    BEYOND_SPAN = 32
    STEP = 33
    SPIKE = 34
    FLAT = 35
    NOISE = 36
    CROSSED = 37  # PM2.5 above PM10
    HUMID = 38
    DRIFT = 39
    STACKED = 40
    CLOCK = 41


class Grade(Enum):
    """How good a value is; the names are those of QARTOD's primary flags."""

    GOOD = "good"
    UNKNOWN = "unknown"
    SUSPECT = "suspect"
    FAIL = "fail"
    MISSING = "missing"


def grade(qc: int) -> Grade:
    """The grade of a value that is there; one that is not is MISSING whatever its reason."""
    if qc == Qc.GOOD:
        return Grade.GOOD
    if qc == Qc.UNKNOWN:
        return Grade.UNKNOWN
    return Grade.SUSPECT if qc >= Qc.BEYOND_SPAN else Grade.FAIL


USABLE = np.array([grade(code) in (Grade.GOOD, Grade.SUSPECT) for code in range(256)])
"""By reason: whether a value counts for means. A suspect one does, and is counted as such beside."""

UNFLAGGED = "?"

# HJ 212-2017 table 8: only N is a valid measurement
LETTERS = {
    "N": Qc.GOOD,
    "F": Qc.STOPPED,
    "M": Qc.MAINTENANCE,
    "S": Qc.MANUAL,
    "D": Qc.FAULT,
    "C": Qc.CALIBRATION,
    "T": Qc.OVER_RANGE,
    "B": Qc.COMMUNICATION,
    UNFLAGGED: Qc.UNKNOWN,
}
