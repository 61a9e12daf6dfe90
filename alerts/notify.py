"""The delivery of notices, on one screen: what has happened is planned, what is due is sent, the timers turn."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import asyncpg
from pgqueuer import Job, PgQueuer
from pgqueuer.executors import DatabaseRetryEntrypointExecutor, EntrypointExecutorParameters

from alerts.channels.registry import open_channels
from alerts.keys import key, vapid
from alerts.outbox import LANE, NOTICE
from alerts.push.deliver import deliver
from alerts.push.lanes import Lanes
from alerts.push.plan import plan_all
from alerts.push.sender import Sender, gates
from alerts.push.turn import turning
from alerts.settings import NotifySettings
from sql.failure import FAILURES, is_passing
from sql.pool import connect, open_pool, plain_connection

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]
ATTEMPTS = 20  # of a job that our own database has failed
HEARTBEAT = timedelta(seconds=10)  # a job of a killed worker is taken over after this
BATCH = 50
CONNECTIONS = 10


async def notify(settings: NotifySettings, now: Clock, stop: asyncio.Event) -> None:
    """Deliver notices until `stop` is set. May run several times over; a killed one's work is taken over."""
    while not stop.is_set():
        try:
            await _work(settings, now, stop)
        except FAILURES as error:
            if not is_passing(error):
                raise
            logger.warning("database: %s; trying again", error or type(error).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), 2)


async def _work(settings: NotifySettings, now: Clock, stop: asyncio.Event) -> None:
    queued = await plain_connection(settings.database_url, "notify queue")
    locks = await connect(settings.database_url, "notify locks")
    try:
        async with await open_pool(settings.database_url, "notify", CONNECTIONS) as pool:
            sender = await _sender(settings, pool, Lanes(locks), now)
            logger.info("at work: channels: %s", ", ".join(sender.channels))
            await _until(_queue(queued, sender), sender, [queued, locks], stop)
    finally:
        await asyncio.gather(queued.close(), locks.close(), return_exceptions=True)


async def _sender(settings: NotifySettings, pool: asyncpg.Pool, lanes: Lanes, now: Clock) -> Sender:
    channels = open_channels(settings, await vapid(pool), now)
    return Sender(
        pool=pool,
        channels=channels,
        gates=gates(channels),
        lanes=lanes,
        policy=settings.policy,
        public_url=settings.public_url.rstrip("/"),
        secret=await key(pool, "receipt"),
        webhook=settings.webhook_url,
        now=now,
    )


def _queue(connection: asyncpg.Connection, sender: Sender) -> PgQueuer:
    """The queue and what its jobs do."""
    queue = PgQueuer.from_asyncpg_connection(connection)
    planning = asyncio.Lock()

    @queue.entrypoint(NOTICE, on_failure="hold", executor_factory=_again)
    async def notice(_: Job) -> None:
        async with planning, sender.pool.acquire() as on:
            await plan_all(on, sender)

    @queue.entrypoint(LANE, on_failure="hold", executor_factory=_again)
    async def lane(job: Job) -> None:
        await deliver(sender, int((job.payload or b"0").decode()))

    return queue


def _again(parameters: EntrypointExecutorParameters) -> DatabaseRetryEntrypointExecutor:
    return DatabaseRetryEntrypointExecutor(
        parameters, max_attempts=ATTEMPTS, initial_delay=timedelta(seconds=1), max_delay=timedelta(minutes=5)
    )


async def _until(queue: PgQueuer, sender: Sender, connections: list[asyncpg.Connection], stop: asyncio.Event) -> None:
    """Run queue and timers until asked to stop or until a connection is gone."""
    lost = asyncio.Event()
    for connection in connections:
        connection.add_termination_listener(lambda _: lost.set())
    running = asyncio.ensure_future(
        queue.run(
            dequeue_timeout=timedelta(seconds=5),
            heartbeat_timeout=HEARTBEAT,
            batch_size=BATCH,
            shutdown_on_listener_failure=True,
        )
    )
    ended = asyncio.Event()
    timing = asyncio.ensure_future(turning(sender, ended))
    waiting = [asyncio.ensure_future(event.wait()) for event in (stop, lost)]
    await asyncio.wait([running, timing, *waiting], return_when=asyncio.FIRST_COMPLETED)
    queue.shutdown.set()
    ended.set()
    for task in waiting:
        task.cancel()
    await asyncio.gather(running, timing)
