"""A town with everything that happens to a detector: noise, haze, emissions, broken sensors, gaps, marks, monitors.

Forty-four devices in nine hours; no two of them as far from a third as another, so that nothing is decided by a tie.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import NamedTuple

import numpy as np

from alerts.alert import Alert, Change
from alerts.detector.tuning import DEFAULT, Tuning
from alerts.watch import Watch
from deploy.emission import Emission
from deploy.fleet import Fleet
from ingest.flag import LETTERS
from ingest.grid import Grid
from ingest.layout import Frame, Layout
from ingest.registry import Enterprise, GridRow, MonitorChannel, Registry, Station

START = datetime(2024, 11, 3, tzinfo=UTC)  # gone by, whatever the clock of this machine says
MINUTE = timedelta(minutes=1)
PRIMED = DEFAULT.grid.numbers.prime
MINUTES = PRIMED + 300
SIDE = 7  # cells, east and north: a square, so that it can be turned
GRID = GridRow(cell_m=500, epsg=4549, lon0=120.02, lat0=31.66, nx=SIDE, ny=SIDE)
CELLS = Grid(**GRID.model_dump())
WIDTH = SIDE * GRID.cell_m
SEED = 11
SOURCES = (
    ("E1", "chemical", 2.3, 3.4),
    ("E2", "foundry", 4.6, 2.2),
    ("E3", "yard", 3.1, 5.2),
    ("E4", "power", 0.6, 0.7),
)
EMISSIONS = (("E2", 40, 30, 7.0), ("E1", 70, 40, 6.0), ("E3", 130, 25, 8.0), ("E1", 215, 35, 8.0))

Values = dict[str, dict[str, float]]
Letters = dict[str, dict[str, str]]


class Minute(NamedTuple):
    """What is sent for a minute: device → channel → value, and the marks beside it."""

    at: datetime
    values: Values
    flags: Letters


def place(x: float, y: float) -> tuple[float, float]:
    """Degrees of a place in metres from the corner."""
    lon, lat = CELLS.lonlat(x, y)
    return float(lon), float(lat)


def _station(name: str, kind: str, x: float, y: float) -> Station:
    lon, lat = place(x, y)
    return Station.model_validate({"station_id": name, "name": name, "kind": kind, "lon": lon, "lat": lat})


def _monitor(mn: str, enterprise: Enterprise, channel: str, limit: float | None) -> MonitorChannel:
    return MonitorChannel(
        mn=mn,
        enterprise_id=enterprise.enterprise_id,
        lon=enterprise.lon,
        lat=enterprise.lat,
        channel=channel,
        unit="mg/m³",
        limit=limit,
        limit_period="hour" if limit else "",
    )


@cache
def town() -> Registry:
    """Stations in most cells, a national one, a mast, four at the fence of E1 and two monitors."""
    rng = np.random.default_rng(SEED)
    cells = rng.permutation(SIDE * SIDE)[:36]
    stations = [
        _station(f"M{i:02d}", "micro", *((np.array(divmod(int(cell), SIDE)) + rng.uniform(0.1, 0.9, 2)) * GRID.cell_m))
        for i, cell in enumerate(cells)
    ]
    stations += [_station("N1", "national", 1790, 1905), _station("W1", "weather", 1800, 1700)]
    fence = zip((1043, 1248, 1161, 1052), (1794, 1689, 1587, 1660), strict=True)
    stations += [_station(f"B{i}", "boundary", x, y) for i, (x, y) in enumerate(fence)]
    enterprises = []
    for name, industry, ix, iy in SOURCES:
        lon, lat = place(ix * GRID.cell_m, iy * GRID.cell_m)
        enterprises.append(Enterprise(enterprise_id=name, name=name, lon=lon, lat=lat, industry=industry))
    monitors = (
        _monitor("V1", enterprises[0], "nmhc", 60),
        _monitor("V1", enterprises[0], "a25002", 4),
        _monitor("V2", enterprises[2], "nmhc", 60),
    )
    return Registry(grid=GRID, stations=tuple(stations), enterprises=tuple(enterprises), monitors=monitors)


@cache
def readings() -> tuple[Minute, ...]:
    """All that is sent, minute by minute."""
    requested = [
        Emission(name, START + (PRIMED + first) * MINUTE, minutes, strength)
        for name, first, minutes, strength in EMISSIONS
    ]
    fleet = Fleet(town(), SEED, 0.0, requested)
    return tuple(_spoilt(i, fleet.minute(START + i * MINUTE)) for i in range(MINUTES))


def _spoilt(i: int, values: Values) -> Minute:
    """A stuck sensor, a step, bursts of noise, gaps of one channel and of a device, a mark."""
    rng = np.random.default_rng([SEED, i])
    late = i - PRIMED
    for name, channel, change in (
        ("M03", "pm25", lambda _: 41.0 if 20 <= late < 120 else None),
        ("M07", "no2", lambda v: v * 3 if late >= 90 else None),
        ("M11", "pm25", lambda v: round(v * float(np.exp(rng.normal(0, 0.7))), 1) if late % 100 < 30 else None),
        ("M19", "so2", lambda v: v + 400 if late == 150 else None),
    ):
        if channel in values.get(name, ()):
            changed = change(values[name][channel])
            values[name][channel] = values[name][channel] if changed is None else changed
    for name in rng.choice(sorted(values), 2, replace=False):
        values[name].pop(str(rng.choice(sorted(values[name]))))
    if 100 <= late < 140:
        values.pop("M20", None)
    flags = {"V2": {"nmhc": "M"}} if 60 <= late < 90 and "nmhc" in values["V2"] else {}
    return Minute(START + i * MINUTE, {name: sent for name, sent in values.items() if sent}, flags)


def frame_of(minute: Minute, layout: Layout) -> Frame:
    """A minute as the detector gets it."""
    frame = Frame.empty(layout, minute.at)
    for name, sent in minute.values.items():
        row = layout.index[name]
        for channel, value in sent.items():
            frame.values[row, layout.column[channel]] = value
            frame.qc[row, layout.column[channel]] = LETTERS[minute.flags.get(name, {}).get(channel, "N")]
    return frame


def frames(layout: Layout, minutes: Iterable[Minute] | None = None) -> Iterator[Frame]:
    """All minutes, or these."""
    for minute in readings() if minutes is None else minutes:
        yield frame_of(minute, layout)


def judged(registry: Registry, minutes: Iterable[Minute] | None = None, tuning: Tuning = DEFAULT) -> list[Change]:
    """What a detector that starts anew says of all minutes, or of these."""
    watch = Watch(registry, tuning)
    return [change for frame in frames(watch.layout, minutes) for change in watch.close(frame)]


def final(changes: Sequence[Change]) -> Mapping[str, Alert]:
    """Every alert as it was told last."""
    return {change.alert.id: change.alert for change in changes}
