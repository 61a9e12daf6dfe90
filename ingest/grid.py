"""The square cells of a district in its metric projection."""

from dataclasses import dataclass, field
from typing import cast

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyproj import Transformer

Floats = NDArray[np.float64]
Cell = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells of `cell_m` metres in EPSG:`epsg`, counted east and north from the corner at lon0/lat0 (WGS84 degrees)."""

    cell_m: float
    epsg: int
    lon0: float
    lat0: float
    nx: int
    ny: int
    _projection: Transformer = field(init=False, repr=False, compare=False)
    _corner: tuple[float, float] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        projection = Transformer.from_crs(4326, self.epsg, always_xy=True)
        corner = projection.transform(self.lon0, self.lat0)
        if not np.isfinite(corner).all():
            raise ValueError(f"EPSG:{self.epsg} does not reach {self.lon0}, {self.lat0}")
        object.__setattr__(self, "_projection", projection)
        object.__setattr__(self, "_corner", corner)

    def metres(self, lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
        """Metres east and north of the south-west corner."""
        east, north = self._projection.transform(np.asarray(lon, float), np.asarray(lat, float))
        return np.asarray(east) - self._corner[0], np.asarray(north) - self._corner[1]

    def lonlat(self, x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
        """Degrees (WGS84) of a place given in metres from the south-west corner."""
        east, north = np.asarray(x, float) + self._corner[0], np.asarray(y, float) + self._corner[1]
        return cast("tuple[Floats, Floats]", self._projection.transform(east, north, direction="INVERSE"))

    def cell(self, lon: float, lat: float) -> Cell | None:
        """The cell of a place, None outside the grid."""
        x, y = self.metres(lon, lat)
        if not (np.isfinite(x) and np.isfinite(y)):  # beyond what the projection can show
            return None
        ix, iy = int(x // self.cell_m), int(y // self.cell_m)
        return (ix, iy) if 0 <= ix < self.nx and 0 <= iy < self.ny else None

    def centre(self) -> tuple[float, float]:
        """Metres from the south-west corner."""
        return self.nx * self.cell_m / 2, self.ny * self.cell_m / 2

    def ring(self, cell: Cell) -> list[list[float]]:
        """The closed outline of a cell, counter-clockwise, as [lon, lat] degrees."""
        ix, iy = cell
        corners = np.array([(ix, iy), (ix + 1, iy), (ix + 1, iy + 1), (ix, iy + 1), (ix, iy)]) * self.cell_m
        lon, lat = self.lonlat(corners[:, 0], corners[:, 1])
        return [[round(float(a), 6), round(float(b), 6)] for a, b in zip(lon, lat, strict=True)]
