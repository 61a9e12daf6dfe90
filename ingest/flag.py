"""Why a value may not be used as evidence: the HJ 212 letters and our own checks, as one byte."""

from enum import IntEnum


class Qc(IntEnum):
    """GOOD is evidence; everything else is kept but judged by nobody. Stored as a byte: append only."""

    GOOD = 0
    STOPPED = 1
    MAINTENANCE = 2
    MANUAL = 3
    FAULT = 4
    CALIBRATION = 5
    OVER_RANGE = 6
    COMMUNICATION = 7
    IMPLAUSIBLE = 16


# HJ 212-2017 table 8
LETTERS = {
    "N": Qc.GOOD,
    "F": Qc.STOPPED,
    "M": Qc.MAINTENANCE,
    "S": Qc.MANUAL,
    "D": Qc.FAULT,
    "C": Qc.CALIBRATION,
    "T": Qc.OVER_RANGE,
    "B": Qc.COMMUNICATION,
}
