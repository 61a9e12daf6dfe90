"""What humid air does to optical PM: particles grow with water, and are counted as more mass."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ingest.quality.thresholds import Limits, Thresholds

CORRECTION = "kappa-1"
"""Version of the correction, kept beside every corrected value; the raw one is kept as well."""
OPTICAL = ("pm25", "pm10")
DRY_DENSITY = 1.65  # of dry particles, relative to water


def humid(humidity: NDArray[np.float32], limits: Limits) -> NDArray[np.bool_]:
    """Where (minutes, devices) the device's own relative humidity (%) is above the limit of optical PM."""
    over: NDArray[np.bool_] = humidity > limits.humidity
    return over


def corrected(
    channel: str, values: NDArray[np.float32], humidity: NDArray[np.float32], kinds: Sequence[str], now: Thresholds
) -> NDArray[np.float32]:
    """Optical PM (minutes, devices) as if it were dry; NaN where the device's own humidity (%) is not known.

    `now` is `Thresholds.at` of the first minute.

    C = raw / (1 + (κ / 1.65) / (1 / a_w - 1)), a_w = RH / 100, RH at most `humidity_cap`: Crilley et al. 2018,
    Atmos. Meas. Tech. 11, 709-720, from κ-Köhler theory (Petters and Kreidenweis 2007). Where there is no κ (dried
    inlets, gases) the values are as they are.
    """
    limits = now.limits(channel, kinds)
    activity = np.clip(humidity, 0, limits.humidity_cap) / 100
    with np.errstate(divide="ignore"):
        growth = 1 + limits.kappa / DRY_DENSITY / (1 / activity - 1)
    return np.asarray(np.where(np.isnan(limits.kappa), values, values / growth), np.float32)
