"""Bad input: 4xx with the field named, never 500, whatever is sent."""

from urllib.parse import quote

import asyncpg
import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.service import seed

HUGE = "9" * 30
WRONG = [
    ("/alerts?status=maybe", "status"),
    ("/alerts?kind=Hot%20Spot", "kind"),
    ("/alerts?kind=%00", "kind"),
    ("/alerts?cell=1", "cell"),
    ("/alerts?cell=1-2-3", "cell"),
    ("/alerts?cell=-1-2", "cell"),
    ("/alerts?cell=999999-1", "cell"),
    ("/alerts?since=yesterday", "since"),
    ("/alerts?since=2026-11-21T08:00:00", "since"),
    ("/alerts?since=1732147200", "since"),
    ("/alerts?since=99999-01-01T00:00:00Z", "since"),
    ("/alerts?since=0001-01-01T00:00:00Z", "since"),
    ("/alerts?since=2026-02-30T00:00:00Z", "since"),
    ("/alerts?since=2026-11-21T08:00:00%2B99:00", "since"),
    ("/alerts?cursor=abc", "cursor"),
    ("/alerts?cursor=%00", "cursor"),
    ("/alerts?cursor=" + quote("错"), "cursor"),
    ("/alerts?cursor=WyIyMDI2LTExLTIxVDAwOjMwOjAwWiIsImFcdTAwMDAiXQ", "cursor"),  # an id with a zero byte
    ("/alerts?cursor=WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzIzOjU5IiwiYSJd", "cursor"),  # before the year 1
    ("/alerts?limit=0", "limit"),
    ("/alerts?limit=501", "limit"),
    ("/alerts?limit=NaN", "limit"),
    (f"/alerts?limit={HUGE}", "limit"),
    ("/alerts?limits=5", "limits"),
    ("/alerts/%00", "alert_id"),
    ("/alerts/" + "x" * 300, "alert_id"),
    ("/alerts/a1?x=1", "x"),
    ("/alerts/stream?last_event_id=x", "last_event_id"),
    ("/alerts/stream?last_event_id=-1", "last_event_id"),
    (f"/alerts/stream?last_event_id={HUGE}", "last_event_id"),
    ("/alerts/stream?from=1", "from"),
    ("/duty/now?at=2026-11-21", "at"),
    ("/duty/now?when=x", "when"),
    ("/rejects?reason=%00", "reason"),
    ("/rejects?device=a/b", "device"),
    ("/rejects?cursor=abc", "cursor"),
    ("/rejects?limit=501", "limit"),
    ("/rejects?since=yesterday", "since"),
    ("/stations/S1/track?from=2026-11-21", "from"),
    ("/stations/S1/track?step=1m", "step"),
    ("/findings/score?since=2026-11-21T08:00:00Z", "since"),
    ("/grid?pollutant=smoke", "pollutant"),
    ("/grid?pollutant=humidity", "pollutant"),
    ("/grid?geometry=perhaps", "geometry"),
    ("/grid?cell=1-1", "cell"),
    ("/grid/x-1", "ix"),
    ("/grid/1-x", "iy"),
    ("/grid/-1-1", "ix"),
    (f"/grid/{HUGE}-1", "ix"),
    ("/grid/1-1?pollutant=%00", "pollutant"),
    ("/grid/1-1?from=2026-11-21T08:00:00", "from"),
    ("/grid/1-1?from=2026-11-21T08:00:00Z&to=2026-11-21T08:00:00Z", "from"),
    ("/declarations?state=open", "state"),
    ("/declarations?since=yesterday", "since"),
    ("/declarations?enterprise=%00", "enterprise"),
    ("/declarations?cursor=abc", "cursor"),
    ("/declarations?cursor=WyIyMDI2LTExLTIxVDAwOjMwOjAwWiIsImEiXQ", "cursor"),  # of another list
    ("/declarations?limit=501", "limit"),
    ("/declarations?mn=1", "mn"),
    ("/declarations/0", "mark_id"),
    (f"/declarations/{HUGE}", "mark_id"),
    ("/deadlines?state=late", "state"),
    ("/deadlines?since=1732147200", "since"),
    ("/deadlines?cursor=WyIyMDI2LTExLTIxVDAwOjMwOjAwWiIsImEiXQ", "cursor"),
    ("/deadlines?limit=0", "limit"),
    ("/deadlines/enterprises?limit=1", "limit"),
    ("/deadlines/enterprises?since=2026-02-30T00:00:00Z", "since"),
    ("/stations?kind=micro", "kind"),
    ("/stations/latest?limit=1", "limit"),
    ("/stations/%00/readings", "station_id"),
    ("/stations/a%20b/readings", "station_id"),
    ("/stations/S1/readings?step=0m", "step"),
    ("/stations/S1/readings?step=25h", "step"),
    ("/stations/S1/readings?step=5", "step"),
    (f"/stations/S1/readings?step={HUGE}m", "step"),
    ("/stations/S1/readings?to=2026-11-21T08:00:00", "to"),
    ("/stations/S1/readings?from=2026-11-22T00:00:00Z&to=2026-11-21T00:00:00Z", "from"),
    ("/stations/S1/readings?From=2026-11-22T00:00:00Z", "From"),
    ("/stations/%00/availability", "station_id"),
    ("/stations/S1/availability?from=2026-11-21T00:00:00Z", "from"),
    ("/stations/S1/availability?to=2026-02-30", "to"),
    ("/stations/S1/availability?to=0001-01-01", "to"),
    ("/stations/S1/availability?from=2026-11-21&to=2026-11-21", "from"),
    ("/stations/S1/availability?from=2000-01-01&to=2026-11-21", "from"),
    ("/stations/S1/availability?day=2026-11-21", "day"),
    ("/availability?day=yesterday", "day"),
    ("/mutes?active=perhaps", "active"),
    (f"/mutes?before={HUGE}", "before"),
    ("/mutes?limit=0", "limit"),
    (f"/mutes/{HUGE}", "mute_id"),
    ("/mutes/0", "mute_id"),
    ("/alerts/%00/holds", "alert_id"),
    ("/alerts/a1/recurrence?days=0", "days"),
    (f"/alerts/a1/recurrence?days={HUGE}", "days"),
    ("/campaigns?tag=%00", "tag"),
    ("/campaigns?limit=501", "limit"),
    ("/campaigns/x", "campaign_id"),
    ("/campaigns/1/alerts?cursor=abc", "cursor"),
    ("/availability?day=9999-12-31", "day"),
    ("/availability?from=2026-11-21", "from"),
]


@pytest.mark.parametrize(("path", "field"), WRONG)
async def test_wrong_parameter_is_named(client: httpx2.AsyncClient, pool: asyncpg.Pool, path: str, field: str) -> None:
    await seed.grid(pool)
    await seed.station(pool, "S1", (1, 1))
    answer = await client.get(f"/api/v1{path}")
    told = answer.json()
    assert answer.status_code == 422, told
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (told["type"], told["status"]) == ("urn:hotgrid:problem:bad-input", 422)
    assert [error["field"] for error in told["errors"]] == [field]
    assert told["title_zh"]
    assert told["errors"][0]["message"]


async def test_wrong_number_of_the_last_event_is_named(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/api/v1/alerts/stream", headers={"Last-Event-ID": "x"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "last-event-id")


@pytest.mark.parametrize(
    ("method", "path", "status", "slug"),
    [
        ("GET", "/api/v1/nothing", 404, "no-such-path"),
        ("GET", "/api/v2/alerts", 404, "no-such-path"),
        ("GET", "/api/v1/alerts/", 404, "no-such-path"),
        ("GET", "/page/../settings.py", 404, "no-such-path"),
        ("GET", "/page/%2e%2e/settings.py", 404, "no-such-path"),
        ("GET", "/api/v1/stations/S9/readings", 404, "not-found"),
        ("GET", "/api/v1/stations/S9/availability", 404, "not-found"),
        ("POST", "/api/v1/alerts", 405, "wrong-method"),
        ("DELETE", "/", 405, "wrong-method"),
    ],
)
async def test_wrong_path_and_method_are_problems_too(
    client: httpx2.AsyncClient, method: str, path: str, status: int, slug: str
) -> None:
    answer = await client.request(method, path)
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:hotgrid:problem:{slug}")
    assert answer.headers["Content-Type"] == "application/problem+json"


JUNK = st.one_of(
    st.text(max_size=40),
    st.integers().map(str),
    st.floats().map(str),
    st.datetimes().map(lambda at: at.isoformat() + "Z"),
    st.sampled_from(["", "null", "\x00", "1e999", "-0", "NaN", "%", "1-1", "../..", "🔥", "'; --", "\ud7ff", "５"]),
)
PATHS = ["/alerts", "/alerts/{}", "/duty/now", "/grid", "/grid/{}-{}", "/stations", "/stations/latest"]
NAMES = [
    "day",
    "status",
    "reason",
    "device",
    "kind",
    "cell",
    "since",
    "cursor",
    "limit",
    "at",
    "from",
    "to",
    "step",
    "pollutant",
    "geometry",
    "person",
    "alarm",
    "format",
]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(
        [
            *PATHS,
            "/stations/{}/readings",
            "/stations/{}/track",
            "/findings/score",
            "/rejects",
            "/contacts",
            "/stations/{}/availability",
            "/availability",
            "/photos/{}",
            "/alerts/{}/photos",
            "/duty.ics",
            "/duty/calendar/{}.ics",
            "/duty/export",
            "/mutes",
            "/mutes/{}",
            "/alerts/{}/holds",
            "/alerts/{}/recurrence",
            "/campaigns",
            "/campaigns/{}",
            "/campaigns/{}/alerts",
        ]
    ),
    parts=st.tuples(JUNK, JUNK),
    query=st.dictionaries(st.one_of(st.sampled_from(NAMES), st.text(max_size=8)), JUNK, max_size=3),
    header=st.sampled_from(["If-None-Match", "Last-Event-ID", "Accept-Encoding", "Accept"]),
    value=st.binary(max_size=20).filter(lambda value: not set(value) & {0, 10, 13}),
)
async def test_junk_is_never_a_fault_of_the_service(
    client: httpx2.AsyncClient, path: str, parts: tuple[str, str], query: dict[str, str], header: str, value: bytes
) -> None:
    path = path.format(*(quote(part, safe="", errors="replace") for part in parts))
    url = httpx2.URL(f"http://service/api/v1{path}", params=query)
    answer = await client.get(url, headers=[(header.encode(), value)])
    assert answer.status_code < 500
    if answer.status_code >= 400:
        assert answer.json()["type"].startswith("urn:hotgrid:problem:")
