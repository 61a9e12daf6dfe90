"""A scenario as a folder: the registry, `readings.parquet`, and `truth.json` for the scorer only."""

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from pyproj import Transformer

from tests.eval import faults
from tests.eval.settings import Settings
from tests.eval.simulate import Scenario

START = datetime(2026, 11, 1, tzinfo=UTC)
INDUSTRIES = ("chemical", "foundry", "coating", "printing", "cement", "power", "food", "waste")
MAST = "WX01"
Array = NDArray[np.floating]


def write_folder(scenario: Scenario, out: Path) -> None:
    """Fill the folder `out`; `truth.json` comes last, so that a folder that has it is whole."""
    out.mkdir(parents=True, exist_ok=True)
    settings = scenario.settings
    grid = {name: getattr(settings, name) for name in ("cell_m", "epsg", "lon0", "lat0", "nx", "ny")}
    _write_csv(out / "grid.csv", grid, [list(grid.values())])
    devices = [f"MS{i + 1:04d}" for i in range(len(scenario.xy))]
    plants = [f"E{i + 1:03d}" for i in range(len(scenario.enterprises))]
    _write_stations(out / "stations.csv", devices, scenario)
    _write_enterprises(out / "enterprises.csv", plants, scenario)
    pq.write_table(_readings(scenario, devices), out / "readings.parquet", compression="zstd")
    (out / "truth.json").write_text(json.dumps(_truth(scenario, devices, plants), separators=(",", ":")))


def _write_csv(path: Path, header: Iterable[str], rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _write_stations(path: Path, devices: list[str], scenario: Scenario) -> None:
    settings = scenario.settings
    xy = np.concatenate([scenario.xy, np.array([[settings.nx, settings.ny]]) * settings.cell_m / 2])
    where = zip([*devices, MAST], *_lonlat(xy, settings), _township(xy, settings), strict=True)
    rows = [
        [device, "Weather mast", "weather", lon, lat, township, ""]
        if device == MAST
        else [device, f"Station {device[2:]}", "micro", lon, lat, township, ""]
        for device, lon, lat, township in where
    ]
    _write_csv(path, ("station_id", "name", "kind", "lon", "lat", "township", "chief"), rows)


def _write_enterprises(path: Path, plants: list[str], scenario: Scenario) -> None:
    xy, settings = scenario.enterprises, scenario.settings
    where = zip(plants, *_lonlat(xy, settings), _township(xy, settings), strict=True)
    rows = [
        [plant, f"Plant {plant[1:]}", lon, lat, INDUSTRIES[i % len(INDUSTRIES)], township, ""]
        for i, (plant, lon, lat, township) in enumerate(where)
    ]
    _write_csv(path, ("enterprise_id", "name", "lon", "lat", "industry", "township", "contact"), rows)


def _lonlat(xy: Array, settings: Settings) -> tuple[list[float], list[float]]:
    """Degrees WGS84, six digits, of places in metres."""
    to_grid = Transformer.from_crs(4326, settings.epsg, always_xy=True)
    corner = to_grid.transform(settings.lon0, settings.lat0)
    x, y = (np.atleast_2d(xy) + corner).T
    lon, lat = to_grid.transform(x, y, direction="INVERSE")
    return np.round(lon, 6).tolist(), np.round(lat, 6).tolist()


def _township(xy: Array, settings: Settings) -> list[str]:
    half = np.array([settings.nx, settings.ny]) * settings.cell_m / 2
    return [("SW", "SE", "NW", "NE")[i] for i in (xy >= half) @ np.array([1, 2])]


def _readings(scenario: Scenario, devices: list[str]) -> pa.Table:
    """Long table of minute readings, the stations' and the mast's, ordered by time; NaN becomes null."""
    minutes, stations = scenario.readings.shape
    ts = np.datetime64(START.replace(tzinfo=None), "us") + np.arange(minutes) * np.timedelta64(1, "m")
    nothing = np.full((minutes, stations), np.nan, np.float32)
    wind_from = np.round((270 - np.degrees(scenario.wind_to)) % 360, 1) % 360
    columns = {
        "pm25": np.column_stack([scenario.readings, nothing[:, :1]]),
        "wind_speed": np.column_stack([nothing, np.round(scenario.wind_speed, 2)]),
        "wind_direction": np.column_stack([nothing, wind_from]),
    }
    ids = pa.array(np.tile(np.arange(stations + 1, dtype=np.int32), minutes))
    arrays = {
        "ts": pa.array(np.repeat(ts, stations + 1)).cast(pa.timestamp("us", "UTC")),
        "device_id": pa.DictionaryArray.from_arrays(ids, pa.array([*devices, MAST])).cast(pa.string()),
    }
    for name, column in columns.items():
        arrays[name] = pa.array(column.astype(np.float32).ravel(), from_pandas=True)
    return pa.table(arrays)


def _truth(scenario: Scenario, devices: list[str], plants: list[str]) -> dict[str, object]:
    settings = scenario.settings
    events = []
    for i, event in enumerate(scenario.events):
        source = event.source
        (lon,), (lat,) = _lonlat(np.array([[source.x, source.y]]), settings)
        line: dict[str, object] = {"id": i, "t0": source.t0, "t1": source.t1, "lon": lon, "lat": lat}
        line["enterprise_id"] = plants[event.enterprise] if event.enterprise >= 0 else None
        line["snr"] = round(event.snr, 3)
        line["t_detectable"] = event.detectable
        line["touched"] = {devices[k]: list(span) for k, span in event.touched.items()}
        events.append(line)
    return {
        "start": START.isoformat(),
        "minutes": len(scenario.readings),
        "warm_minutes": settings.warm_days * 1440,
        "seed": scenario.seed,
        "settings": asdict(settings),
        "events": events,
        "fault_kinds": faults.KINDS,
        "faults": [[devices[k], *run] for k, label in enumerate(scenario.fault.T) for run in _runs(label)],
        "episodes": [run[1:] for run in _runs(scenario.front)],
    }


def _runs(values: NDArray[np.integer]) -> list[list[int]]:
    """Run-length code of a label vector without the zeros: [value, first, last]."""
    edges = np.flatnonzero(np.diff(values)) + 1
    first = np.concatenate([[0], edges])
    last = np.concatenate([edges, [len(values)]]) - 1
    return [[int(values[a]), int(a), int(b)] for a, b in zip(first, last, strict=True) if values[a]]
