"""The hit rate of attribution as programs read it."""

from datetime import timedelta
from typing import Any

import asyncpg
import httpx2
import pytest

from tests.service import seed

API = "/api/v1/findings/score"


async def test_before_anything_was_found_there_is_no_share(client: httpx2.AsyncClient) -> None:
    told = (await client.get(API)).json()
    assert told.pop("top1") is None
    assert told.pop("top3") is None
    assert set(told.values()) == {0}


async def test_truth_labels_are_listed_newest_first_in_pages(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    await seed.enterprise(pool, "E0007", "化工厂")
    rows = [(f"A{n % 3}", seed.NOW + timedelta(hours=n // 2), "E0007" if n % 2 else None) for n in range(7)]
    for name, at, found in rows:
        await pool.execute("INSERT INTO finding VALUES ($1, $2, $3, 'leak', '记')", name, at, found)
    newest = sorted(rows, key=lambda row: (row[1], row[0]), reverse=True)
    told: list[dict[str, Any]] = []
    query = "limit=2"
    while query:
        page = (await client.get(f"/api/v1/findings?{query}")).json()
        told += page["findings"]
        query = f"limit=2&cursor={page['next']}" if page["next"] else ""
    assert [(one["alert_id"], one["enterprise_id"]) for one in told] == [(row[0], row[2]) for row in newest]
    assert told[0] == {
        "alert_id": "A0",
        "at": "2026-11-21T03:30:00Z",
        "enterprise_id": None,
        "cause": "leak",
        "note": "记",
    }
    since = (await client.get("/api/v1/findings?since=2026-11-21T03:30:00Z&cause=leak")).json()["findings"]
    assert len(since) == 1
    assert (await client.get("/api/v1/findings?cause=bypass,other")).json() == {"findings": [], "next": None}


async def test_findings_are_counted_against_what_the_alerts_named(
    client: httpx2.AsyncClient, pool: asyncpg.Pool
) -> None:
    await seed.enterprise(pool, "E0007", "化工厂")
    for name, found in (("A1", "E0007"), ("A2", None)):
        await seed.alert(pool, seed.body(name))
        at = seed.NOW + timedelta(hours=1)
        await pool.execute("INSERT INTO finding VALUES ($1, $2, $3, 'emission', '')", name, at, found)
    told = (await client.get(API)).json()
    counts = {"named": 1, "first": 1, "among_three": 1, "nobody": 1, "unmatched": 0, "no_emission": 0}
    assert told == counts | {"top1": 1.0, "top3": 1.0}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("cause=%00", "cause"),
        ("cursor=abc", "cursor"),
        ("since=now", "since"),
        ("page=2", "page"),
    ],
)
async def test_a_wrong_filter_is_named(client: httpx2.AsyncClient, query: str, field: str) -> None:
    answer = await client.get(f"/api/v1/findings?{query}")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


async def test_a_false_alarm_of_the_desk_is_a_truth_label_at_once(
    client: httpx2.AsyncClient, pool: asyncpg.Pool
) -> None:
    await seed.alert(pool, seed.body("A1"))
    answer = await client.post("/api/v1/alerts/A1/false-alarm", json={"why": "采样口结露"})
    assert answer.status_code == 200
    (label,) = (await client.get("/api/v1/findings")).json()["findings"]
    assert (label["alert_id"], label["cause"], label["note"]) == ("A1", "false_alarm", "采样口结露")
    told = (await client.get(API)).json()
    assert (told["no_emission"], told["nobody"], told["named"]) == (1, 0, 0)
