"""The delivery of a notice, on one screen: take the job, say it on every channel once, write down what came of it."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import asyncpg
from pgqueuer import Job, PgQueuer
from pgqueuer.executors import DatabaseRetryEntrypointExecutor

from alerts.channels import Channel, configured
from alerts.channels.refused import Refused
from alerts.outbox import ENTRYPOINT
from alerts.settings import NotifySettings
from alerts.store import ALERT
from alerts.text import text_of
from sql.failure import FAILURES, is_passing
from sql.pool import open_pool, plain_connection

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]
ATTEMPTS = 20
HEARTBEAT = timedelta(seconds=10)  # a job of a killed worker is taken over after this


async def notify(settings: NotifySettings, now: Clock, stop: asyncio.Event) -> None:
    """Deliver notices until `stop` is set. May run several times over; a killed one's jobs are taken over."""
    channels = configured(settings)
    logger.info("channels: %s", ", ".join(channel.name for channel in channels) or "none configured")
    while not stop.is_set():
        try:
            await _work(settings, channels, now, stop)
        except FAILURES as error:
            if not is_passing(error):
                raise
            logger.warning("database: %s; trying again", error or type(error).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), 2)


async def _work(settings: NotifySettings, channels: list[Channel], now: Clock, stop: asyncio.Event) -> None:
    connection = await plain_connection(settings.database_url, "notify queue")
    async with await open_pool(settings.database_url, "notify") as pool:
        try:
            queue = PgQueuer.from_asyncpg_connection(connection)

            @queue.entrypoint(
                ENTRYPOINT,
                on_failure="hold",
                executor_factory=lambda parameters: DatabaseRetryEntrypointExecutor(
                    parameters,
                    max_attempts=ATTEMPTS,
                    initial_delay=timedelta(seconds=1),
                    max_delay=timedelta(minutes=5),
                ),
            )
            async def notice(job: Job) -> None:
                await deliver(pool, channels, int((job.payload or b"0").decode()), now)

            await _until(queue, connection, stop)
        finally:
            await connection.close()


async def _until(queue: PgQueuer, connection: asyncpg.Connection, stop: asyncio.Event) -> None:
    """Run the queue until asked to stop or until its connection is gone."""
    lost = asyncio.Event()
    connection.add_termination_listener(lambda _: lost.set())
    running = asyncio.ensure_future(
        queue.run(dequeue_timeout=timedelta(seconds=5), heartbeat_timeout=HEARTBEAT, shutdown_on_listener_failure=True)
    )
    waiting = [asyncio.ensure_future(event.wait()) for event in (stop, lost)]
    await asyncio.wait([running, *waiting], return_when=asyncio.FIRST_COMPLETED)
    queue.shutdown.set()
    for task in waiting:
        task.cancel()
    await running


async def deliver(pool: asyncpg.Pool, channels: list[Channel], seq: int, now: Clock) -> None:
    """Say one transition on every channel that has not had it; raises where another try may help."""
    event = await ALERT.event.fetchrow(pool, seq=seq)
    if event is None:
        logger.error("notice %d: no such event", seq)
        return
    notice = {"seq": seq, "action": event["action"], "text": text_of(event["action"], event["body"]), **event["body"]}
    logger.info("%s", notice["text"]["zh"])
    done = {row["channel"] for row in await ALERT.delivered.fetch(pool, seq=seq)}
    sending = [_hand_over(pool, channel, seq, notice, now) for channel in channels if channel.name not in done]
    # One channel that fails must not keep the others waiting: all are tried, then the first failure is raised.
    for failure in await asyncio.gather(*sending, return_exceptions=True):
        if isinstance(failure, BaseException):
            raise failure


async def _hand_over(pool: asyncpg.Pool, channel: Channel, seq: int, notice: dict[str, object], now: Clock) -> None:
    """One channel, and what came of it written down."""
    outcome, detail = await _send(channel, seq, notice)
    await ALERT.put_delivery.execute(pool, seq=seq, channel=channel.name, at=now(), outcome=outcome, detail=detail)


async def _send(channel: Channel, seq: int, notice: dict[str, object]) -> tuple[str, str]:
    try:
        await channel.send(f"hotgrid-{seq}", notice)
    except Refused as refusal:
        logger.warning("notice %d refused by %s: %s", seq, channel.name, refusal)
        return "refused", str(refusal)
    return "sent", ""
