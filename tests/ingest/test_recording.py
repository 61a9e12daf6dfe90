"""A recording is read as the gate would have taken it in: the same readings, the same refusals."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingest.flag import Qc
from ingest.layout import Layout
from ingest.recording import RecordingError, frames, read_recording
from ingest.registry import Enterprise, GridRow, MonitorChannel, Registry, Station

MINUTE = datetime(2026, 11, 1, tzinfo=UTC)
REGISTRY = Registry(
    grid=GridRow(cell_m=500, epsg=4549, lon0=120.0, lat0=31.0, nx=10, ny=10),
    stations=(Station(station_id="S", name="", kind="micro", lon=120.01, lat=31.01),),
    enterprises=(Enterprise(enterprise_id="E", name="", lon=120.01, lat=31.01),),
    monitors=(
        MonitorChannel(mn="M", enterprise_id="E", lon=120.01, lat=31.01, channel="nmhc", unit="µg/m³"),
        MonitorChannel(mn="M", enterprise_id="E", lon=120.01, lat=31.01, channel="a25002", unit="mg/m³"),
    ),
)
LAYOUT = Layout.of(REGISTRY)


def read(folder: Path, **columns: list[float | None]) -> tuple[np.ndarray, np.ndarray]:
    """The one frame of a recording with a row of the monitor, one of the station and one of a stranger."""
    table = pa.table({"ts": [MINUTE] * 3, "device_id": ["M", "S", "stranger"], **columns})
    pq.write_table(table, folder / "readings.parquet")
    (frame,) = frames(read_recording(folder / "readings.parquet"), LAYOUT)
    assert frame.minute == MINUTE
    return frame.values, frame.qc


def at(device: str, channel: str) -> tuple[int, int]:
    return LAYOUT.index[device], LAYOUT.column[channel]


def test_a_monitors_values_come_out_in_the_canonical_unit(tmp_path: Path) -> None:
    values, _ = read(tmp_path, nmhc=[60_000, 2, 7], a25002=[0.5, None, 7])
    assert values[at("M", "nmhc")] == 60  # mg/m³
    assert values[at("M", "a25002")] == 0.5
    assert values[at("S", "nmhc")] == 2


def test_a_channel_that_a_device_may_not_send_is_left_out(tmp_path: Path) -> None:
    values, _ = read(tmp_path, pm25=[30, 30, 30], a25002=[None, 0.5, None])
    assert np.isnan(values[at("M", "pm25")])
    assert np.isnan(values[at("S", "a25002")])


def test_what_air_cannot_hold_is_taken_out_and_a_stack_may_hold_more(tmp_path: Path) -> None:
    values, qc = read(tmp_path, nmhc=[900_000, 900, None])
    assert values[at("M", "nmhc")] == 900
    assert qc[at("M", "nmhc")] == Qc.GOOD
    assert np.isnan(values[at("S", "nmhc")])
    assert qc[at("S", "nmhc")] == Qc.IMPLAUSIBLE


def test_of_two_readings_of_a_minute_the_first_counts(tmp_path: Path) -> None:
    table = pa.table({"ts": [MINUTE, MINUTE], "device_id": ["S", "S"], "pm25": [1.0, 2.0]})
    pq.write_table(table, tmp_path / "readings.parquet")
    (frame,) = frames(read_recording(tmp_path / "readings.parquet"), LAYOUT)
    assert frame.values[at("S", "pm25")] == 1


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (pa.table({"device_id": ["S"]}), "column ts is missing"),
        (pa.table({"ts": ["now"], "device_id": ["S"]}), "must be a timestamp"),
    ],
)
def test_a_file_that_is_no_recording_is_told(tmp_path: Path, table: pa.Table, message: str) -> None:
    pq.write_table(table, tmp_path / "readings.parquet")
    with pytest.raises(RecordingError, match=message):
        read_recording(tmp_path / "readings.parquet")


def test_a_file_that_is_not_parquet_is_told(tmp_path: Path) -> None:
    (tmp_path / "readings.parquet").write_bytes(b"nothing of the kind")
    with pytest.raises(RecordingError, match="cannot be read as Parquet"):
        read_recording(tmp_path / "readings.parquet")
