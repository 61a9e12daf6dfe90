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
    assert (await taken(desk, "F1", "rectify", why="阀门已封"))["stage"] == "rectified"
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
    assert set(detail["people"]) == {"D1", "T1", "F1", "L1"}


async def test_a_step_without_anything_to_say_needs_no_body(desk: httpx2.AsyncClient) -> None:
    answer = await desk.post(f"{ALERT}/acknowledge")
    assert answer.status_code == 200
    assert answer.json()["handling"]["acknowledged_by"] == "user:admin"
    assert answer.headers["ETag"] == '"2"'
    assert (await desk.get(ALERT)).headers["ETag"] == '"2"'


async def test_whoever_does_not_exist_does_nothing(desk: httpx2.AsyncClient) -> None:
    answer = await put(desk, "P99", "acknowledge")
    assert (answer.status_code, answer.json()["type"]) == (401, "urn:hotgrid:problem:sign-in")
    assert (await desk.post("/api/v1/alerts/nobody/acknowledge")).status_code == 404


async def test_what_a_role_may_not_do_is_forbidden(desk: httpx2.AsyncClient) -> None:
    for who, action, said in (
        ("T1", "false-alarm", {"why": "x"}),
        ("T1", "silence", {"why": "x", "until": later(1)}),
        ("F1", "acknowledge", {}),
        ("enterprise:E0007", "acknowledge", {}),
        ("enterprise:E0007", "comment", {"why": "nobody has found us"}),
    ):
        answer = await put(desk, who, action, **said)
        assert (answer.status_code, answer.json()["reason"]) == (403, "role"), action
        assert " · " in answer.json()["detail"]


async def test_what_does_not_fit_the_stage_says_how_it_stands(desk: httpx2.AsyncClient) -> None:
    await taken(desk, "D1", "acknowledge")
    answer = await put(desk, "L1", "acknowledge")
    assert (answer.status_code, answer.json()["reason"]) == (409, "stage")
    assert "已接" in answer.json()["detail"]
    assert "by D1" in answer.json()["detail"]


async def test_an_order_is_accepted_and_declined_by_whom_it_was_given_to(desk: httpx2.AsyncClient) -> None:
    await taken(desk, "D1", "dispatch", person="F1")
    answer = await put(desk, "F2", "accept")
    assert (answer.status_code, answer.json()["reason"]) == (409, "assignee")
    await taken(desk, "D1", "dispatch", team="孟河镇", why="整队")
    assert (await taken(desk, "F2", "accept"))["accepted_by"] == "F2"
    assert (await put(desk, "F1", "decline", why="不去")).json()["reason"] == "assignee"
    told = await taken(desk, "F2", "decline", why="车辆故障")
    assert (told["stage"], told["team"], told["acknowledged_by"]) == ("acknowledged", None, "D1")


async def test_who_is_far_off_arrives_only_with_a_reason(desk: httpx2.AsyncClient) -> None:
    await taken(desk, "D1", "dispatch", person="F1")
    answer = await put(desk, "F1", "arrive", lon=120.3, lat=31.7)
    assert (answer.status_code, answer.json()["reason"]) == (409, "place")
    assert " m" in answer.json()["detail"]
    told = await taken(desk, "F1", "arrive", lon=120.3, lat=31.7, why="污染源在别处")
    assert told["distance_m"] > 20_000


async def test_no_enterprise_answers_at_the_desk(desk: httpx2.AsyncClient) -> None:
    await taken(desk, "D1", "acknowledge")
    await taken(desk, "D1", "report", cause="leak", enterprise_id="E0007")
    await taken(desk, "D1", "rectify", deadline=later(1))
    for enterprise in ("enterprise:E0007", "enterprise:E0009"):  # they answer in their own window
        for action in ("rectify", "comment"):
            assert (await put(desk, enterprise, action, why="x")).status_code == 403
    await taken(desk, "D1", "link", case_number="常环罚〔2026〕118号")
    assert [one["action"] for one in (await desk.get(ALERT)).json()["events"]][-2:] == ["rectify", "link"]


async def test_only_the_version_that_was_seen_is_changed(desk: httpx2.AsyncClient) -> None:
    seen = (await desk.get(ALERT)).headers["ETag"]
    first = await desk.post(f"{ALERT}/acknowledge", headers={"If-Match": seen})
    assert first.status_code == 200
    stale = await desk.post(f"{ALERT}/release", headers={"If-Match": seen})
    assert (stale.status_code, stale.json()["type"], stale.json()["version"]) == (412, "urn:hotgrid:problem:stale", 2)
    assert (await desk.post(f"{ALERT}/release", headers={"If-Match": "*"})).status_code == 200


@pytest.mark.parametrize("garbled", ["1", 'W/"1"', '"1", "2"', '"x"', '"-1"', '"9999999999"'])
async def test_a_garbled_version_is_refused_by_name(desk: httpx2.AsyncClient, garbled: str) -> None:
    answer = await desk.post(f"{ALERT}/acknowledge", headers={"If-Match": garbled})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "If-Match")


async def test_the_same_key_is_done_once_and_answered_alike(desk: httpx2.AsyncClient) -> None:
    tap = {"Idempotency-Key": "phone 17, tap 1"}
    one, two = [await desk.post(f"{ALERT}/acknowledge", json={}, headers=tap) for _ in range(2)]
    assert one.json() | {"repeated": True} == two.json()
    assert one.json()["repeated"] is False
    assert one.headers["ETag"] == two.headers["ETag"]
    other = await desk.post(f"{ALERT}/acknowledge", json={"why": "x"}, headers=tap)
    assert (other.status_code, other.json()["type"]) == (422, "urn:hotgrid:problem:key-reused")
    for wrong in ("", "k" * 201, "\x7f"):
        answer = await desk.post(f"{ALERT}/release", headers={"Idempotency-Key": wrong})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "Idempotency-Key")


async def test_an_alert_is_kept_quiet_from_itself_or_not_at_all(desk: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    now = await pool.fetchval("SELECT now()")
    until = (now + timedelta(hours=2)).isoformat()
    await seed.grid(pool)
    too_long = await put(desk, "D1", "silence", why="检修", until=later(0), planned_works=True)
    assert (too_long.status_code, too_long.json()["errors"][0]["field"]) == (422, "until")
    assert (await desk.get(ALERT)).json()["handling"]["version"] == 1
    headers = {"X-Hotgrid-Actor": "D1", "Idempotency-Key": "k"}
    for repeated in (False, True):
        answer = await desk.post(f"{ALERT}/silence", json={"why": "检修", "until": until}, headers=headers)
        assert (answer.status_code, answer.json().get("repeated")) == (200, repeated), answer.text
    assert await pool.fetchval("SELECT count(*) FROM mute") == 1
