"""The weather over a simulated district: any minute can be computed by itself, so past and future join seamlessly."""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ingest.grid import Floats

Size = int | tuple[int, ...]
DAY = 1440


@dataclass(frozen=True, slots=True)
class Weather:
    """One minute; `to` is where the wind blows to, radians counter-clockwise from east."""

    speed: float  # m/s
    to: float
    temperature: float  # °C
    humidity: float  # %
    pressure: float  # hPa

    @property
    def direction(self) -> float:
        """Where the wind comes from, degrees clockwise from north."""
        return (270 - math.degrees(self.to)) % 360


def normal(seed: int, stream: str, step: int, size: Size = 1) -> Floats:
    """Standard normal numbers that belong to one step of one stream: the same ones whenever they are asked for."""
    return np.random.default_rng([seed, *stream.encode(), step]).normal(size=size)


def smooth(seed: int, stream: str, minute: int, tau: int, size: Size = 1) -> Floats:
    """Noise of unit variance that changes within about `tau` minutes: between two draws, linear."""
    step, rest = divmod(minute, tau)
    share = rest / tau
    mixed = (1 - share) * normal(seed, stream, step, size) + share * normal(seed, stream, step + 1, size)
    return np.asarray(mixed / math.hypot(1 - share, share))


def solar_hour(minute: int, lon: float) -> float:
    """Hour of the day, 12 when the sun is in the south, of a minute counted from 1970 UTC."""
    return (minute / 60 + lon / 15) % 24


def daily(hour: float, peak: float) -> float:
    """The day's cosine: 1 at the hour `peak`, -1 half a day later."""
    return math.cos(2 * math.pi * (hour - peak) / 24)


@lru_cache(maxsize=4096)
def weather(seed: int, minute: int, lon: float) -> Weather:
    """The weather of a minute counted from 1970 UTC.

    The wind turns and freshens about as measured near the ground: mean cosine of its turn 0.95 after 1 minute, 0.75
    after 10, 0.5 after hours; speed 0.6, 2.3 and 6 m/s at 5, 50 and 95 %.
    """
    hour = solar_hour(minute, lon)
    season = daily((minute / DAY) % 365.25 * 24 / 365.25, 24 * 205 / 365.25)

    def noise(stream: str, tau: int) -> float:
        return float(smooth(seed, stream, minute, tau)[0])

    turn = 0.9 * noise("turn", 300) + 0.45 * noise("meander", 10) + 0.12 * float(normal(seed, "flutter", minute)[0])
    strength = 0.45 * noise("wind", 120) + 0.25 * daily(hour, 14) + 0.1 * float(normal(seed, "gustiness", minute)[0])
    return Weather(
        speed=min(12.0, max(0.4, 2.3 * math.exp(strength))),
        to=math.radians(150) + turn,  # the prevailing wind comes from the south-east
        temperature=16.5 + 11.5 * season + 4 * daily(hour, 15) + 1.5 * noise("warmth", 2000),
        humidity=min(99.0, max(20.0, 72 - 14 * daily(hour, 15) + 8 * noise("damp", 600))),
        pressure=1016 - 9 * season + 4 * noise("high", 2500),
    )
