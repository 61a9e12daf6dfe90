"""The pool of the service: opened when first needed and again after a failure, its errors turned into ours."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Annotated, NamedTuple

import asyncpg
from fastapi import Depends, Request

from service.problems import DatabaseAwayError, SchemaBehindError
from sql.pool import EVERYBODY, NOBODY, ROLE, open_pool
from sql.queries import Queries

ACCOUNT = Queries("account")
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


class Reach(NamedTuple):
    """As whom the database is asked, and whose rows it shows of what belongs to enterprises."""

    role: str
    enterprises: str  # `*`, an array of enterprise_id as PostgreSQL writes it, or nobody's

    async def enter(self, connection: asyncpg.Connection) -> None:
        """Have a connection reach so far; its return to the pool undoes it."""
        await ACCOUNT.enter.execute(connection, role=self.role, reach=self.enterprises)


NOWHERE = Reach(ROLE, NOBODY)
ALL = Reach(ROLE, EVERYBODY)


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
                self._pool = await open_pool(
                    self._url, "serve", self._size, reach=NOBODY, timeout=CONNECT_TIMEOUT_S, reset=_leave
                )
            return self._pool

    def close(self) -> None:
        """Cut every connection: nothing of ours is worth waiting for."""
        if self._pool is not None:
            self._pool.terminate()


async def _leave(connection: asyncpg.Connection) -> None:
    """What a request may see ends with it: RESET ALL alone leaves the role as it is."""
    await connection.execute(connection.get_reset_query() + ACCOUNT.leave.text)


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
            await reach_of(request).enter(connection)
            yield connection


# Given back before the answer is sent: a slow client must not hold a connection.
Connection = Annotated[asyncpg.Connection, Depends(_connection, scope="function")]


def reach_of(request: Request) -> Reach:
    """How far who asks reaches: nowhere, where nobody was let in."""
    reach: Reach = getattr(request.state, "reach", NOWHERE)
    return reach


@asynccontextmanager
async def as_application(connection: asyncpg.Connection, request: Request) -> AsyncIterator[None]:
    """Do with everybody's rights what an enterprise's request brings about, once its right to it is certain."""
    await ALL.enter(connection)
    try:
        yield
    finally:
        await reach_of(request).enter(connection)
