"""What an ingest process subscribes: everything while it is alone, its share of it while there are others.

Over its own restart Mosquitto 2.0 keeps the subscriptions of a session, but not the shared ones: what comes then, and
before ingest is back, it acknowledges and gives to nobody.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import asyncpg

from ingest.beside import beside
from ingest.broker import Broker
from ingest.protocols import PROTOCOLS, Source
from ingest.slot import SLOT

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
    before: bool | None = None

    async def look() -> None:
        nonlocal before
        shared = await SLOT.sessions.fetchval(pool) > 1
        if shared != before:
            broker.listen(topics(sources, shared), topics(sources, not shared))
        before = shared

    async with beside(look, LOOK_S):
        yield
