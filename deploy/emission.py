"""Emissions in a simulated district: when they happen, what comes out, and the plume that stations meet."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from deploy.weather import Weather, normal
from ingest.grid import Floats

LONGEST_TRAVEL = 90  # minutes; what has been under way longer is gone
HEIGHT = 8.0  # m; most trouble comes from yards and roofs, not from stacks
# What comes with one unit of strength, in g/s, by a word of the industry's name; the first that fits.
MIXES: tuple[tuple[tuple[str, ...], dict[str, float]], ...] = (
    (("涂装", "印刷", "化工", "医药", "家具", "chemical", "coating"), {"tvoc": 5.0, "nmhc": 4.0}),
    (("铸造", "钢", "冶", "foundry", "steel"), {"pm10": 1.0, "pm25": 0.6, "co": 8.0, "so2": 0.15}),
    (("热电", "锅炉", "热力", "power", "boiler"), {"so2": 0.3, "no2": 0.8, "pm10": 0.5, "pm25": 0.4}),
)
DUST = {"pm10": 1.0, "pm25": 0.5}


@dataclass(frozen=True, slots=True)
class Emission:
    """Something that goes wrong at an enterprise for some minutes."""

    enterprise_id: str
    start: datetime
    minutes: int
    strength: float  # about g/s of its main pollutant; 1 is hard to see, 10 cannot be missed


@dataclass(frozen=True, slots=True)
class Source:
    """An emission on the map, metres: `gusts[i]` is its strength in its i-th minute, counted from `begin`."""

    x: float
    y: float
    begin: int
    gusts: Floats


def mix_of(industry: str) -> dict[str, float]:
    """Pollutant → g/s for each unit of strength."""
    return next((mix for words, mix in MIXES if any(word in industry for word in words)), DUST)


def scheduled(seed: int, day: int, enterprises: Sequence[str], a_day: float) -> Iterator[Emission]:
    """The emissions that begin on a day counted from 1970 UTC: 10 to 60 minutes, strength 1.5 to 8, log-uniform."""
    random = np.random.default_rng([seed, *b"emission", day])
    midnight = datetime.fromtimestamp(day * 86400, UTC)
    for _ in range(random.poisson(a_day) if enterprises else 0):
        yield Emission(
            enterprise_id=enterprises[int(random.integers(len(enterprises)))],
            start=midnight + timedelta(minutes=int(random.integers(1440))),
            minutes=round(math.exp(random.uniform(math.log(10), math.log(60)))),
            strength=math.exp(random.uniform(math.log(1.5), math.log(8))),
        )


def source(seed: int, emission: Emission, place: tuple[float, float]) -> Source:
    """The emission as it really leaves the place: it comes in gusts."""
    begin = int(emission.start.timestamp()) // 60
    gusts = np.exp(0.4 * normal(seed, "gust" + emission.enterprise_id, begin, emission.minutes) - 0.08)
    return Source(*place, begin, emission.strength * gusts)


def rise(source: Source, minute: int, xy: Floats, past: Sequence[Weather]) -> Floats:
    """µg/m³ that `source` adds at the places `xy` (S, 2) in `minute`; `past[k]` is the weather k minutes before.

    Steady Gaussian plume with ground reflection, the spread of Briggs (1973) for towns in neutral air. What arrives
    left d / u ago and came with the mean of the winds at either end of its way.
    """
    away = xy - (source.x, source.y)
    distance = np.maximum(np.hypot(away[:, 0], away[:, 1]), 15.0)
    speed = past[0].speed
    lag = np.minimum(distance / speed / 60, len(past)).astype(int)
    since = minute - lag - source.begin
    arrives = (since >= 0) & (since < len(source.gusts)) & (lag < len(past))
    heading = np.array([then.to for then in past])
    then = heading[np.minimum(lag, len(past) - 1)]
    east, north = np.cos(heading[0]) + np.cos(then), np.sin(heading[0]) + np.sin(then)
    length = np.maximum(np.hypot(east, north), 1e-6)
    along = (away[:, 0] * east + away[:, 1] * north) / length
    across = (away[:, 1] * east - away[:, 0] * north) / length
    x = np.maximum(along, 5.0)
    wide = 25 + 0.16 * x / np.sqrt(1 + 0.0004 * x)
    high = 6 + 0.14 * x / np.sqrt(1 + 0.0003 * x)
    shape = np.exp(-((across / wide) ** 2) / 2 - (HEIGHT / high) ** 2 / 2)
    grams = source.gusts[np.clip(since, 0, len(source.gusts) - 1)]
    peak = grams * 1e6 / (np.pi * speed * wide * high)
    return np.where(arrives & (along > 5), peak * shape, 0.0)
