"""Of several processes of a kind one works: who holds an advisory lock, for as long as its connection lives."""

import asyncio
import logging
from contextlib import suppress

import asyncpg

from sql.queries import Queries


async def is_leader(on: asyncpg.Connection, queries: Queries, stop: asyncio.Event, logger: logging.Logger) -> bool:
    """Wait until nobody else works; False when `stop` is set before. `try_lead` and `lead` are blocks of `queries`."""
    if await queries.try_lead.fetchval(on):
        logger.info("at work")
        return True
    logger.info("standing by: another one works")
    waiting = asyncio.ensure_future(queries.lead.execute(on))
    stopped = asyncio.ensure_future(stop.wait())
    await asyncio.wait([waiting, stopped], return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if not waiting.done():
        waiting.cancel()
        with suppress(asyncio.CancelledError):
            await waiting
        return False
    await waiting
    logger.info("at work: taking over")
    return True
