"""A scenario folder arrives on the broker: every reading once, in order, to the last bit."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from deploy.problem import Problem
from deploy.publisher import WINDOW
from deploy.replay import messages, replay
from deploy.servers import Servers
from ingest.folder import read_folder
from ingest.recording import RecordingError, read_recording
from tests.support.listener import listening

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
READINGS = "hotgrid/v1/+/+/reading"


def minute(i: int) -> datetime:
    return START + timedelta(minutes=i)


def folder(path: Path, ts: Sequence[datetime], devices: Sequence[str], **channels: Any) -> Path:
    """A scenario folder with the stations A and B and the monitor MN1."""
    (path / "grid.csv").write_text("cell_m,epsg,lon0,lat0,nx,ny\n500,4549,119.93,31.75,12,10\n")
    stations = "A,a,micro,119.94,31.76,,\nB,b,micro,119.95,31.76,,\n"
    (path / "stations.csv").write_text("station_id,name,kind,lon,lat,township,chief\n" + stations)
    (path / "enterprises.csv").write_text("enterprise_id,name,lon,lat\nE,e,119.96,31.77\n")
    monitor = "MN1,E,119.96,31.77,nmhc,mg/m³\nMN1,E,119.96,31.77,a25002,mg/m³\n"
    (path / "monitors.csv").write_text("mn,enterprise_id,lon,lat,channel,unit\n" + monitor)
    columns = {name: pa.array(values, pa.float32()) for name, values in channels.items()}
    times = pa.array(ts, pa.timestamp("us", "UTC"))
    pq.write_table(
        pa.table({"ts": times, "device_id": pa.array(devices, pa.string()), **columns}), path / "readings.parquet"
    )
    return path


def published(path: Path, batch: int = 1) -> list[tuple[str, Any]]:
    registry, _ = read_folder(path)
    found = messages(read_recording(path / "readings.parquet"), registry, batch)
    return [(topic, json.loads(payload)) for _, topic, payload in found]


def test_every_reading_is_heard_once_and_in_the_order_of_time(tmp_path: Path, servers: Servers) -> None:
    count = 2 * WINDOW
    ts = [minute(i) for i in range(count) for _ in "AB"]
    values = np.arange(2 * count, dtype=np.float32) / 10
    folder(tmp_path, ts[::-1], ["B", "A"] * count, pm25=values[::-1])
    with listening(servers.mqtt_url, READINGS) as listener:
        assert replay(tmp_path, servers.mqtt_url, None) == 2 * count
        heard = listener.next(2 * count)
        assert listener.is_silent()
    assert [message.topic for message in heard] == [f"hotgrid/v1/station/{d}/reading" for d in "AB"] * count
    frames = [json.loads(message.payload) for message in heard]
    assert [datetime.fromisoformat(frame["ts"]) for frame in frames] == ts
    assert [frame["values"]["pm25"] for frame in frames] == pytest.approx(np.arange(2 * count) / 10)


def test_a_float32_comes_back_as_the_very_same_bits(tmp_path: Path) -> None:
    bits = np.random.default_rng(1).integers(0, 2**32, 20_000, dtype=np.uint32)
    values = bits.view(np.float32)
    values = np.concatenate(
        [values[np.isfinite(values)], np.array([0.1, 35.2, 1e-45, 3.4028235e38, 16777216], np.float32)]
    )
    folder(tmp_path, [minute(i) for i in range(len(values))], ["A"] * len(values), pm25=values)
    back = np.array([frame["values"]["pm25"] for _, frame in published(tmp_path)]).astype(np.float32)
    assert (back.view(np.uint32) == values.view(np.uint32)).all()


def test_a_number_has_no_more_digits_than_it_needs(tmp_path: Path) -> None:
    folder(tmp_path, [START], ["A"], pm25=[0.1])
    [(_, _, payload)] = messages(read_recording(tmp_path / "readings.parquet"), read_folder(tmp_path)[0])
    assert payload == b'{"ts":"2026-03-01T12:00:00+00:00","values":{"pm25":0.1}}'


def test_a_batch_never_grows_beyond_its_limit_even_where_a_device_sent_more_often(tmp_path: Path) -> None:
    folder(tmp_path, [START + timedelta(seconds=10 * i) for i in range(12)], ["A"] * 12, pm25=range(12))
    assert [len(payload["readings"]) for _, payload in published(tmp_path, batch=2)] == [2] * 6


def test_what_was_not_sent_is_not_sent(tmp_path: Path) -> None:
    nan, inf = float("nan"), float("inf")
    ts = [minute(i) for i in range(4)]
    folder(tmp_path, ts, ["A"] * 4, pm25=[1, None, None, nan], no2=[None, 41, None, inf], unheard_of=[1, 2, 3, 4])
    assert [frame["values"] for _, frame in published(tmp_path)] == [{"pm25": 1}, {"no2": 41}]


def test_a_monitor_has_a_topic_of_its_own(tmp_path: Path) -> None:
    folder(tmp_path, [START, START], ["A", "MN1"], nmhc=[None, 12.5], a25002=[None, 0.25], pm25=[8, None])
    assert published(tmp_path) == [
        ("hotgrid/v1/station/A/reading", {"ts": "2026-03-01T12:00:00+00:00", "values": {"pm25": 8}}),
        (
            "hotgrid/v1/monitor/MN1/reading",
            {"ts": "2026-03-01T12:00:00+00:00", "values": {"nmhc": 12.5, "a25002": 0.25}},
        ),
    ]


@pytest.mark.parametrize("batch", [2, 3, 1440])
def test_a_batch_holds_so_many_minutes_of_a_device_and_loses_none(tmp_path: Path, batch: int) -> None:
    ts = [minute(i) for i in range(7) for _ in "AB"]
    folder(tmp_path, ts, ["A", "B"] * 7, pm25=range(14))
    singly = sorted((topic, frame["ts"], frame["values"]["pm25"]) for topic, frame in published(tmp_path))
    batched = published(tmp_path, batch)
    frames = [(topic, frame) for topic, payload in batched for frame in payload.get("readings", [payload])]
    assert sorted((topic, frame["ts"], frame["values"]["pm25"]) for topic, frame in frames) == singly
    assert all(len(payload.get("readings", [payload])) <= batch for _, payload in batched)
    assert len(batched) < len(frames)
    of_a = [frame["ts"] for topic, frame in frames if "/A/" in topic]
    assert of_a == sorted(of_a)


def test_speed_is_kept(tmp_path: Path, servers: Servers) -> None:
    folder(tmp_path, [minute(0), minute(10)], ["A", "A"], pm25=[1, 2])
    began, shares = monotonic(), list[float]()
    assert replay(tmp_path, servers.mqtt_url, 1200, progress=shares.append) == 2
    assert monotonic() - began >= 0.5  # ten minutes, 1,200 times as fast
    assert shares == [0, 1]


def test_a_recording_without_readings_is_no_error(tmp_path: Path, servers: Servers) -> None:
    folder(tmp_path, [], [], pm25=[])
    assert replay(tmp_path, servers.mqtt_url, None) == 0


def test_errors_say_what_is_missing(tmp_path: Path, servers: Servers) -> None:
    folder(tmp_path, [START], ["A"], pm25=[1])
    with pytest.raises(ValueError, match="speed must be above 0"):
        replay(tmp_path, servers.mqtt_url, 0)
    with pytest.raises(ValueError, match="batch must be 1 to 1440"):
        replay(tmp_path, servers.mqtt_url, None, batch=1441)
    with pytest.raises(Problem, match="hotgrid up"):
        replay(tmp_path, "mqtt://127.0.0.1:9", None)
    with pytest.raises(Problem, match="refuses us"):
        replay(tmp_path, servers.mqtt_url.replace("hotgrid:", "hotgrid:not"), None)
    (tmp_path / "readings.parquet").unlink()
    with pytest.raises(RecordingError, match=r"readings\.parquet"):
        replay(tmp_path, servers.mqtt_url, None)
