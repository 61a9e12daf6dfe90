"""Campaigns over the API: rules that hold meanwhile, and what happened while they lasted."""

import json
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import httpx2
import pytest

from tests.service import seed
from tests.support.muted import NOW, ring

API = "/api/v1/campaigns"
DAY = timedelta(days=1)
LEADER = {"X-Hotgrid-Actor": "P1"}


@pytest.fixture(autouse=True)
async def _people(pool: asyncpg.Pool) -> None:
    for name, role in (("P1", "leader"), ("P2", "duty"), ("P3", "dispatcher")):
        await pool.execute("INSERT INTO person VALUES ($1, $2, $3, '', '')", name, name, role)


def _asked(start: datetime = NOW - DAY, /, **changed: Any) -> dict[str, Any]:
    told = {"name": "臭氧攻坚", "start": start.isoformat(), "end": (start + 30 * DAY).isoformat(), "tags": ["臭氧"]}
    return told | changed


async def _made(client: httpx2.AsyncClient, asked: dict[str, Any]) -> dict[str, Any]:
    answer = await client.post(API, json=asked, headers=LEADER)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def test_campaign_is_told_as_it_was_made_its_rules_as_they_will_hold(client: httpx2.AsyncClient) -> None:
    told = await _made(client, _asked(pollutants=["o3"], overrides={"sla": {"arrive": 20}}))
    assert (told["name"], told["tags"], told["pollutants"], told["author"]) == ("臭氧攻坚", ["臭氧"], ["o3"], "P1")
    assert told["overrides"] == {"sla": {"arrive": [20, 20, 20, 20]}}
    assert (await client.get(f"{API}/{told['campaign_id']}")).json() == told


async def test_its_alerts_are_those_opened_within_of_its_pollutants_without_drills(
    client: httpx2.AsyncClient, pool: asyncpg.Pool
) -> None:
    number = (await _made(client, _asked(pollutants=["o3", "tvoc"])))["campaign_id"]
    await ring(pool, "before", NOW - 2 * DAY, pollutant="o3")
    await ring(pool, "first", NOW - DAY, pollutant="o3")
    await ring(pool, "second", NOW, pollutant="tvoc", severity=4)
    await ring(pool, "other", NOW)
    await ring(pool, "drill", NOW, pollutant="o3", kind="drill")
    await ring(pool, "after", NOW + 29 * DAY, pollutant="o3")
    await pool.execute("UPDATE handling SET stage = 'closed' WHERE alert_id = 'first'")
    await pool.execute("INSERT INTO breach VALUES ('second', 'arrive', $1, $1, $1, 'P2')", NOW)
    counts = (await client.get(f"{API}/{number}")).json()["counts"]
    assert counts == {"alerts": 2, "open": 2, "closed": 1, "false_alarms": 0, "gravest": 1, "breaches": 1}
    page = (await client.get(f"{API}/{number}/alerts?limit=1")).json()
    rest = (await client.get(f"{API}/{number}/alerts?limit=1&cursor={page['next']}")).json()
    assert [one["id"] for one in page["alerts"] + rest["alerts"]] == ["second", "first"]
    assert rest["next"] is None


async def test_campaigns_are_listed_by_tag_and_by_whether_they_are_under_way(
    client: httpx2.AsyncClient, pool: asyncpg.Pool
) -> None:
    now = await pool.fetchval("SELECT now()")
    under_way = (await _made(client, _asked(now - DAY)))["campaign_id"]
    coming = (await _made(client, _asked(now + DAY, tags=["冬防"])))["campaign_id"]

    async def listed(query: str = "") -> list[tuple[int, str]]:
        told = (await client.get(f"{API}{query}")).json()
        return [(one["campaign_id"], one["state"]) for one in told["campaigns"]]

    assert await listed() == [(coming, "coming"), (under_way, "active")]
    assert await listed("?active=true") == [(under_way, "active")]
    assert await listed("?tag=冬防") == [(coming, "coming")]
    assert await listed("?limit=1") == [(coming, "coming")]
    ended = await client.post(f"{API}/{under_way}/end", json={"reason": "提前结束"}, headers=LEADER)
    assert (ended.json()["state"], ended.json()["ended_by"]) == ("over", "P1")
    assert await listed("?active=true") == []
    again = await client.post(f"{API}/{under_way}/end", json={"reason": "提前结束"}, headers=LEADER)
    assert again.status_code == 409


async def test_rules_of_a_campaign_hold_for_the_desk(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    now = await pool.fetchval("SELECT now()")
    await seed.grid(pool)
    asked = {"scope": "cell", "place": "2-3", "end": (now + 2 * DAY).isoformat(), "reason": "施工"}
    await _made(client, _asked(now - DAY, overrides={"mute": {"longest_days": 1}}))
    assert (await client.post("/api/v1/mutes", json=asked)).status_code == 422


@pytest.mark.parametrize("who", ["P2", "P3"])
async def test_only_leaders_and_the_bureau_make_campaigns(client: httpx2.AsyncClient, who: str) -> None:
    answer = await client.post(API, json=_asked(), headers={"X-Hotgrid-Actor": who})
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:hotgrid:problem:forbidden")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "\0"}, "name"),
        ({"end": (NOW - DAY).isoformat()}, "end"),
        ({"end": (NOW + 400 * DAY).isoformat()}, "end"),
        ({"start": "now"}, "start"),
        ({"tags": ["x" * 65]}, "tags.0"),
        ({"tags": ["\ud800"]}, "tags.0"),
        ({"pollutants": ["humidity"]}, "pollutants.0"),
        ({"overrides": []}, "overrides"),
        ({"overrides": {"zone": "UTC"}}, "overrides.zone"),
        ({"overrides": {"sla": {"arrive": 0}}}, "overrides.sla.arrive"),
        ({"overrides": {"\0": {}}}, "overrides.\0"),
        ({"overrides": {"mute": {"never_from": 10**30}}}, "overrides.mute.never_from"),
    ],
    ids=str,
)
async def test_wrong_campaign_is_refused_and_the_parameter_named(
    client: httpx2.AsyncClient, changed: dict[str, Any], field: str
) -> None:
    body = json.dumps(_asked(**changed))
    answer = await client.post(API, content=body, headers={**LEADER, "Content-Type": "application/json"})
    told = answer.json()
    assert (answer.status_code, told["type"]) == (422, "urn:hotgrid:problem:bad-input"), told
    assert all(error["field"].startswith(field) for error in told["errors"])
    assert (await client.get(API)).json() == {"campaigns": []}


@pytest.mark.parametrize("path", ["/99", "/99/alerts"])
async def test_campaign_that_does_not_exist_is_not_found(client: httpx2.AsyncClient, path: str) -> None:
    assert (await client.get(f"{API}{path}")).status_code == 404
    assert (await client.post(f"{API}/99/end", json={"reason": "x"})).status_code == 404
