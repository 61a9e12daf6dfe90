"""Rows of enterprises' monitors as their table holds them: a row a value, converted, each key once, judged."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ingest.channel import NAME_OF_CODE
from ingest.directory import Directory
from ingest.flag import Qc
from ingest.load.place import MINUTE_US, Placed, order, starts
from ingest.load.sheet import UNSET, Sheet
from ingest.load.tally import Tally
from ingest.quality import judge_monitors


class Values(NamedTuple):
    """`number` of the row in the file, `device`, `ts` µs, `channel` into `names_of`, the `value` and its `qc`."""

    number: NDArray[np.int64]
    device: NDArray[np.int32]
    ts: NDArray[np.int64]
    channel: NDArray[np.int16]
    value: NDArray[np.floating]
    qc: NDArray[np.uint8]

    def take(self, rows: NDArray[np.int64]) -> "Values":
        """Some of the rows, in this order."""
        return Values._make(column[rows] for column in self)


def names_of(columns: Iterable[str]) -> list[str]:
    """What the channels may be that these columns hold: a code by itself, or by the name of its channel."""
    return list(dict.fromkeys(name for code in columns for name in (code, NAME_OF_CODE.get(code, code))))


def monitors_of(sheet: Sheet, placed: Placed, directory: Directory, tally: Tally) -> Values:
    """Ordered by day, device, minute and channel; of two values of a channel in a minute the first counts."""
    columns = [_column(sheet, placed, code, directory, tally) for code in sheet.values]
    rows = Values._make(map(np.concatenate, zip(*columns, strict=True)))
    rows = rows.take(order(rows.device, rows.ts, rows.number, rows.channel))
    rows = rows.take(starts(rows.device, rows.ts, rows.channel))
    judged = rows.value.copy()
    judge_monitors(judged, rows.qc)
    wrong = np.flatnonzero(np.isnan(judged) & ~np.isnan(rows.value))
    told, names = rows.take(wrong), names_of(sheet.values)
    tally.refuse("implausible", told.number, lambda i: f"{names[told.channel[i]]}: {told.value[i]:g} cannot be")
    return rows._replace(value=judged.astype(np.float32))


def _column(sheet: Sheet, placed: Placed, code: str, directory: Directory, tally: Tally) -> Values:
    """What one column says of monitors, in canonical units; null without a flag says nothing."""
    rows = placed.monitors
    flag = sheet.flags[code][rows] if code in sheet.flags else np.full(len(rows), UNSET, np.uint8)
    there = ~np.isnan(sheet.values[code][rows]) | (flag != UNSET)
    rows, flag = rows[there], flag[there]
    channels, factors = _registered(sheet, code, directory) if len(rows) else ([], [])
    channel = np.array(channels, np.int16)[sheet.device[rows]]
    factor = np.array(factors, float)[sheet.device[rows]]
    tally.refuse("channel", sheet.number[rows[factor == 0]], f"{code}: not registered (monitors.csv)")
    unfit = f"{code}: the registered unit does not convert (monitors.csv)"
    tally.refuse("unit", sheet.number[rows[np.isnan(factor)]], unfit)
    fit = factor > 0
    rows, flag, factor = rows[fit], flag[fit], factor[fit]
    return Values(
        sheet.number[rows],
        placed.device[rows],
        sheet.ts[rows] // MINUTE_US * MINUTE_US,
        channel[fit],
        sheet.values[code][rows] * factor,
        np.where(flag == UNSET, Qc.GOOD, flag).astype(np.uint8),
    )


def _registered(sheet: Sheet, code: str, directory: Directory) -> tuple[list[int], list[float]]:
    """By device: as what it sends this code, and the multiplier, 0 where it is not registered."""
    number = {name: i for i, name in enumerate(names_of(sheet.values))}
    channels = [directory.channel(device, code) for device in sheet.names]
    factors = [directory.channels.get(key, 0.0) for key in zip(sheet.names, channels, strict=True)]
    return [number[channel] for channel in channels], factors
