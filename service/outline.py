"""Places of the grid for many devices at once: which cell each lies in, and the outline of every cell."""

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ingest.grid import Cell, Grid
from sql.queries import Record

Ints = NDArray[np.int64]
OUTSIDE = -1
_CORNERS = np.array([(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)])


def grid_of(shape: Record | None) -> Grid | None:
    """The grid of its row in the database, None where no registry was imported yet."""
    return None if shape is None else _grid(*shape.values())


# Setting up a projection takes longer than a whole request.
@lru_cache(maxsize=8)
def _grid(cell_m: float, epsg: int, lon0: float, lat0: float, nx: int, ny: int) -> Grid:
    return Grid(cell_m, epsg, lon0, lat0, nx, ny)


def indices(grid: Grid, lon: ArrayLike, lat: ArrayLike) -> Ints:
    """Cells (n, 2) of places in degrees; both are OUTSIDE for a place outside the grid."""
    cells = np.stack(grid.metres(lon, lat), axis=-1) // grid.cell_m
    inside = np.all((cells >= 0) & (cells < (grid.nx, grid.ny)), axis=-1, keepdims=True)
    return np.where(inside, cells, OUTSIDE).astype(np.int64)


def cells_of(grid: Grid | None, lon: list[float], lat: list[float]) -> list[Cell | None]:
    """The cell of every place, None outside the grid or without one."""
    if grid is None or not lon:
        return [None] * len(lon)
    return [None if ix == OUTSIDE else (ix, iy) for ix, iy in indices(grid, lon, lat).tolist()]


def rings(grid: Grid, cells: Ints) -> NDArray[np.float64]:
    """Closed outlines (n, 5, 2) of cells as lon, lat degrees, counter-clockwise, rounded to a tenth of a metre."""
    corners = (cells[:, None, :] + _CORNERS) * grid.cell_m
    lon, lat = grid.lonlat(corners[..., 0].ravel(), corners[..., 1].ravel())
    degrees: NDArray[np.float64] = np.stack([lon, lat], axis=-1).round(6).reshape(-1, 5, 2)
    return degrees
