"""Real servers for every test: one private TimescaleDB and Mosquitto a run, a fresh migrated database a test."""

import asyncio
import itertools
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from deploy.servers import Servers, down, up
from sql.migrate import migrate
from sql.pool import open_pool
from tests.support.deadline import until

_number = itertools.count()


def _renamed(url: str, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


async def _run(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def _drop(url: str, name: str) -> None:
    """Autovacuum, if it is at work there just then, cannot be sent away, and goes by itself."""

    async def is_gone() -> bool:
        try:
            await _run(url, f"DROP DATABASE {name} WITH (FORCE)")
        except asyncpg.InsufficientPrivilegeError:
            return False
        return True

    await until(is_gone)


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """A private TimescaleDB and Mosquitto of this run."""
    state = Path(tempfile.mkdtemp(prefix="hotgrid-test-"))
    state.chmod(0o755)  # as root the servers run as somebody else, who must get there
    try:
        yield up(state, throwaway=True)
    finally:
        down(state)
        shutil.rmtree(state, ignore_errors=True)


@pytest.fixture(scope="session")
def template(servers: Servers) -> str:
    """The name of a migrated database to copy."""
    name = "hotgrid_template"
    asyncio.run(_run(servers.database_url, f"CREATE DATABASE {name}"))
    asyncio.run(migrate(_renamed(servers.database_url, name)))
    return name


@pytest.fixture
def database(servers: Servers, template: str) -> Iterator[str]:
    """The address of a fresh migrated database, gone after the test."""
    name = f"hotgrid_test_{next(_number)}"
    # Copying files takes two thirds of the time that copying by way of the log does.
    asyncio.run(_run(servers.database_url, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"))
    yield _renamed(servers.database_url, name)
    asyncio.run(_drop(servers.database_url, name))


@pytest.fixture
async def pool(database: str) -> AsyncIterator[asyncpg.Pool]:
    """Connections to the fresh database as the application has them."""
    async with await open_pool(database, "test") as pool:
        yield pool
