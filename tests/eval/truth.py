"""What really was in a scenario: which emission stood at which station when, which sensors were at fault."""

import csv
import json
import math
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer

TOLERANCE = 10  # minutes after the plume has left
FAULT_LOOKBACK = 5  # minutes
GAP = 1  # the fault kind that cannot raise an alarm by itself
WEAKEST = 3  # SNR below which an emission counts neither as found nor as missed

Cell = tuple[int, int]
Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Truth:
    """Minutes are whole numbers from `start`; spans are first and last minute."""

    start: datetime
    minutes: int
    warm: int
    cell_m: float
    nx: int
    ny: int
    to_grid: Transformer
    corner: tuple[float, float]
    events: dict[int, Event]
    stations: dict[Cell, list[str]]
    plumes: dict[str, list[tuple[int, int, int]]]  # station → (first, last, event id)
    faults: dict[str, list[tuple[int, int]]]
    episodes: list[tuple[int, int]]

    def metres(self, lon: float, lat: float) -> tuple[float, float]:
        """Metres from the south-west corner."""
        x, y = self.to_grid.transform(lon, lat)
        return x - self.corner[0], y - self.corner[1]

    def scored_events(self) -> list[Event]:
        """Emissions after the warm-up that are strong enough to count (all, where no SNR is known)."""
        late = (event for event in self.events.values() if event["t0"] >= self.warm)
        return [event for event in late if event["snr"] is None or event["snr"] >= WEAKEST]

    def causes(self, cell: Cell, minute: int) -> set[int]:
        """The emissions that make an onset of this cell in this minute right."""
        spans = (span for station in self.stations.get(cell, ()) for span in self.plumes.get(station, ()))
        return {key for first, last, key in spans if first <= minute <= last}

    def clean_minutes(self, cell: Cell) -> NDArray[np.bool_]:
        """Minutes in which this cell has no reason to be in an alert (T,)."""
        clean = np.ones(self.minutes, bool)
        for station in self.stations.get(cell, ()):
            for first, last, _ in self.plumes.get(station, ()):
                clean[first:last] = False
        return clean

    def quiet_minutes(self) -> NDArray[np.bool_]:
        """Minutes after the warm-up with no plume at any station (T,)."""
        quiet = np.arange(self.minutes) >= self.warm
        for spans in self.plumes.values():
            for first, last, _ in spans:
                quiet[first:last] = False
        return quiet

    def faulty(self, cell: Cell, minute: int) -> bool:
        """Whether a device of the cell was at fault just before this minute."""
        spans = (span for station in self.stations.get(cell, ()) for span in self.faults.get(station, ()))
        return any(first <= minute and last >= minute - FAULT_LOOKBACK for first, last in spans)

    def in_episode(self, minute: int) -> bool:
        """Whether a haze front was in the city."""
        return any(first <= minute <= last for first, last in self.episodes)


def read_truth(folder: Path, truth: Path | None = None) -> Truth:
    """The truth of a scenario folder, or of a recording whose truth is kept elsewhere."""
    (grid,) = _read_csv(folder / "grid.csv")
    told = json.loads((truth or folder / "truth.json").read_text())
    to_grid = Transformer.from_crs(4326, int(grid["epsg"]), always_xy=True)
    x, y = to_grid.transform(float(grid["lon0"]), float(grid["lat0"]))
    events = {event["id"]: event for event in told["events"]}
    found = Truth(
        start=datetime.fromisoformat(told["start"]),
        minutes=told["minutes"],
        warm=told["warm_minutes"],
        cell_m=float(grid["cell_m"]),
        nx=int(grid["nx"]),
        ny=int(grid["ny"]),
        to_grid=to_grid,
        corner=(x, y),
        events=events,
        stations={},
        plumes=_plumes(events),
        faults=_faults(told.get("faults", ())),
        episodes=[(first, last) for first, last in told.get("episodes", ())],
    )
    for station, (x, y) in places(folder, found).items():
        cell = math.floor(x / found.cell_m), math.floor(y / found.cell_m)
        found.stations.setdefault(cell, []).append(station)
    return found


def places(folder: Path, truth: Truth) -> dict[str, tuple[float, float]]:
    """Where the stations that measure pollutants are, in metres from the south-west corner."""
    rows = (row for row in _read_csv(folder / "stations.csv") if row["kind"] != "weather")
    return {row["station_id"]: truth.metres(float(row["lon"]), float(row["lat"])) for row in rows}


def _plumes(events: dict[int, Event]) -> dict[str, list[tuple[int, int, int]]]:
    plumes: dict[str, list[tuple[int, int, int]]] = {}
    for key, event in events.items():
        for station, (first, last) in event["touched"].items():
            plumes.setdefault(station, []).append((first, last + TOLERANCE, key))
    return plumes


def _faults(told: list[tuple[str, int, int, int]]) -> dict[str, list[tuple[int, int]]]:
    faults: dict[str, list[tuple[int, int]]] = {}
    for station, kind, first, last in told:
        if kind != GAP:
            faults.setdefault(station, []).append((first, last))
    return faults


def _read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
