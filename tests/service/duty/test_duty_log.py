"""The log of a shift is drafted from what happened; who is on duty checks in, and what is missed is told."""

from datetime import datetime, timedelta

import asyncpg
import httpx2
import pytest

from tests.service import seed

API = "/api/v1/duty"
HOUR = timedelta(hours=1)
A = {"X-Hotgrid-Actor": "A"}


@pytest.fixture
async def now(pool: asyncpg.Pool) -> datetime:
    """A is on duty, since three hours; Z was, for three days."""
    at: datetime = await pool.fetchval("SELECT now()")
    await seed.shifts(pool, [("A", at - 3 * HOUR, at + HOUR, "值班员"), ("Z", at - 90 * HOUR, at - 18 * HOUR, "现场")])
    return at


async def test_the_draft_has_what_happened_in_the_shift_and_nothing_else(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, now: datetime
) -> None:
    await seed.alert(pool, seed.body("a1"))  # its event is of another time
    for at, action in ((now - HOUR, "acknowledge"), (now - 2 * HOUR, "opened"), (now - HOUR, "updated")):
        await pool.execute(
            "INSERT INTO alert_event (alert_id, at, who, action, why, body) VALUES ('a1', $1, 'A', $2, '去看看', $3)",
            *(at, action, seed.body("a1")),
        )
    assert (await client.post(f"{API}/check-in", json={"note": "在岗"}, headers=A)).status_code == 201
    await client.post(f"{API}/holidays", json={"day": "2027-01-02", "workday": True}, params={"why": "调休"})
    entry = await client.post(f"{API}/log", json={"text": "巡查一次"}, headers=A)
    told = (await client.get(f"{API}/log", headers=A)).json()
    assert [(line["what"], line["text"]) for line in told["lines"]] == [
        ("opened", "hotspot pm25 2级: 去看看"),
        ("acknowledge", "hotspot pm25 2级: 去看看"),
        ("check-in", "在岗"),
        ("add holiday", "调休"),
        ("entry", "巡查一次"),
    ]
    assert told["lines"][-1] == entry.json()
    assert (told["person_id"], told["post"], told["locked_at"]) == ("A", "值班员", None)


async def test_the_log_of_any_shift_can_be_read(client: httpx2.AsyncClient, now: datetime) -> None:
    asked = {"person_id": "Z", "start": (now - 90 * HOUR).isoformat(), "post": "现场"}
    told = (await client.get(f"{API}/log", params=asked)).json()
    assert (told["person_id"], told["lines"]) == ("Z", [])
    assert (await client.get(f"{API}/log", params=asked | {"post": "x"})).status_code == 404
    assert (await client.get(f"{API}/log")).status_code == 404  # the machine's own user has no shift


async def test_who_is_not_on_duty_cannot_check_in(client: httpx2.AsyncClient, now: datetime) -> None:
    assert now
    place = {"lon": 120.05, "lat": 31.7}
    assert (await client.post(f"{API}/check-in", json=place, headers={"X-Hotgrid-Actor": "Z"})).status_code == 409
    assert (await client.post(f"{API}/check-in")).status_code == 409
    done = await client.post(f"{API}/check-in", json=place, headers=A)
    assert (done.json()["person_id"], done.json()["lon"], done.json()["lat"]) == ("A", 120.05, 31.7)


async def test_what_was_missed_at_night_is_listed(client: httpx2.AsyncClient, now: datetime) -> None:
    told = (await client.get(f"{API}/check-ins", params={"from": (now - 80 * HOUR).isoformat()})).json()
    assert told["check_ins"] == []
    missed = [one for one in told["missed"] if one["person_id"] == "Z"]
    assert {one["post"] for one in missed} == {"现场"}
    assert 8 <= len(missed) <= 12  # four a night, of two or three nights
