"""The readings of a scenario folder as one array, with who is near whom."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ingest.recording import minutes_of
from tests.eval.truth import Cell, Truth, places

NOT_POLLUTANTS = {"ts", "device_id", "wind_speed", "wind_direction"}


class Readings(NamedTuple):
    """T minutes of the one pollutant of S stations, NaN where there is none."""

    values: NDArray[np.float32]  # (T, S)
    xy: NDArray[np.float64]  # (S, 2) m
    cells: list[Cell]
    cell_m: float

    def nearest(self, k: int) -> NDArray[np.intp]:
        """The k nearest other stations of each, nearest first (S, k)."""
        distance = _distances(self.xy)
        np.fill_diagonal(distance, np.inf)
        return np.argsort(distance, axis=1, kind="stable")[:, : min(k, len(distance) - 1)]

    def within(self, metres: float) -> NDArray[np.bool_]:
        """Whether another station is so near (S, S)."""
        near = _distances(self.xy) <= metres
        np.fill_diagonal(near, False)
        return near


def read_readings(folder: Path, truth: Truth) -> Readings:
    """The readings of a folder that has one pollutant, by the minutes of its truth."""
    table = pq.read_table(folder / "readings.parquet")
    (channel,) = set(table.column_names) - NOT_POLLUTANTS
    known = places(folder, truth)
    station = np.asarray(pc.fill_null(pc.index_in(table.column("device_id"), pa.array(list(known))), -1))
    minute = minutes_of(table) - int(truth.start.timestamp()) // 60
    values = np.full((truth.minutes, len(known)), np.nan, np.float32)
    rows = (station >= 0) & (minute >= 0) & (minute < truth.minutes)
    values[minute[rows], station[rows]] = table.column(channel).to_numpy()[rows]
    cell = {name: key for key, names in truth.stations.items() for name in names}
    return Readings(values, np.array(list(known.values())), [cell[name] for name in known], truth.cell_m)


def _distances(xy: NDArray[np.float64]) -> NDArray[np.float64]:
    dx, dy = np.moveaxis(xy[:, None] - xy[None], -1, 0)
    return np.asarray(np.hypot(dx, dy))
