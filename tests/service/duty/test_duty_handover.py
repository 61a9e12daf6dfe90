"""Handovers over HTTP: offered with note and open alerts, accepted or not, printed, and the log locked."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import httpx2
import pytest

from alerts.handling import desk
from alerts.handling.stage import Act, Actor
from alerts.roster import handover
from tests.service import seed

API = "/api/v1/duty"
HOUR = timedelta(hours=1)
POST = "值班员"


@pytest.fixture
async def now(pool: asyncpg.Pool) -> datetime:
    """A's shift ended ten minutes ago, B's has begun, and C's is the next."""
    at: datetime = await pool.fetchval("SELECT now()")
    turn = at - timedelta(minutes=10)
    await seed.person(pool, "L", "leader")
    await seed.shifts(
        pool,
        [
            ("A", turn - 8 * HOUR, turn, POST),
            ("B", turn, turn + 8 * HOUR, POST),
            ("C", turn + 8 * HOUR, turn + 16 * HOUR, POST),
        ],
    )
    return at


def by(who: str) -> dict[str, str]:
    """Headers of who acts."""
    return {"X-Hotgrid-Actor": who}


async def offer(client: httpx2.AsyncClient, who: str = "A", **body: Any) -> httpx2.Response:
    """An offer."""
    return await client.post(f"{API}/handovers", json=body, headers=by(who))


async def answer(client: httpx2.AsyncClient, number: int, step: str, who: str, reason: str = "") -> httpx2.Response:
    """An answer to an offer."""
    return await client.post(f"{API}/handovers/{number}/{step}", json={"reason": reason}, headers=by(who))


async def responsible(client: httpx2.AsyncClient) -> list[str]:
    """Who answers for the desk now."""
    return [one["person_id"] for one in (await client.get(f"{API}/now")).json()["responsible"]]


async def told_of(pool: asyncpg.Pool, key: str) -> list[str]:
    """Whose phone rings for something."""
    told = await pool.fetchval("SELECT told FROM telling WHERE telling = $1", key)
    return [one["person_id"] for one in told]


async def test_the_outgoing_is_responsible_until_the_incoming_accepts(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, now: datetime
) -> None:
    assert await responsible(client) == ["B"]
    told = await offer(client, note="云溪镇等待回报")
    assert (told.status_code, told.json()["to_person"], told.json()["answer"]) == (201, "B", None)
    assert await responsible(client) == ["A"]
    number = told.json()["handover_id"]
    assert await told_of(pool, f"handover-offered:{number}") == ["B"]
    accepted = await answer(client, number, "accept", "B")
    assert (accepted.json()["answer"], accepted.json()["answered_by"]) == ("accepted", "B")
    again = await answer(client, number, "accept", "B")
    assert (again.status_code, again.json()) == (200, accepted.json())
    assert await responsible(client) == ["B"]
    before = (await client.get(f"{API}/now", params={"at": (now - timedelta(seconds=1)).isoformat()})).json()
    assert [one["person_id"] for one in before["responsible"]] == ["B"]


async def test_of_two_answers_at_once_one_counts(client: httpx2.AsyncClient, pool: asyncpg.Pool, now: datetime) -> None:
    assert now
    number = (await offer(client)).json()["handover_id"]
    told = await asyncio.gather(
        *(answer(client, number, "accept", "B") for _ in range(5)), answer(client, number, "decline", "L", "不清楚")
    )
    said = [one.json().get("answer") for one in told]
    assert said in (["accepted"] * 5 + [None], [None] * 5 + ["declined"])
    assert await pool.fetchval("SELECT count(*) FROM handover_answer") == 1


async def test_who_declines_says_why_and_the_outgoing_stays(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, now: datetime
) -> None:
    assert now
    number = (await offer(client)).json()["handover_id"]
    assert (await answer(client, number, "decline", "B")).json()["errors"][0]["field"] == "reason"
    assert (await answer(client, number, "decline", "B", "有一条告警未说明")).json()["answer"] == "declined"
    assert await responsible(client) == ["A"]
    assert await told_of(pool, f"handover-declined:{number}") == ["A"]
    assert (await answer(client, number, "accept", "B")).status_code == 409
    assert (await answer(client, (await offer(client)).json()["handover_id"], "accept", "B")).status_code == 200
    assert await responsible(client) == ["B"]


async def test_one_offer_at_a_time_and_only_by_and_to_those_concerned(
    client: httpx2.AsyncClient, now: datetime
) -> None:
    assert now
    number = (await offer(client)).json()["handover_id"]
    assert (await offer(client)).status_code == 409
    assert (await answer(client, number, "accept", "A")).status_code == 403
    assert (await answer(client, number, "withdraw", "B")).status_code == 403
    assert (await answer(client, number, "withdraw", "A")).status_code == 200
    assert (await offer(client, who="B", person_id="A")).status_code == 403
    assert (await offer(client, to="X")).status_code == 409
    assert (await offer(client, to="C")).json()["to_person"] == "C"
    assert (await client.get(f"{API}/handovers/999")).status_code == 404


async def test_every_open_alert_is_told_and_what_was_taken_goes_to_the_incoming(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, now: datetime
) -> None:
    for name in ("a1", "a2", "a3"):
        await seed.alert(pool, seed.body(name, now - HOUR, severity=3 if name == "a2" else 2))
    async with pool.acquire() as connection:
        await desk.act(connection, "a2", Act("acknowledge", Actor("A", "duty")), now)
        await desk.act(connection, "a3", Act("acknowledge", Actor("L", "leader")), now)
    told = (await offer(client)).json()
    assert [(one["alert_id"], one["stage"], one["acknowledged_by"]) for one in told["alerts"]] == [
        ("a2", "acknowledged", "A"),
        ("a1", "open", None),
        ("a3", "acknowledged", "L"),
    ]
    await answer(client, told["handover_id"], "accept", "B")
    rows = await pool.fetch("SELECT body ->> 'acknowledged_by' AS who FROM handling ORDER BY alert_id")
    assert [row["who"] for row in rows] == [None, "B", "L"]
    listed = (await client.get(f"{API}/handovers", params={"person_id": "B"})).json()
    assert [(one["handover_id"], one["open"]) for one in listed] == [(told["handover_id"], 3)]


async def test_many_alerts_are_handed_over_too(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handover, "AT_ONCE", 2)
    async with pool.acquire() as connection:
        for name in ("a1", "a2", "a3", "a4", "a5"):
            await seed.alert(connection, seed.body(name, now - HOUR))
            await desk.act(connection, name, Act("acknowledge", Actor("A", "duty")), now)
    await answer(client, (await offer(client)).json()["handover_id"], "accept", "B")
    assert await pool.fetchval("SELECT count(*) FROM handling WHERE body ->> 'acknowledged_by' = 'B'") == 5


async def test_a_handover_is_printed_in_two_languages_and_every_text_is_text(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, now: datetime
) -> None:
    await seed.alert(pool, seed.body("a1", now - HOUR))
    number = (await offer(client, note="<script>alert(1)</script>\n第二行")).json()["handover_id"]
    page = await client.get(f"{API}/handovers/{number}", headers={"Accept": "text/html,application/xhtml+xml"})
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "&lt;script&gt;alert(1)&lt;/script&gt;<br>第二行" in page.text
    assert "<script" not in page.text
    for text in ("交接单 · Handover", "王A (A)", "a1", "未结告警 · Open alerts (1)"):
        assert text in page.text
    told = await client.get(f"{API}/handovers/{number}")
    assert told.headers["Content-Type"] == "application/json"
    assert [one["alert_id"] for one in told.json()["alerts"]] == ["a1"]


async def test_acceptance_locks_the_log_of_the_outgoing_shift(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, now: datetime
) -> None:
    await seed.alert(pool, seed.body("a1", now - HOUR))
    assert (await client.post(f"{API}/log", json={"text": "设备已恢复"}, headers=by("A"))).status_code == 201
    assert (await client.post(f"{API}/log", json={"text": "x", "person_id": "A"}, headers=by("B"))).status_code == 403
    number = (await offer(client)).json()["handover_id"]
    await answer(client, number, "accept", "B")
    locked = (await client.get(f"{API}/log", params={"person_id": "A"})).json()
    assert locked["handover_id"] == number
    assert locked["locked_at"] is not None
    assert [line["what"] for line in locked["lines"]] == ["entry", "handover offered", "handover accepted"]
    refused = await client.post(f"{API}/log", json={"text": "事后补记"}, headers=by("A"))
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:hotgrid:problem:not-now")
    with pytest.raises(asyncpg.RestrictViolationError, match="locked"):
        await pool.execute(
            "INSERT INTO duty_log_entry (person_id, start_at, post, at, who, text)"
            " SELECT person_id, start_at, post, now(), 'A', 'x' FROM shift WHERE person_id = 'A'"
        )
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await pool.execute("UPDATE duty_log_lock SET lines = '[]'")
    assert (await client.get(f"{API}/log", params={"person_id": "A"})).json() == locked
