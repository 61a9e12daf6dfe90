"""Alerts: newest first, in pages that neither miss nor repeat, and one with its history."""

from datetime import timedelta

import asyncpg
import httpx2

from alerts.detector.tuning import DEFAULT
from alerts.handling.stage import Handling
from alerts.store import body_of
from alerts.watch import Watch
from service.resources.alert.alerts import ALERT_VIEW, Alert
from service.resources.alert.evidence import EXAMPLE
from service.resources.desk.handled import EXAMPLE as HANDLED
from tests.service import seed
from tests.support.scene import district, emit, weather

API = "/api/v1/alerts"
MERGED = ("alert_newest_of_kind", "handling_newest")  # whose lists are merged, and sorted for that


async def _ids(client: httpx2.AsyncClient, query: str = "") -> list[str]:
    answer = await client.get(f"{API}?{query}")
    assert answer.status_code == 200, answer.text
    return [alert["id"] for alert in answer.json()["alerts"]]


async def test_nothing_yet_is_an_empty_page(client: httpx2.AsyncClient) -> None:
    assert (await client.get(API)).json() == {"alerts": [], "next": None}


async def test_alert_is_told_as_it_was_written(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    told = seed.body("a1", evidence={"名": "值", "deep": [1, {"x": None}]})
    await seed.alert(pool, told)
    assert (await client.get(API)).json()["alerts"] == [told | {"handling": seed.handling(told)}]


async def test_pages_over_many_alerts_of_the_same_minute_miss_and_repeat_nothing(
    client: httpx2.AsyncClient, pool: asyncpg.Pool
) -> None:
    for number in range(40):
        await seed.alert(pool, seed.body(f"a{number:02d}", seed.NOW + timedelta(minutes=number // 15)))
    seen: list[str] = []
    query = "limit=7"
    while query:
        page = (await client.get(f"{API}?{query}")).json()
        seen += [alert["id"] for alert in page["alerts"]]
        if len(seen) == 7:
            await seed.alert(pool, seed.body("came-meanwhile", seed.NOW + timedelta(hours=1)))
        query = f"limit=7&cursor={page['next']}" if page["next"] else ""
    assert seen == [f"a{number:02d}" for number in reversed(range(40))]


async def test_last_page_that_is_just_full_has_no_next(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    for name in ("a1", "a2"):
        await seed.alert(pool, seed.body(name))
    assert (await client.get(f"{API}?limit=2")).json()["next"] is None
    assert (await client.get(f"{API}?limit=1")).json()["next"]


async def test_filters_hold_together_and_along_the_pages(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    over = (seed.NOW + timedelta(minutes=9)).isoformat()
    await seed.alert(pool, seed.body("open", cell=(1, 1)))
    await seed.alert(pool, seed.body("over", status="closed", closed_at=over, cell=(1, 1)))
    await seed.alert(pool, seed.body("fault", kind="fault", cell=(2, 2)))
    await seed.alert(pool, seed.body("later", seed.NOW + timedelta(minutes=5), kind="fault", cell=(1, 1)))
    assert await _ids(client, "status=open") == ["later", "open", "fault"]
    assert await _ids(client, "status=closed") == ["over"]
    assert await _ids(client, "kind=fault") == ["later", "fault"]
    assert await _ids(client, "kind=fault&status=closed") == []
    assert await _ids(client, "kind=fault,hotspot") == ["later", "over", "open", "fault"]
    assert await _ids(client, "kind=fault&kind=hotspot&status=open") == ["later", "open", "fault"]
    assert await _ids(client, "kind=fault,fault") == ["later", "fault"]
    assert await _ids(client, "cell=1-1") == ["later", "over", "open"]
    assert await _ids(client, "cell=1-1&kind=hotspot&status=open") == ["open"]
    assert await _ids(client, "since=2026-11-21T08:35:00%2B08:00") == ["later"]
    assert await _ids(client, "since=2026-11-21T08:35:00+08:00&status=open") == ["later"]
    for query in ("status=open", "kind=fault", "kind=hotspot,fault", "cell=1-1", "cell=1-1&kind=hotspot,fault"):
        first = (await client.get(f"{API}?{query}&limit=1")).json()
        rest = await _ids(client, f"{query}&cursor={first['next']}")
        assert [first["alerts"][0]["id"], *rest] == await _ids(client, query)


async def test_one_alert_comes_with_its_course_and_the_names_of_its_candidates(
    client: httpx2.AsyncClient, pool: asyncpg.Pool
) -> None:
    told = seed.body("a1")
    await seed.enterprise(pool, "E0007", "<b>江宇化工</b>")
    await seed.alert(pool, told)
    await seed.event(pool, told, "updated", "stronger")
    detail = (await client.get(f"{API}/a1")).json()
    assert [(event["seq"], event["action"], event["why"]) for event in detail.pop("events")] == [
        (1, "opened", ""),
        (2, "updated", "stronger"),
    ]
    assert [place["name"] for place in detail.pop("enterprises")] == ["<b>江宇化工</b>"]
    assert detail == told | {"handling": seed.handling(told), "people": {}, "merged": []}


def test_documented_example_is_what_the_detector_writes() -> None:
    watch = Watch(district())
    first = DEFAULT.grid.numbers.prime + 30
    frames = list(weather(watch.layout, first + 30))
    emit(frames, watch.layout, first, first + 25)
    changes = [change for frame in frames for change in watch.close(frame)]
    written = [body_of(change.alert) for change in changes if change.alert.attribution == "wind"][-1]
    assert _shape(written) == _shape(EXAMPLE)
    for told in (written, EXAMPLE):
        alert = Alert.model_validate(told | {"handling": HANDLED})
        assert (alert.evidence.model_extra, alert.handling.model_extra) == ({}, {})
    assert Handling.read(HANDLED).body() == HANDLED


def _shape(told: object) -> object:
    """Names and types, of every list and every table by pollutant the first only; null is of any type."""
    if isinstance(told, dict):
        part = {"peak": told["pm25"]} if "pm25" in told else told
        return {name: _shape(value) for name, value in sorted(part.items()) if value is not None}
    if isinstance(told, list):
        return [_shape(part) for part in told[:1]]
    return float if isinstance(told, (int, float)) and not isinstance(told, bool) else type(told)


async def test_unknown_alert_is_a_problem_of_its_own(client: httpx2.AsyncClient) -> None:
    answer = await client.get(f"{API}/nobody")
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:hotgrid:problem:not-found")


async def test_every_page_is_read_by_an_index(database: str) -> None:
    bounds = {"before_at": None, "before_id": None, "since": None, "limit": 50}
    connection = await asyncpg.connect(database)
    try:
        await connection.execute("SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan")
        for query, more, index in (
            (ALERT_VIEW.newest, {"status": None}, "alert_newest"),
            (ALERT_VIEW.newest_open, {"kinds": None}, "alert_newest_open"),
            (ALERT_VIEW.newest_of_kinds, {"kinds": ["x", "y"], "status": None}, "alert_newest_of_kind"),
            (ALERT_VIEW.newest_in_stages, {"stages": ["open"], "kinds": None, "status": None}, "handling_newest"),
        ):
            prepared = await connection.prepare(query.text)
            plan = str(await prepared.explain(*query.arguments(bounds | more)))
            assert f"'Index Name': '{index}'" in plan
            assert plan.count("'Node Type': 'Sort'") == (index in MERGED)
    finally:
        await connection.close()
