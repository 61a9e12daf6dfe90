"""Who is on duty now, who comes next, and that nobody is."""

from datetime import UTC, datetime, timedelta

import asyncpg
import httpx2

from tests.service import seed

API = "/api/v1/duty/now"
HOUR = timedelta(hours=1)


async def _at(client: httpx2.AsyncClient, time: str) -> tuple[list[str], list[str], bool]:
    told = (await client.get(API, params={"at": time})).json()
    return [d["person_id"] for d in told["on_duty"]], [d["person_id"] for d in told["next"]], told["gap"]


async def test_shift_holds_from_its_start_until_just_before_its_end(
    client: httpx2.AsyncClient, pool: asyncpg.Pool
) -> None:
    later = (seed.NOW + HOUR, seed.NOW + 2 * HOUR)
    first = ("P1", seed.NOW, seed.NOW + HOUR, "指挥中心")
    await seed.shifts(pool, [first, ("P2", *later, "指挥中心"), ("P3", *later, "现场")])
    assert await _at(client, "2026-11-21T08:29:59+08:00") == ([], ["P1"], True)
    assert await _at(client, "2026-11-21T08:30:00+08:00") == (["P1"], ["P2", "P3"], False)
    assert await _at(client, "2026-11-21T09:29:59.999999+08:00") == (["P1"], ["P2", "P3"], False)
    assert await _at(client, "2026-11-21T09:30:00+08:00") == (["P2", "P3"], [], False)
    assert await _at(client, "2026-11-21T10:30:00+08:00") == ([], [], True)


async def test_duty_tells_how_to_reach_a_person(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    await seed.shift(pool, "P1", seed.NOW, seed.NOW + HOUR)
    told = (await client.get(API, params={"at": "2026-11-21T00:40:00Z"})).json()
    assert told["responsible"] == told["on_duty"]
    assert told["on_duty"] == [
        {
            "person_id": "P1",
            "name": "王P1",
            "role": "duty",
            "phone": "13800000001",
            "township": "",
            "post": "指挥中心",
            "start": "2026-11-21T00:30:00Z",
            "end": "2026-11-21T01:30:00Z",
        }
    ]


async def test_an_empty_roster_is_a_gap_now(client: httpx2.AsyncClient) -> None:
    told = (await client.get(API)).json()
    assert (told["gap"], told["on_duty"], told["next"]) == (True, [], [])


async def test_roster_of_a_span_has_every_shift_that_lies_in_it_in_part(
    client: httpx2.AsyncClient, pool: asyncpg.Pool
) -> None:
    spans = [(-2, -1), (-1, 1), (1, 2), (2, 3)]
    await seed.shifts(pool, [(f"P{a}", seed.NOW + a * HOUR, seed.NOW + b * HOUR, "指挥中心") for a, b in spans])
    asked = {"from": seed.NOW.isoformat(), "to": (seed.NOW + 2 * HOUR).isoformat()}
    told = (await client.get("/api/v1/duty", params=asked)).json()
    assert [(one["person_id"], one["source"]) for one in told["shifts"]] == [("P-1", "import"), ("P1", "import")]
    assert (told["from"], told["to"]) == ("2026-11-21T00:30:00Z", "2026-11-21T02:30:00Z")


async def test_roster_that_is_as_it_was_is_not_sent_again(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    start = datetime(2099, 1, 1, tzinfo=UTC)
    await seed.shift(pool, "P1", start, start + HOUR)
    asked = {"from": "2099-01-01T00:00:00Z", "to": "2099-01-02T00:00:00Z"}
    mark = (await client.get("/api/v1/duty", params=asked)).headers["ETag"]
    same = await client.get("/api/v1/duty", params=asked, headers={"If-None-Match": mark})
    assert (same.status_code, same.content) == (304, b"")
    await seed.shift(pool, "P2", start, start + HOUR)
    other = await client.get("/api/v1/duty", params=asked, headers={"If-None-Match": mark})
    assert (other.status_code, len(other.json()["shifts"])) == (200, 2)
