"""Wrong input to the roster: 4xx with the field named, never a fault, whatever is sent."""

import json
from typing import Any
from urllib.parse import quote

import asyncpg
import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.service import seed

API = "/api/v1/duty"
SPAN = {"start": "2099-05-01T08:00:00+08:00", "end": "2099-05-01T20:00:00+08:00"}
ROTATION: dict[str, Any] = {
    "post": "值班员",
    "role": "duty",
    "people": ["A"],
    "anchor": "2026-01-01",
    "turns": [{"begins": "08:00", "hours": 24}],
}
SIDE = {"person_id": "A", "post": "值班员", **SPAN}
JSON = {"Content-Type": "application/json"}
ASKED = [
    ("?from=2026-11-21", "from"),
    ("?from=2026-11-21T00:00:00Z&to=2026-11-21T00:00:00Z", "from"),
    ("?from=2020-11-21T00:00:00Z&to=2026-11-21T00:00:00Z", "from"),
    ("?day=2026-11-21", "day"),
    ("/gaps?to=yesterday", "to"),
    ("/gaps?from=2026-11-21T00:00:00Z&to=2026-11-20T00:00:00Z", "from"),
    ("/fairness?from=2190-01-01T00:00:00Z&to=2199-01-01T00:00:00Z", "from"),
    ("/changes?before=0", "before"),
    (f"/changes?before={'9' * 30}", "before"),
    ("/changes?limit=501", "limit"),
    ("/chiefs?station=%00", "station"),
    ("/chiefs?township=%00", "township"),
    ("/chiefs?at=now", "at"),
    ("/swaps?state=done", "state"),
    ("/swaps?before=x", "before"),
    ("/handovers?person_id=%00", "person_id"),
    ("/handovers/0", "handover_id"),
    (f"/handovers/{'9' * 30}", "handover_id"),
    ("/log?start=2026-11-21T08:00:00", "start"),
    ("/log?post=%00", "post"),
    ("/check-ins?from=x", "from"),
    ("/rotations?x=1", "x"),
]
TOLD: list[tuple[str, Any, str]] = [
    ("/rotations", ROTATION | {"people": []}, "people"),
    ("/rotations", ROTATION | {"people": ["A", "A"]}, "people"),
    ("/rotations", ROTATION | {"people": ["A", "X"]}, "people.1"),
    ("/rotations", ROTATION | {"people": ["A\0"]}, "people.0"),
    ("/rotations", ROTATION | {"people": ["\ud800"]}, "people.0"),
    ("/rotations", ROTATION | {"post": ""}, "post"),
    ("/rotations", ROTATION | {"post": "岗" * 65}, "post"),
    ("/rotations", ROTATION | {"role": "king"}, "role"),
    ("/rotations", ROTATION | {"anchor": "1995-01-01"}, "anchor"),
    ("/rotations", ROTATION | {"anchor": "01.01.2026"}, "anchor"),
    ("/rotations", ROTATION | {"turns": [{"begins": "25:00", "hours": 8}]}, "turns.0.begins"),
    ("/rotations", ROTATION | {"turns": [{"begins": "08:00", "hours": 1e9}]}, "turns.0.hours"),
    ("/rotations", ROTATION | {"turns": [{"begins": "08:00", "hours": 8, "day": 1}]}, "turns"),
    ("/rotations", ROTATION | {"turns": [{"begins": "08:00+08:00", "hours": 8}]}, "turns.0.begins"),
    ("/rotations", ROTATION | {"zone": "Asia/Nowhere"}, "zone"),
    ("/rotations", ROTATION | {"zone": "../../etc/passwd"}, "zone"),
    ("/rotations", ROTATION | {"at_once": 2}, "at_once"),
    ("/rotations", ROTATION | {"valid_from": "2026-02-01", "valid_to": "2026-01-01"}, "valid_to"),
    ("/rotations", ROTATION | {"colour": "red"}, "colour"),
    ("/leave", {"person_id": "A", "start": SPAN["end"], "end": SPAN["start"]}, "end"),
    ("/leave", {"person_id": "A", "start": SPAN["start"], "end": "2199-01-01T00:00:00Z"}, "end"),
    ("/leave", {"person_id": "A", "start": "2099-05-01", "end": SPAN["end"]}, "start"),
    ("/leave", {"person_id": "X", **SPAN}, "person_id"),
    ("/substitutes", {"person_id": "A", "other_id": "A", **SPAN}, "substitute"),
    ("/temporary", {"post": "值班员", "shifts": [SIDE | {"role": "duty"}], **SPAN}, "shifts.0.post"),
    ("/holidays", {"day": "soon", "workday": True}, "day"),
    ("/holidays", {"day": "2027-01-01", "workday": "perhaps"}, "workday"),
    ("/swaps", {"one": SIDE, "other": SIDE}, "swap"),
    ("/swaps", {"one": SIDE, "other": SIDE | {"end": SIDE["start"]}}, "other.end"),
    ("/swaps", {"one": SIDE}, "other"),
    ("/swaps/1/eat", None, "step"),
    ("/handovers", {"note": "x" * 2001}, "note"),
    ("/handovers", {"note": "\0"}, "note"),
    ("/handovers", {"start": "now"}, "start"),
    ("/handovers/1/decline", {"reason": ""}, "reason"),
    ("/log", {"text": ""}, "text"),
    ("/log", {"text": "x" * 4001}, "text"),
    ("/check-in", {"lon": 181, "lat": 0}, "lon"),
    ("/check-in", {"lon": 120}, "lat"),
    ("/check-in", [], "body"),
]


@pytest.fixture(autouse=True)
async def _people(pool: asyncpg.Pool) -> None:
    await seed.person(pool, "A")


@pytest.mark.parametrize(("path", "field"), ASKED)
async def test_a_wrong_parameter_is_named(client: httpx2.AsyncClient, path: str, field: str) -> None:
    answer = await client.get(f"{API}{path}")
    assert answer.status_code == 422, answer.text
    assert [error["field"] for error in answer.json()["errors"]] == [field]


@pytest.mark.parametrize(("path", "body", "field"), TOLD, ids=[f"{path} {field}" for path, _, field in TOLD])
async def test_what_is_wrong_in_a_body_is_named(
    client: httpx2.AsyncClient, path: str, body: object, field: str, pool: asyncpg.Pool
) -> None:
    answer = await client.post(f"{API}{path}", content=json.dumps(body), headers=JSON)
    assert answer.status_code == 422, answer.text
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert await pool.fetchval("SELECT count(*) FROM roster_change") == 0


JUNK = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=12)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=6,
)
BODIES: dict[str, dict[str, Any]] = {
    "rotations": ROTATION,
    "leave": {"person_id": "A", **SPAN},
    "substitutes": {"person_id": "A", "other_id": "A", **SPAN},
    "temporary": {"post": "值班员", "shifts": [], **SPAN},
    "holidays": {"day": "2027-01-01", "workday": True},
    "swaps": {"one": SIDE, "other": SIDE},
    "handovers": {"note": "x", "start": SPAN["start"], "post": "值班员", "to": "A", "person_id": "A"},
    "log": {"text": "x", "start": SPAN["start"], "post": "值班员", "person_id": "A"},
    "check-in": {"lon": 1, "lat": 1, "note": ""},
}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(sorted(BODIES)), data=st.data(), junk=JUNK)
async def test_junk_in_a_body_is_never_a_fault_of_the_service(
    client: httpx2.AsyncClient, path: str, data: st.DataObject, junk: object
) -> None:
    field = data.draw(st.sampled_from(sorted(BODIES[path])))
    answer = await client.post(f"{API}/{path}", content=json.dumps(BODIES[path] | {field: junk}), headers=JSON)
    assert answer.status_code < 500


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(
        ["", "/gaps", "/fairness", "/changes", "/chiefs", "/swaps", "/handovers", "/log", "/check-ins"]
    ),
    name=st.sampled_from(["from", "to", "at", "before", "limit", "state", "station", "township", "person_id", "post"]),
    value=st.one_of(st.text(max_size=20), st.datetimes().map(lambda at: at.isoformat() + "Z"), st.integers().map(str)),
)
async def test_junk_in_a_query_is_never_a_fault_of_the_service(
    client: httpx2.AsyncClient, path: str, name: str, value: str
) -> None:
    answer = await client.get(f"{API}{path}?{name}={quote(value, safe='', errors='replace')}")
    assert answer.status_code < 500
