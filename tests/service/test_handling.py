"""Steps of handling over HTTP: the whole way of an alert, who may what, and what a wrong step is told."""

from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx2
import pytest

from tests.service import seed

ALERT = "/api/v1/alerts/A1"
STEPS = ("open", "acknowledge", "dispatch", "accept", "arrive", "report", "rectify", "verify", "close")
KINDS_OF_PEOPLE = {"D1": "duty", "L1": "leader", "T1": "dispatcher", "F1": "field", "F2": "field", "C1": "chief"}


@pytest.fixture
async def desk(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> httpx2.AsyncClient:
    """A client, one open alert, and the people who have to do with it."""
    for name, role in KINDS_OF_PEOPLE.items():
        await seed.person(pool, name, role, "孟河镇" if role in ("field", "chief") else "")
    await seed.enterprise(pool, "E0007", "江宇化工")
    await seed.enterprise(pool, "E0009", "东方涂装")
    await seed.alert(pool, seed.body("A1"))
    return client


async def put(client: httpx2.AsyncClient, who: str, action: str, **said: Any) -> httpx2.Response:
    """A step by somebody."""
    return await client.post(f"{ALERT}/{action}", json=said, headers={"X-Hotgrid-Actor": who})


async def taken(client: httpx2.AsyncClient, who: str, action: str, **said: Any) -> dict[str, Any]:
    """The handling after a step that is allowed."""
    answer = await put(client, who, action, **said)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()["handling"]
    return told


def later(hours: float) -> str:
    """A time to come."""
    return (datetime(2100, 1, 1, tzinfo=UTC) + timedelta(hours=hours)).isoformat()


async def test_an_alert_goes_the_whole_way_from_taken_to_signed_off(desk: httpx2.AsyncClient) -> None:
    alert = seed.body("A1")
    assert (await taken(desk, "D1", "acknowledge"))["acknowledged_by"] == "D1"
    assert (await taken(desk, "T1", "dispatch", team="孟河镇"))["team"] == "孟河镇"
    assert (await taken(desk, "F1", "accept"))["accepted_by"] == "F1"
    assert (await taken(desk, "F1", "arrive", lon=alert["lon"], lat=alert["lat"]))["distance_m"] == 0
    assert (await taken(desk, "F1", "report", cause="bypass", enterprise_id="E0007"))["cause"] == "bypass"
    assert (await taken(desk, "D1", "rectify", deadline=later(24)))["stage"] == "rectifying"
    assert (await taken(desk, "enterprise:E0007", "rectify", why="阀门已封"))["stage"] == "rectified"
    assert (await taken(desk, "F1", "verify", passed=True))["stage"] == "verified"
    assert (await taken(desk, "T1", "propose", why="可以销号"))["proposed_by"] == "T1"
    last = await taken(desk, "L1", "close", why="整改到位")
    assert (last["stage"], last["closed_by"], last["version"]) == ("closed", "L1", 11)
    assert set(last["times"]) == {*STEPS}
    assert [last["times"][step] for step in STEPS] == sorted(last["times"].values())
    detail = (await desk.get(ALERT)).json()
    assert detail["handling"] == last
    assert [event["action"] for event in detail["events"]] == [
        *("opened", "acknowledge", "dispatch", "accept", "arrive", "report", "rectify", "rectify", "verify"),
        *("propose", "close"),
    ]
    assert detail["events"][2]["details"] == {"team": "孟河镇"}
    assert {one["enterprise_id"]: one["name"] for one in detail["enterprises"]} == {"E0007": "江宇化工"}
