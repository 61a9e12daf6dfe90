"""The road of a reading, on one screen: take, decode, place, convert, judge, commit, acknowledge."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

import asyncpg

from ingest import metrics
from ingest.batch import Batch, Span, lay_out
from ingest.broker import Broker
from ingest.frame import Message, Reject
from ingest.heir import TOPICS, inheriting, session
from ingest.known import Known
from ingest.protocols import decode
from ingest.settings import IngestSettings
from ingest.slot import take_slot
from ingest.store import commit, is_of_the_data
from sql.pool import open_pool

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]


async def ingest(settings: IngestSettings, now: Clock, stop: asyncio.Event) -> None:
    """Take readings in until `stop` is set. May run several times over: shared subscriptions spread the load."""
    url, mqtt = settings.database_url, settings.mqtt_url
    async with await open_pool(url, "ingest") as pool, take_slot(url, stop.set) as slot:
        carry = partial(_carry, settings, pool, Known(pool), now)
        async with inheriting(pool, mqtt, carry), Broker(mqtt, session(slot), TOPICS) as broker:
            logger.info("ready as ingest %d", slot)
            await carry(broker, stop)


async def _carry(
    settings: IngestSettings, pool: asyncpg.Pool, known: Known, now: Clock, broker: Broker, stop: asyncio.Event
) -> None:
    """All that a session brings, until `stop` is set: committed, then acknowledged."""
    async for messages in broker.batches(settings.batch_messages, settings.batch_ms / 1000, stop):
        span = Span.around(now(), settings.max_age, settings.max_ahead)
        await take_in(pool, messages, known, span, now)
        broker.ack(messages)
        metrics.MESSAGES.inc(len(messages))
        metrics.CONNECTED.set(broker.connected)


async def take_in(pool: asyncpg.Pool, messages: Sequence[Message], known: Known, span: Span, now: Clock) -> None:
    """Messages to committed rows. What the database refuses for good is kept as a reject, its neighbours unharmed."""
    decoded = decode(messages)
    directory = await known.directory({frame.device_id for frame in decoded.frames})
    batch = lay_out(decoded.frames, directory, span)
    batch.rejects = decoded.rejects + batch.rejects
    try:
        new = await _timed_commit(pool, batch, now())
    except asyncpg.PostgresError as error:
        if not is_of_the_data(error):
            raise  # a schema or right that is missing would turn every reading into a reject: the broker keeps them
        if len(messages) == 1:
            logger.exception("a message that the database refuses, kept as a reject")
            await commit(pool, Batch(rejects=[Reject.of(messages[0], None, "store", str(error))]), now())
            metrics.REJECTS.labels("store").inc()
            return
        half = len(messages) // 2
        await take_in(pool, messages[:half], known, span, now)
        await take_in(pool, messages[half:], known, span, now)
        return
    _count(batch, new)


async def _timed_commit(pool: asyncpg.Pool, batch: Batch, now: datetime) -> int:
    with metrics.COMMIT.time():
        return await commit(pool, batch, now)


def _count(batch: Batch, new: int) -> None:
    metrics.READINGS.inc(new)
    metrics.REPEATS.inc(len(batch.devices) + len(batch.monitor) - new)
    for reject in batch.rejects:
        metrics.REJECTS.labels(reject.reason).inc()
