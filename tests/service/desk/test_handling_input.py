"""Bad bodies of steps: 4xx with the field named, never 500, whatever is sent."""

import json
from typing import Any, get_args

import asyncpg
import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.handling.stage import Action
from tests.service import seed

ALERT = "/api/v1/alerts/A1"
ACTIONS = sorted(set(get_args(Action)) - {"handover", "lapse", "clear", "resume"})
TOO_LONG, SURROGATE = "长" * 2001, "\ud800"
WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("acknowledge", {"note": "x"}, "note"),
    ("acknowledge", {"why": TOO_LONG}, "why"),
    ("acknowledge", {"why": "a\0b"}, "why"),
    ("acknowledge", {"why": SURROGATE}, "why"),
    ("acknowledge", {"why": 5}, "why"),
    ("dispatch", {}, "person"),
    ("dispatch", {"person": "F1", "team": "孟河镇"}, "person"),
    ("dispatch", {"person": "F9"}, "person"),
    ("dispatch", {"team": "无此镇"}, "team"),
    ("dispatch", {"team": "\0"}, "team"),
    ("decline", {}, "why"),
    ("decline", {"why": "  "}, "why"),
    ("arrive", {"lat": 31.7}, "lon"),
    ("arrive", {"lon": 181, "lat": 31.7}, "lon"),
    ("arrive", {"lon": "NaN", "lat": 31.7}, "lon"),
    ("arrive", {"lon": 120, "lat": 31.7, "accuracy_m": -1}, "accuracy_m"),
    ("arrive", {"lon": 120, "lat": 31.7, "distance_m": 0}, "distance_m"),
    ("report", {"cause": "magic"}, "cause"),
    ("report", {"cause": "leak", "enterprise_id": "E9"}, "enterprise_id"),
    ("report", {"cause": "leak", "enterprise_id": "E" * 99}, "enterprise_id"),
    ("report", {"cause": "leak", "photos": ["x"]}, "photos.0"),
    ("report", {"cause": "leak", "photos": ["0" * 32]}, "photos"),
    ("report", {"cause": "leak", "photos": ["0" * 32] * 21}, "photos"),
    ("rectify", {"deadline": "tomorrow"}, "deadline"),
    ("rectify", {"deadline": "99999-01-01T00:00:00Z"}, "deadline"),
    ("verify", {}, "passed"),
    ("close", {}, "why"),
    ("merge", {}, "into"),
    ("merge", {"into": "A1"}, "into"),
    ("merge", {"into": "nobody"}, "into"),
    ("merge", {"into": "a b"}, "into"),
    ("link", {"case_number": ""}, "case_number"),
    ("silence", {"why": "x", "until": "2026-01-01T00:00:00Z"}, "until"),
    ("silence", {"why": "x", "until": "2026-01-01T00:00:00Z", "scope": "world"}, "scope"),
    ("comment", {}, "why"),
]


@pytest.fixture
async def desk(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> httpx2.AsyncClient:
    """A client and one open alert."""
    await seed.person(pool, "F1", "field", "孟河镇")
    await seed.alert(pool, seed.body("A1"))
    return client


async def _post(client: httpx2.AsyncClient, action: str, raw: bytes | str) -> httpx2.Response:
    return await client.post(f"{ALERT}/{action}", content=raw, headers={"Content-Type": "application/json"})


async def test_every_wrong_field_is_named(desk: httpx2.AsyncClient) -> None:
    for action, said, field in WRONG:
        answer = await _post(desk, action, json.dumps(said))
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field), (action, said, answer.text)
    assert (await desk.get(ALERT)).json()["handling"]["version"] == 1


@pytest.mark.parametrize(
    "raw", [b"\xff\xfe", b"{", b"[]", b'"x"', b"null", b"{" * 5000, b'{"why": 1e999}', b"9" * 5000]
)
async def test_what_is_no_object_is_refused(desk: httpx2.AsyncClient, raw: bytes) -> None:
    answer = await _post(desk, "close", raw)
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert [one["field"] for one in answer.json().get("errors", [])] in ([], ["body"], ["why"])


async def test_wrong_times_of_a_step_that_is_due_are_named(desk: httpx2.AsyncClient) -> None:
    done: list[tuple[str, dict[str, Any]]] = [("acknowledge", {}), ("report", {"cause": "leak"})]
    for action, said in done:
        assert (await desk.post(f"{ALERT}/{action}", json=said)).status_code == 200
    wrong: list[tuple[str, dict[str, Any], str]] = [
        ("rectify", {}, "deadline"),
        ("rectify", {"deadline": "2020-01-01T00:00:00Z"}, "deadline"),
        ("verify", {"passed": False}, "why"),
        ("verify", {"passed": False, "why": "仍有异味"}, "deadline"),
        ("recheck", {}, "at"),
        ("recheck", {"at": "2020-01-01T00:00:00Z"}, "at"),
    ]
    for action, said, field in wrong:
        answer = await desk.post(f"{ALERT}/{action}", json=said)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field), answer.text


async def test_every_step_is_documented_with_an_example_that_fits(client: httpx2.AsyncClient) -> None:
    told = (await client.get("/api/v1/openapi.json")).json()
    for action in ACTIONS:
        step = told["paths"][f"/api/v1/alerts/{{alert_id}}/{action}"]["post"]
        assert " · " in step["summary"]
        assert step["description"]
        assert {"Idempotency-Key", "If-Match"} <= {one["name"] for one in step["parameters"]}
        schema = json.dumps(step["requestBody"]["content"]["application/json"]["schema"])
        name = schema.split("#/components/schemas/")[1].split('"')[0]
        assert told["components"]["schemas"][name]["examples"], action


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20)
NAMES = ["why", "person", "team", "lon", "lat", "cause", "deadline", "passed", "at", "into", "until", "photos", "x"]
BODIES = st.dictionaries(st.sampled_from(NAMES), SCALARS | st.lists(SCALARS, max_size=3), max_size=5)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(action=st.sampled_from(ACTIONS), said=BODIES, key=st.none() | st.text(max_size=5))
async def test_whatever_is_said_is_answered_and_never_a_fault(
    desk: httpx2.AsyncClient, action: str, said: dict[str, Any], key: str | None
) -> None:
    headers = {"Content-Type": "application/json"}
    if key is not None:
        headers["Idempotency-Key"] = key.encode("utf-8", "surrogatepass").hex()
    answer = await desk.post(f"{ALERT}/{action}", content=json.dumps(said), headers=headers)
    assert answer.status_code in (200, 409, 412, 422), answer.text
