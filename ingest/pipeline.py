"""The road of a reading, on one screen: take, decode, place, convert, judge, commit, answer, acknowledge."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime
from functools import partial

import asyncpg

from ingest import metrics
from ingest.batch import Batch, lay_out
from ingest.broker import Broker
from ingest.frame import Decoded, Message, Reject, Taken
from ingest.gate import Clock, Gate, open_gate, until
from ingest.heir import inheriting, session
from ingest.parts import sweeping, take_parts
from ingest.protocols import decode
from ingest.settings import IngestSettings
from ingest.sharing import sharing, topics
from ingest.slot import take_slot
from ingest.store import commit, is_of_the_data

logger = logging.getLogger(__name__)

AT_A_TIME = 25  # messages that are decoded without a pause
Ahead = asyncio.Queue[tuple[Sequence[Message], Batch] | None]


async def ingest(settings: IngestSettings, now: Clock, stop: asyncio.Event) -> None:
    """Take readings in until `stop` is set. May run several times over: shared subscriptions spread the load."""
    url, mqtt = settings.database_url, settings.mqtt_url
    async with open_gate(settings, now, "ingest") as gate, take_slot(url, stop.set) as slot:
        carry, visit = partial(_carry, gate), partial(Broker, mqtt, keepalive_s=settings.mqtt_keepalive_s)
        everything = topics(gate.sources, True) + topics(gate.sources, False)
        leave = partial(visit, topic_filters=everything, leaving=True)
        async with (
            inheriting(gate.pool, leave, carry),
            sweeping(gate, take_in),
            visit(session(slot)) as broker,
            sharing(gate.pool, broker, gate.sources),
        ):
            logger.info("ready as ingest %d", slot)
            await until(stop, gate, carry(broker, stop))


async def _carry(gate: Gate, broker: Broker, stop: asyncio.Event) -> None:
    """All that a session brings, until `stop` is set; what comes next is read while a batch is being committed."""
    ahead: Ahead = asyncio.Queue(1)
    halves = [asyncio.create_task(half) for half in (_read(gate, broker, stop, ahead), _keep(gate, broker, ahead))]
    try:
        await asyncio.gather(*halves)
    finally:
        for half in halves:
            half.cancel()
        await asyncio.wait(halves)


async def _read(gate: Gate, broker: Broker, stop: asyncio.Event, ahead: Ahead) -> None:
    """The first half of the road: take, decode, place, convert, judge."""
    async for messages in broker.batches(gate.settings.batch_messages, gate.settings.batch_ms / 1000, stop):
        await ahead.put((messages, await _laid_out(gate, messages)))
    await ahead.put(None)


async def _keep(gate: Gate, broker: Broker, ahead: Ahead) -> None:
    """The second half: commit, answer, acknowledge, in the order of the first."""
    while taken := await ahead.get():
        messages, batch = taken
        for claim in (await _commit(gate, messages, batch)).held:
            if claim.reply is not None:
                broker.publish(f"{claim.message.topic}/reply", claim.reply)
        broker.ack(messages)
        metrics.MESSAGES.inc(len(messages))
        metrics.CONNECTED.set(broker.connected)


async def take_in(gate: Gate, messages: Sequence[Message]) -> Taken:
    """Messages to committed rows; returns whose claims hold, who may be owed a reply now, and whose do not.

    What the database refuses for good is kept as a reject, its neighbours unharmed.
    """
    return await _commit(gate, messages, await _laid_out(gate, messages))


async def _laid_out(gate: Gate, messages: Sequence[Message]) -> Batch:
    """What messages say, in columns."""
    decoded = Decoded()
    for first in range(0, len(messages), AT_A_TIME):
        decode(messages[first : first + AT_A_TIME], gate.sources, decoded)
        await asyncio.sleep(0)  # the database must not wait for us
    return lay_out(decoded, await gate.known.directory(), gate.span(), trusting=gate.trusting)


async def _commit(gate: Gate, messages: Sequence[Message], batch: Batch) -> Taken:
    try:
        new = await _timed_commit(gate.pool, batch, gate.now())
    except asyncpg.PostgresError as error:
        if not is_of_the_data(error):
            raise  # a schema or right that is missing would turn every reading into a reject: the broker keeps them
        return await _take_apart(gate, messages, error)
    _count(batch, new)
    if batch.parts:
        await take_parts(gate, take_in)
    return batch.taken


async def _take_apart(gate: Gate, messages: Sequence[Message], error: asyncpg.PostgresError) -> Taken:
    """The two halves by themselves, down to the one message that is the reason."""
    if len(messages) == 1:
        logger.error("a message that the database refuses, kept as a reject", exc_info=error)
        await commit(gate.pool, Batch(rejects=[Reject.of(messages[0], None, "store", str(error))]), gate.now())
        metrics.REJECTS.labels("store").inc()
        return Taken([], [])
    half = len(messages) // 2
    first, second = await take_in(gate, messages[:half]), await take_in(gate, messages[half:])
    return Taken(first.held + second.held, first.denied + second.denied)


async def _timed_commit(pool: asyncpg.Pool, batch: Batch, now: datetime) -> int:
    with metrics.COMMIT.time():
        return await commit(pool, batch, now)


def _count(batch: Batch, new: int) -> None:
    metrics.READINGS.inc(new)
    metrics.REPEATS.inc(len(batch.devices) + len(batch.monitor) + len(batch.mobile.devices) - new)
    for reject in batch.rejects:
        metrics.REJECTS.labels(reject.reason).inc()
