"""Whose rows they are, by the registry, and the order in which they lie well in the database."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.directory import Directory
from ingest.load.sheet import Sheet
from ingest.load.tally import Tally

MINUTE_US = 60_000_000
DAY_US = 1440 * MINUTE_US


@dataclass(frozen=True, slots=True)
class Placed:
    """The device number of every row of a sheet, 0 of unknown ones; which rows are of which kind of device."""

    device: NDArray[np.int32]
    stations: NDArray[np.int64]
    monitors: NDArray[np.int64]
    mobile: NDArray[np.int64]


def place(sheet: Sheet, directory: Directory, tally: Tally) -> Placed:
    """Rows of devices that nobody knows are counted, by name."""
    numbers = np.array([*(directory.number(name) or 0 for name in sheet.names), 0], np.int32)
    device = numbers[sheet.device]
    strange = np.bincount(sheet.device[device == 0], minlength=len(sheet.names))
    tally.unknown.update({sheet.names[i]: int(strange[i]) for i in np.flatnonzero(strange)})
    is_mobile = np.isin(device, list(directory.mobile))
    is_monitor = np.isin(device, list(directory.monitors.values()))
    is_station = (device > 0) & ~is_monitor & ~is_mobile
    return Placed(device, np.flatnonzero(is_station), np.flatnonzero(is_monitor), np.flatnonzero(is_mobile))


def order(device: NDArray[np.int32], ts: NDArray[np.int64], *last: NDArray[np.generic]) -> NDArray[np.int64]:
    """By day, device and time, equal ones as they were: a day is a chunk of the table, and a device's day is read."""
    return np.lexsort((*last, ts, device, ts // DAY_US))


def starts(*keys: NDArray[np.generic]) -> NDArray[np.int64]:
    """Where, in ordered keys, one begins that is unlike the one before it."""
    new = np.zeros(len(keys[0]), bool)
    new[:1] = True
    for key in keys:
        new[1:] |= key[1:] != key[:-1]
    return np.flatnonzero(new)
