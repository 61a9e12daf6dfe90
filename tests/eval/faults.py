"""What sensors make of the air: bias, drift and noise, and gaps, stuck values, spikes, steps, door puffs."""

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from tests.eval.settings import Settings

KINDS = {1: "gap", 2: "stuck", 3: "spike", 4: "step", 5: "puff", 6: "noisy"}
LOST = 0.01  # share of minutes that never arrive
Shown = NDArray[np.float32]
Label = NDArray[np.int8]


def measure(rng: np.random.Generator, air: NDArray[np.floating], settings: Settings) -> Shown:
    """What healthy sensors show of the air (T, S): bias, slow drift, noise."""
    minutes, stations = air.shape
    bias = np.asarray(rng.normal(size=stations) * settings.bias_sd)
    if settings.drift_per_day > 0:
        walk = rng.normal(size=(minutes, stations)).astype(np.float32) * settings.drift_per_day / math.sqrt(1440)
        bias = bias + np.cumsum(walk, axis=0)
    shown = air * np.exp(bias) * np.exp(settings.noise_sd * rng.normal(size=(minutes, stations)))
    shown = shown + settings.additive_sd * rng.normal(size=(minutes, stations))
    return np.asarray(np.maximum(shown, 0), np.float32)


def break_sensors(rng: np.random.Generator, shown: Shown, settings: Settings) -> Label:
    """Put faults into `shown` (in place, NaN = missing); returns the fault kind of every minute and station."""
    label = np.zeros(shown.shape, np.int8)
    _steps_and_puffs(rng, shown, label, settings)
    _spikes_and_noise(rng, shown, label, settings)
    _stuck_and_gaps(rng, shown, label, settings)
    shown[rng.random(shown.shape) < LOST] = np.nan
    return label


def _places(rng: np.random.Generator, shown: Shown, rate: float) -> Iterator[tuple[int, int]]:
    """Stations and minutes at a rate per station-day."""
    minutes, stations = shown.shape
    for _ in range(rng.poisson(rate * minutes / 1440 * stations)):
        yield int(rng.integers(stations)), int(rng.integers(minutes))


def _steps_and_puffs(rng: np.random.Generator, shown: Shown, label: Label, settings: Settings) -> None:
    for s, t in _places(rng, shown, settings.steps):
        shown[t:, s] *= math.exp(rng.choice([-1, 1]) * rng.uniform(0.15, 0.5))
        label[t : t + 720, s] = 4
    for s, t in _places(rng, shown, settings.puffs):  # a smoker, a door, a lorry: 1-4 minutes at one sensor
        n = int(rng.integers(1, 5))
        shown[t : t + n, s] += rng.uniform(15, 120)
        label[t : t + n + 12, s] = 5


def _spikes_and_noise(rng: np.random.Generator, shown: Shown, label: Label, settings: Settings) -> None:
    for s, t in _places(rng, shown, settings.spikes):
        shown[t, s] *= rng.uniform(3, 20)
        label[t : t + 12, s] = 3
    for s, t in _places(rng, shown, settings.noisy):
        n = int(rng.integers(60, 400))
        left = len(shown[t : t + n, s])
        shown[t : t + n, s] *= np.exp(rng.normal(size=left) * 0.6).astype(np.float32)
        label[t : t + n + 12, s] = 6


def _stuck_and_gaps(rng: np.random.Generator, shown: Shown, label: Label, settings: Settings) -> None:
    for s, t in _places(rng, shown, settings.stuck):
        n = _log_uniform(rng, 30, 900)
        # np.float32 times a Python number stays np.float32; the readings of record depend on it.
        shown[t : t + n, s] = shown[t, s] * (1 if rng.random() < 0.7 else rng.uniform(1.5, 6))
        label[t : t + n + 12, s] = 2
    for s, t in _places(rng, shown, settings.gaps):
        n = _log_uniform(rng, 1, 240)
        shown[t : t + n, s] = np.nan
        label[t : t + n + 5, s] = np.maximum(label[t : t + n + 5, s], 1)


def _log_uniform(rng: np.random.Generator, low: float, high: float) -> int:
    return int(math.exp(rng.uniform(math.log(low), math.log(high))))
