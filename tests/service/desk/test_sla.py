"""What took too long, and how long each step takes, over all, by team and by township."""

from datetime import timedelta
from typing import Any

import asyncpg
import httpx2

from alerts.handling.desk import act
from alerts.handling.stage import Act, Actor
from alerts.handling.timers import turn
from alerts.policy import Policy
from alerts.store import put_alert
from tests.service import seed
from tests.support.hotspot import hotspot

API = "/api/v1/sla"
MINUTE = timedelta(minutes=1)
DUTY = Actor("P04", "duty")
FIELD = Actor("P19", "field", township="云溪镇")
SPAN = {"from": "2026-11-21T00:00:00Z", "to": "2026-11-22T00:00:00Z"}


async def handled(pool: asyncpg.Pool, number: int, taken: int, sent: int | None = None, **changed: Any) -> None:
    """An alert that was taken, and perhaps sent to a team, at these minutes."""
    name = f"a{number:02d}"
    alert = hotspot(id=name, source=name, opened_at=seed.NOW, cells=(), **changed)
    async with pool.acquire() as connection:
        async with connection.transaction():
            await put_alert(connection, alert, "opened", seed.NOW)
        await act(connection, name, Act("acknowledge", DUTY), seed.NOW + taken * MINUTE)
        if sent is not None:
            await act(connection, name, Act("dispatch", DUTY, team="云溪镇"), seed.NOW + sent * MINUTE)
        await turn(connection, Policy(), seed.NOW + 20 * MINUTE)


async def field_team(pool: asyncpg.Pool) -> None:
    """Somebody to send."""
    await pool.execute("INSERT INTO person VALUES ('P19', '江一苇', 'field', '', '云溪镇')")


async def test_breaches_are_listed_newest_first_in_pages(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    for number in range(5):
        await handled(pool, number, 7)
    await handled(pool, 9, 2)
    seen: list[tuple[str, str]] = []
    cursor = ""
    while True:
        page = (
            await client.get(f"{API}/breaches", params={"limit": "2"} | ({"cursor": cursor} if cursor else {}))
        ).json()
        seen += [(breach["alert_id"], breach["step"]) for breach in page["breaches"]]
        cursor = page["next"]
        if not cursor:
            break
    late = [(f"a{number:02d}", "acknowledge") for number in range(5)]
    undispatched = [
        ("a00", "dispatch"),
        ("a01", "dispatch"),
        ("a02", "dispatch"),
        ("a03", "dispatch"),
        ("a04", "dispatch"),
    ]
    assert sorted(seen) == sorted([*late, *undispatched, ("a09", "dispatch")])
    assert len(seen) == len(set(seen))
    only = (await client.get(f"{API}/breaches", params={"step": "acknowledge"})).json()["breaches"]
    assert [breach["alert_id"] for breach in only] == ["a04", "a03", "a02", "a01", "a00"]


async def test_the_figures_are_the_percentiles_of_what_was_done(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    await field_team(pool)
    for number, taken in enumerate((1, 2, 3, 4, 10)):
        await handled(pool, number, taken, taken + 5 if number < 2 else None)
    told = (await client.get(API, params=SPAN)).json()
    steps = {row["step"]: row for row in told["steps"]}
    assert (steps["acknowledge"]["done"], steps["acknowledge"]["broken"]) == (5, 1)
    assert (steps["acknowledge"]["p50_min"], steps["acknowledge"]["most_min"]) == (3.0, 10.0)
    assert (steps["dispatch"]["done"], steps["dispatch"]["p50_min"]) == (2, 5.0)
    assert "arrive" not in steps
    assert told["rules"]["arrive"] == [30, 30, 30, 30]
    by_team = (await client.get(API, params={**SPAN, "by": "team"})).json()["steps"]
    assert {(row["part"], row["step"], row["done"]) for row in by_team} == {
        ("云溪镇", "acknowledge", 2),
        ("云溪镇", "dispatch", 2),
        ("", "acknowledge", 3),
    }


async def test_the_township_is_that_of_the_station_next_to_the_alert(
    client: httpx2.AsyncClient, pool: asyncpg.Pool
) -> None:
    await seed.station(pool, "S1", (2, 3))
    await handled(pool, 1, 2)
    (row,) = (await client.get(API, params={**SPAN, "by": "township"})).json()["steps"]
    assert (row["part"], row["step"]) == ("孟河镇", "acknowledge")


async def test_drills_and_what_rings_nobody_are_in_no_statistic(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    await handled(pool, 1, 9, kind="drill")
    await handled(pool, 2, 9, kind="fault")
    assert (await client.get(API, params=SPAN)).json()["steps"] == []
    assert (await client.get(f"{API}/breaches")).json()["breaches"] == []


async def test_a_span_that_is_none_is_refused(client: httpx2.AsyncClient) -> None:
    for wrong in ({"from": SPAN["to"], "to": SPAN["from"]}, {"from": "2020-01-01T00:00:00Z"}):
        answer = await client.get(API, params=wrong)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "from")
