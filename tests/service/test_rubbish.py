"""Rubbish in any parameter, header or body of any operation is no fault, and is told what is wrong with it."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg
import httpx2
import pytest
import pytest_asyncio

from deploy.servers import Servers
from service.app import make_app
from service.settings import ServiceSettings
from sql.pool import open_pool
from tests.service import rubbish
from tests.service.conftest import UNLIMITED
from tests.service.forgetful import Forgetful, Valid
from tests.service.world import settle
from tests.support.json_schema import faults
from tests.support.signing import SignedIn

pytestmark = pytest.mark.asyncio(loop_scope="module")
NAME = "hotgrid_rubbish"
DOCUMENT = make_app(ServiceSettings(database_url="postgresql://nowhere/none")).openapi()
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW")
JSON = b"application/json"
FED_S = 0.001  # so long the live feed lasts
# Of values that do not go together another one may be named; what a path names may be in the way of the body.
OTHERS = {
    "from": {"to"},
    "to": {"from"},
    "start": {"end"},
    "lon": {"lat"},
    "iy": {"ix"},  # 1--1 is 1- and 1
    "team": {"person"},
    "passed": {"deadline"},
}
ELSEWHERE = {"beginSingleSignOn", "endSingleSignOn"}  # where they lead is tried in tests/service/account
UNNAMED = {"", "\ud800"}  # no such name can be told


@dataclass(frozen=True, slots=True)
class Operation:
    """A path and a method of the document."""

    id: str
    method: str
    path: str
    told: dict[str, Any]

    def parameters(self, where: str) -> list[str]:
        """The names of the parameters that stand there."""
        return [one["name"] for one in self.told.get("parameters", ()) if one["in"] == where]


OPERATIONS = [
    Operation(told["operationId"], method.upper(), path, told)
    for path, methods in DOCUMENT["paths"].items()
    for method, told in methods.items()
]
every = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.id)
with_body = pytest.mark.parametrize(
    "operation", [one for one in OPERATIONS if "requestBody" in one.told], ids=lambda one: one.id
)


@dataclass(slots=True)
class Service:
    """The service, a request that it answers in each operation, and the answers that were wrong."""

    client: httpx2.AsyncClient
    database: Forgetful
    valid: Mapping[str, Valid]
    wrong: list[str] = field(default_factory=list)

    def of(self, operation: Operation) -> Valid:
        """The valid request."""
        return self.valid.get(operation.id) or Valid()

    async def send(
        self,
        operation: Operation,
        path: Mapping[str, bytes] | None = None,
        query: Mapping[str, bytes] | None = None,
        headers: Mapping[str, bytes | None] | None = None,
        body: bytes | None = None,
        method: str = "",
    ) -> httpx2.Response:
        """The valid request with some of it replaced; what stands in the address is percent-encoded already."""
        valid = self.of(operation)
        steps = operation.path.encode()
        for name, value in ({k: quote(v, safe="").encode() for k, v in valid.path.items()} | dict(path or {})).items():
            steps = steps.replace(b"{" + name.encode() + b"}", value)
        asked = {name: quote(value, safe="").encode() for name, value in valid.query.items()} | dict(query or {})
        more = b"&".join(quote(name, safe="").encode() + b"=" + value for name, value in asked.items())
        if body is None and valid.bodies:
            body = rubbish.as_sent(valid.bodies[0])
        told: dict[str, bytes | None] = {"content-type": valid.content_type.encode() or (JSON if body else None)}
        told["x-hotgrid-actor"] = valid.actor.encode() or None
        told |= {name.lower(): value for name, value in (headers or {}).items()}
        request = self.client.build_request(
            method or operation.method,
            httpx2.URL("http://service").copy_with(raw_path=steps + (b"?" + more if more else b"")),
            headers=[(name.encode(), value) for name, value in told.items() if value is not None],
            content=valid.raw or body,
        )
        async with self.database.forgetting():
            return await self.client.send(request)

    def look(self, what: str, answer: httpx2.Response, field: str | None = None) -> None:
        """Note an answer that is a fault, or is refused without saying why in the way of this service."""
        if faults := _faults(answer, field):
            self.wrong.append(f"{what[:200]} → {answer.status_code} {answer.text[:300]}: {faults}")

    def judge(self) -> None:
        """Fails with every answer that was wrong."""
        wrong, self.wrong = self.wrong, []
        assert not wrong, f"{len(wrong)} wrong:\n" + "\n".join(wrong)


def _faults(answer: httpx2.Response, field: str | None) -> str:
    if answer.status_code < 400:
        return ""
    if answer.status_code >= 500:
        return "a fault"
    if answer.request.method == "HEAD":
        return ""
    if answer.headers["Content-Type"] != "application/problem+json":
        return "is no problem+json"
    if answer.headers.get("X-Content-Type-Options") != "nosniff":
        return "is not guarded"
    told = answer.json()
    lacks = {"type", "title", "title_zh", "status", "detail"} - {name for name in told if told[name]}
    if lacks or told["status"] != answer.status_code:
        return f"lacks {lacks}"
    named = {error["field"].lower() for error in told.get("errors", ())}
    if field is not None and answer.status_code == 422 and told["type"].endswith("bad-input"):
        meant = {field.lower(), *OTHERS.get(field, ())} | ({"body"} if field in UNNAMED else set())
        if not any(name == one or name.startswith(f"{one}.") for name in named for one in meant):
            return f"{field} is not named but {named}"
    return ""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def district(servers: Servers, template: str) -> AsyncIterator[str]:
    """The address of a database for all tests of this module."""
    connection = await asyncpg.connect(servers.database_url)
    try:
        await connection.execute(f"CREATE DATABASE {NAME} TEMPLATE {template}")
        yield urlunsplit(urlsplit(servers.database_url)._replace(path=f"/{NAME}"))
        await connection.execute(f"DROP DATABASE {NAME} WITH (FORCE)")
    finally:
        await connection.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(district: str) -> AsyncIterator[Service]:
    """The service in this process; it tells its faults as 500, and nothing that is done to the district lasts."""
    app = make_app(ServiceSettings(database_url=district, feed_life_s=FED_S, **UNLIMITED))  # type: ignore[arg-type]
    async with app.router.lifespan_context(app):
        transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(
            transport=transport, base_url="http://service", auth=SignedIn(district)
        ) as client:
            async with await open_pool(district, "test") as pool:
                valid = await settle(client, pool)
            app.state.database = Forgetful(district, 1)
            yield Service(client, app.state.database, valid)
            app.state.database.close()


@every
async def test_the_request_that_rubbish_is_put_into_is_answered_as_described(
    service: Service, operation: Operation
) -> None:
    valid = service.of(operation)
    if operation.id in ELSEWHERE:
        return
    for body in valid.bodies or (None,):
        answer = await service.send(operation, body=None if body is None else rubbish.as_sent(body))
        assert answer.status_code < 300, answer.text
        described = operation.told["responses"][str(answer.status_code)]
        if answer.content:
            media = answer.headers["Content-Type"].partition(";")[0]
            schema = described["content"][media]["schema"]
            told = answer.json() if media.endswith("json") else answer.text
            assert not list(faults(told, schema, DOCUMENT["components"]["schemas"], operation.id))


@every
async def test_rubbish_in_the_address_is_told(service: Service, operation: Operation) -> None:
    texts = [*(quote(text, safe="").encode() for text in rubbish.TEXTS), *rubbish.BYTES]
    for name in operation.parameters("path"):
        for text in texts:
            service.look(f"{name}={text!r}", await service.send(operation, path={name: text}), name)
    for name in operation.parameters("query"):
        for text in texts:
            service.look(f"?{name}={text!r}", await service.send(operation, query={name: text}), name)
    for name in ("unexpected", "\0", "错", "", "__proto__"):
        service.look(f"?{name!r}", await service.send(operation, query={name: b"1"}))
    service.judge()


@every
async def test_rubbish_in_the_headers_is_told(service: Service, operation: Operation) -> None:
    for name in operation.parameters("header"):
        for value in (*rubbish.HEADERS, *rubbish.KEYS.get(name.lower(), ())):
            service.look(f"{name}: {value!r}", await service.send(operation, headers={name: value}), name)
    service.judge()


@with_body
async def test_rubbish_in_the_body_is_told_by_its_place(service: Service, operation: Operation) -> None:
    for body in service.of(operation).bodies:
        for place, sent in rubbish.bodies(body):
            answer = await service.send(operation, body=sent)
            service.look(f"{place} {sent!r}", answer, str(place[0]))
    service.judge()


@with_body
async def test_a_body_that_is_none_is_told(service: Service, operation: Operation) -> None:
    for body in service.of(operation).bodies[:1]:
        for sent, kind in rubbish.wholes(body):
            answer = await service.send(operation, body=sent, headers={"content-type": kind})
            service.look(f"{kind!r} {sent[:60]!r}", answer)
    service.judge()


@every
async def test_a_wrong_method_is_told(service: Service, operation: Operation) -> None:
    known = {method.upper() for method in DOCUMENT["paths"][operation.path]}
    for method in METHODS:
        answer = await service.send(operation, method=method)
        service.look(method, answer)
        if method not in known and answer.status_code not in (404, 405):
            service.wrong.append(f"{method} → {answer.status_code}")
    service.judge()


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_rubbish_as_a_receipt_is_no_fault(service: Service, method: str) -> None:
    for text in (*(quote(text, safe="").encode() for text in rubbish.TEXTS), *rubbish.BYTES):
        url = httpx2.URL("http://service").copy_with(raw_path=b"/r/" + text + b"?take=" + text)
        async with service.database.forgetting():
            answer = await service.client.request(method, url)
        assert 400 <= answer.status_code < 500, (text, answer.text)
