"""What everybody needs who takes messages in: the database, the directory of devices, mapping files, the clock."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import NamedTuple

import asyncpg

from ingest.batch import Span
from ingest.known import Known
from ingest.mapping import load
from ingest.protocols import Source
from ingest.settings import IngestSettings
from sql.failure import FAILURES
from sql.pool import open_pool

Clock = Callable[[], datetime]
STOP_S = 3.0


class Gate(NamedTuple):
    """An open way into the database; one that is not `trusting` asks everybody who says who he is for a password."""

    settings: IngestSettings
    pool: asyncpg.Pool
    known: Known
    sources: tuple[Source, ...]
    now: Clock
    trusting: bool = True

    def span(self) -> Span:
        """The times that are believed now."""
        return Span.around(self.now(), self.settings.max_age, self.settings.max_ahead)


@asynccontextmanager
async def open_gate(settings: IngestSettings, now: Clock, name: str) -> AsyncIterator[Gate]:
    """Open until the block is left; `name` shows in the database. Raises MappingError."""
    sources = load(settings.mapping)
    async with await open_pool(settings.database_url, name, patience_s=settings.database_timeout_s) as pool:
        yield Gate(settings, pool, Known(pool), sources, now)


async def until(stop: asyncio.Event, gate: Gate, work: Coroutine[None, None, None]) -> None:
    """Do `work`, which ends soon after `stop` is set; where the database hangs, what is under way is given up.

    That costs nothing: what is not committed is not acknowledged, and whoever has sent it still has it.
    """
    working, stopped = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait([working, stopped], return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait([working], timeout=STOP_S)
        if working.done():
            working.result()
    finally:
        gate.pool.terminate()  # closed, or with a statement cancelled, asyncpg would wait for the database
        stopped.cancel()
        working.cancel()
        with suppress(asyncio.CancelledError, *FAILURES):
            await working
