"""Writing to the audit log: on a connection of its own, what waits meanwhile goes together."""

import asyncio
import contextlib
import logging
from collections.abc import Sequence

import asyncpg

from sql.pool import connect
from sql.queries import Queries

logger = logging.getLogger(__name__)
AUDIT = Queries("audit")
PATIENCE_S = 5.0
MOST_AT_ONCE = 200
FAILURES = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)


class Journal:
    """The writer of one process: a request must not wait for a second connection while it holds one of the pool."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: asyncpg.Connection | None = None
        self._waiting: list[tuple[str, asyncio.Future[int]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def append(self, line: str) -> int:
        """Its number once the line is on the disk; raises one of FAILURES."""
        written = asyncio.get_running_loop().create_future()
        self._waiting.append((line, written))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write(), name="audit log")
        number: int = await written
        return number

    async def note(self, line: str) -> None:
        """Write what has happened already; where that fails the line goes to the log of the process."""
        try:
            await self.append(line)
        except FAILURES as error:
            logger.warning("the audit log cannot be written (%r): %s", error, line)

    async def close(self) -> None:
        """Let go of the connection, once what waits is written."""
        if self._writing is not None:
            await self._writing
        await self._leave()

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
            try:
                async with asyncio.timeout(PATIENCE_S):
                    numbers = await self._appended([line for line, _ in batch])
            except FAILURES as error:
                await self._leave()
                for _, written in batch:
                    if not written.done():
                        written.set_exception(error)
            else:
                for (_, written), number in zip(batch, numbers, strict=True):
                    if not written.done():  # who waited may have gone
                        written.set_result(number)

    async def _appended(self, lines: Sequence[str]) -> list[int]:
        if self._connection is None or self._connection.is_closed():
            self._connection = await connect(self._url, "audit")
        return [row["seq"] for row in await AUDIT.append.fetch(self._connection, lines=lines)]

    async def _leave(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(*FAILURES):
                await connection.close(timeout=1)
