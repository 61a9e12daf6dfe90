"""Rows of stations as their tables hold them: a row a device and minute, converted, each key once, judged."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ingest.channel import CHANNELS, COLUMN, NAME_OF_CODE
from ingest.directory import Directory
from ingest.flag import Qc
from ingest.load.place import MINUTE_US, Placed, order, starts
from ingest.load.sheet import UNSET, Floats, Sheet
from ingest.load.tally import SHOWN, Tally
from ingest.quality import implausible, judge

SECOND_US = 1_000_000


@dataclass(frozen=True, slots=True)
class Rows:
    """`number` (rows) of the first row of each in the file, `device`, `ts` µs; `values`, `qc` (rows, CHANNELS).

    `lon`, `lat` are of mobile samples.
    """

    number: NDArray[np.int64]
    device: NDArray[np.int32]
    ts: NDArray[np.int64]
    values: NDArray[np.floating]
    qc: NDArray[np.uint8]
    lon: Floats
    lat: Floats

    def take(self, rows: NDArray[np.int64]) -> "Rows":
        """Some of the rows, in this order."""
        values, qc = self.values[rows], self.qc[rows]
        return Rows(self.number[rows], self.device[rows], self.ts[rows], values, qc, self.lon[rows], self.lat[rows])


def stations_of(sheet: Sheet, placed: Placed, directory: Directory, tally: Tally) -> Rows:
    """Ordered by day, device and minute."""
    return _finished(_read(sheet, placed, placed.stations, MINUTE_US, tally), directory, tally)


def mobile_of(sheet: Sheet, placed: Placed, directory: Directory, tally: Tally) -> Rows:
    """The same by the second; rows without a place are refused."""
    rows = placed.mobile
    here = (np.abs(sheet.lon[rows]) <= 180) & (np.abs(sheet.lat[rows]) <= 90)  # NaN is nowhere
    tally.refuse("place", sheet.number[rows[~here]], "a mobile device needs lon and lat in every row")
    return _finished(_read(sheet, placed, rows[here], SECOND_US, tally), directory, tally)


def _read(sheet: Sheet, placed: Placed, rows: NDArray[np.int64], step_us: int, tally: Tally) -> Rows:
    """As sent; of two columns that mean the same channel the first counts. Empty rows are left out."""
    values = np.full((len(rows), len(CHANNELS)), np.nan)
    qc = np.full(values.shape, UNSET, np.uint8)
    for name, sent in sheet.values.items():
        column, found = COLUMN.get(NAME_OF_CODE.get(name, name)), sent[rows]
        if column is None:
            other = rows[~np.isnan(found)]
            tally.refuse("channel", sheet.number[other], f"{name}: no such channel of a station")
            continue
        free = np.isnan(values[:, column]) & (qc[:, column] == UNSET)
        values[free, column] = found[free]
        if name in sheet.flags:
            qc[free, column] = sheet.flags[name][rows[free]]
    ts = sheet.ts[rows] // step_us * step_us
    read = Rows(sheet.number[rows], placed.device[rows], ts, values, qc, sheet.lon[rows], sheet.lat[rows])
    there = np.flatnonzero((~np.isnan(values) | (qc != UNSET)).any(axis=1))
    tally.empty += len(rows) - len(there)
    return read.take(there)


def _finished(rows: Rows, directory: Directory, tally: Tally) -> Rows:
    """Converted, in order, each key once, judged."""
    _convert(rows, directory, tally)
    rows = _merged(rows.take(order(rows.device, rows.ts)))
    rows.qc[rows.qc == UNSET] = Qc.GOOD
    wrong = np.argwhere(implausible(rows.values))
    texts = [f"{CHANNELS[j].name}: {rows.values[i, j]:g} {CHANNELS[j].unit} cannot be" for i, j in wrong[:SHOWN]]
    tally.refuse("implausible", rows.number[wrong[:, 0]], lambda i: texts[i])
    judge(rows.values, rows.qc)
    return replace(rows, values=rows.values.astype(np.float32))


def _convert(rows: Rows, directory: Directory, tally: Tally) -> None:
    """In place, from the units in which the stations send."""
    for name in {name for units in directory.units.values() for name in units} & COLUMN.keys():
        column = rows.values[:, COLUMN[name]]
        factors = np.ones(max(directory.units) + 1)
        for device, units in directory.units.items():
            factors[device] = units.get(name, 1.0)
        factor = factors[np.where(rows.device < len(factors), rows.device, 0)]
        lost = np.isnan(factor) & ~np.isnan(column)
        text = f"{name}: the registered unit does not convert (channels.csv)"
        tally.refuse("unit", rows.number[lost], text)
        column *= factor


def _merged(rows: Rows) -> Rows:
    """Rows of one key as one: the first value of every channel, and the first flag that came no later than it."""
    first = starts(rows.device, rows.ts)
    count = len(rows.ts)
    if len(first) == count:
        return rows
    at, none = np.arange(count)[:, None], count
    valued = np.minimum.reduceat(np.where(np.isnan(rows.values), none, at), first)
    flagged = np.minimum.reduceat(np.where((rows.qc == UNSET) | (rows.qc == Qc.GOOD), none, at), first)
    columns = np.arange(rows.values.shape[1])
    value = np.vstack([rows.values, np.full(len(columns), np.nan)])[valued, columns]
    flag = np.vstack([rows.qc, np.full(len(columns), UNSET, np.uint8)])[flagged, columns]
    return replace(rows.take(first), values=value, qc=np.where(flagged > valued, UNSET, flag).astype(np.uint8))
