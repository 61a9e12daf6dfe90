"""What an ingest process subscribes: everything while it is alone, its share of it while there are others.

Over its own restart Mosquitto 2.0 keeps the subscriptions of a session, but not the shared ones: what comes then, and
before ingest is back, it acknowledges and gives to nobody.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

import asyncpg

from ingest.broker import Broker
from ingest.protocols import PROTOCOLS, Source
from ingest.slot import SLOT
from sql.failure import FAILURES, is_passing

LOOK_S = 1.0


def topics(sources: Sequence[Source], shared: bool) -> list[str]:
    """What is subscribed, the load `shared` among all ingest processes or not."""
    filters = [protocol.topic_filter for protocol in PROTOCOLS] + [source.topic_filter for source in sources]
    return [f"$share/ingest/{topic_filter}" for topic_filter in filters] if shared else filters


@asynccontextmanager
async def sharing(pool: asyncpg.Pool, broker: Broker, sources: Sequence[Source]) -> AsyncIterator[None]:
    """While inside, the broker is subscribed to what it should be.

    While it changes, something may come twice: it is stored once.
    """
    task = asyncio.create_task(_share(pool, broker, sources))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _share(pool: asyncpg.Pool, broker: Broker, sources: Sequence[Source]) -> None:
    before: bool | None = None
    while True:
        try:
            shared = await SLOT.sessions.fetchval(pool) > 1
        except FAILURES as error:
            if not is_passing(error):
                raise
        else:
            if shared != before:
                broker.listen(topics(sources, shared), topics(sources, not shared))
            before = shared
        await asyncio.sleep(LOOK_S)
