"""A drill is begun and ended by those who may, rings as an alert does, and is marked."""

import asyncpg
import httpx2
import pytest

API = "/api/v1/drills"
PLAN = {"lon": 120.05, "lat": 31.68, "severity": 3, "note": "季度演练"}


async def test_a_drill_is_an_alert_of_its_own_kind_from_beginning_to_end(
    client: httpx2.AsyncClient, pool: asyncpg.Pool
) -> None:
    begun = await client.post(API, json=PLAN)
    assert begun.status_code == 201, begun.text
    name = begun.json()["alert_id"]
    (alert,) = (await client.get("/api/v1/alerts?kind=drill")).json()["alerts"]
    assert (alert["id"], alert["status"], alert["severity"]) == (name, "open", 3)
    assert await pool.fetchval("SELECT count(*) FROM pgqueuer") == 1
    assert (await client.post(f"{API}/{name}/end", json={})).status_code == 204
    (alert,) = (await client.get("/api/v1/alerts?kind=drill")).json()["alerts"]
    assert alert["status"] == "closed"
    assert (await client.post(f"{API}/{name}/end", json={})).status_code == 404


@pytest.mark.parametrize(("role", "status"), [("duty", 201), ("leader", 201), ("dispatcher", 403), ("field", 403)])
async def test_only_the_desk_begins_drills(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, role: str, status: int
) -> None:
    await pool.execute("INSERT INTO person VALUES ('P1', '某人', $1, '', '云溪镇')", role)
    assert (await client.post(API, json=PLAN, headers={"X-Hotgrid-Actor": "P1"})).status_code == status


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"lon": 181}, "lon"),
        ({"lat": "NaN"}, "lat"),
        ({"severity": 5}, "severity"),
        ({"note": "\0"}, "note"),
        ({"note": "\x1b[2J"}, "note"),
        ({"x": 1}, "x"),
    ],
)
async def test_what_is_wrong_with_a_plan_is_named(
    client: httpx2.AsyncClient, changed: dict[str, object], field: str
) -> None:
    answer = await client.post(API, json={**PLAN, **changed})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
