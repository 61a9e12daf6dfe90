"""Who is bound to townships acts there, and sees the air of everywhere."""

import asyncpg
import httpx2
import pytest

from tests.service import seed

ALERT = "/api/v1/alerts/A1"
MINE = {"X-Hotgrid-Actor": "D1"}


@pytest.fixture
async def officer(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> httpx2.AsyncClient:
    """A client as whom an officer comes who is bound to 孟河镇; the alert A1 lies there."""
    await seed.grid(pool)
    await seed.station(pool, "S1", (1, 1))
    await seed.person(pool, "D1", "duty")
    await seed.alert(pool, seed.body("A1"))
    await client.get("/api/v1/alerts", headers=MINE)
    await pool.execute("INSERT INTO account_scope VALUES ('d1', 'township', '孟河镇')")
    return client


async def test_an_alert_of_ones_own_township_is_taken(officer: httpx2.AsyncClient) -> None:
    assert (await officer.post(f"{ALERT}/acknowledge", headers=MINE)).status_code == 200


async def test_one_of_another_township_is_seen_and_left_to_others(
    officer: httpx2.AsyncClient, pool: asyncpg.Pool
) -> None:
    await pool.execute("UPDATE handling SET township = '春江街道'")
    answer = await officer.post(f"{ALERT}/acknowledge", headers=MINE)
    assert (answer.status_code, answer.json()["reason"]) == (403, "place")
    assert "春江街道" in answer.json()["detail"]
    assert (await officer.get(ALERT, headers=MINE)).status_code == 200
    assert (await officer.post(f"{ALERT}/acknowledge")).status_code == 200  # who is bound to none takes it


async def test_a_district_is_its_townships(officer: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    await pool.execute("DELETE FROM account_scope")
    await pool.execute("INSERT INTO account_scope VALUES ('d1', 'district', '新北区')")
    await pool.execute("INSERT INTO district_township VALUES ('新北区', '孟河镇')")
    await pool.execute("UPDATE handling SET township = '春江街道'")
    assert (await officer.post(f"{ALERT}/acknowledge", headers=MINE)).status_code == 403
    await pool.execute("INSERT INTO district_township VALUES ('新北区', '春江街道')")
    assert (await officer.post(f"{ALERT}/acknowledge", headers=MINE)).status_code == 200


async def test_an_alert_of_no_township_is_everybodys(officer: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    await pool.execute("UPDATE handling SET township = ''")
    assert (await officer.post(f"{ALERT}/acknowledge", headers=MINE)).status_code == 200
