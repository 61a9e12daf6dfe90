"""How far people are with alerts, as the lists, the detail and the feed tell it."""

from datetime import timedelta

import asyncpg
import httpx2

from service.resources.alert.alerts import ALERT_VIEW
from tests.service import seed

API = "/api/v1/alerts"


async def _ids(client: httpx2.AsyncClient, query: str) -> list[str]:
    answer = await client.get(f"{API}?{query}")
    assert answer.status_code == 200, answer.text
    return [alert["id"] for alert in answer.json()["alerts"]]


async def _step(client: httpx2.AsyncClient, name: str, action: str, **said: str) -> None:
    answer = await client.post(f"{API}/{name}/{action}", json=said)
    assert answer.status_code == 200, answer.text


async def test_alerts_are_found_by_how_far_people_are_along_the_pages(
    client: httpx2.AsyncClient, pool: asyncpg.Pool
) -> None:
    for number in range(6):
        cell = (1, 1) if number % 2 else (2, 2)
        kind = "fault" if number == 5 else "hotspot"
        await seed.alert(pool, seed.body(f"a{number}", seed.NOW + timedelta(minutes=number // 2), cell=cell, kind=kind))
    await _step(client, "a1", "acknowledge")
    await _step(client, "a2", "false-alarm", why="采样口结露")
    await _step(client, "a3", "acknowledge")
    assert await _ids(client, "stage=acknowledged") == ["a3", "a1"]
    assert await _ids(client, "stage=acknowledged,false_alarm") == ["a3", "a2", "a1"]
    assert await _ids(client, "stage=open&kind=hotspot") == ["a4", "a0"]
    assert await _ids(client, "stage=open&status=closed") == []
    assert await _ids(client, "stage=open&status=open&cell=1-1") == ["a5"]
    for query in ("stage=open,acknowledged", "stage=acknowledged&cell=1-1", "stage=open&since=2026-11-21T00:31:00Z"):
        whole = await _ids(client, query)
        first = (await client.get(f"{API}?{query}&limit=1")).json()
        assert [first["alerts"][0]["id"], *await _ids(client, f"{query}&cursor={first['next']}")] == whole


async def test_an_unknown_stage_is_named(client: httpx2.AsyncClient) -> None:
    for wrong in ("stage=begun", "stage=%00", "stage=open,"):
        answer = await client.get(f"{API}?{wrong}")
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "stage")


async def test_detail_tells_what_was_merged_into_it_who_was_found_and_from_where(
    client: httpx2.AsyncClient, pool: asyncpg.Pool
) -> None:
    await seed.enterprise(pool, "E0033", "东方涂装")
    for name in ("a1", "a2", "a3"):
        await seed.alert(pool, seed.body(name))
    await _step(client, "a3", "merge", into="a1")
    await _step(client, "a2", "merge", into="a1", why="同一排放源")
    await _step(client, "a1", "acknowledge")
    await _step(client, "a1", "report", cause="solvent", enterprise_id="E0033")
    told = (await client.get(f"{API}/a1")).json()
    assert told["merged"] == ["a2", "a3"]
    assert [one["name"] for one in told["enterprises"]] == ["东方涂装"]
    assert told["events"][-1]["details"] == {"cause": "solvent", "enterprise_id": "E0033"}
    assert told["events"][-1]["place"]
    await _step(client, "a2", "split")
    assert (await client.get(f"{API}/a1")).json()["merged"] == ["a3"]


async def test_what_people_do_goes_over_the_feed_like_everything_else(
    client: httpx2.AsyncClient, pool: asyncpg.Pool
) -> None:
    await seed.alert(pool, seed.body("a1"))
    await _step(client, "a1", "acknowledge", why="正在核对")
    rows = await ALERT_VIEW.events_after.fetch(pool, seq=1, limit=5)
    assert [row["action"] for row in rows] == ["acknowledge"]
    told = (await client.get(f"{API}/a1")).json()
    for part in ("正在核对", '"stage": "acknowledged"', '"details": {}'):
        assert part in rows[0]["body"]
    assert told["handling"]["stage"] == "acknowledged"
