"""What browsers and proxies are told: what pages may do, who may read, and what nobody keeps for another."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import httpx2
import pytest

from service.app import make_app
from service.headers import HEADERS
from service.settings import ServiceSettings
from tests.service import seed
from tests.service.conftest import UNLIMITED
from tests.support.signing import SignedIn

ALERTS = "/api/v1/alerts"
FOREIGN = {"Origin": "https://evil.example"}
DOCUMENT = make_app(ServiceSettings(database_url="postgresql://nowhere/none")).openapi()
CHANGING = [
    (
        method.upper(),
        path.replace("{", "").replace("}", ""),
        "application/json" in str(methods[method].get("requestBody")),
    )
    for path, methods in DOCUMENT["paths"].items()
    for method in methods
    if method in ("post", "put", "patch", "delete")
]


@pytest.mark.parametrize("path", ["/", "/docs", "/page/page.js", "/healthz", ALERTS, f"{ALERTS}/none", "/none"])
async def test_every_answer_has_the_headers(client: httpx2.AsyncClient, path: str) -> None:
    headers = (await client.get(path)).headers
    assert {name: headers[name] for name in HEADERS} == HEADERS
    assert "Strict-Transport-Security" not in headers


def test_the_field_app_may_locate_and_photograph_and_a_map_may_draw() -> None:
    allowed = dict(part.split("=") for part in HEADERS["Permissions-Policy"].split(", "))
    assert (allowed["geolocation"], allowed["camera"], allowed["microphone"]) == ("(self)", "(self)", "()")
    policy = HEADERS["Content-Security-Policy"]
    assert "worker-src 'self' blob:" in policy
    assert "unsafe" not in policy
    assert "*" not in policy


async def test_browsers_are_told_to_stay_with_tls_only_where_there_is(database: str) -> None:
    app = make_app(ServiceSettings(database_url=database))
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="https://service") as client,
    ):
        assert "max-age=" in (await client.get("/healthz")).headers["Strict-Transport-Security"]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
async def test_no_other_origin_may_ask(client: httpx2.AsyncClient, method: str) -> None:
    asked = {**FOREIGN, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": "authorization"}
    for answer in (
        await client.options(ALERTS, headers=asked),
        await client.options("/no/such/path", headers=asked),
        await client.request(method, ALERTS, headers=FOREIGN),
    ):
        assert not [name for name in answer.headers if name.lower().startswith("access-control-")]
        assert answer.status_code >= 400 or method == "GET"


@pytest.mark.parametrize(
    "path", [ALERTS, f"{ALERTS}/a1", "/api/v1/grid", "/api/v1/duty", "/api/v1/stations", f"{ALERTS}/x"]
)
async def test_what_depends_on_who_asks_is_kept_for_nobody_else(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, path: str
) -> None:
    await seed.grid(pool)
    await seed.alert(pool, seed.body("a1"))
    headers = (await client.get(path)).headers
    assert {"cookie", "authorization"} <= {name.strip().lower() for name in headers["Vary"].split(",")}
    assert {"private", "no-store"} & {part.strip() for part in headers["Cache-Control"].split(",")}


async def test_what_is_the_same_for_all_may_be_kept(client: httpx2.AsyncClient) -> None:
    headers = (await client.get("/page/page.js")).headers
    assert headers["Cache-Control"] == "no-cache"
    assert "cookie" not in headers.get("Vary", "").lower()


@pytest.fixture
async def small(database: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A service that takes bodies of 1,000 bytes."""
    app = make_app(ServiceSettings(database_url=database, body_limit=1_000, **UNLIMITED))  # type: ignore[arg-type]
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://service", auth=SignedIn(database)) as client,
    ):
        yield client


async def test_no_operation_takes_a_body_without_end(small: httpx2.AsyncClient) -> None:
    """Told beforehand or in pieces; those that take files have limits of their own, and say 413 or 415 too."""
    sent = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            assert sent < 100_000_000, "it reads for ever"
            sent += 65_536
            yield b" " * 65_536
            await asyncio.sleep(0)

    for method, path, takes_json in CHANGING:
        sent = 0
        answers = [
            await small.request(method, path, content=content, headers={"Content-Type": media_type})
            for media_type in ("application/json", "image/jpeg", "application/octet-stream")
            for content in (b"[" + b" " * 2_000, pieces())
        ]
        assert all(answer.status_code < 500 for answer in answers), (method, path)
        assert {answer.status_code for answer in answers[:2]} == {413} or not takes_json, (method, path)
