"""Stations: the registry, the newest frame of all, series; a missing value is null and never zero."""

from datetime import timedelta
from typing import Any

import asyncpg
import httpx2
import pytest

from ingest.channel import CHANNELS
from ingest.flag import Qc
from tests.service import seed

API = "/api/v1/stations"


def _qc(**wrong: Qc) -> bytes:
    return bytes(wrong.get(channel.name, 0) for channel in CHANNELS)


async def _readings(client: httpx2.AsyncClient, query: str) -> Any:
    answer = await client.get(f"{API}/S1/readings?{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_registry_tells_each_station_with_its_cell(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    await seed.grid(pool)
    await seed.station(pool, "S2", (3, 4), called="<script>")
    await seed.station(pool, "S1", (99, 4))
    first, second = (await client.get(API)).json()["stations"]
    assert (first["station_id"], first["ix"], first["iy"]) == ("S1", None, None)
    assert (second["station_id"], second["ix"], second["iy"], second["name"]) == ("S2", 3, 4, "<script>")


async def test_registry_without_a_grid_has_stations_without_cells(
    client: httpx2.AsyncClient, pool: asyncpg.Pool
) -> None:
    await seed.station(pool, "S1", (3, 4))
    assert (await client.get(API)).json()["stations"][0]["ix"] is None


async def test_newest_frames_tell_what_is_missing_and_what_is_wrong(
    client: httpx2.AsyncClient, pool: asyncpg.Pool
) -> None:
    good, bad = await seed.station(pool, "S1", (0, 0)), await seed.station(pool, "S2", (0, 1))
    await seed.station(pool, "S3", (0, 2))
    await seed.latest(pool, good, seed.NOW, pm25=0.0)
    await seed.latest(pool, bad, seed.NOW, _qc(no2=Qc.CALIBRATION, o3=Qc.IMPLAUSIBLE), pm25=35.2, no2=4100.0)
    told = (await client.get(f"{API}/latest")).json()
    assert told["units"]["pm25"] == "µg/m³"
    first, second, silent = told["stations"]
    assert set(first["values"]) == {channel.name for channel in CHANNELS}
    assert (first["values"]["pm25"], first["values"]["no2"], first["qc"]) == (0.0, None, {})
    assert first["ts"] == "2026-11-21T00:30:00+00:00"
    assert (second["values"]["no2"], second["qc"]) == (4100.0, {"no2": "calibration", "o3": "implausible"})
    assert (silent["ts"], silent["received_at"], set(silent["values"].values())) == (None, None, {None})


async def test_a_reading_that_is_no_number_is_null(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    await seed.latest(pool, await seed.station(pool, "S1", (0, 0)), seed.NOW, pm25=float("nan"))
    assert (await client.get(f"{API}/latest")).json()["stations"][0]["values"]["pm25"] is None


async def test_newest_frames_of_no_stations_are_none(client: httpx2.AsyncClient) -> None:
    assert (await client.get(f"{API}/latest")).json()["stations"] == []


async def test_series_holds_the_minutes_as_they_came(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    device = await seed.station(pool, "S1", (0, 0))
    await seed.reading(pool, device, seed.NOW, pm25=10.0)
    await seed.reading(pool, device, seed.NOW + 2 * seed.MINUTE, _qc(pm25=Qc.FAULT), pm25=999.0)
    told = await _readings(client, "")
    assert (told["to"], told["step"]) == ("2026-11-21T00:33:00Z", "1m")
    assert [point["values"]["pm25"] for point in told["points"]] == [10.0, 999.0]
    assert [point["qc"] for point in told["points"]] == [{}, {"pm25": "fault"}]
    assert told["points"][0]["values"]["no2"] is None


async def test_span_includes_its_start_and_not_its_end(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    device = await seed.station(pool, "S1", (0, 0))
    for minute in range(4):
        await seed.reading(pool, device, seed.NOW + minute * seed.MINUTE, pm25=float(minute))
    told = await _readings(client, "from=2026-11-21T08:31:00%2B08:00&to=2026-11-21T00:33:00Z")
    assert [point["values"]["pm25"] for point in told["points"]] == [1.0, 2.0]


async def test_mean_is_of_good_values_only(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    device = await seed.station(pool, "S1", (0, 0))
    await seed.reading(pool, device, seed.NOW, pm25=10.0, no2=1.0)
    await seed.reading(pool, device, seed.NOW + seed.MINUTE, _qc(pm25=Qc.FAULT), pm25=999.0, no2=3.0)
    await seed.reading(pool, device, seed.NOW + 2 * seed.MINUTE, _qc(no2=Qc.FAULT), pm25=20.0)
    (point,) = (await _readings(client, "step=5m"))["points"]
    assert (point["ts"], point["minutes"]) == ("2026-11-21T00:30:00Z", 3)
    assert (point["values"]["pm25"], point["values"]["no2"], point["values"]["o3"]) == (15.0, 2.0, None)


@pytest.mark.parametrize(
    ("directions", "mean"), [((350.0, 10.0), 0.0), ((90.0, 180.0), 135.0), ((350.0, 350.0), 350.0)]
)
async def test_mean_of_wind_directions_is_a_direction(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, directions: tuple[float, ...], mean: float
) -> None:
    device = await seed.station(pool, "S1", (0, 0))
    for minute, direction in enumerate(directions):
        await seed.reading(pool, device, seed.NOW + minute * seed.MINUTE, wind_direction=direction)
    (point,) = (await _readings(client, "step=1h"))["points"]
    assert point["values"]["wind_direction"] == pytest.approx(mean, abs=0.01)


async def test_days_begin_at_midnight_in_beijing(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    device = await seed.station(pool, "S1", (0, 0))
    await seed.reading(pool, device, seed.NOW, pm25=1.0)
    assert (await _readings(client, "step=24h"))["points"][0]["ts"] == "2026-11-20T16:00:00Z"


async def test_too_long_a_span_is_refused_and_a_longer_step_helps(
    client: httpx2.AsyncClient, pool: asyncpg.Pool
) -> None:
    await seed.station(pool, "S1", (0, 0))
    query = "from=2026-10-01T00:00:00Z&to=2026-11-01T00:00:00Z"
    refused = await client.get(f"{API}/S1/readings?{query}")
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "from"
    assert "10000" in refused.json()["detail"]
    assert (await client.get(f"{API}/S1/readings?{query}&step=5m")).status_code == 200


async def test_station_that_never_sent_has_an_empty_series(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    await seed.station(pool, "S1", (0, 0))
    assert (await _readings(client, ""))["points"] == []
    assert (await _readings(client, "from=2026-11-01T00:00:00Z"))["points"] == []


async def test_default_span_is_the_last_day_that_has_readings(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    device = await seed.station(pool, "S1", (0, 0))
    for hours in (0, 23, 25):
        await seed.reading(pool, device, seed.NOW - timedelta(hours=hours), pm25=float(hours))
    assert [point["values"]["pm25"] for point in (await _readings(client, ""))["points"]] == [23.0, 0.0]
