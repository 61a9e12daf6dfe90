"""A scenario folder of the small district: some hours of weather, an emission now and then."""

import csv
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel

from alerts.backtest import READINGS
from alerts.watch import Watch
from ingest.folder import read_folder
from ingest.layout import Frame, Layout
from ingest.recording import frames, read_recording
from tests.support.scene import district, emit, weather

START = datetime(2024, 11, 3, tzinfo=UTC)  # gone by, whatever the clock of this machine says
MINUTES = 600
EMISSIONS = ((250, 265), (325, 340), (400, 415), (475, 490), (560, 575))
CHANNELS = ("pm25", "wind_speed", "wind_direction")


def write_scenario(folder: Path, minutes: int = MINUTES) -> Path:
    """Fill `folder` with registry and readings; returns it."""
    folder.mkdir(parents=True)
    registry = district()
    layout = Layout.of(registry)
    minutely = list(weather(layout, minutes, start=START))
    for first, last in EMISSIONS:
        emit(minutely, layout, first, last)
    _write_csv(folder / "grid.csv", [registry.grid])
    _write_csv(folder / "stations.csv", [row.model_copy(update={"name": row.station_id}) for row in registry.stations])
    enterprises = [row.model_copy(update={"name": row.enterprise_id}) for row in registry.enterprises]
    _write_csv(folder / "enterprises.csv", enterprises)
    pq.write_table(_table(minutely, layout), folder / READINGS)
    return folder


def _write_csv(path: Path, rows: Sequence[BaseModel]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, type(rows[0]).model_fields)
        writer.writeheader()
        writer.writerows(row.model_dump() for row in rows)


def _table(minutely: Iterable[Frame], layout: Layout) -> pa.Table:
    columns: dict[str, list[Any]] = {name: [] for name in ("ts", "device_id", *CHANNELS)}
    for frame in minutely:
        columns["ts"] += [frame.minute] * len(layout.devices)
        columns["device_id"] += [device.id for device in layout.devices]
        for name in CHANNELS:
            values = frame.values[:, layout.column[name]]
            columns[name] += [None if np.isnan(value) else float(value) for value in values]
    types = {"ts": pa.timestamp("us", "UTC"), "device_id": pa.string()}
    schema = pa.schema([(name, types.get(name, pa.float32())) for name in columns])
    return pa.table(columns, schema=schema)


def changes(folder: Path) -> list[tuple[str, dict[str, Any]]]:
    """Every transition that the detector makes over a folder, with the alert's line as it is then."""
    watch = Watch(read_folder(folder)[0])
    recording = frames(read_recording(folder / READINGS), watch.layout)
    return [(change.what, change.alert.line()) for frame in recording for change in watch.close(frame)]


def stored_as(folder: Path) -> set[tuple[object, ...]]:
    """What the database must hold of a folder: device, minute and the values of CHANNELS as `real`."""
    table = read_recording(folder / READINGS)
    columns = [table.column(name).to_pylist() for name in ("device_id", "ts", *CHANNELS)]
    return {row for row in zip(*columns, strict=True) if any(value is not None for value in row[2:])}
