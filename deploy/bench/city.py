"""A city of any size for the benchmarks: a station in every cell, plausible air, plumes now and then."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.channel import COLUMN
from ingest.grid import Grid
from ingest.layout import Frame, Layout
from ingest.registry import Enterprise, GridRow, Registry, Station

Floats = NDArray[np.float32]
Reals = NDArray[np.floating]

SENT = ("pm25", "pm10", "so2", "no2", "o3", "co")
LEVEL = np.array([35, 62, 8, 30, 55, 0.7], np.float32)
DECIMALS = (1, 1, 1, 0, 0, 2)
WIND = ("wind_speed", "wind_direction")
ENTERPRISES = 200
USUAL = 0.04  # emissions a day and cell: 12 a day in a district of 305
EMISSION_MINUTES = 20
EMITTED = 3  # pollutants that an emission raises
REACH = 3  # cells east of the source that see it


class _Stations(Sequence[Station]):
    """Stations that are made when they are looked at, and so take no memory."""

    def __init__(self, places: list[tuple[float, float]]) -> None:
        self._places = places

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, cell: Any) -> Any:
        lon, lat = self._places[cell]
        name = name_of(cell)
        return Station.model_construct(
            station_id=name, name=name, kind="micro", lon=lon, lat=lat, township="", chief=""
        )


class City:
    """`cells` stations in a square; minute 0 begins at `start`."""

    def __init__(self, cells: int, start: datetime, emissions: float = USUAL) -> None:
        """`emissions` a day and cell."""
        self.cells, self.start = cells, start
        self.side = int(np.ceil(np.sqrt(cells)))
        row = GridRow(cell_m=500, epsg=4549, lon0=120.02, lat0=31.66, nx=self.side, ny=self.side)
        self._grid, self._row = Grid(**row.model_dump()), row
        random = np.random.default_rng(1)
        self._bias = (0.1 * random.normal(size=(cells, len(SENT)))).astype(np.float32)
        self._emissions = self._drawn(random, emissions)

    def _drawn(self, random: np.random.Generator, emissions: float) -> NDArray[np.int64]:
        """Begin (minute of two days), cell and first pollutant of every emission."""
        count = int(2 * emissions * self.cells)
        return random.integers(0, [[2880], [self.cells], [len(SENT)]], (3, count))

    def registry(self) -> Registry:
        """The registry, made without validation: a million stations would take minutes, and hide what comes after."""
        i = np.arange(self.cells)
        places = self._places(i % self.side + 0.5, i // self.side + 0.5)
        stations = _Stations(places)
        x, y = np.random.default_rng(2).random((2, ENTERPRISES)) * self.side
        enterprises = tuple(
            Enterprise(enterprise_id=f"E{k:03d}", name=f"E{k:03d}", lon=lon, lat=lat)
            for k, (lon, lat) in enumerate(self._places(x, y))
        )
        rows: dict[str, Any] = {"grid": self._row, "stations": stations, "enterprises": enterprises}
        return Registry.model_construct(**rows, monitors=(), people=(), shifts=())

    def _places(self, x: Reals, y: Reals) -> list[tuple[float, float]]:
        lon, lat = self._grid.lonlat(x * self._row.cell_m, y * self._row.cell_m)
        return list(zip(lon.tolist(), lat.tolist(), strict=True))

    def values(self, minute: int) -> Floats:
        """What the stations measure (cells, SENT)."""
        random = np.random.default_rng([3, minute])
        region = 0.25 * np.sin(minute / 180 + np.arange(len(SENT)))
        noise = random.standard_normal((self.cells, len(SENT)), np.float32)
        air: Floats = LEVEL * np.exp(np.float32(0.04) * noise + self._bias + region.astype(np.float32))
        self._emit(air, minute)
        for column, decimals in enumerate(DECIMALS):
            np.round(air[:, column], decimals, out=air[:, column])
        return air

    def _emit(self, air: Floats, minute: int) -> None:
        """Raise what the cells east of the emissions under way measure."""
        began, cell, pollutant = self._emissions
        active = (began <= minute) & (minute < began + EMISSION_MINUTES)
        for east in range(REACH):
            cells = np.minimum(cell[active] + east, self.cells - 1)
            for more in range(EMITTED):
                air[cells, (pollutant[active] + more) % len(SENT)] *= 1 + 2 / (1 + east)

    def frame(self, layout: Layout, minute: int) -> Frame:
        """The minute as the detector gets it; one in a thousand measures the wind."""
        frame = Frame.empty(layout, self.at(minute))
        frame.values[:, [COLUMN[name] for name in SENT]] = self.values(minute)
        frame.values[::1000, [COLUMN[name] for name in WIND]] = 2.5, 270
        return frame

    def at(self, minute: int) -> datetime:
        """When a minute begins."""
        return self.start + timedelta(minutes=minute)


def name_of(cell: int) -> str:
    """The id of the station in a cell; in the order of ids is in the order of cells."""
    return f"S{cell:07d}"
