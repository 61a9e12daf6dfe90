"""Stations of which every message can be told from its number: who, which minute, and what it must have measured."""

import csv
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from ingest.grid import Grid

START = datetime(2024, 11, 3, tzinfo=UTC)  # gone by, whatever the clock of this machine says
MINUTE = timedelta(minutes=1)
SIDE = 64
CORNER = {"cell_m": 500, "epsg": 4549, "lon0": 120.02, "lat0": 31.66, "nx": SIDE, "ny": SIDE}
GRID = Grid(**CORNER)  # type: ignore[arg-type]
PASSWORD = "123456"  # of all their loggers


class Reading(NamedTuple):
    """A row as it must be stored."""

    device_id: str
    ts: datetime
    pm25: float
    no2: float


@dataclass(frozen=True, slots=True)
class Fleet:
    """`stations` that send one after the other, minute by minute: message `number` is of one of them, once only."""

    stations: int

    def reading(self, number: int) -> Reading:
        """What message `number` says; the values are a function of it, in steps that `real` holds exactly."""
        minute, station = divmod(number, self.stations)
        pm25, no2 = number * 7919 % 801 / 8, number * 104_729 % 997 / 8
        return Reading(f"S{station:04d}", START + minute * MINUTE, pm25, no2)

    def number(self, device_id: str, ts: datetime) -> int:
        """Which message said that."""
        return (ts - START) // MINUTE * self.stations + int(device_id[1:])

    def message(self, number: int) -> tuple[str, bytes]:
        """Topic and payload."""
        device_id, ts, pm25, no2 = self.reading(number)
        payload = {"ts": ts.isoformat(), "values": {"pm25": pm25, "no2": no2}}
        return f"hotgrid/v1/station/{device_id}/reading", json.dumps(payload).encode()

    def write(self, folder: Path) -> Path:
        """Their registry; returns the folder."""
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / "grid.csv", ",".join(CORNER), [CORNER.values()])
        _write(
            folder / "stations.csv",
            "station_id,name,kind,lon,lat,township,chief",
            map(self._line, range(self.stations)),
        )
        _write(folder / "loggers.csv", "device_id,mn,password", map(self._logger, range(self.stations)))
        _write(folder / "enterprises.csv", "enterprise_id,name,lon,lat,industry,township,contact", [])
        return folder

    def _logger(self, station: int) -> tuple[object, ...]:
        """Under which MN it speaks HJ 212: that of its name."""
        return f"S{station:04d}", f"S{station:04d}", PASSWORD

    def _line(self, station: int) -> tuple[object, ...]:
        """A station in a cell of its own."""
        name = f"S{station:04d}"
        x, y = ((cell + 0.5) * GRID.cell_m for cell in (station % SIDE, station // SIDE))
        (lon,), (lat,) = GRID.lonlat([x], [y])
        return name, name, "micro", lon, lat, "", ""


def _write(path: Path, header: str, rows: object) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header.split(","))
        writer.writerows(rows)  # type: ignore[arg-type]
