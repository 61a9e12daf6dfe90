"""The readings of a simulated fleet: a pure function of the registry, the seed and the minute."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

import numpy as np
from numpy.typing import NDArray

from deploy.emission import LONGEST_TRAVEL, Emission, mix_of, rise, scheduled, source
from deploy.weather import DAY, Weather, daily, normal, smooth, solar_hour, weather
from ingest.channel import CHANNELS, COLUMN, MILLIGRAM
from ingest.grid import Floats
from ingest.layout import MONITOR, Layout
from ingest.registry import MonitorChannel, Registry

Readings = dict[str, dict[str, float]]
"""Device → channel → value, of the devices that send in a minute."""


@dataclass(frozen=True, slots=True)
class Habit:
    """How a pollutant usually is: its level, the decimals sent, the day's swing (log) and the hour of its peak."""

    level: float
    decimals: int
    swing: float
    peak: float


HABITS = {
    "pm25": Habit(35, 1, 0.08, 22),
    "pm10": Habit(62, 1, 0.10, 21),
    "so2": Habit(8, 1, 0.10, 11),
    "no2": Habit(30, 0, 0.22, 20),
    "o3": Habit(55, 0, 0.50, 15),
    "co": Habit(0.7, 2, 0.10, 21),
    "tvoc": Habit(0.25, 3, 0.12, 21),
    "nmhc": Habit(0.30, 3, 0.10, 21),
}
WEATHER = {"temperature": 1, "humidity": 0, "pressure": 1, "wind_speed": 1, "wind_direction": 0}  # decimals
SENT = (*HABITS, *WEATHER)
AIR = ("pm25", "pm10", "so2", "no2", "o3", "co", "temperature", "humidity")
SENDS = {
    "micro": (*AIR, "tvoc"),
    "national": (*AIR, "pressure", "wind_speed", "wind_direction"),
    "weather": tuple(WEATHER),
    "boundary": ("tvoc", "nmhc", "so2", "temperature", "humidity"),
}
# µg/m³ → the channel's unit
UNIT = np.array([1e-3 if CHANNELS[COLUMN[name]].unit == MILLIGRAM else 1.0 for name in HABITS])
MODES = 24
PM25, PM10 = list(HABITS).index("pm25"), list(HABITS).index("pm10")
FINE = HABITS["pm25"].level / HABITS["pm10"].level  # PM2.5 is a part of PM10: so much of it …
FINE_SWING = 0.17  # … more or less


class Fleet:
    """All devices of a registry. Nothing is carried from minute to minute, so any minute can be asked for."""

    def __init__(
        self, registry: Registry, seed: int, emissions_a_day: float = 12.0, requested: Sequence[Emission] = ()
    ) -> None:
        """`emissions_a_day` of the seed's own choice happen besides the `requested` ones."""
        self.registry, self.seed = registry, seed
        self.emissions_a_day, self.requested = emissions_a_day, tuple(requested)
        self._put_right: dict[str, list[int]] = {}
        layout = Layout.of(registry)
        self.stations = [device for device in layout.devices if device.kind != MONITOR]
        self.xy = np.array([(device.x, device.y) for device in self.stations], float).reshape(-1, 2)
        self.mixes = {row.enterprise_id: mix_of(row.industry) for row in registry.enterprises}
        places = [(row.enterprise_id, layout.grid.metres(row.lon, row.lat)) for row in registry.enterprises]
        self.places = {key: (float(x), float(y)) for key, (x, y) in places}
        self._bias = 0.10 * normal(seed, "bias", 0, (len(self.stations), len(HABITS)))
        self._bias[:, PM25] = self._bias[:, PM10] + 0.3 * self._bias[:, PM25]  # one optical sensor counts both
        waves, phase = normal(seed, "waves", 0, (2, MODES)) / 2500, normal(seed, "phase", 0, MODES) * 3
        self._modes = np.cos(self.xy @ waves + phase) * math.sqrt(2 / MODES)
        self._columns = [[SENT.index(name) for name in SENDS[device.kind]] for device in self.stations]

    def with_emissions(self, requested: Sequence[Emission]) -> Self:
        """The same fleet in the same air, with these emissions besides."""
        return type(self)(self.registry, self.seed, self.emissions_a_day, (*self.requested, *requested))

    def put_right(self, enterprise_id: str, at: datetime) -> None:
        """What this enterprise emits at `at` ends then; what was before stays as it was."""
        self._put_right.setdefault(enterprise_id, []).append(int(at.timestamp()) // 60)

    def minute(self, at: datetime) -> Readings:
        """What is sent for the minute that begins at `at`."""
        minute = int(at.timestamp()) // 60
        past = self.weather(minute)
        active = self.active(minute)
        table = np.hstack([self._air(minute, past, active), self._weather(minute, past[0])])
        for column, decimals in enumerate([*(habit.decimals for habit in HABITS.values()), *WEATHER.values()]):
            table[:, column] = np.round(table[:, column], decimals)
        silent = _silent(self.seed, minute, len(self.stations))
        rows = zip(self.stations, table.tolist(), self._columns, silent, strict=True)
        readings = {device.id: {SENT[i]: row[i] for i in columns} for device, row, columns, lost in rows if not lost}
        return readings | self._monitors(minute, active)

    def weather(self, minute: int) -> list[Weather]:
        """The weather of a minute counted from 1970 UTC and of those before it, backwards."""
        return [weather(self.seed, minute - back, self.registry.grid.lon0) for back in range(LONGEST_TRAVEL + 1)]

    def active(self, minute: int) -> list[Emission]:
        """The emissions whose plume may be under way in a minute."""
        day = minute // DAY
        ids = sorted(self.places)
        drawn = [one for d in (day - 1, day) for one in scheduled(self.seed, d, ids, self.emissions_a_day)]
        going = map(self._until_put_right, (*self.requested, *drawn))
        since = [(minute - int(one.start.timestamp()) // 60, one) for one in going]
        return [one for age, one in since if 0 <= age < one.minutes + LONGEST_TRAVEL]

    def _until_put_right(self, one: Emission) -> Emission:
        ages = [at - int(one.start.timestamp()) // 60 for at in self._put_right.get(one.enterprise_id, ())]
        return replace(one, minutes=min((age for age in ages if 0 < age < one.minutes), default=one.minutes))

    def _air(self, minute: int, past: Sequence[Weather], active: Sequence[Emission]) -> Floats:
        """Concentrations as measured (stations, HABITS)."""
        seed, size = self.seed, (len(self.stations), len(HABITS))
        hour = solar_hour(minute, self.registry.grid.lon0)
        level = np.array([math.log(h.level) + h.swing * daily(hour, h.peak) for h in HABITS.values()])
        region = 0.25 * smooth(seed, "haze", minute, 1500) + 0.12 * smooth(seed, "region", minute, 400, len(HABITS))
        field = 0.10 * self._modes @ smooth(seed, "field", minute, 150, (MODES, len(HABITS)))
        local = 0.045 * smooth(seed, "local", minute, 60, size)
        clean = np.exp(level + region + field + local)
        clean[:, PM25] = clean[:, PM10] * self._fine(minute)
        for emission in active:
            added = rise(source(seed, emission, self.places[emission.enterprise_id]), minute, self.xy, past)
            mix = self.mixes[emission.enterprise_id]
            clean += added[:, None] * UNIT * [mix.get(name, 0.0) for name in HABITS]
        measured: Floats = clean * np.exp(self._bias + 0.04 * normal(seed, "noise", minute, size))
        return measured

    def _fine(self, minute: int) -> Floats:
        """The share of PM2.5 in PM10 at every station, 0.4 to 0.73: haze is finer than dust, and both wander."""
        region = 0.5 * smooth(self.seed, "fine", minute, 400)
        field = 0.2 * self._modes @ smooth(self.seed, "fine field", minute, 150, MODES)
        local = 0.15 * smooth(self.seed, "fine local", minute, 60, len(self.stations))
        share: Floats = FINE + FINE_SWING * np.tanh(region + field + local)
        return share

    def _weather(self, minute: int, now: Weather) -> Floats:
        """The weather as every station measures it (stations, WEATHER)."""
        error = normal(self.seed, "instrument", minute, (len(self.stations), len(WEATHER)))
        exact = [now.temperature, now.humidity, now.pressure, now.speed, now.direction]
        table = np.array(exact) + error * [0.2, 1.0, 0.2, 0.1, 5.0]
        table[:, 3] = np.maximum(table[:, 3], 0)
        table[:, 4] %= 360
        table[:, 1] = np.minimum(table[:, 1], 100)
        return table

    def _monitors(self, minute: int, active: Sequence[Emission]) -> Readings:
        """What the enterprises' own monitors send: about a third of the limit, more while something goes wrong."""
        going = {one.enterprise_id: one.strength for one in active if _goes_on(one, minute)}
        noise = smooth(self.seed, "stack", minute, 30, len(self.registry.monitors))
        noise = 0.12 * noise + 0.03 * normal(self.seed, "analyser", minute, len(noise))
        readings: Readings = {}
        for row, log in zip(self.registry.monitors, noise.tolist(), strict=True):
            value = _usual(row) * math.exp(log)
            if row.limit is not None:
                value *= 1 + going.get(row.enterprise_id, 0) / 3
            readings.setdefault(row.mn, {})[row.channel] = round(value, 2)
        return readings


def _goes_on(emission: Emission, minute: int) -> bool:
    return 0 <= minute - int(emission.start.timestamp()) // 60 < emission.minutes


def _usual(row: MonitorChannel) -> float:
    """A third of the permit limit; without one, a gas flow as of a middling stack (m³/h) or one unit of whatever."""
    if row.limit is not None:
        return row.limit / 3
    return 12_000 if row.channel == "a00000" else 1.0


def _silent(seed: int, minute: int, stations: int) -> NDArray[np.bool_]:
    """Which stations send nothing: a minute here and there, and now and then a longer gap."""
    block, rest = divmod(minute, DAY // 2)
    random = np.random.default_rng([seed, *b"outage", block])
    broken = random.random(stations) < 0.03
    start, length = random.integers(0, DAY // 2, stations), random.integers(5, 45, stations)
    missed = np.random.default_rng([seed, *b"missed", minute]).random(stations) < 0.002
    lost: NDArray[np.bool_] = missed | (broken & (start <= rest) & (rest < start + length))
    return lost
