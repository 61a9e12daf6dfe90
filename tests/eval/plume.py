"""Emissions: when and where, the Gaussian plume they make at the stations, and what of it can be seen."""

import math
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tests.eval.background import Wind
from tests.eval.settings import Settings

Array = NDArray[np.floating]
REACH_M = 5000.0
LONGEST_TRAVEL = 90  # minutes
GUST_SD = 0.45


class Source(NamedTuple):
    """What emits: minutes from the start of the scenario, metres from the south-west corner, g/s, metres."""

    t0: int
    t1: int
    x: float
    y: float
    strength: float
    height: float


class Weather(NamedTuple):
    """Wind speed (m/s), where it blows to (radians) and the gusts of one source, a value a minute."""

    speed: NDArray[np.float64]
    direction: NDArray[np.float64]
    gust: NDArray[np.float64]


@dataclass(slots=True)
class Event:
    """One emission and what the stations could see of it."""

    source: Source
    enterprise: int  # index in the registry, -1: none
    snr: float = 0.0
    touched: dict[int, tuple[int, int]] = field(default_factory=dict)  # station → first, last minute at ≥ 1 SD
    detectable: int | None = None  # first minute at whose end a 5-minute mean reaches 3 reference SD


def emissions(
    rng: np.random.Generator, clean: Array, xy: Array, wind: Wind, settings: Settings, enterprises: Array
) -> tuple[list[Event], NDArray[np.float32]]:
    """All events of a scenario and the concentration they add (T, S)."""
    minutes, stations = clean.shape
    added = np.zeros((minutes, stations), np.float32)
    px, py = xy[:, 0].astype(np.float64), xy[:, 1].astype(np.float64)
    events = []
    for _ in range(rng.poisson(settings.events_per_day * minutes / 1440 * settings.nx * settings.ny / 100.0)):
        event = _draw(rng, settings, enterprises, minutes)
        gust = np.exp(GUST_SD * rng.normal(size=minutes) - GUST_SD**2 / 2)
        increment = disperse(event.source, px, py, Weather(*wind, gust), minutes)
        t0 = event.source.t0
        added[t0 : t0 + increment.shape[1]] += increment.T
        _mark_visible(event, increment, clean, settings)
        events.append(event)
    return events, added


def _draw(rng: np.random.Generator, settings: Settings, enterprises: Array, minutes: int) -> Event:
    """One random emission, from an enterprise of the registry or from anywhere."""
    t0 = int(rng.integers(0, minutes - 30))
    low, high = settings.minutes
    t1 = min(minutes - 1, t0 + int(math.exp(rng.uniform(math.log(low), math.log(high)))))
    weak, strong = settings.strength
    strength = math.exp(rng.uniform(math.log(weak), math.log(strong)))
    height = rng.uniform(2, 25)
    if rng.random() < settings.registered_share:
        enterprise = int(rng.integers(len(enterprises)))
        x, y = enterprises[enterprise]
    else:
        enterprise = -1
        x = rng.uniform(0, settings.nx * settings.cell_m)
        y = rng.uniform(0, settings.ny * settings.cell_m)
    return Event(Source(t0, t1, float(x), float(y), strength, height), enterprise)


@njit(cache=False)
def disperse(
    source: Source, px: NDArray[np.float64], py: NDArray[np.float64], weather: Weather, minutes: int
) -> NDArray[np.float32]:
    """Increments (S, L) for the minutes t0 … t0 + L: quasi-steady plume (Briggs 1973, urban D) with travel time."""
    stations = px.shape[0]
    length = min(minutes, source.t1 + LONGEST_TRAVEL) - source.t0
    out = np.zeros((stations, length), np.float32)
    for s in range(stations):
        dx = px[s] - source.x
        dy = py[s] - source.y
        d = math.sqrt(dx * dx + dy * dy)
        if d > REACH_M:
            continue
        if d < 15.0:
            d = 15.0
        for i in range(length):
            t = source.t0 + i
            u = weather.speed[t]
            left = t - int(d / u / 60.0)  # the minute in which this air left the source
            if left < source.t0 or left >= source.t1:
                continue
            c = 0.5 * (math.cos(weather.direction[t]) + math.cos(weather.direction[left]))
            sn = 0.5 * (math.sin(weather.direction[t]) + math.sin(weather.direction[left]))
            n = math.sqrt(c * c + sn * sn)
            if n < 1e-6:
                continue
            c /= n
            sn /= n
            along = dx * c + dy * sn
            if along <= 5.0:
                continue
            across = -dx * sn + dy * c
            sy = 0.16 * along / math.sqrt(1 + 0.0004 * along) + 25.0
            sz = 0.14 * along / math.sqrt(1 + 0.0003 * along) + 6.0
            e = across * across / (2 * sy * sy)
            if e > 12:
                continue
            peak = source.strength * 1e6 / (math.pi * u * sy * sz)
            lift = math.exp(-source.height * source.height / (2 * sz * sz))
            out[s, i] = peak * math.exp(-e) * lift * weather.gust[left]
    return out


def _running_mean(values: Array, n: int) -> Array:
    n = min(n, len(values))
    total = np.concatenate([[0], np.cumsum(values)])
    return np.asarray((total[n:] - total[:-n]) / n)


def _mark_visible(event: Event, increment: Array, clean: Array, settings: Settings) -> None:
    """Fill in the SNR, the touched stations and the first detectable minute of an event."""
    t0 = event.source.t0
    before = clean[t0 : t0 + increment.shape[1]].T
    rise = np.log((before + increment + settings.offset) / (before + settings.offset)) / settings.reference_sd
    for s in np.where(rise.max(1) >= 1)[0]:
        seen = np.where(rise[s] >= 1)[0]
        event.touched[int(s)] = (t0 + int(seen[0]), t0 + int(seen[-1]))
        event.snr = max(event.snr, float(_running_mean(rise[s], 10).max()))
        clear = np.where(_running_mean(rise[s], 5) >= 3)[0]
        if len(clear):
            minute = t0 + int(clear[0]) + min(5, len(rise[s])) - 1
            event.detectable = minute if event.detectable is None else min(event.detectable, minute)
