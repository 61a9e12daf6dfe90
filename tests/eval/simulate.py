"""A whole scenario from its settings and a seed; the same seed and settings give the same scenario."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tests.eval import faults
from tests.eval.background import background, place_enterprises, place_stations, wind_series
from tests.eval.plume import Event, emissions
from tests.eval.settings import Settings


@dataclass(frozen=True, slots=True)
class Scenario:
    """Everything a folder is written from; metres from the south-west corner, minutes from the start."""

    settings: Settings
    seed: int
    readings: NDArray[np.float32]  # (T, S), NaN = missing
    xy: NDArray[np.float64]  # (S, 2)
    wind_speed: NDArray[np.float64]  # (T,) as measured
    wind_to: NDArray[np.float64]  # (T,) as measured, radians counter-clockwise from east
    enterprises: NDArray[np.float64]  # (R, 2)
    events: list[Event]
    fault: NDArray[np.int8]  # (T, S)
    front: NDArray[np.int8]  # (T,)


def simulate(settings: Settings, seed: int) -> Scenario:
    """Draw place, wind, air, emissions and sensors, in this order from one stream of random numbers."""
    rng = np.random.default_rng(seed)
    minutes = settings.days * 1440
    xy = place_stations(rng, settings)
    speed, direction = wind_series(rng, minutes, settings.wind_mean)
    clean, front = background(rng, xy, settings, direction)
    enterprises = place_enterprises(rng, settings)
    events, added = emissions(rng, clean, xy, (speed, direction), settings, enterprises)
    shown = faults.measure(rng, clean + added, settings)
    fault = faults.break_sensors(rng, shown, settings)
    shown = (np.round(shown / settings.resolution) * settings.resolution).astype(np.float32)
    wind_speed = np.maximum(speed + rng.normal(size=minutes) * settings.wind_speed_error, 0.2)
    wind_to = direction + np.radians(settings.wind_direction_error) * rng.normal(size=minutes)
    return Scenario(settings, seed, shown, xy, wind_speed, wind_to, enterprises, events, fault, front)
