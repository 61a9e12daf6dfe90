"""One sender at a time for a contact, and one worker for the timers: locks that live as long as the connection."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

import asyncpg

from alerts.outbox import PUSH


class Lanes:
    """The lanes of this worker; all their locks are on one connection, which nobody else uses."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self._speaking = asyncio.Lock()
        self._leads = False
        self._here: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def leads(self) -> bool:
        """Whether this worker turns the timers; the first one does as long as it lives."""
        if not self._leads:
            async with self._speaking:
                self._leads = await PUSH.try_turn.fetchval(self._connection)
        return self._leads

    @asynccontextmanager
    async def alone_in(self, lane: int) -> AsyncIterator[bool]:
        """Wait for others of this worker; False where another worker sends there."""
        here = self._here.get(lane)
        if here is None:
            self._here[lane] = here = asyncio.Lock()
        async with here:
            async with self._speaking:
                ours: bool = await PUSH.try_lane.fetchval(self._connection, lane=lane)
            try:
                yield ours
            finally:
                if ours and not self._connection.is_closed():
                    async with self._speaking:
                        await PUSH.leave_lane.execute(self._connection, lane=lane)
