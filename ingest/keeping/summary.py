"""What an hour of minutes comes to: means with their counts, and the spans of what was found of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ingest.flag import USABLE, Grade, Qc, grade
from ingest.quality import Thresholds, corrected
from ingest.quality.humidity import OPTICAL

Values = NDArray[np.float32]
Counts = NDArray[np.int16]
SUSPECT = np.array([grade(code) is Grade.SUSPECT for code in range(256)])
COVERED = 0.75
"""Share of what makes a mean that must have been corrected for the mean to have a corrected one beside it."""
NOTHING = 1e-30
"""A mean that is smaller is 0, in any unit."""
_NAN = np.float32(np.nan)


@dataclass(frozen=True, slots=True)
class Hour:
    """The hour of some devices (devices, channels); means are NaN where no minute is usable, in the channel's unit.

    `mean` of the usable minutes, of directions that of their unit vectors; `low` and `high` the lowest and highest of
    them. `valid` counts them, `suspect` those of them that a check found something about, `sent` what came at all.
    `corrected` is the mean of optical PM corrected for humidity, NaN where it is not or was for too few minutes.
    """

    mean: Values
    low: Values
    high: Values
    valid: Counts
    suspect: Counts
    sent: Counts
    corrected: Values


def sum_up(values: Values, qc: NDArray[np.uint8], channels: Sequence[str]) -> Hour:
    """The hour of values (60, devices, channels) with the reasons found of them; nothing is corrected yet."""
    there = ~np.isnan(values)
    usable = there & USABLE[qc]
    seen = np.where(usable, values, _NAN)
    valid = _count(usable)
    mean, low, high = _mean(seen, valid), np.fmin.reduce(seen), np.fmax.reduce(seen)
    if "wind_direction" in channels:
        wind = list(channels).index("wind_direction")
        mean[:, wind], low[:, wind], high[:, wind] = direction(seen[:, :, wind]), _NAN, _NAN
    sent = _count(there | (qc != Qc.GOOD))
    return Hour(mean, low, high, valid, _count(usable & SUSPECT[qc]), sent, np.full_like(mean, _NAN))


def direction(degrees: Values) -> Values:
    """The direction (devices,) of the mean unit vector of directions (minutes, devices), in [0, 360); NaN without any.

    Directions that cancel each other out have none: 0 is said, as by the query for other steps.
    """
    there = ~np.isnan(degrees)
    radians = np.radians(np.where(there, degrees, 0), dtype=np.float64)
    east = _total(np.where(there, np.sin(radians), 0))
    north = _total(np.where(there, np.cos(radians), 0))
    cancelled = np.hypot(east, north) < 1e-9
    mean = np.where(cancelled, 0, np.degrees(np.arctan2(east, north)) % 360).astype(np.float32)
    mean[mean == 360] = 0  # rounding
    return np.where(there.any(axis=0), mean, _NAN)


def correct(
    hour: Hour, values: Values, qc: NDArray[np.uint8], of: tuple[Sequence[str], Sequence[str]], now: Thresholds
) -> None:
    """Put the corrected means of optical PM into an hour; `of` are its channels and the kinds of its devices."""
    channels, kinds = of
    if "humidity" not in channels:
        return
    seen = np.where(USABLE[qc], values, _NAN)
    humidity = seen[:, :, list(channels).index("humidity")]
    for name in set(OPTICAL) & set(channels):
        column = list(channels).index(name)
        dry = corrected(name, seen[:, :, column], humidity, kinds, now)
        dry[:, np.isnan(now.limits(name, kinds).kappa)] = _NAN
        count = _count(~np.isnan(dry))
        enough = count >= np.maximum(COVERED * hour.valid[:, column], 1)
        hour.corrected[:, column] = np.where(enough, _mean(dry, count), _NAN)


class Span(NamedTuple):
    """A run of minutes of a device and channel (indices) with one reason; `end` is excluded."""

    device: int
    channel: int
    reason: int
    begin: int
    end: int


def spans(found: NDArray[np.uint8], gate: NDArray[np.uint8]) -> list[Span]:
    """The runs of reasons (minutes, devices, channels) that the gate had not given, by device, channel and time."""
    new = np.where(gate == Qc.GOOD, found, Qc.GOOD).transpose(1, 2, 0)
    edged = np.pad(new, ((0, 0), (0, 0), (1, 1)))
    begins = np.argwhere((new != Qc.GOOD) & (new != edged[:, :, :-2]))
    ends = np.argwhere((new != Qc.GOOD) & (new != edged[:, :, 2:]))
    return [
        Span(device, channel, int(new[device, channel, begin]), begin, end + 1)
        for (device, channel, begin), (_, _, end) in zip(begins.tolist(), ends.tolist(), strict=True)
    ]


def _count(what: NDArray[np.bool_]) -> Counts:
    return np.asarray(what.sum(axis=0, dtype=np.int16))


def _mean(seen: Values, count: Counts) -> Values:
    total = _total(np.where(np.isnan(seen), 0, seen))
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(count > 0, total / count, np.nan)
    # Of smaller ones the database cannot make the mean of a day: it takes an underflow for an error.
    return np.asarray(np.where(np.abs(mean) < NOTHING, 0, mean), np.float32)


def _total(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """Minute after minute, so that the sum of a device does not depend on who is beside it."""
    total = np.zeros(values.shape[1:])
    for minute in values:
        total += minute
    return total
