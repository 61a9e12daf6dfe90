"""What everybody needs who takes messages in: the database, the directory of devices, mapping files, the clock."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import NamedTuple

import asyncpg

from ingest.batch import Span
from ingest.known import Known
from ingest.protocols import Source
from ingest.settings import IngestSettings
from sql.pool import open_pool

Clock = Callable[[], datetime]


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
    sources: tuple[Source, ...] = ()
    async with await open_pool(settings.database_url, name) as pool:
        yield Gate(settings, pool, Known(pool), sources, now)
