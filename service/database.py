"""The pool of the service: opened when first needed and again after a failure, its errors turned into ours."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Annotated

import asyncpg
from fastapi import Depends, Request

from service.problems import DatabaseAwayError, SchemaBehindError
from sql.pool import open_pool

CONNECT_TIMEOUT_S = 5.0
ACQUIRE_TIMEOUT_S = 10.0

# The signed-in role or its rights are looked for before any table: a database without migrations lacks the role.
_SCHEMA = (
    asyncpg.UndefinedTableError,
    asyncpg.UndefinedColumnError,
    asyncpg.UndefinedObjectError,
    asyncpg.InvalidParameterValueError,
    asyncpg.InsufficientPrivilegeError,
)
AWAY = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # what asyncpg says of a connection that broke between two requests
)


@contextmanager
def told() -> Iterator[None]:
    """Turn a driver's error into one that the client is told."""
    try:
        yield
    except _SCHEMA as error:
        raise SchemaBehindError(f"{error}: run `hotgrid migrate`") from error
    except AWAY as error:
        if isinstance(error, ValueError):  # an argument that does not fit the query: a fault of ours
            raise
        raise DatabaseAwayError(f"{type(error).__name__}: {error}"[:300]) from error


class Database:
    """A pool that may come later: the service starts without its database and recovers by itself."""

    def __init__(self, url: str, size: int) -> None:
        self._url, self._size = url, size
        self._pool: asyncpg.Pool | None = None
        self._lock = asyncio.Lock()

    async def pool(self) -> asyncpg.Pool:
        """The pool; raises the driver's error where the database is away."""
        # Nobody waits for more than one attempt, however many are in the queue.
        async with asyncio.timeout(CONNECT_TIMEOUT_S), self._lock:
            if self._pool is None:
                self._pool = await open_pool(self._url, "serve", self._size, timeout=CONNECT_TIMEOUT_S)
            return self._pool

    def close(self) -> None:
        """Cut every connection: nothing of ours is worth waiting for."""
        if self._pool is not None:
            self._pool.terminate()


async def _pool(request: Request) -> AsyncIterator[asyncpg.Pool]:
    database: Database = request.app.state.database
    with told():
        yield await database.pool()


# For who does long work between queries.
Pool = Annotated[asyncpg.Pool, Depends(_pool, scope="function")]


async def _connection(request: Request) -> AsyncIterator[asyncpg.Connection]:
    database: Database = request.app.state.database
    with told():
        pool = await database.pool()
        async with pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection:
            yield connection


# Given back before the answer is sent: a slow client must not hold a connection.
Connection = Annotated[asyncpg.Connection, Depends(_connection, scope="function")]
