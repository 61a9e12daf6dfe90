"""The newest judged minute as GeoJSON: one feature a cell, told by the device of the cell that matters most."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from ingest.grid import Grid
from service.outline import OUTSIDE, Ints, indices, rings

STATES = ("no_data", "warming_up", "normal", "not_usable", "in_alert")
"""What the byte `state` of a verdict says."""
_WEIGHT = np.array([0, 2, 3, 1, 4])  # of several devices in a cell an alarm speaks first, then who can be judged
_DECIMALS = 4
WEATHER = "weather"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One pollutant's arrays (devices,), in the order of the devices of the layout; states index STATES."""

    pollutant: str
    value: NDArray[np.float32]
    background: NDArray[np.float32]
    score: NDArray[np.float32]
    state: NDArray[np.uint8]

    @classmethod
    def of(cls, pollutant: str, arrays: Sequence[bytes]) -> "Verdict":
        """From little-endian bytes: value, background, score, state."""
        value, background, score, state = arrays
        return cls(pollutant, floats(value), floats(background), floats(score), np.frombuffer(state, np.uint8))


@dataclass(frozen=True, slots=True)
class Places:
    """Where devices are, in any order."""

    ids: list[str]
    kinds: list[str]
    lons: list[float]
    lats: list[float]


class Mosaic:
    """A judged minute laid over the grid; `minute` None and no verdicts before the first one."""

    def __init__(
        self, grid: Grid, minute: datetime | None, devices: list[str], verdicts: list[Verdict], places: Places
    ) -> None:
        self.minute = minute
        cells = _cells(grid, devices, verdicts, places)
        self._rows = np.flatnonzero(cells[:, 0] != OUTSIDE)
        self.cells, self._owner = np.unique(cells[self._rows], axis=0, return_inverse=True)
        self._verdicts = {verdict.pollutant: verdict for verdict in verdicts}
        self._grid = grid

    @property
    def pollutants(self) -> list[str]:
        """What was judged in this minute, sorted."""
        return sorted(self._verdicts)

    def body(self, head: dict[str, Any], pollutant: str | None, geometry: bool) -> bytes:
        """The FeatureCollection, of one pollutant or of all, with or without the outlines; `head` goes before."""
        told = [self._told(name) for name in ([pollutant] if pollutant else self.pollutants)]
        names = [pollutant] if pollutant else self.pollutants
        shapes = rings(self._grid, self.cells).tolist() if geometry else [None] * len(self.cells)
        features = [
            {
                "type": "Feature",
                "id": f"{ix}-{iy}",
                "geometry": {"type": "Polygon", "coordinates": [ring]} if ring else None,
                "properties": {"ix": ix, "iy": iy, **dict(zip(names, values, strict=True))},
            }
            for (ix, iy), ring, *values in zip(self.cells.tolist(), shapes, *told, strict=True)
        ]
        return msgspec.json.encode({"type": "FeatureCollection", **head, "features": features})

    def _told(self, pollutant: str) -> list[dict[str, Any]]:
        """What every cell says of a pollutant."""
        verdict = self._verdicts.get(pollutant)
        if verdict is None:
            return [{"value": None, "background": None, "score": None, "state": STATES[0]}] * len(self.cells)
        rows = self._speakers(verdict)
        columns = [numbers(part[rows]) for part in (verdict.value, verdict.background, verdict.score)]
        states = [state_name(code) for code in verdict.state[rows].tolist()]
        return [
            {"value": value, "background": background, "score": score, "state": state}
            for value, background, score, state in zip(*columns, states, strict=True)
        ]

    def _speakers(self, verdict: Verdict) -> Ints:
        """The row of the device that speaks for each cell: by weight of its state, then by its score."""
        state = np.minimum(verdict.state[self._rows], len(STATES) - 1)
        score = np.nan_to_num(verdict.score[self._rows], nan=-np.inf)
        order = np.lexsort((score, _WEIGHT[state], self._owner))
        last = np.append(np.flatnonzero(np.diff(self._owner[order])), len(order) - 1) if len(order) else order
        return np.asarray(self._rows[order[last]], np.int64)


def _cells(grid: Grid, devices: list[str], verdicts: list[Verdict], places: Places) -> Ints:
    """Cells (devices, 2), OUTSIDE where the device is unknown, outside the grid, or a mast that measures no air."""
    row = {device: i for i, device in enumerate(places.ids)}
    known = np.array([row.get(device, -1) for device in devices], np.int64)
    judged = np.zeros(len(devices), bool)
    for verdict in verdicts:
        judged |= verdict.state > 0
    silent = np.array([kind == WEATHER for kind in places.kinds], bool)
    cells = np.full((len(devices), 2), OUTSIDE, np.int64)
    if len(places.ids):
        shown = (known >= 0) & (judged | ~silent[known])
        cells[shown] = indices(grid, places.lons, places.lats)[known[shown]]
    return cells


def floats(array: bytes) -> NDArray[np.float32]:
    """An array as it lies in the database."""
    return np.frombuffer(array, "<f4")


def numbers(values: NDArray[np.float32]) -> list[float | None]:
    """Rounded, and null where there is none: NaN is not JSON."""
    rounded = np.round(values.astype(np.float64), _DECIMALS)
    return [value if finite else None for value, finite in zip(rounded.tolist(), np.isfinite(rounded), strict=True)]


def state_name(code: int) -> str:
    """The word for a state; one that this program does not know yet is told by its number."""
    return STATES[code] if code < len(STATES) else f"state_{code}"
