"""A small district with weather of its own, for tests of the detector: no files, no servers."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np

from ingest.grid import Grid
from ingest.layout import Frame, Layout
from ingest.registry import Enterprise, GridRow, Registry, Station

START = datetime(2026, 11, 3, tzinfo=UTC)
SIDE = 6  # cells
GRID = GridRow(cell_m=500, epsg=4549, lon0=120.02, lat0=31.66, nx=SIDE, ny=SIDE)


CELLS = Grid(**GRID.model_dump())


def place(ix: float, iy: float) -> tuple[float, float]:
    """Degrees of a place given in cells."""
    lon, lat = CELLS.lonlat(ix * GRID.cell_m, iy * GRID.cell_m)
    return float(lon), float(lat)


@cache
def district() -> Registry:
    """A station in every cell, a mast in the middle, two enterprises: one at cell 2,2, one far off."""
    stations = []
    for i in range(SIDE * SIDE):
        lon, lat = place(i % SIDE + 0.5, i // SIDE + 0.5)
        stations.append(Station(station_id=f"M{i:02d}", name="", kind="micro", lon=lon, lat=lat))
    lon, lat = place(SIDE / 2, SIDE / 2)
    stations.append(Station(station_id="MAST", name="", kind="weather", lon=lon, lat=lat))
    enterprises = []
    for name, ix, iy in (("NEAR", 2.1, 2.5), ("FAR", 5.5, 5.5)):
        lon, lat = place(ix, iy)
        enterprises.append(Enterprise(enterprise_id=name, name="", lon=lon, lat=lat))
    return Registry(grid=GRID, stations=tuple(stations), enterprises=tuple(enterprises))


def weather(layout: Layout, minutes: int, seed: int = 1, start: datetime = START) -> Iterator[Frame]:
    """Ordinary minutes: PM2.5 about 35 with sensor noise, a west wind of 2 m/s."""
    rng = np.random.default_rng(seed)
    mast = layout.index["MAST"]
    for i in range(minutes):
        frame = Frame.empty(layout, start + i * timedelta(minutes=1))
        frame.values[:, layout.column["pm25"]] = np.round(35 * np.exp(0.05 * rng.normal(size=len(layout.devices))), 1)
        frame.values[mast] = np.nan
        frame.values[mast, layout.column["wind_speed"]] = 2.0
        frame.values[mast, layout.column["wind_direction"]] = 270.0
        yield frame


def emit(frames: list[Frame], layout: Layout, first: int, last: int) -> None:
    """An emission at NEAR: what it adds to the stations east of it."""
    for frame in frames[first:last]:
        for ix, added in ((2, 60.0), (3, 40.0), (4, 20.0)):
            row = layout.index[f"M{2 * SIDE + ix:02d}"]
            frame.values[row, layout.column["pm25"]] += added + (frame.minute.minute % 7)
