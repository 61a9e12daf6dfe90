"""The values of an hour judged by all checks, from the hour itself and the one before it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ingest.channel import COLUMN, is_pollutant
from ingest.flag import USABLE, Qc
from ingest.quality.crossed import crossed
from ingest.quality.flat import flat
from ingest.quality.humidity import OPTICAL, humid
from ingest.quality.jump import spike, step
from ingest.quality.noise import noise
from ingest.quality.span import beyond_span
from ingest.quality.thresholds import Limits, Thresholds

CONTEXT = 60
"""Minutes before the hour that the checks look at."""
HOUR = slice(CONTEXT, CONTEXT + 60)

Values = NDArray[np.float32]
Mask = NDArray[np.bool_]
Check = Callable[[Values, Limits], Mask]


class Window(NamedTuple):
    """One channel of some devices: CONTEXT minutes, the hour, and as many after it as there are (none is well)."""

    values: Values  # (minutes, devices), NaN: not sent
    qc: NDArray[np.uint8]  # the same shape: the reasons that the values have already


LASTING: tuple[tuple[Qc, Check], ...] = ((Qc.STEP, step), (Qc.FLAT, flat), (Qc.NOISE, noise))
"""In the order in which they count: of several reasons a value has the first."""


def judge_hour(
    window: Mapping[str, Window], thresholds: Thresholds, kinds: Sequence[str], minute0: datetime
) -> dict[str, NDArray[np.uint8]]:
    """Channel → reasons (60, devices) of the hour that begins at `minute0`.

    A reason that a value has already stays; the others are what the checks find, or GOOD. `kinds` (devices,) are micro,
    national, weather, boundary, mobile or monitor. States, electricity, production and the conditions of a gas
    (`SB…`, `d…`, `p…`, `a01…`) are what they are: nothing is found of them.
    """
    now = thresholds.at(minute0)
    seen = {name: np.where(USABLE[w.qc], w.values, np.float32(np.nan)) for name, w in window.items()}
    found: dict[str, NDArray[np.uint8]] = {}
    for name, values in seen.items():
        found[name] = np.zeros((60, values.shape[1]), np.uint8)
        if name in COLUMN or is_pollutant(name):
            limits = now.limits(name, kinds)
            _check(values, limits, found[name])
    if "pm25" in seen and "pm10" in seen:
        wrong = crossed(seen["pm25"], seen["pm10"], now.limits("pm25", kinds))
        _say(found["pm25"], Qc.CROSSED, wrong)
        _say(found["pm10"], Qc.CROSSED, wrong)
    if "humidity" in seen:
        for name in found.keys() & set(OPTICAL):
            _say(found[name], Qc.HUMID, humid(seen["humidity"], now.limits(name, kinds)))
    return {name: _kept(window[name], seen[name], found[name]) for name in window}


def _check(values: Values, limits: Limits, found: NDArray[np.uint8]) -> None:
    """What stands out alone is no evidence for the other checks."""
    _say(found, Qc.BEYOND_SPAN, beyond_span(values, limits))
    single = spike(values, limits)
    _say(found, Qc.SPIKE, single)
    values = np.where(single, np.float32(np.nan), values)
    for reason, check in LASTING:
        _say(found, reason, check(values, limits))


def _say(found: NDArray[np.uint8], reason: Qc, wrong: Mask) -> None:
    found[wrong[HOUR] & (found == Qc.GOOD)] = reason


def _kept(window: Window, seen: Values, found: NDArray[np.uint8]) -> NDArray[np.uint8]:
    given = window.qc[HOUR]
    found[np.isnan(seen[HOUR])] = Qc.GOOD
    return np.where(given == Qc.GOOD, found, given)
