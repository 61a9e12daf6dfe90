"""A connection that served somebody's request is nobody's for the next one, however that request came out."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncpg
import httpx2
import pytest
from fastapi import FastAPI

from service.account.identity import ENTERPRISE_ROLE
from service.database import Reach
from tests.service.access.city import REACH_NOW, City, talking
from tests.support.deadline import until
from tests.support.signing import SignedIn

pytestmark = pytest.mark.asyncio(loop_scope="session")
NOBODYS = ("hotgrid_app", "")
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
ASKED = {
    "answered": ("GET", "/api/v1/enterprise", {}),
    "not there": ("GET", "/api/v1/enterprise/monitors/X", {}),
    "another's window": ("GET", "/api/v1/enterprise?enterprise=E0007", {}),
    "bad input": ("GET", "/api/v1/enterprise/monitors?unexpected=1", {}),
    "refused by its role": ("GET", "/api/v1/alerts", {}),
    "a file that is made": ("GET", "/api/v1/enterprise/monitors/010000A8900016F000169DC9/export?format=csv", {}),
    "a change as the application": ("POST", "/api/v1/enterprise/messages", {"text": "请问"}),
    "a change that fails": ("POST", "/api/v1/enterprise/messages", {"text": "请问", "alert_id": "S1"}),
}


@asynccontextmanager
async def _one_connection(city: City) -> AsyncIterator[tuple[FastAPI, httpx2.AsyncClient, str]]:
    """A service whose pool has one connection for everybody, and the cookie of an enterprise."""
    app = city.app(pool_size=1)
    async with talking(app) as client:
        yield app, client, await SignedIn(city.url).cookie("enterprise:E0009")


async def _reach(app: FastAPI) -> tuple[Any, ...]:
    """As whom the next request begins."""
    pool = await app.state.database.pool()
    async with pool.acquire() as connection:
        return tuple(await connection.fetchrow(REACH_NOW))


async def _as_enterprise(app: FastAPI, statement: str) -> None:
    pool = await app.state.database.pool()
    async with pool.acquire() as connection:
        await Reach(ENTERPRISE_ROLE, "{E0009}").enter(connection)
        await connection.execute(statement)


@pytest.mark.parametrize("outcome", list(ASKED))
async def test_after_an_answer(city: City, outcome: str) -> None:
    async with _one_connection(city) as (app, client, cookie):
        method, path, body = ASKED[outcome]
        answer = await client.request(method, path, json=body or None, headers={"cookie": cookie})
        assert answer.status_code < 500, answer.text
        assert await _reach(app) == NOBODYS


async def test_after_a_request_that_is_cut_off_in_the_middle_of_a_query(city: City) -> None:
    other = await asyncpg.connect(city.url)
    async with _one_connection(city) as (app, client, cookie):
        transaction = other.transaction()
        await transaction.start()
        await other.execute("LOCK TABLE monitor IN ACCESS EXCLUSIVE MODE")
        asking = asyncio.create_task(client.get("/api/v1/enterprise", headers={"cookie": cookie}))

        async def waits() -> bool:
            return bool(await other.fetchval(WAITING))

        await until(waits)
        asking.cancel()
        with suppress(asyncio.CancelledError):
            await asking
        await transaction.rollback()
        assert await _reach(app) == NOBODYS
    await other.close()


@pytest.mark.parametrize("statement", ["SELECT 1 / 0", "SELECT * FROM alert", "BEGIN; SELECT 1 / 0"])
async def test_after_an_error_of_the_database(city: City, statement: str) -> None:
    async with _one_connection(city) as (app, _, _):
        with pytest.raises(asyncpg.PostgresError):
            await _as_enterprise(app, statement)
        assert await _reach(app) == NOBODYS


async def test_requests_of_many_at_once_over_few_connections_stay_apart(city: City) -> None:
    app = city.app(pool_size=2)
    async with talking(app) as client:
        signed = SignedIn(city.url)
        cookies = {name: await signed.cookie(f"enterprise:{name}") for name in ("E0007", "E0009")}

        async def asked(name: str) -> tuple[str, str]:
            answer = await client.get("/api/v1/enterprise", headers={"cookie": cookies[name]})
            return name, answer.json()["enterprise_id"] + answer.json()["monitors"][0]["mn"][-1]

        told = await asyncio.gather(*(asked(name) for name in ("E0007", "E0009") * 50))
        assert set(told) == {("E0007", "E00070"), ("E0009", "E00099")}
        assert await _reach(app) == NOBODYS
