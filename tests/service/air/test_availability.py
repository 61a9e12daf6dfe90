"""Data availability: what came of a day, what of it is usable, and who sent nothing."""

from datetime import date, timedelta

import asyncpg
import httpx2
import pytest

from tests.service import seed

DAY = date(2026, 11, 20)
ONE = timedelta(days=1)


async def test_a_day_of_a_station_by_channel(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    device = await seed.station(pool, "S1", (0, 0))
    await seed.day(pool, device, DAY, "pm25", 1440, 24)
    await seed.day(pool, device, DAY, "no2", 720, 12)
    answer = await client.get("/api/v1/stations/S1/availability?from=2026-11-20&to=2026-11-22")
    assert answer.status_code == 200, answer.text
    first, second = answer.json()["days"]
    assert (first["day"], first["sent"], first["usable"]) == ("2026-11-20", 1.0, 0.75)
    assert first["channels"]["pm25"] == {"sent": 1440, "valid": 1440, "suspect": 10, "hours": 24, "is_valid": True}
    assert first["channels"]["no2"]["is_valid"] is False
    assert (second["day"], second["sent"], second["usable"], second["suspect"]) == ("2026-11-21", 0.0, 0.0, 0.0)


@pytest.mark.parametrize(("hours", "is_valid"), [(19, False), (20, True)])
async def test_a_day_of_twenty_hours_is_valid(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, hours: int, is_valid: bool
) -> None:
    await seed.day(pool, await seed.station(pool, "S1", (0, 0)), DAY, "pm25", 60 * hours, hours)
    (day,) = (await client.get("/api/v1/stations/S1/availability?from=2026-11-20&to=2026-11-21")).json()["days"]
    assert day["channels"]["pm25"]["is_valid"] is is_valid
    (told,) = (await client.get("/api/v1/availability?day=2026-11-20")).json()["devices"]
    assert told["valid_days"] == int(is_valid)


async def test_a_channel_that_fell_silent_counts_for_a_week(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    device = await seed.station(pool, "S1", (0, 0))
    await seed.day(pool, device, DAY - 6 * ONE, "no2", 1440, 24)
    await seed.day(pool, device, DAY, "pm25", 1440, 24)
    await seed.day(pool, device, DAY + ONE, "pm25", 1440, 24)
    days = (await client.get("/api/v1/stations/S1/availability?from=2026-11-20&to=2026-11-22")).json()["days"]
    assert [day["usable"] for day in days] == [0.5, 1.0]
    for day, usable in ((DAY, 0.5), (DAY + ONE, 1.0)):
        (told,) = (await client.get(f"/api/v1/availability?day={day}")).json()["devices"]
        assert told["usable"] == usable


async def test_all_devices_the_worst_first(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    await seed.grid(pool)
    good, bad = await seed.station(pool, "S1", (0, 0)), await seed.station(pool, "S2", (0, 1))
    await seed.station(pool, "S3", (0, 2))
    await seed.station(pool, "W1", (0, 2), kind="weather")
    await seed.station(pool, "S4", (0, 1))
    await seed.station(pool, "C1", (0, 0), kind="mobile")
    await seed.day(pool, good, DAY, "pm25", 1440, 24)
    await seed.day(pool, bad, DAY, "pm25", 144, 0)
    told = (await client.get("/api/v1/availability?day=2026-11-20")).json()
    assert told["day"] == "2026-11-20"
    assert [(row["device_id"], row["usable"], row["notes"]) for row in told["devices"]] == [
        ("S3", 0.0, []),
        ("S4", 0.0, ["stacked"]),
        ("W1", 0.0, []),
        ("S2", 0.1, ["stacked"]),
        ("S1", 1.0, []),
    ]
    assert (await client.get("/api/v1/stations/S4/availability")).json()["notes"] == ["stacked"]


async def test_a_clock_that_was_wrong_for_a_while_is_noted(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    device = await seed.station(pool, "S1", (0, 0))
    midnight = seed.NOW.replace(hour=16, minute=0) - ONE  # of the 21st in Beijing
    await pool.execute(
        "INSERT INTO clock_error VALUES ($1, $2, $3, 600)", device, midnight - seed.MINUTE, midnight + 60 * seed.MINUTE
    )

    async def notes(day: date) -> list[str]:
        (told,) = (await client.get(f"/api/v1/availability?day={day}")).json()["devices"]
        return list(told["notes"])

    assert [await notes(DAY + i * ONE) for i in (-1, 0, 1, 2)] == [[], ["clock"], ["clock"], []]


async def test_without_days_named_it_is_yesterday_and_the_last_thirty(
    client: httpx2.AsyncClient, pool: asyncpg.Pool
) -> None:
    await seed.station(pool, "S1", (0, 0))
    yesterday = date.fromisoformat((await client.get("/api/v1/availability")).json()["day"])
    days = (await client.get("/api/v1/stations/S1/availability")).json()["days"]
    assert (len(days), days[-2]["day"]) == (30, yesterday.isoformat())
