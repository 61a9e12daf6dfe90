"""What was pushed is listed with what came of it; the app confirms, a leader tries dead letters anew."""

import asyncpg
import httpx2
import pytest

from alerts.policy import Policy
from alerts.push.plan import plan
from tests.support.pushing import SENT, contact, happens, many, people

API = "/api/v1/pushes"


@pytest.fixture(autouse=True)
async def _told(pool: asyncpg.Pool) -> None:
    """An alert that P1 is told of, and a platform."""
    await people(pool, P1="duty", P9="leader")
    await contact(pool, "P1", "dingtalk://SECsecret@token1234/13800000001", channel="apprise")
    await contact(pool, None, "http://city.example.org/secret-path")
    await happens(pool)
    await planned(pool)


async def planned(pool: asyncpg.Pool) -> None:
    """Look at what waits."""
    async with pool.acquire() as on:
        await plan(on, Policy(), False, SENT)


def who(person_id: str) -> dict[str, str]:
    return {"X-Hotgrid-Actor": person_id}


async def push_id(pool: asyncpg.Pool) -> int:
    number: int = await pool.fetchval("SELECT push_id FROM push WHERE person_id = 'P1'")
    return number


async def test_everything_is_listed_the_newest_first_and_no_address_in_full(client: httpx2.AsyncClient) -> None:
    answer = await client.get(API)
    assert answer.status_code == 200
    city, mine = answer.json()["pushes"]
    assert (city["person_id"], city["channel"], city["reason"]) == (None, "webhook", "platform")
    assert (mine["person_id"], mine["name"], mine["action"], mine["state"]) == ("P1", "P1某", "opened", "waiting")
    assert "secret" not in answer.text
    assert "token" not in answer.text


async def test_filters_and_pages_leave_nothing_out(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    await many(pool, 5)
    await planned(pool)
    seen, cursor = [], ""
    while True:
        page = (await client.get(f"{API}?person=P1&limit=2{cursor}")).json()
        seen += [one["id"] for one in page["pushes"]]
        if not page["next"]:
            break
        cursor = f"&cursor={page['next']}"
    assert seen == sorted(set(seen), reverse=True)
    assert len(seen) == 6
    assert len((await client.get(f"{API}?alert=h-00001")).json()["pushes"]) == 2
    assert (await client.get(f"{API}?state=failed,confirmed")).json()["pushes"] == []


async def test_who_is_no_leader_sees_only_what_went_to_them(client: httpx2.AsyncClient) -> None:
    mine = (await client.get(API, headers=who("P1"))).json()["pushes"]
    assert {one["person_id"] for one in mine} == {"P1"}
    assert (await client.get(f"{API}?person=P9", headers=who("P1"))).status_code == 403
    assert (await client.get(f"{API}?person=P1", headers=who("P9"))).status_code == 200


async def test_the_app_confirms_once_and_only_for_its_person(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    number = await push_id(pool)
    assert (await client.post(f"{API}/{number}/confirm", headers=who("P9"))).status_code == 403
    first = await client.post(f"{API}/{number}/confirm", headers=who("P1"))
    again = await client.post(f"{API}/{number}/confirm", headers=who("P1"))
    assert (first.json(), again.json()) == ({"confirmed": True, "news": True}, {"confirmed": True, "news": False})
    row = await pool.fetchrow("SELECT * FROM push WHERE push_id = $1", number)
    assert (row["state"], row["confirmed_from"]) == ("confirmed", "app")
    assert (await client.post(f"{API}/999999/confirm", headers=who("P1"))).status_code == 404


async def test_a_dead_letter_is_tried_anew_by_a_leader(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    number = await push_id(pool)
    assert (await client.post(f"{API}/{number}/again")).status_code == 409
    await pool.execute("UPDATE push SET state = 'failed', why = 'HTTP 404', attempts = 3 WHERE push_id = $1", number)
    assert [one["id"] for one in (await client.get(f"{API}?state=failed")).json()["pushes"]] == [number]
    assert (await client.post(f"{API}/{number}/again", headers=who("P1"))).status_code == 403
    await pool.execute("DELETE FROM pgqueuer")
    assert (await client.post(f"{API}/{number}/again", headers=who("P9"))).status_code == 202
    row = await pool.fetchrow("SELECT state, why, attempts FROM push WHERE push_id = $1", number)
    assert tuple(row) == ("waiting", "again: P9", 0)
    assert await pool.fetchval("SELECT count(*) FROM pgqueuer") == 1


async def test_a_test_goes_to_all_contacts_of_oneself(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    await contact(pool, "P1", "http://127.0.0.1:1/2", rank=2)
    answer = await client.post("/api/v1/push/test", headers=who("P1"))
    assert (answer.status_code, answer.json()) == (202, {"contacts": 2})
    assert {one["subject"] for one in (await client.get(f"{API}?person=P1&limit=2")).json()["pushes"]} == {"test"}
    assert (await client.post("/api/v1/push/test", headers=who("P9"))).status_code == 409
    assert (await client.post("/api/v1/push/test")).status_code == 403


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("state=Wrong%20State", "state"),
        ("cursor=abc", "cursor"),
        ("limit=0", "limit"),
        ("person=%00", "person"),
        ("alert=%00", "alert"),
        ("alert=" + "x" * 300, "alert"),
        ("what=x", "what"),
    ],
)
async def test_wrong_questions_are_refused_with_the_field(client: httpx2.AsyncClient, query: str, field: str) -> None:
    answer = await client.get(f"{API}?{query}")
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == [field]


@pytest.mark.parametrize("number", ["0", "-1", "9" * 30, "x"])
async def test_a_number_that_is_none_is_refused(client: httpx2.AsyncClient, number: str) -> None:
    assert (await client.post(f"{API}/{number}/confirm", headers=who("P1"))).status_code == 422
