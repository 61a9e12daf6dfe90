"""Mutes over the API: who may make them, what they keep quiet, and that nothing is hidden by a slip of the pen."""

import json
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import httpx2
import pytest

from alerts.muting.release import release
from alerts.policy import Policy
from tests.service import seed
from tests.support.muted import box, change, held, ring

API = "/api/v1/mutes"
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
DUTY = {"X-Hotgrid-Actor": "P1"}


@pytest.fixture
async def now(pool: asyncpg.Pool) -> datetime:
    """The service reads the clock; a district with one of every role."""
    await seed.grid(pool)
    await seed.enterprise(pool, "E0007", "乙厂")
    for number, role in enumerate(("duty", "leader", "dispatcher", "field", "chief"), start=1):
        await pool.execute("INSERT INTO person VALUES ($1, $2, $3, '', '')", f"P{number}", f"王{number}", role)
    at: datetime = await pool.fetchval("SELECT date_trunc('second', now())")
    return at


def _asked(now: datetime, **changed: Any) -> dict[str, Any]:
    return {"scope": "cell", "place": "2-3", "end": (now + HOUR).isoformat(), "reason": "道路施工"} | changed


async def _made(client: httpx2.AsyncClient, now: datetime, **changed: Any) -> dict[str, Any]:
    answer = await client.post(API, json=_asked(now, **changed), headers=DUTY)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def test_mute_says_what_is_quiet_until_when_why_and_by_whom(client: httpx2.AsyncClient, now: datetime) -> None:
    told = await _made(client, now, kinds=["hotspot"], pollutants=["pm25"], planned_works=True)
    assert (told["scope"], told["place"], told["state"], told["reason"]) == ("cell", "2-3", "active", "道路施工")
    assert (told["author"], told["author_name"], told["planned_works"]) == ("P1", "王1", True)
    assert (told["kinds"], told["pollutants"], told["hits"], told["alerts"]) == (["hotspot"], ["pm25"], 0, [])
    assert datetime.fromisoformat(told["end"]) == now + HOUR
    assert [(line["action"], line["who"]) for line in told["changes"]] == [("made", "P1"), ("begun", "P1")]
    assert (await client.get(f"{API}/{told['mute_id']}")).json() == told


async def test_what_a_mute_kept_quiet_is_counted_and_listed(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, now: datetime
) -> None:
    await ring(pool, "before", now - HOUR)
    number = (await _made(client, now))["mute_id"]
    async with pool.acquire() as on:
        await held(on, await ring(pool, "meanwhile", now), now + MINUTE)
        await ring(pool, "elsewhere", now, cell=(9, 9))
    told = (await client.get(f"{API}/{number}")).json()
    assert told["hits"] == 2
    assert {(hit["alert_id"], hit["told_at"]) for hit in told["alerts"]} == {("before", None), ("meanwhile", None)}
    assert (await client.get(API)).json()["held"] == {"mute": 2, "regional": 0}
    holds = (await client.get("/api/v1/alerts/before/holds")).json()
    assert [(span["mute_id"], span["released_at"]) for span in holds["spans"]] == [(number, None)]
    assert (await client.get("/api/v1/alerts/elsewhere/holds")).json() == {"spans": [], "hits": 0, "alerts": []}


async def test_mute_is_ended_early_once_and_what_it_held_is_told(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, now: datetime
) -> None:
    await ring(pool, "a1", now - HOUR)
    number = (await _made(client, now))["mute_id"]
    told = (await client.post(f"{API}/{number}/end", json={"reason": "完工"}, headers=DUTY)).json()
    assert (told["state"], told["changes"][-1]["action"], told["changes"][-1]["why"]) == ("over", "ended", "完工")
    again = await client.post(f"{API}/{number}/end", json={"reason": "完工"}, headers=DUTY)
    assert (again.status_code, again.json()["type"]) == (409, "urn:hotgrid:problem:not-now")
    async with pool.acquire() as on:
        await release(on, Policy(), now + MINUTE)
    assert (await client.get(f"{API}/{number}")).json()["alerts"][0]["told_at"]
    assert (await client.get("/api/v1/alerts/a1/holds")).json()["spans"][0]["outcome"] == "told"


async def test_mutes_are_listed_newest_first_by_pages_and_by_state(client: httpx2.AsyncClient, now: datetime) -> None:
    numbers = [(await _made(client, now, reason=f"施工 {n}"))["mute_id"] for n in range(3)]
    tomorrow = {"start": (now + 24 * HOUR).isoformat(), "end": (now + 25 * HOUR).isoformat()}
    numbers.append((await _made(client, now, **tomorrow))["mute_id"])
    await client.post(f"{API}/{numbers[0]}/end", json={"reason": "完工"})
    first = (await client.get(f"{API}?limit=3")).json()
    rest = (await client.get(f"{API}?limit=3&before={first['next']}")).json()
    assert [one["mute_id"] for one in first["mutes"] + rest["mutes"]] == numbers[::-1]
    assert rest["next"] is None
    assert [one["mute_id"] for one in (await client.get(f"{API}?active=true")).json()["mutes"]] == numbers[2:0:-1]
    rest = (await client.get(f"{API}?active=false")).json()
    assert [one["state"] for one in rest["mutes"]] == ["coming", "over"]


@pytest.mark.parametrize("who", ["P3", "P4", "P5", "enterprise:E0007"])
async def test_dispatcher_field_and_enterprise_may_not_mute(
    client: httpx2.AsyncClient, now: datetime, who: str
) -> None:
    number = (await _made(client, now))["mute_id"]
    for path, body in ((API, _asked(now)), (f"{API}/{number}/end", {"reason": "完工"})):
        answer = await client.post(path, json=body, headers={"X-Hotgrid-Actor": who})
        assert (answer.status_code, answer.json()["type"]) == (403, "urn:hotgrid:problem:forbidden")
    assert len((await client.get(API)).json()["mutes"]) == 1


async def test_regional_notice_lists_the_flood_that_it_kept_quiet(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, now: datetime
) -> None:
    notice = await ring(pool, "r1", now - HOUR, kind="regional", source="district", cells=[], candidates=[])
    async with pool.acquire() as on:
        for name in ("a1", "a2"):
            await held(on, await ring(pool, name, now, cell=(5, int(name[1]))), now)
        await change(on, notice, severity=2)
    told = (await client.get("/api/v1/alerts/r1/holds")).json()
    assert (told["hits"], {hit["alert_id"] for hit in told["alerts"]}) == (2, {"a1", "a2"})
    assert (await client.get("/api/v1/alerts/a1/holds")).json()["spans"][0]["regional_id"] == "r1"


async def test_polygon_covers_what_lies_in_it(client: httpx2.AsyncClient, pool: asyncpg.Pool, now: datetime) -> None:
    await ring(pool, "inside", now, cell=(4, 4))
    await ring(pool, "outside", now, cell=(4, 5))
    told = await _made(client, now, scope="polygon", place=None, polygon=box(4, 4))
    assert [hit["alert_id"] for hit in told["alerts"]] == ["inside"]
    assert told["polygon"]["coordinates"] == box(4, 4)["coordinates"]


BOX = box(2, 3)["coordinates"][0]
BOW = [BOX[0], BOX[2], BOX[1], BOX[3], BOX[0]]
FLAT = [BOX[0], BOX[1], BOX[0], BOX[0]]
MANY = [*([BOX[0]] * 500), *BOX[1:4], *([BOX[0]] * 500)]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"scope": "district"}, "scope"),
        ({"place": None}, "place"),
        ({"place": "2"}, "place"),
        ({"place": "2-3-4"}, "place"),
        ({"place": "99-3"}, "place"),
        ({"place": "\0"}, "place"),
        ({"place": "x" * 65}, "place"),
        ({"scope": "device", "place": "S9"}, "place"),
        ({"scope": "enterprise", "place": "\ud800"}, "place"),
        ({"scope": "polygon"}, "polygon"),
        ({"scope": "polygon", "polygon": box(2, 3)}, "place"),
        ({"polygon": box(2, 3)}, "polygon"),
        ({"end": None}, "end"),
        ({"end": "tomorrow"}, "end"),
        ({"end": "2020-01-01T00:00:00Z"}, "end"),
        ({"end": "2199-01-01T00:00:00Z"}, "end"),
        ({"end": 10**30}, "end"),
        ({"start": "2198-01-01T00:00:00Z", "end": "2198-01-02T00:00:00Z"}, "start"),
        ({"reason": "  "}, "reason"),
        ({"reason": "x" * 501}, "reason"),
        ({"reason": "\0"}, "reason"),
        ({"reason": "\ud800"}, "reason"),
        ({"kinds": ["hot spot"]}, "kinds"),
        ({"kinds": ["silence"]}, "kinds"),
        ({"kinds": ["exceedance"]}, "scope"),
        ({"pollutants": ["temperature"]}, "pollutants.0"),
        ({"planned_works": "perhaps"}, "planned_works"),
        ({"until": "2026-11-21T08:00:00Z"}, "until"),
    ],
    ids=str,
)
async def test_wrong_mute_is_refused_and_the_parameter_named(
    client: httpx2.AsyncClient, now: datetime, changed: dict[str, Any], field: str
) -> None:
    await _refused(client, _asked(now, **changed), field)


@pytest.mark.parametrize(
    "coordinates",
    [
        [],
        [[]],
        [BOX[:-1]],
        [BOX[:3]],
        [BOW],
        [FLAT],
        [MANY],
        [[[200.0, 31.0]] * 4],
        [[[1.0, 2.0, 3.0]] * 4],
        [BOX, BOX],
    ],
    ids=["nothing", "no ring", "open", "short", "bow", "flat", "many", "off earth", "height", "hole as large"],
)
async def test_polygon_that_is_none_is_refused(client: httpx2.AsyncClient, now: datetime, coordinates: Any) -> None:
    polygon = {"type": "Polygon", "coordinates": coordinates}
    await _refused(client, _asked(now, scope="polygon", place=None, polygon=polygon), "polygon")


async def _refused(client: httpx2.AsyncClient, asked: dict[str, Any], field: str) -> None:
    answer = await client.post(API, content=json.dumps(asked), headers={**DUTY, "Content-Type": "application/json"})
    told = answer.json()
    assert (answer.status_code, told["type"]) == (422, "urn:hotgrid:problem:bad-input"), told
    assert all(error["field"].startswith(field) and error["message"] for error in told["errors"])
    assert (await client.get(API)).json()["mutes"] == []


async def test_mute_that_does_not_exist_is_not_found(client: httpx2.AsyncClient) -> None:
    assert (await client.get(f"{API}/99")).status_code == 404
    assert (await client.post(f"{API}/99/end", json={"reason": "完工"})).status_code == 404
    assert (await client.get("/api/v1/alerts/a9/holds")).status_code == 404
