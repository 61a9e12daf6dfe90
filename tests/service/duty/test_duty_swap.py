"""Swaps over HTTP: one asks, the other agrees, a leader approves, and only then the roster follows."""

from datetime import datetime, timedelta
from typing import Any

import asyncpg
import httpx2
import pytest

from tests.service import seed

API = "/api/v1/duty"


@pytest.fixture
async def near(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> dict[str, Any]:
    """A swap of tomorrow's and the day after tomorrow's shift of A and B, on a rotation of 24 h from midnight."""
    for name, role in (("A", "duty"), ("B", "duty"), ("C", "duty"), ("L", "leader")):
        await seed.person(pool, name, role)
    now: datetime = await pool.fetchval("SELECT now()")
    first = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    rotation = {
        "post": "值班员",
        "role": "duty",
        "people": ["A", "B"],
        "anchor": first.date().isoformat(),
        "turns": [{"begins": "00:00", "hours": 24}],
        "zone": "UTC",
    }
    assert (await client.post(f"{API}/rotations", json=rotation)).status_code == 201
    days = [(first + timedelta(days=n)).isoformat() for n in range(3)]
    return {
        "one": {"person_id": "A", "post": "值班员", "start": days[0], "end": days[1]},
        "other": {"person_id": "B", "post": "值班员", "start": days[1], "end": days[2]},
    }


async def step(client: httpx2.AsyncClient, number: int, name: str, who: str) -> httpx2.Response:
    """A step of a swap by somebody."""
    return await client.post(f"{API}/swaps/{number}/{name}", headers={"X-Hotgrid-Actor": who})


async def who_has(client: httpx2.AsyncClient, asked: dict[str, Any]) -> list[str]:
    """Who has the two shifts."""
    found = []
    for side in (asked["one"], asked["other"]):
        told = (await client.get(f"{API}/now", params={"at": side["start"]})).json()
        found += [one["person_id"] for one in told["on_duty"]]
    return found


async def test_the_roster_follows_when_a_leader_has_approved(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, near: dict[str, Any]
) -> None:
    asked = await client.post(f"{API}/swaps", json=near, headers={"X-Hotgrid-Actor": "A"})
    assert (asked.status_code, asked.json()["state"]) == (201, "requested")
    number = asked.json()["swap_id"]
    assert (await step(client, number, "agree", "B")).json()["state"] == "agreed"
    assert await who_has(client, near) == ["A", "B"]
    approved = await step(client, number, "approve", "L")
    assert (await step(client, number, "approve", "L")).json() == approved.json()
    assert (approved.json()["state"], approved.json()["decided_by"]) == ("approved", "L")
    assert await who_has(client, near) == ["B", "A"]
    told = await pool.fetch("SELECT telling, told FROM telling ORDER BY made_at")
    assert {row["telling"]: [one["person_id"] for one in row["told"]] for row in told} == {
        f"swap-requested:{number}": ["B"],
        f"swap-approved:{number}": ["A", "B"],
    }
    assert [one["swap_id"] for one in (await client.get(f"{API}/swaps?state=approved")).json()] == [number]


async def test_steps_are_taken_in_order_and_by_whom_they_are_for(
    client: httpx2.AsyncClient, near: dict[str, Any]
) -> None:
    assert (await client.post(f"{API}/swaps", json=near, headers={"X-Hotgrid-Actor": "C"})).status_code == 403
    number = (await client.post(f"{API}/swaps", json=near, headers={"X-Hotgrid-Actor": "A"})).json()["swap_id"]
    assert (await step(client, number, "approve", "A")).status_code == 403
    assert (await step(client, number, "approve", "L")).status_code == 409
    assert (await step(client, number, "agree", "A")).status_code == 403
    assert (await step(client, number, "agree", "B")).status_code == 200
    assert (await step(client, number, "approve", "B")).status_code == 403
    assert (await step(client, number, "withdraw", "A")).json()["state"] == "withdrawn"
    assert (await step(client, number, "approve", "L")).status_code == 409
    assert (await step(client, 999, "approve", "L")).status_code == 404
    assert await who_has(client, near) == ["A", "B"]


async def test_who_has_nothing_there_has_nothing_to_swap(client: httpx2.AsyncClient, near: dict[str, Any]) -> None:
    near["other"]["person_id"] = "C"
    answer = await client.post(f"{API}/swaps", json=near, headers={"X-Hotgrid-Actor": "A"})
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:hotgrid:problem:not-now")
