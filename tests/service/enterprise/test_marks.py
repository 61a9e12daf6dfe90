"""Marks over HTTP: an enterprise declares, corrects, ends and takes back its own, and sees nobody else's."""

from datetime import datetime, timedelta
from typing import Any

import asyncpg
import httpx2
import pytest

from tests.service import seed
from tests.service.enterprise.plant import FOREIGN, MN, OTHER, OWN, plants, told
from tests.support import papers

PATH = "/api/v1/enterprise/marks"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DUTY, DISPATCHER = {"X-Hotgrid-Actor": "P1"}, {"X-Hotgrid-Actor": "T1"}


@pytest.fixture(autouse=True)
async def now(pool: asyncpg.Pool) -> datetime:
    """Two enterprises, the desk, and the time."""
    await plants(pool)
    for name, role in (("P1", "duty"), ("T1", "dispatcher"), ("B1", "bureau"), ("F1", "field"), ("C1", "chief")):
        await seed.person(pool, name, role)
    at: datetime = await pool.fetchval("SELECT date_trunc('second', now())")
    return at


def asked(now: datetime, start: timedelta = -HOUR, end: timedelta | None = HOUR, **more: Any) -> dict[str, Any]:
    """A declaration, its times relative to now."""
    span = {"start": (now + start).isoformat(), "end": None if end is None else (now + end).isoformat()}
    return {"mn": MN, "kind": "maintenance", "reason": "换泵", **span, **more}


async def post(client: httpx2.AsyncClient, path: str, body: Any, who: dict[str, str] = OWN) -> httpx2.Response:
    """A request of E0007's window."""
    return await client.post(
        f"{PATH}{path}", json=body, headers=who, params={} if who is OWN else {"enterprise": "E0007"}
    )


async def declare(client: httpx2.AsyncClient, body: Any, who: dict[str, str] = OWN) -> Any:
    """A mark that is taken."""
    answer = await post(client, "", body, who)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_it_is_in_force_at_once_and_shown_with_its_step(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, now: datetime
) -> None:
    mark = await declare(client, asked(now))
    assert (mark["state"], mark["mn"], mark["side"], mark["version"]) == ("declared", MN, "enterprise", 1)
    assert datetime.fromisoformat(mark["in_force"]["end"]) == now + HOUR
    assert [(step["action"], step["why"]) for step in mark["changes"]] == [("declare", "换泵")]
    assert await pool.fetchval("SELECT declaration_id FROM mark") == mark["mark_id"]
    assert (await told(client, f"/marks/{mark['mark_id']}")) == mark
    (listed,) = (await told(client, "/marks", state="declared", mn=MN, since=(now - DAY).isoformat()))["marks"]
    assert listed == {name: value for name, value in mark.items() if name != "changes"}
    assert (await told(client, "/marks", state="refused"))["marks"] == []


async def test_the_same_again_is_the_same(client: httpx2.AsyncClient, pool: asyncpg.Pool, now: datetime) -> None:
    first = await declare(client, asked(now))
    assert await declare(client, asked(now)) == first
    other = await post(client, "", asked(now, end=2 * HOUR))
    assert (other.status_code, other.json()["reason"]) == (409, "stage")
    assert str(first["mark_id"]) in other.json()["detail"]
    assert await pool.fetchval("SELECT count(*) FROM declaration") == 1


async def test_it_is_corrected_ended_and_taken_back(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, now: datetime
) -> None:
    number = (await declare(client, asked(now, end=None)))["mark_id"]
    correction = {"start": (now - 2 * HOUR).isoformat(), "reason": "换泵和滤膜", "why": "补时"}
    mark = (await post(client, f"/{number}/correct", correction)).json()
    assert (datetime.fromisoformat(mark["start"]), mark["reason"]) == (now - 2 * HOUR, "换泵和滤膜")
    mark = (await post(client, f"/{number}/end", {"at": now.isoformat()})).json()
    assert datetime.fromisoformat(mark["end"]) == now
    mark = (await post(client, f"/{number}/withdraw", {"why": "填错设备"})).json()
    assert (mark["state"], mark["in_force"]) == ("withdrawn", None)
    assert [step["action"] for step in mark["changes"]] == ["declare", "correct", "end", "withdraw"]
    assert [step["version"] for step in mark["changes"]] == [1, 2, 3, 4]
    assert await pool.fetchval("SELECT count(*) FROM mark") == 0
    assert (await post(client, f"/{number}/end", {})).status_code == 409


async def test_proofs_are_files_that_the_side_has_sent(client: httpx2.AsyncClient, now: datetime) -> None:
    file = await client.post("/api/v1/enterprise/files", content=papers.PDF, params={"name": "证明.pdf"}, headers=OWN)
    ids = [file.json()["file_id"]]
    mark = await declare(client, asked(now, proofs=ids))
    assert mark["proofs"] == ids
    got = await client.get(f"/api/v1/enterprise/files/{ids[0]}", params={"enterprise": "E0007"}, headers=DUTY)
    assert (got.status_code, got.content) == (200, papers.PDF)
    for strange in ("0" * 32, ids[0]):
        body = asked(now, 2 * HOUR, 3 * HOUR, proofs=[strange], mn=OTHER)
        answer = await client.post(PATH, json=body, headers=FOREIGN)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "proofs")


async def test_nobody_sees_or_changes_what_is_anothers(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, now: datetime
) -> None:
    number = (await declare(client, asked(now)))["mark_id"]
    bodies: dict[str, Any] = {"end": {}, "withdraw": {"why": "x"}, "correct": {"start": now.isoformat(), "reason": "x"}}
    assert (await client.get(f"{PATH}/{number}", headers=FOREIGN)).status_code == 404
    assert (await told(client, "/marks", FOREIGN))["marks"] == (await told(client, "/deadlines", FOREIGN))["deadlines"]
    for action, body in bodies.items():
        answer = await client.post(f"{PATH}/{number}/{action}", json=body, headers=FOREIGN)
        assert answer.status_code == 404, action
        away = await client.post(
            f"{PATH}/{number}/{action}", json=body, headers=FOREIGN, params={"enterprise": "E0007"}
        )
        assert away.status_code == 404, action
    assert (await client.post(PATH, json=asked(now, 2 * HOUR, 3 * HOUR), headers=FOREIGN)).status_code == 404
    assert (await post(client, "", asked(now, mn=OTHER))).status_code == 404
    assert await pool.fetchval("SELECT array_agg(version) FROM declaration") == [1]


async def test_the_database_itself_shows_an_enterprise_no_row_of_another_and_no_name_of_the_desk(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, now: datetime
) -> None:
    await declare(client, asked(now, end=None, kind="fault"), DUTY)
    async with pool.acquire() as on, on.transaction():
        await on.execute("SET LOCAL ROLE hotgrid_enterprise; SET LOCAL hotgrid.reach = '{E0008}'")
        for table in ("declaration", "declaration_change", "deadline", "mark"):
            assert await on.fetchval(f"SELECT count(*) FROM {table}") == 0, table  # noqa: S608
        await on.execute("SET LOCAL hotgrid.reach = '{E0007}'")
        assert await on.fetchval("SELECT count(*) FROM deadline") == 2
        body = await on.fetchval("SELECT body FROM declaration_change")
        assert not {"made_by", "reviewed_by"} & body.keys()
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await on.fetch("SELECT made_by FROM declaration")


@pytest.mark.parametrize("who", ["T1", "B1", "F1", "C1"])
async def test_only_the_enterprise_and_who_stands_in_for_it_declare(
    client: httpx2.AsyncClient, now: datetime, who: str
) -> None:
    assert (await post(client, "", asked(now), {"X-Hotgrid-Actor": who})).status_code == 403
    mark = await declare(client, asked(now), DUTY)
    assert (mark["side"], "P1" in str(mark)) == ("desk", False)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"start": "2020-01-01T00:00:00Z", "end": None}, "start"),
        ({"start": "2100-01-01T00:00:00Z", "end": None}, "start"),
        ({"end": "2020-01-01T00:00:00Z"}, "end"),
        ({"end": "2100-01-01T00:00:00Z"}, "end"),
        ({"start": "2026-11-20T10:00:00"}, "start"),
        ({"kind": "holiday"}, "kind"),
        ({"reason": " "}, "reason"),
        ({"reason": "长" * 501}, "reason"),
        ({"reason": "a\0"}, "reason"),
        ({"mn": "A/B"}, "mn"),
        ({"proofs": ["x"]}, "proofs.0"),
        ({"proofs": ["0" * 32] * 21}, "proofs"),
        ({"state": "accepted"}, "state"),
    ],
)
async def test_what_is_wrong_is_named(
    client: httpx2.AsyncClient, now: datetime, wrong: dict[str, Any], field: str
) -> None:
    answer = await post(client, "", asked(now) | wrong)
    assert answer.status_code == 422, answer.text
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_pages_follow_each_other(client: httpx2.AsyncClient, now: datetime) -> None:
    made = [(await declare(client, asked(now, n * HOUR, (n + 1) * HOUR)))["mark_id"] for n in range(5)]
    seen: list[int] = []
    query: dict[str, Any] = {"limit": 2}
    while True:
        page = await told(client, "/marks", **query)
        seen += [mark["mark_id"] for mark in page["marks"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert seen == made[::-1]


async def test_a_deadline_is_shown_with_how_it_stands(client: httpx2.AsyncClient, now: datetime) -> None:
    number = (await declare(client, asked(now, -13 * HOUR, None, kind="fault")))["mark_id"]
    lines = (await told(client, "/deadlines"))["deadlines"]
    assert [(line["task"], line["state"], line["mark_id"]) for line in lines] == [
        ("repair", "open", number),
        ("report", "missed", number),
    ]
    assert [line["task"] for line in (await told(client, "/deadlines", state="open"))["deadlines"]] == ["repair"]
    await post(client, f"/{number}/end", {})
    assert [line["task"] for line in (await told(client, "/deadlines", state="met"))["deadlines"]] == ["repair"]
