"""Clean air: where the stations are, the wind, and the background that every station breathes."""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tests.eval.settings import Settings

Array = NDArray[np.floating]
Wind = tuple[NDArray[np.float64], NDArray[np.float64]]
STEP = 5  # minutes between the states of a smooth field


def place_stations(rng: np.random.Generator, settings: Settings) -> NDArray[np.float64]:
    """Positions (S, 2) in metres from the south-west corner, at most one a cell while there are enough cells."""
    cells = [(ix, iy) for iy in range(settings.ny) for ix in range(settings.nx)]
    n = len(cells)
    k = round(n * settings.stations_per_cell)
    chosen = rng.permutation(n)[:k] if k <= n else np.concatenate([np.arange(n), rng.integers(0, n, k - n)])
    corner = np.array(cells)[np.sort(chosen)]
    places: NDArray[np.float64] = (corner + rng.uniform(0.1, 0.9, size=corner.shape)) * settings.cell_m
    return places


def place_enterprises(rng: np.random.Generator, settings: Settings) -> NDArray[np.float64]:
    """Enterprise positions (R, 2), in clusters as industrial parks are."""
    size = np.array([settings.nx, settings.ny]) * settings.cell_m
    n = max(10, int(settings.enterprises * settings.nx * settings.ny / 100))
    parks = rng.uniform(0, 1, size=(max(3, n // 8), 2)) * size
    places = parks[rng.integers(len(parks), size=n)] + rng.normal(size=(n, 2)) * 700
    return np.asarray(np.clip(places, 20, size - 20))


def wind_series(rng: np.random.Generator, minutes: int, mean_speed: float) -> Wind:
    """Speed (m/s) and where the wind blows to (radians counter-clockwise from east), minute by minute."""
    t = np.arange(minutes)
    slow = _autoregression(rng, minutes, 400.0, 1.1)
    meander = _autoregression(rng, minutes, 6.0, 0.36)
    turn = rng.uniform(0, 2 * np.pi) + 0.9 * np.sin(2 * np.pi * t / 1440 + rng.uniform(0, 6))
    direction = turn + slow + meander + rng.normal(size=minutes) * 0.12
    z = _autoregression(rng, minutes, 90.0, 1.0)
    daily = 0.25 * np.sin(2 * np.pi * (t / 1440 - 0.35))
    speed = mean_speed * np.exp(0.45 * z + daily - 0.1) * np.exp(0.15 * rng.normal(size=minutes))
    return np.clip(speed, 0.4, 12.0), direction


def background(
    rng: np.random.Generator, xy: Array, settings: Settings, direction: Array
) -> tuple[NDArray[np.float32], NDArray[np.int8]]:
    """Concentration without emissions (T, S) and the front label a minute."""
    minutes, stations = settings.days * 1440, len(xy)
    log = _regional(rng, minutes, settings)[:, None].astype(np.float32) + _diurnal(rng, minutes, stations, settings)
    log = log + _smooth_field(rng, minutes, xy, (settings.meso_sd, settings.meso_m, settings.meso_hours * 60))
    log = log + _smooth_field(rng, minutes, xy, (settings.fine_sd, settings.fine_m, settings.fine_hours * 60))
    front, label = _fronts(rng, minutes, xy, settings, direction)
    log += front
    log += _humidity(rng, minutes, stations, settings)
    log += local_noise(rng.normal(size=(minutes, stations)), settings.local_minutes, settings.local_sd)
    return np.exp(math.log(settings.base) + log).astype(np.float32), label


def _autoregression(rng: np.random.Generator, minutes: int, tau: float, sd: float) -> NDArray[np.float64]:
    """First order, starting at zero."""
    a = math.exp(-1 / tau)
    shocks = rng.normal(size=minutes) * math.sqrt(1 - a * a) * sd
    out = np.zeros(minutes)
    for i in range(1, minutes):
        out[i] = a * out[i - 1] + shocks[i]
    return out


def _regional(rng: np.random.Generator, minutes: int, settings: Settings) -> NDArray[np.float64]:
    """What the whole city has in common (T,)."""
    a = math.exp(-1 / (settings.regional_hours * 60))
    shocks = rng.normal(size=minutes) * math.sqrt(1 - a * a) * settings.regional_sd
    out = np.zeros(minutes)
    out[0] = rng.normal() * settings.regional_sd
    for i in range(1, minutes):
        out[i] = a * out[i - 1] + shocks[i]
    return out


def _diurnal(rng: np.random.Generator, minutes: int, stations: int, settings: Settings) -> NDArray[np.float32]:
    """The daily course of every station (T, S)."""
    phase = rng.normal(size=(2, stations)) * 0.25
    size = np.exp(rng.normal(size=(2, stations)) * 0.3)
    angle = 2 * np.pi * np.arange(minutes)[:, None] / 1440
    once = settings.diurnal[0] * size[0] * np.cos(angle - 2.0 + phase[0])
    twice = settings.diurnal[1] * size[1] * np.cos(2 * angle - 4.2 + phase[1])
    return np.asarray(once + twice, np.float32)


def _smooth_field(
    rng: np.random.Generator, minutes: int, xy: Array, scale: tuple[float, float, float], modes: int = 40
) -> NDArray[np.float32]:
    """A field (T, S) of random Fourier modes, of an SD, a length (m) and a time (min), evolving every 5 minutes."""
    sd, length_m, tau = scale
    waves = rng.normal(size=(modes, 2)) / length_m * 1.2
    phase = rng.uniform(0, 2 * np.pi, modes)
    basis = np.cos(xy @ waves.T + phase).astype(np.float32) * math.sqrt(2 / modes)
    n = minutes // STEP + 2
    a = math.exp(-STEP / tau)
    z = np.empty((n, modes), np.float32)
    z[0] = rng.normal(size=modes)
    shocks = rng.normal(size=(n, modes)).astype(np.float32) * math.sqrt(1 - a * a)
    for i in range(1, n):
        z[i] = a * z[i - 1] + shocks[i]
    t = np.arange(minutes) / STEP
    i0 = t.astype(int)
    w = (t - i0)[:, None].astype(np.float32)
    return np.asarray(sd * (((1 - w) * z[i0] + w * z[i0 + 1]) @ basis.T), np.float32)


def _fronts(
    rng: np.random.Generator, minutes: int, xy: Array, settings: Settings, direction: Array
) -> tuple[NDArray[np.float32], NDArray[np.int8]]:
    """City-wide haze or dust that moves in with the wind: log increase (T, S) and a label a minute."""
    add = np.zeros((minutes, len(xy)), np.float32)
    label = np.zeros(minutes, np.int8)
    centre = xy.mean(0)
    t = np.arange(minutes)[:, None]
    for _ in range(max(1, rng.poisson(settings.fronts_per_day * minutes / 1440))):
        start = int(rng.integers(minutes))
        height = math.log(rng.uniform(1.8, 5))
        speed = rng.uniform(*settings.front_speed)
        along = np.array([math.cos(direction[start]), math.sin(direction[start])])
        arrival = start + ((xy - centre) @ along) / speed / 60.0
        rise, stay, fall = rng.uniform(4, 60), rng.uniform(180, 1200), rng.uniform(30, 180)
        up = 1 / (1 + np.exp(np.clip(-(t - arrival) / (rise / 4), -50, 50)))
        down = 1 / (1 + np.exp(np.clip((t - arrival - stay) / (fall / 4), -50, 50)))
        add += (height * (up * down)).astype(np.float32)
        label[max(0, int(arrival.min() - rise)) : int(min(minutes, arrival.max() + stay + fall))] = 1
    return add, label


def _humidity(rng: np.random.Generator, minutes: int, stations: int, settings: Settings) -> NDArray[np.float32]:
    """What humid air adds to the log reading of every sensor (T, S)."""
    t = np.arange(minutes)
    daily = np.repeat(rng.normal(size=settings.days) * 10, 1440)
    humidity = np.clip(70 + 18 * np.cos(2 * np.pi * (t / 1440 - 0.2)) + daily, 20, 99)
    response = settings.humidity_effect * np.clip(1 + 0.3 * rng.normal(size=stations), 0.2, 2)
    return np.asarray(np.clip((humidity - 75) / 24, 0, 1)[:, None] ** 2 * response, np.float32)


@njit(cache=False)
def local_noise(normal: NDArray[np.floating], tau_minutes: float, sd: float) -> NDArray[np.float32]:
    """Autocorrelated noise of every station by itself (T, S)."""
    minutes, stations = normal.shape
    a = math.exp(-1.0 / tau_minutes)
    b = sd * math.sqrt(1 - a * a)
    out = np.empty((minutes, stations), np.float32)
    x = normal[0] * sd
    for t in range(minutes):
        for s in range(stations):
            if t > 0:
                x[s] = a * x[s] + b * normal[t, s]
            out[t, s] = x[s]
    return out
