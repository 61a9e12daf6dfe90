"""A car's samples are shown where they were taken."""

from datetime import timedelta

import asyncpg
import httpx2

from tests.service import seed

SAMPLE = (
    "INSERT INTO mobile_reading (device, ts, lon, lat, ix, iy, pm25, qc) VALUES ($1, $2, 120.03, 31.67, 1, 2, $3, $4)"
)


async def test_samples_are_points_in_their_order(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    await seed.grid(pool)
    car = await seed.station(pool, "CAR", (0, 0), "mobile")
    for second, qc in ((7, None), (3, b"\x05")):
        await pool.execute(SAMPLE, car, seed.NOW + timedelta(seconds=second), float(second), qc)

    answer = await client.get("/api/v1/stations/CAR/track")

    assert answer.headers["content-type"] == "application/geo+json"
    first, second = answer.json()["features"]
    assert first["geometry"] == {"type": "Point", "coordinates": [120.03, 31.67]}
    assert first["properties"]["values"]["pm25"] == 3
    assert first["properties"]["qc"] == {"pm25": "calibration"}
    assert (second["properties"]["ts"], second["properties"]["ix"]) == ("2026-11-21T00:30:07Z", 1)


async def test_a_span_is_half_open_and_at_most_a_day(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    await seed.grid(pool)
    car = await seed.station(pool, "CAR", (0, 0), "mobile")
    for second in range(4):
        await pool.execute(SAMPLE, car, seed.NOW + timedelta(seconds=second), 1.0, None)
    span = {"from": "2026-11-21T00:30:01Z", "to": "2026-11-21T00:30:03Z"}
    assert len((await client.get("/api/v1/stations/CAR/track", params=span)).json()["features"]) == 2
    long = {"from": "2026-11-20T00:30:01Z", "to": "2026-11-21T00:30:03Z"}
    assert (await client.get("/api/v1/stations/CAR/track", params=long)).status_code == 422
    assert (await client.get("/api/v1/stations/NOBODY/track")).status_code == 404


async def test_who_moves_has_no_cell_on_the_map(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    await seed.grid(pool)
    await seed.station(pool, "CAR", (0, 0), "mobile")
    await seed.station(pool, "S1", (3, 3))
    assert [cell["id"] for cell in (await client.get("/api/v1/grid")).json()["features"]] == ["3-3"]
