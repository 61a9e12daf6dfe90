"""A station's hours and days as they were summed up, and its minutes with what was found of them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx2

from ingest.channel import CHANNELS
from ingest.flag import Qc
from tests.service import seed

HOUR = timedelta(hours=1)
NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)  # in Beijing
MIDNIGHT = NOON + 12 * HOUR


async def _points(client: httpx2.AsyncClient, query: str) -> list[dict[str, Any]]:
    answer = await client.get(f"/api/v1/stations/S1/readings?{query}")
    assert answer.status_code == 200, answer.text
    points: list[dict[str, Any]] = answer.json()["points"]
    return points


def _span(first: datetime, until: datetime, step: str) -> str:
    return f"from={first:%Y-%m-%dT%H:%M:%SZ}&to={until:%Y-%m-%dT%H:%M:%SZ}&step={step}"


async def test_hours_are_those_that_were_summed_up(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    device = await seed.station(pool, "S1", (0, 0))
    for minute in range(120):
        await seed.reading(pool, device, NOON + minute * seed.MINUTE, pm25=10.0)
    await seed.hour(pool, device, NOON, "pm25", 33.0, 51)
    await seed.hour(pool, device, NOON, "no2", None, 0)
    (kept, summed) = await _points(client, _span(NOON, NOON + 2 * HOUR, "1h"))
    assert (kept["ts"], kept["minutes"], kept["valid"]) == ("2026-11-20T04:00:00Z", 51, {"pm25": 51, "no2": 0})
    assert (kept["values"]["pm25"], kept["values"]["no2"], kept["values"]["o3"]) == (33.0, None, None)
    assert (kept["corrected"], kept["correction"]) == ({"pm25": 16.5}, "kappa-1")
    assert (summed["minutes"], summed["values"]["pm25"]) == (60, 10.0)
    assert "valid" not in summed


async def test_of_an_hour_that_the_span_cuts_only_the_minutes_within_count(
    client: httpx2.AsyncClient, pool: asyncpg.Pool
) -> None:
    device = await seed.station(pool, "S1", (0, 0))
    for hour in range(3):
        await seed.hour(pool, device, NOON + hour * HOUR, "pm25", 33.0)
        for minute in (10, 50):
            await seed.reading(pool, device, NOON + hour * HOUR + minute * seed.MINUTE, pm25=float(minute))
    points = await _points(client, _span(NOON + HOUR / 2, NOON + 5 * HOUR / 2, "1h"))
    assert [point["values"]["pm25"] for point in points] == [50.0, 33.0, 10.0]


async def test_hours_between_which_some_are_not_summed_up_are_all_there(
    client: httpx2.AsyncClient, pool: asyncpg.Pool
) -> None:
    device = await seed.station(pool, "S1", (0, 0))
    for hour in range(20):
        await seed.reading(pool, device, NOON + hour * HOUR, pm25=float(hour))
        if hour % 2:
            await seed.hour(pool, device, NOON + hour * HOUR, "pm25", 100.0 + hour)
    points = await _points(client, _span(NOON, NOON + 20 * HOUR, "1h"))
    assert [point["values"]["pm25"] for point in points] == [h + 100.0 if h % 2 else float(h) for h in range(20)]


async def test_days_are_those_that_were_summed_up(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    device = await seed.station(pool, "S1", (0, 0))
    await seed.day(pool, device, (MIDNIGHT + HOUR * 8).date(), "pm25", 1300, 21)
    await seed.reading(pool, device, MIDNIGHT + 24 * HOUR, pm25=10.0)
    kept, summed = await _points(client, _span(MIDNIGHT, MIDNIGHT + 30 * HOUR, "24h"))
    assert (kept["ts"], kept["minutes"], kept["hours"]) == ("2026-11-20T16:00:00Z", 1300, {"pm25": 21})
    assert (kept["values"]["pm25"], summed["values"]["pm25"]) == (7.0, 10.0)


async def test_minutes_show_what_was_found_of_them_beside_what_the_gate_said(
    client: httpx2.AsyncClient, pool: asyncpg.Pool
) -> None:
    device = await seed.station(pool, "S1", (0, 0))
    fault = bytes(Qc.FAULT if channel.name == "pm25" else 0 for channel in CHANNELS)
    for minute in range(4):
        await seed.reading(pool, device, NOON + minute * seed.MINUTE, fault if minute == 1 else None, pm25=9.0)
    flags = [(Qc.DRIFT, 0, 60), (Qc.FLAT, 0, 3)]
    for channel in ("pm25", "no2"):
        for reason, begin, end in flags:
            await pool.execute(
                "INSERT INTO quality_flag VALUES ($1, $2, $3, $4, $5, $6)",
                *(device, NOON, channel, reason, NOON + begin * seed.MINUTE, NOON + end * seed.MINUTE),
            )
    points = await _points(client, _span(NOON, NOON + HOUR, "1m"))
    assert [point["qc"] for point in points] == [
        {"pm25": "flat"},
        {"pm25": "fault"},
        {"pm25": "flat"},
        {"pm25": "drift"},
    ]
