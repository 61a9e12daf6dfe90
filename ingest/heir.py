"""The sessions of ingest processes that are gone for good: emptied over the same road, and ended.

A broker fills every session that is subscribed, also that of a process that does not come back.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import asyncpg

from ingest.beside import beside
from ingest.broker import Broker
from ingest.slot import SLOT

logger = logging.getLogger(__name__)

CHECK_S = 5.0
QUIET_S = 2.0  # a broker sends what it has kept without pause
Carry = Callable[[Broker, asyncio.Event], Awaitable[None]]
Leave = Callable[..., Broker]
"""The session of a client id, to be left."""


def session(number: int) -> str:
    """The client id under which the broker keeps the session of this number."""
    return f"hotgrid-ingest-{number}"


@asynccontextmanager
async def inheriting(pool: asyncpg.Pool, leave: Leave, carry: Carry) -> AsyncIterator[None]:
    """While inside, look after abandoned sessions; `carry` is the road of their messages."""
    before: set[int] = set()

    async def look() -> None:
        nonlocal before
        before = await _look(pool, before, leave, carry)

    async with beside(look, CHECK_S):
        yield


async def _look(pool: asyncpg.Pool, before: set[int], leave: Leave, carry: Carry) -> set[int]:
    """Empty what is abandoned now and was so `before`: who restarts, or has just lost the database, gets some time."""
    async with pool.acquire() as connection:  # given back, it gives its locks back
        abandoned = {row["number"] for row in await SLOT.abandoned.fetch(connection)}
        for number in sorted(abandoned & before):
            if await SLOT.take.fetchval(connection, number=number):
                logger.info("session %d is abandoned: emptying it", number)
                await _empty(leave(client_id=session(number)), carry)
                await SLOT.forget.execute(connection, number=number)
        return abandoned


async def _empty(broker: Broker, carry: Carry) -> None:
    """Take what the broker has kept for a session, then end it."""
    done = asyncio.Event()
    async with broker:
        watching = asyncio.create_task(_watch(broker, done))
        try:
            await carry(broker, done)
        finally:
            watching.cancel()
        broker.end_session()


async def _watch(broker: Broker, done: asyncio.Event) -> None:
    """Set `done` when nothing has come for a while."""
    while not broker.is_empty(QUIET_S):  # noqa: ASYNC110 - what does not come makes no event
        await asyncio.sleep(QUIET_S / 4)
    done.set()
