"""What enterprises' VOC monitors send, honestly and not: arrays by channel, a pure function of a seed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from ingest.flag import Qc
from ingest.layout import Frame, Layout
from ingest.registry import Enterprise, MonitorChannel, Registry, Station
from tests.support.scene import GRID, place

START = datetime(2026, 11, 1, 16, tzinfo=UTC)  # a Monday's midnight in China
DAY = 1440
LIMITS = {"nmhc": 60.0, "a25002": 4.0, "a00000": None}
Floats = NDArray[np.float64]


@dataclass(slots=True)
class Stacks:
    """N monitors over some minutes: values and marks by channel, each (N, minutes); NaN: not sent."""

    values: dict[str, Floats]
    qc: NDArray[np.uint8]

    @property
    def minutes(self) -> int:
        """How long it lasts."""
        return int(self.qc.shape[1])


def plant(n: int, flow: bool = True) -> Registry:
    """A registry of `n` enterprises with a monitor each, and a station beside the first one."""
    names = [f"E{i:04d}" for i in range(n)]
    lon, lat = place(2.5, 2.5)
    enterprises = tuple(Enterprise(enterprise_id=name, name="", lon=lon, lat=lat) for name in names)
    channels = {"nmhc": "mg/m³", "a25002": "mg/m³"} | ({"a00000": "m³/h"} if flow else {})
    monitors = tuple(
        MonitorChannel(mn=f"MN{i:04d}", enterprise_id=e, lon=lon, lat=lat, channel=c, unit=u, limit=LIMITS[c])
        for i, e in enumerate(names)
        for c, u in channels.items()
    )
    station = Station(station_id="NEXT", name="", kind="boundary", lon=lon, lat=lat)
    return Registry(grid=GRID, stations=(station,), enterprises=enterprises, monitors=monitors)


def honest(n: int, days: int, seed: int = 1) -> Stacks:
    """Plants of every kind that reads strangely though nobody cheats.

    Working hours with the same shape every day or work around the clock, some free at weekends; off: 0, the detection
    limit, or a quiet tenth; results every 1 … 5 min; 1 to 0.001 mg/m³ of resolution; calibrations, maintenance, gaps.
    """
    rng = np.random.default_rng(seed)
    minutes = days * DAY
    work = _work(rng, n, minutes)
    load = np.exp(0.15 * rng.normal(size=(n, days)).repeat(DAY, 1) + _waves(rng, n, minutes))
    usual = np.exp(rng.normal(np.log(10), 0.6, (n, 1)))
    noise = np.exp(rng.choice([0.01, 0.03, 0.06], (n, 1)) * rng.normal(size=(n, minutes)))
    nmhc = usual * work * load * noise
    product = np.exp(0.08 * rng.normal(size=(n, days)).repeat(DAY, 1) + 0.4 * _waves(rng, n, minutes))
    benzene = nmhc * 0.03 * product * np.exp(0.03 * rng.normal(size=(n, minutes)))
    fan = np.where(rng.random((n, 1)) < 0.3, 1.0, work > 0.15)  # some fans never stop
    flow = 12_000 * fan * (1 + 0.05 * _waves(rng, n, minutes) + 0.01 * rng.normal(size=(n, minutes)))
    decimals = rng.integers(0, 4, n)
    cycle = rng.choice([1, 1, 2, 3, 5], n)
    values = {
        "nmhc": _as_sent(nmhc, decimals, cycle, 0.07, seed),
        "a25002": _as_sent(benzene, np.maximum(decimals, 2), cycle, 0.02, seed),
        "a00000": np.round(flow),
    }
    stacks = Stacks(values, _marks(rng, n, days))
    lost = _lost(rng, n, minutes)
    for value in stacks.values.values():
        value[lost] = np.nan
    return stacks


def _work(rng: np.random.Generator, n: int, minutes: int) -> Floats:
    """How much is produced: 1 at work, with the same shape every day, less at night or nothing."""
    minute = np.arange(minutes)
    hour, weekday = minute % DAY / 60, minute // DAY % 7
    begin, length = rng.uniform(6, 9, (n, 1)), rng.uniform(8, 15, (n, 1))
    at_work = (hour >= begin) & (hour < begin + length)
    shape = 0.8 + 0.4 * np.sin(np.pi * (hour - begin) / length) ** 2
    around = rng.random((n, 1)) < 0.25
    free = (rng.random((n, 1)) < 0.5) & (weekday >= 5)
    rest = rng.choice([0.0, 0.0, 0.1, 0.3], (n, 1))
    work: Floats = np.where(around, 1.0, np.where(at_work & ~free, shape, rest))
    return work


def _waves(rng: np.random.Generator, n: int, minutes: int) -> Floats:
    """An AR(1) process of SD 0.25 with a memory of one to five hours."""
    keep: Floats = np.exp(-1 / rng.uniform(60, 300, n))
    shocks: Floats = 0.25 * np.sqrt(1 - keep**2)[:, None] * rng.normal(size=(n, minutes))
    for t in range(1, minutes):
        shocks[:, t] += keep * shocks[:, t - 1]
    return shocks


def _as_sent(values: Floats, decimals: NDArray[np.int64], cycle: NDArray[np.int64], lod: float, seed: int) -> Floats:
    """Results every `cycle` minutes, rounded; nothing reads 0, the detection limit or a little noise around it."""
    rng, minute = np.random.default_rng(seed), np.arange(values.shape[1])
    held = np.take_along_axis(values, minute - minute % cycle[:, None], axis=1)
    low = rng.integers(0, 3, (len(values), 1))
    dark = np.abs(0.5 * lod * rng.normal(size=values.shape))
    held = np.where(held > lod, held, np.where(low == 0, 0.0, np.where(low == 1, lod, dark)))
    scale = 10.0 ** decimals[:, None]
    sent: Floats = np.round(held * scale) / scale
    return sent


def _marks(rng: np.random.Generator, n: int, days: int) -> NDArray[np.uint8]:
    """A calibration at the same hour every other day, and a maintenance a week."""
    qc = np.zeros((n, days * DAY), np.uint8)
    for i, (hour, first) in enumerate(zip(rng.integers(0, 24, n), rng.integers(0, 7, n), strict=True)):
        for day in range(int(first) % 2, days, 2):
            qc[i, day * DAY + hour * 60 :][:25] = Qc.CALIBRATION
        for day in range(int(first), days, 7):
            qc[i, day * DAY + 600 :][:90] = Qc.MAINTENANCE
    return qc


def _lost(rng: np.random.Generator, n: int, minutes: int) -> NDArray[np.bool_]:
    """A minute here and there, and an outage now and then."""
    lost = rng.random((n, minutes)) < 0.003
    rows, starts = np.nonzero(rng.random((n, minutes)) < 1 / 4000)
    for i, at, length in zip(rows, starts, rng.integers(5, 300, len(rows)), strict=True):
        lost[i, at : at + length] = True
    return lost


def frames(stacks: Stacks, layout: Layout) -> Iterator[Frame]:
    """The minutes as the rules get them."""
    rows = np.flatnonzero(layout.is_monitor)
    sent = [(layout.column[name], values) for name, values in stacks.values.items() if name in layout.column]
    for t in range(stacks.minutes):
        frame = Frame.empty(layout, START + t * timedelta(minutes=1))
        for column, values in sent:
            frame.values[rows, column] = values[:, t]
            frame.qc[rows, column] = stacks.qc[:, t]
        yield frame


def part(stacks: Stacks, rows: slice) -> Stacks:
    """Some of the monitors; changes of them are changes of the whole."""
    return Stacks({name: values[rows] for name, values in stacks.values.items()}, stacks.qc[rows])
