"""Who is bound to townships makes nothing quiet, and changes no rules, beyond them."""

from typing import Any

import asyncpg
import httpx2
import pytest

from tests.service import seed
from tests.service.enterprise import plant

API = "/api/v1/mutes"
MINE = {"X-Hotgrid-Actor": "D1"}
SQUARE = {
    "type": "Polygon",
    "coordinates": [[[119.9, 31.6], [120.1, 31.6], [120.1, 31.8], [119.9, 31.8], [119.9, 31.6]]],
}


@pytest.fixture
async def officer(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> httpx2.AsyncClient:
    """A client as whom an officer comes who is bound to 孟河镇; E1, M1, S1 and alert A1 lie there, E2, M2, S2 not."""
    await seed.grid(pool)
    for number, township in enumerate(("孟河镇", "罗溪镇"), start=1):
        await seed.station(pool, f"S{number}", (number, number))
        await seed.enterprise(pool, f"E{number}", "厂")
        await plant.monitor(pool, f"M{number}", f"E{number}")
        await seed.alert(pool, seed.body(f"A{number}"))
        await pool.execute("UPDATE enterprise SET township = $1 WHERE enterprise_id = $2", township, f"E{number}")
        await pool.execute("UPDATE handling SET township = $1 WHERE alert_id = $2", township, f"A{number}")
    await pool.execute(
        "UPDATE station SET township = '罗溪镇' FROM device WHERE device.device = station.device AND device_id = 'S2'"
    )
    await seed.person(pool, "D1", "duty")
    await client.get("/api/v1/alerts", headers=MINE)
    await pool.execute("INSERT INTO account_scope VALUES ('d1', 'township', '孟河镇')")
    return client


@pytest.fixture
async def end(pool: asyncpg.Pool) -> str:
    """In an hour."""
    told: str = (await pool.fetchval("SELECT now() + INTERVAL '1 hour'")).isoformat()
    return told


def asked(scope: str, place: str | None, end: str) -> dict[str, Any]:
    where = {"polygon": SQUARE} if place is None else {"place": place}
    return {"scope": scope, "end": end, "reason": "施工", **where}


@pytest.mark.parametrize(("scope", "place"), [("device", "S1"), ("device", "M1"), ("enterprise", "E1")])
async def test_what_lies_there_may_be_quiet(officer: httpx2.AsyncClient, scope: str, place: str, end: str) -> None:
    made = await officer.post(API, json=asked(scope, place, end), headers=MINE)
    assert made.status_code == 201, made.text
    ended = await officer.post(f"{API}/{made.json()['mute_id']}/end", json={"reason": "完"}, headers=MINE)
    assert ended.status_code == 200


@pytest.mark.parametrize(
    ("scope", "place"),
    [("device", "S2"), ("device", "M2"), ("enterprise", "E2"), ("cell", "2-2"), ("polygon", None)],
)
async def test_what_lies_elsewhere_is_not_made_quiet_nor_loud(
    officer: httpx2.AsyncClient, pool: asyncpg.Pool, scope: str, place: str | None, end: str
) -> None:
    answer = await officer.post(API, json=asked(scope, place, end), headers=MINE)
    assert (answer.status_code, answer.json()["reason"]) == (403, "place")
    assert await pool.fetchval("SELECT count(*) FROM mute") == 0
    made = await officer.post(API, json=asked(scope, place, end))  # who is bound to none
    assert made.status_code == 201, made.text
    ended = await officer.post(f"{API}/{made.json()['mute_id']}/end", json={"reason": "x"}, headers=MINE)
    assert (ended.status_code, ended.json()["reason"]) == (403, "place")


async def test_a_cell_is_made_quiet_from_an_alert_there(officer: httpx2.AsyncClient, end: str) -> None:
    said = {"until": end, "why": "施工"}
    assert (await officer.post("/api/v1/alerts/A1/silence", json=said, headers=MINE)).status_code == 200
    assert (await officer.post("/api/v1/alerts/A2/silence", json=said, headers=MINE)).status_code == 403
    mute = (await officer.get(API)).json()["mutes"][0]
    ended = await officer.post(f"{API}/{mute['mute_id']}/end", json={"reason": "完"}, headers=MINE)
    assert ended.status_code == 200


async def test_the_rules_of_all_are_not_changed(officer: httpx2.AsyncClient, pool: asyncpg.Pool, end: str) -> None:
    await pool.execute("UPDATE account SET role = 'leader' WHERE name = 'd1'")
    campaign = {"name": "攻坚", "tags": [], "start": "2026-11-01T00:00:00Z", "end": end, "overrides": {}}
    answer = await officer.post("/api/v1/campaigns", json=campaign, headers=MINE)
    assert (answer.status_code, answer.json()["reason"]) == (403, "place")
    made = await officer.post("/api/v1/campaigns", json=campaign)
    assert made.status_code == 201, made.text
    path = f"/api/v1/campaigns/{made.json()['campaign_id']}/end"
    assert (await officer.post(path, json={"reason": "x"}, headers=MINE)).status_code == 403
    assert (await officer.post(path, json={"reason": "x"})).status_code == 200
