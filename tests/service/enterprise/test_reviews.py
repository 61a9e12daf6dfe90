"""The desk's side of marks: it accepts and refuses, once, for reasons; what it says is in force at once."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import httpx2
import pytest

from alerts.enterprise.timers import turn
from alerts.policy import Policy
from tests.service import seed
from tests.service.enterprise.plant import MN, OTHER, OWN, minutes, plants
from tests.support.kept import work

API = "/api/v1"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FOREIGN = {"X-Hotgrid-Actor": "enterprise:E0008"}


@pytest.fixture(autouse=True)
async def now(pool: asyncpg.Pool) -> datetime:
    """Two enterprises, the desk, and the time."""
    await plants(pool)
    roles = {"P1": "duty", "L1": "leader", "B1": "bureau", "T1": "dispatcher", "F1": "field", "C1": "chief"}
    for name, role in roles.items():
        await seed.person(pool, name, role)
    at: datetime = await pool.fetchval("SELECT date_trunc('second', now())")
    return at


async def declared(client: httpx2.AsyncClient, now: datetime, who: dict[str, str] = OWN, **more: Any) -> int:
    """A mark of an hour ago that goes on; gives its number."""
    body = {"mn": MN, "kind": "stop", "start": (now - HOUR).isoformat(), "reason": "停产"} | more
    answer = await client.post(f"{API}/enterprise/marks", json=body, headers=who)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["mark_id"])


async def say(client: httpx2.AsyncClient, number: int, what: str, who: str = "P1", **body: Any) -> httpx2.Response:
    """A review."""
    headers = {"X-Hotgrid-Actor": who}
    return await client.post(f"{API}/declarations/{number}/{what}", json=body, headers=headers)


async def test_a_review_is_logged_with_who_and_why_and_the_enterprise_hears_the_reason(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, now: datetime
) -> None:
    number = await declared(client, now)
    answer = await say(client, number, "refuse", reason="当时在产")
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["state"], told["reviewed_by"], told["made_by"]) == ("refused", "P1", "enterprise:E0007")
    assert [(step["who"], step["action"]) for step in told["changes"]] == [
        ("enterprise:E0007", "declare"),
        ("P1", "refuse"),
    ]
    own = (await client.get(f"{API}/enterprise/marks/{number}", headers=OWN)).json()
    assert (own["state"], own["review_reason"], own["in_force"]) == ("refused", "当时在产", None)
    assert "P1" not in str(own)
    assert await pool.fetchval("SELECT count(*) FROM mark") == 0


async def test_what_was_refused_and_comes_again_waits(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, now: datetime
) -> None:
    assert (await say(client, await declared(client, now), "refuse", reason="当时在产")).status_code == 200
    again = await declared(client, now)
    assert await pool.fetchval("SELECT count(*) FROM mark") == 0
    assert (await say(client, again, "accept")).json()["in_force"]["end"] is None
    assert await pool.fetchval("SELECT declaration_id FROM mark") == again


async def test_of_two_reviewers_at_once_one_is_told_what_the_other_has_said(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, now: datetime
) -> None:
    number = await declared(client, now)
    answers = await asyncio.gather(
        say(client, number, "accept", "L1"), say(client, number, "refuse", "B1", reason="当时在产")
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    (late,) = (answer.json() for answer in answers if answer.status_code == 409)
    assert ("L1" in late["detail"]) != ("B1" in late["detail"])
    assert await pool.fetchval("SELECT count(*) FROM declaration_change") == 2


async def test_who_has_seen_a_review_may_change_it(client: httpx2.AsyncClient, now: datetime) -> None:
    number = await declared(client, now)
    assert (await say(client, number, "accept")).json()["version"] == 2
    assert (await say(client, number, "accept")).status_code == 200
    assert (await say(client, number, "refuse", "L1", reason="查实在产", version=1)).status_code == 409
    assert (await say(client, number, "refuse", "L1", reason="查实在产", version=2)).json()["state"] == "refused"


@pytest.mark.parametrize("who", ["T1", "F1", "C1", "enterprise:E0007"])
async def test_others_do_not_review(client: httpx2.AsyncClient, now: datetime, who: str) -> None:
    number = await declared(client, now)
    for what, body in (("accept", {}), ("refuse", {"reason": "x"})):
        assert (await say(client, number, what, who, **body)).status_code == 403


async def test_nobody_reviews_what_he_has_declared_himself(client: httpx2.AsyncClient, now: datetime) -> None:
    body = {"mn": MN, "kind": "stop", "start": now.isoformat(), "reason": "电话报停"}
    answer = await client.post(
        f"{API}/enterprise/marks", json=body, headers={"X-Hotgrid-Actor": "P1"}, params={"enterprise": "E0007"}
    )
    number = answer.json()["mark_id"]
    assert (await say(client, number, "accept")).status_code == 403
    assert (await say(client, number, "accept", "L1")).status_code == 200


async def test_a_refusal_says_why_and_of_what_there_is(client: httpx2.AsyncClient, now: datetime) -> None:
    number = await declared(client, now)
    for body in ({}, {"reason": " "}, {"reason": "x", "version": 0}, {"reason": "x", "more": 1}):
        assert (await say(client, number, "refuse", **body)).status_code == 422
    assert (await say(client, number + 1, "refuse", reason="x")).status_code == 404
    assert (await client.get(f"{API}/declarations/{number + 1}")).status_code == 404


async def test_all_are_listed_newest_first_by_what_is_asked(client: httpx2.AsyncClient, now: datetime) -> None:
    first = await declared(client, now)
    second = await declared(client, now, FOREIGN, mn=OTHER)
    await say(client, first, "accept")

    async def listed(**query: str) -> list[int]:
        page = (await client.get(f"{API}/declarations", params=query)).json()
        return [one["mark_id"] for one in page["declarations"]]

    assert await listed() == [second, first]
    assert await listed(state="declared") == await listed(enterprise="E0008") == [second]
    assert await listed(since=(now + DAY).isoformat()) == []
    page = (await client.get(f"{API}/declarations", params={"limit": "1"})).json()
    assert await listed(cursor=page["next"]) == [first]
    detail = (await client.get(f"{API}/declarations/{first}")).json()
    assert (detail["enterprise"], detail["reviewed_by"]) == ("江宇化工", "P1")


async def test_deadlines_are_counted_by_enterprise(client: httpx2.AsyncClient, now: datetime) -> None:
    await declared(client, now, kind="fault", start=(now - 13 * HOUR).isoformat())
    await declared(client, now, FOREIGN, mn=OTHER, kind="fault")
    counted = (await client.get(f"{API}/deadlines/enterprises")).json()["enterprises"]
    names = ("enterprise_id", "open", "missed", "overdue")
    assert [tuple(one[name] for name in names) for one in counted] == [("E0007", 1, 1, 0), ("E0008", 1, 0, 0)]
    lines = (await client.get(f"{API}/deadlines")).json()["deadlines"]
    assert sorted((line["enterprise_id"], line["task"], line["state"]) for line in lines) == [
        ("E0007", "repair", "open"),
        ("E0007", "report", "missed"),
        ("E0008", "repair", "open"),
    ]
    of_one = (await client.get(f"{API}/deadlines", params={"enterprise": "E0008", "state": "met"})).json()["deadlines"]
    assert [line["task"] for line in of_one] == ["report"]


async def test_the_whole_walk_of_a_mark_that_hid_an_exceedance(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, database: str, now: datetime
) -> None:
    """Declared two days later for an hour above the limit, refused, and the exceedance comes to light."""
    hour = (now - 2 * DAY).replace(minute=0, second=0)
    device = await pool.fetchval("SELECT device FROM device WHERE device_id = $1", MN)
    await minutes(pool, device, hour, [100.0] * 60)
    span: dict[str, Any] = {"start": hour.isoformat(), "end": (hour + HOUR).isoformat()}
    number = await declared(client, now, kind="maintenance", **span)
    await work(database, now)
    assert await pool.fetchval("SELECT valid FROM hour_mean WHERE ts = $1", hour) == 0
    assert (await say(client, number, "refuse", reason="用电记录显示在产")).status_code == 200
    await work(database, now)
    async with pool.acquire() as on:
        await turn(on, Policy(), now)
    assert await pool.fetchval("SELECT valid FROM hour_mean WHERE ts = $1", hour) == 60
    (found,) = (await client.get(f"{API}/alerts", params={"kind": "exceedance"})).json()["alerts"]
    assert (found["late"], found["evidence"]["mean"]) == (True, 100.0)
    assert datetime.fromisoformat(found["opened_at"]) == hour + HOUR
