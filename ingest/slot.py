"""A small number for every ingest process, the same again after a restart: its name at the broker.

The number is held as an advisory lock, so a killed process frees it at once and its successor takes over the session,
and with it the backlog that the broker kept. Where no successor comes, another process empties it: `ingest.heir`.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import asyncpg

from sql.failure import FAILURES, is_passing
from sql.pool import connect
from sql.queries import Queries

logger = logging.getLogger(__name__)

SLOT = Queries("slot")
MOST = 64
AGAIN_S = 0.5
PULSE_S, ANSWER_S = 5.0, 5.0  # how often the lock's connection is asked whether it lives, and the time it has to answer


class NoSlotError(RuntimeError):
    """More ingest processes than there are numbers for."""


@asynccontextmanager
async def take_slot(database_url: str, lost: Callable[[], None]) -> AsyncIterator[int]:
    """The lowest free number from 1, until the block is left; `lost` is called if another process has taken it over."""
    connection = await connect(database_url, "ingest slot")
    number = await _lowest_free(connection)
    keeping = asyncio.create_task(_keep(database_url, connection, number, lost))
    try:
        yield number
    finally:
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping


async def _lowest_free(connection: asyncpg.Connection) -> int:
    for number in range(1, MOST + 1):
        if await SLOT.take.fetchval(connection, number=number):
            await SLOT.remember.execute(connection, number=number)
            return number
    await connection.close()
    raise NoSlotError(f"{MOST} ingest processes run already")


async def _keep(database_url: str, connection: asyncpg.Connection, number: int, lost: Callable[[], None]) -> None:
    """The lock goes with its connection, as when the database restarts: take it again before an heir does."""
    held: asyncpg.Connection | None = connection
    ours: set[int] = set()
    try:
        while held is not None:
            ours.add(held.get_server_pid())
            await _closed(held)
            held = await _take_again(database_url, number, ours)
        logger.error("another process has taken over session %d: ending", number)
        lost()
    finally:
        if held is not None:
            held.terminate()


async def _closed(connection: asyncpg.Connection) -> None:
    """Wait until a connection is closed, or no longer answers: nobody tells us when the network has forgotten it."""
    closed = asyncio.Event()
    connection.add_termination_listener(lambda _: closed.set())
    with suppress(*FAILURES):
        while not connection.is_closed():
            with suppress(TimeoutError):
                await asyncio.wait_for(closed.wait(), PULSE_S)
            async with asyncio.timeout(ANSWER_S):
                await SLOT.answer.fetchval(connection)
    connection.terminate()


async def _take_again(database_url: str, number: int, ours: set[int]) -> asyncpg.Connection | None:
    """A connection that holds the number; None where somebody else does.

    `ours` are the server's processes of connections that we have lost: it may hold the lock for one of them until it
    notices.
    """
    while True:
        connection: asyncpg.Connection | None = None
        try:
            async with asyncio.timeout(ANSWER_S):
                connection = await connect(database_url, "ingest slot")
                if await SLOT.take.fetchval(connection, number=number):
                    return connection
                holder = await SLOT.holder.fetchval(connection, number=number)
                if holder is not None and holder not in ours:
                    await connection.close()
                    return None
        except FAILURES as error:
            if not is_passing(error):
                raise
        if connection is not None:
            ours.add(connection.get_server_pid())
            connection.terminate()
        await asyncio.sleep(AGAIN_S)
