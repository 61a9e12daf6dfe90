"""A small number for every ingest process, the same again after a restart: its name at the broker.

The number is held as an advisory lock, so a killed process frees it at once and its successor takes over the session,
and with it the backlog that the broker kept.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sql.pool import connect
from sql.queries import Queries

SLOT = Queries("slot")
MOST = 64


class NoSlotError(RuntimeError):
    """More ingest processes than there are numbers for."""


@asynccontextmanager
async def take_slot(database_url: str) -> AsyncIterator[int]:
    """The lowest free number from 1, until the block is left."""
    connection = await connect(database_url, "ingest slot")
    try:
        for number in range(1, MOST + 1):
            if await SLOT.take.fetchval(connection, number=number):
                yield number
                return
        raise NoSlotError(f"{MOST} ingest processes run already")
    finally:
        await connection.close()
