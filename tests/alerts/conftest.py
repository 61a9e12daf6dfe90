"""A detector at its post over the little district of `tests.support.scene`."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from alerts.minute import Post, take_post
from sql.pool import connect
from tests.support.loop import settings, settle
from tests.support.scene import district


@pytest.fixture
async def connection(database: str) -> AsyncIterator[asyncpg.Connection]:
    """The detector's own."""
    connection = await connect(database, "detect")
    await settle(connection, district())
    yield connection
    await connection.close()


@pytest.fixture
async def post(connection: asyncpg.Connection, database: str) -> Post:
    """A detector at its post."""
    return await take_post(connection, settings(database), district())
