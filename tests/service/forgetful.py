"""Requests that are answered, and a database that forgets what they did."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import httpx2

from service.database import Database
from sql.pool import open_pool

API = "/api/v1"


@dataclass(frozen=True, slots=True)
class Valid:
    """A request that is answered: what stands in its path, its query, its headers and its body."""

    path: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    actor: str = ""
    bodies: tuple[Any, ...] = ()
    raw: bytes = b""
    content_type: str = ""


class Forgetful(Database):
    """The service's database on one connection, and nothing that is done to it lasts."""

    connection: asyncpg.Connection

    async def pool(self) -> Any:
        """What gives this one connection to whoever asks."""
        if self._pool is None:
            self._pool = await open_pool(self._url, "serve", 1)
            self.connection = await self._pool.acquire()
        return self

    @asynccontextmanager
    async def acquire(self, **_: object) -> AsyncIterator[asyncpg.Connection]:
        """The connection."""
        yield self.connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self.connection, name)

    @asynccontextmanager
    async def forgetting(self) -> AsyncIterator[None]:
        """Whatever is done meanwhile is undone, and what is checked at its end is checked all the same."""
        await self.pool()
        transaction = self.connection.transaction()
        await transaction.start()
        try:
            yield
            with suppress(asyncpg.InFailedSQLTransactionError):  # it was refused by the database itself
                await self.connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
        finally:
            await transaction.rollback()


@dataclass(frozen=True, slots=True)
class Asking:
    """Who sets the district up over HTTP."""

    client: httpx2.AsyncClient

    async def post(self, path: str, actor: str = "", /, **body: Any) -> Any:
        """What is answered; it must not be refused."""
        headers = {"X-Hotgrid-Actor": actor} if actor else {}
        answer = await self.client.post(f"{API}{path}", json=body, headers=headers)
        assert answer.status_code < 300, (path, answer.text)
        return answer.json() if answer.content else None
