"""A city of two enterprises, settled once for all tests of who may do what, and a copy of it for each file of them."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
import pytest_asyncio

from deploy.servers import Servers
from sql.pool import open_pool
from tests.service import seed
from tests.service.access.asker import STRANGER
from tests.service.access.city import City
from tests.service.access.neighbour import settle_beside
from tests.service.conftest import talking_to
from tests.service.world import settle

SETTLED = "hotgrid_city"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def settled(servers: Servers, template: str) -> AsyncIterator[City]:
    """The city as all begin with it; nobody is connected to it."""
    url = await _made(servers.database_url, SETTLED, template)
    async with talking_to(url) as client, await open_pool(url, "test") as pool:
        now = await pool.fetchval("SELECT date_trunc('hour', now())")
        valid = await settle(client, pool)
        await settle_beside(client, pool, now)
        await seed.person(pool, STRANGER)
        await pool.execute("UPDATE handling SET township = '孟河镇' WHERE township = ''")
    yield City(url, valid)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def city(servers: Servers, settled: City, request: pytest.FixtureRequest) -> AsyncIterator[City]:
    """A copy of the city for the tests of one file."""
    name = f"{SETTLED}_{Path(str(request.path)).stem}"
    yield replace(settled, url=await _made(servers.database_url, name, SETTLED))
    await _run(servers.database_url, f"DROP DATABASE {name} WITH (FORCE)")


async def _made(url: str, name: str, template: str) -> str:
    await _run(url, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


async def _run(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
