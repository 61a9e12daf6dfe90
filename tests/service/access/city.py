"""The service over a city of two enterprises, and a request of anybody's to any of its operations."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import asyncpg
import httpx2
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from service.app import ROUTERS, make_app
from service.database import NOWHERE, Reach
from service.settings import ServiceSettings
from tests.service.conftest import UNLIMITED
from tests.service.forgetful import Forgetful, Valid
from tests.service.rubbish import as_sent

FED_S = 0.001  # so long the live feed lasts
ROUTES: Mapping[str, tuple[str, str]] = {
    route.operation_id or route.name: (min(route.methods or ()), route.path)
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute)
}
"""Method and path by operation."""
REACH_NOW = "SELECT current_setting('role'), current_setting('hotgrid.reach')"


class Fenced(Forgetful):
    """One connection that forgets; whoever takes it is nobody until he says who he is, as with the service's pool."""

    @asynccontextmanager
    async def acquire(self, **_: object) -> AsyncIterator[asyncpg.Connection]:
        """The connection as it comes from the pool; afterwards it is whose it was before."""
        before = await self.connection.fetchrow(REACH_NOW)
        await NOWHERE.enter(self.connection)
        try:
            yield self.connection
        finally:
            with suppress(asyncpg.InFailedSQLTransactionError):  # the whole request is rolled back then
                await Reach(*before).enter(self.connection)


@dataclass(frozen=True, slots=True)
class City:
    """The database of the city, and for each operation a request that it answers."""

    url: str
    valid: Mapping[str, Valid]

    def app(self, **settings: object) -> FastAPI:
        """The whole service, which lets anybody ask as fast as he can."""
        told: dict[str, Any] = {"feed_life_s": FED_S, **UNLIMITED, **settings}
        return make_app(ServiceSettings(database_url=self.url, **told))


@asynccontextmanager
async def talking(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of a running app in this process; a fault is told as 500, and no cookie is kept."""
    async with app.router.lifespan_context(app):
        transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url="http://service") as client:
            yield client


def request_of(client: httpx2.AsyncClient, operation: str, valid: Valid, who: Mapping[str, str]) -> httpx2.Request:
    """A request to an operation by whoever these headers are of."""
    method, path = ROUTES[operation]
    for name, value in valid.path.items():
        path = path.replace(f"{{{name}}}", quote(value, safe=""))
    body = as_sent(valid.bodies[0]) if valid.bodies else b""
    kind = valid.content_type or ("application/json" if body else "")
    headers = {**who, "content-type": kind} if kind else who
    return client.build_request(method, path, params=valid.query, headers=headers, content=valid.raw or body)


def say(config: pytest.Config, line: str, counts: Counter[str]) -> None:
    """Put counts into the report of the run, so that they can be quoted."""
    with config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        told = ", ".join(f"{number:,} {what}" for what, number in sorted(counts.items()))
        config.pluginmanager.getplugin("terminalreporter").write_line(f"\n{line}: {told}")
