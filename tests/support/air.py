"""Air as sensors show it, for checks of values: steady with noise, and the limits they go by."""

from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from ingest.quality import Limits, Window, shipped

NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)
SHIPPED = shipped()
Values = NDArray[np.float32]


def air(level: float = 35.0, devices: int = 1, resolution: float = 0.1, minutes: int = 120, seed: int = 1) -> Values:
    """Minutes (minutes, devices) around a level with 5 % of noise, as low-cost sensors have."""
    drawn = level * np.exp(0.05 * np.random.default_rng(seed).normal(size=(minutes, devices)))
    return np.asarray(np.round(drawn / resolution) * resolution, np.float32)


def limits(channel: str = "pm25", kind: str = "micro", devices: int = 1) -> Limits:
    """What comes with the program."""
    return SHIPPED.at(NOON).limits(channel, [kind] * devices)


def window(values: Values, qc: int = 0) -> Window:
    """Values that all have the same reason."""
    return Window(values, np.full(values.shape, qc, np.uint8))
