"""What the roster follows from, over HTTP: leaders put entries on and end them, others are refused."""

from datetime import datetime, timedelta
from typing import Any

import asyncpg
import httpx2
import pytest

from tests.service import seed

API = "/api/v1/duty"
HOUR = timedelta(hours=1)
LEADER = {"X-Hotgrid-Actor": "L"}
ROTATION: dict[str, Any] = {
    "post": "值班员",
    "role": "duty",
    "people": ["A", "B"],
    "anchor": "2026-01-01",
    "turns": [{"begins": "00:00", "hours": 12}, {"begins": "12:00", "hours": 12}],
}


@pytest.fixture
async def now(pool: asyncpg.Pool) -> datetime:
    """The database's time; the people are known."""
    for name, role in (("A", "duty"), ("B", "duty"), ("S", "duty"), ("L", "leader"), ("U", "bureau")):
        await seed.person(pool, name, role)
    at: datetime = await pool.fetchval("SELECT now()")
    return at


async def on_duty(client: httpx2.AsyncClient, at: datetime) -> list[str]:
    """Who is on duty at a time."""
    told = (await client.get(f"{API}/now", params={"at": at.isoformat()})).json()
    return [one["person_id"] for one in told["on_duty"]]


async def test_a_rotation_is_on_the_roster_at_once(client: httpx2.AsyncClient, now: datetime) -> None:
    answer = await client.post(f"{API}/rotations", json=ROTATION, headers=LEADER, params={"why": "新排班"})
    assert answer.status_code == 201, answer.text
    assert (answer.json()["turns"][0]["begins"], answer.json()["zone"]) == ("00:00:00", "Asia/Shanghai")
    assert (await client.get(f"{API}/rotations")).json() == [answer.json()]
    told = (await client.get(f"{API}/now")).json()
    assert (len(told["on_duty"]), told["gap"], len(told["next"])) == (1, False, 1)
    assert {told["on_duty"][0]["person_id"], told["next"][0]["person_id"]} == {"A", "B"}
    changes = (await client.get(f"{API}/changes")).json()
    assert [(one["who"], one["action"], one["why"]) for one in changes] == [("L", "add rotation", "新排班")]
    assert now < datetime.fromisoformat(told["next"][0]["start"])


async def test_a_running_shift_is_taken_over(client: httpx2.AsyncClient, now: datetime) -> None:
    await client.post(f"{API}/rotations", json=ROTATION | {"people": ["A"]}, headers=LEADER)
    assert await on_duty(client, now + HOUR) == ["A"]
    span = {"start": (now - HOUR).isoformat(), "end": (now + 48 * HOUR).isoformat()}
    answer = await client.post(
        f"{API}/substitutes", json={"person_id": "A", "other_id": "S", **span}, headers={"X-Hotgrid-Actor": "U"}
    )
    assert answer.status_code == 201, answer.text
    assert await on_duty(client, now + HOUR) == ["S"]
    assert await on_duty(client, now + 50 * HOUR) == ["A"]
    ended = await client.delete(f"{API}/substitutes/{answer.json()['id']}", headers=LEADER)
    assert ended.status_code == 200
    assert await on_duty(client, now + HOUR) == ["A"]
    assert (await client.get(f"{API}/substitutes")).json() == []


async def test_leave_a_temporary_schedule_and_a_holiday_come_and_go(client: httpx2.AsyncClient, now: datetime) -> None:
    span = {"start": (now + HOUR).isoformat(), "end": (now + 5 * HOUR).isoformat()}
    shift = {"person_id": "S", "role": "duty", **span}
    for path, body in (
        ("leave", {"person_id": "A", **span}),
        ("temporary", {"post": "值班员", "shifts": [shift], **span}),
        ("holidays", {"day": "2027-02-06", "workday": False, "name": "春节"}),
    ):
        made = await client.post(f"{API}/{path}", json=body, headers=LEADER)
        assert made.status_code == 201, made.text
        assert (await client.get(f"{API}/{path}")).json() == [made.json()]
        if path == "temporary":
            assert await on_duty(client, now + 2 * HOUR) == ["S"]
        assert (await client.delete(f"{API}/{path}/{made.json()['id']}", headers=LEADER)).status_code == 200
        again = await client.delete(f"{API}/{path}/{made.json()['id']}", headers=LEADER)
        assert (again.status_code, again.json()["type"]) == (404, "urn:hotgrid:problem:not-found")
    assert await on_duty(client, now + 2 * HOUR) == []


async def test_only_leaders_change_the_roster(client: httpx2.AsyncClient, now: datetime) -> None:
    answer = await client.post(f"{API}/rotations", json=ROTATION, headers={"X-Hotgrid-Actor": "A"})
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:hotgrid:problem:forbidden")
    assert "is for admin, leader, bureau" in answer.json()["detail"]
    assert await on_duty(client, now) == []


async def test_an_agreement_without_effect_is_refused(client: httpx2.AsyncClient, now: datetime) -> None:
    span = {"start": now.isoformat(), "end": (now + HOUR).isoformat()}
    answer = await client.post(f"{API}/substitutes", json={"person_id": "A", "other_id": "S", **span})
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:hotgrid:problem:not-now")


async def test_reports_tell_gaps_and_shares(client: httpx2.AsyncClient, now: datetime) -> None:
    await client.post(f"{API}/rotations", json=ROTATION, headers=LEADER)
    told = (await client.get(f"{API}/gaps")).json()
    gaps = [one for one in told["findings"] if one["kind"] == "gap"]
    assert {one["post"] for one in gaps} == {"leader", "dispatcher"}
    assert all(one["zh"] and one["en"] for one in gaps)
    span = {"from": now.isoformat(), "to": (now + 240 * HOUR).isoformat()}
    shares = (await client.get(f"{API}/fairness", params=span)).json()["shares"]
    assert [one["person_id"] for one in shares] in (["A", "B"], ["B", "A"])
    assert sum(one["work"]["hours"] for one in shares) == pytest.approx(240, abs=0.1)
