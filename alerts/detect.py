"""The minute loop: exactly one detector works, the others stand by and take over."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import asyncpg

from alerts import metrics
from alerts.due import Arrived, due
from alerts.frames import MINUTE
from alerts.marks import follow_marks
from alerts.minute import Post, close_minutes, rejudge, retake_post, take_post
from alerts.settings import DetectSettings
from alerts.silence import listen
from alerts.watch import compile as compile_kernels
from ingest.importer import load_registry
from sql.failure import FAILURES, is_passing
from sql.lead import is_leader
from sql.pool import connect

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]
LOOK_S = 0.5  # how often the clock is looked at while nothing arrives
AGAIN_S = 2.0


async def detect(settings: DetectSettings, now: Clock, stop: asyncio.Event) -> None:
    """Close minutes until `stop` is set; whatever happens to the database, go on when it is back."""
    await asyncio.to_thread(compile_kernels, settings.tuning)
    logger.info("kernels compiled")
    while not stop.is_set():
        try:
            await _lead(settings, now, stop)
        except FAILURES as error:
            if not is_passing(error):
                raise
            logger.warning("database: %s; trying again", error or type(error).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), AGAIN_S)


async def _lead(settings: DetectSettings, now: Clock, stop: asyncio.Event) -> None:
    """Work on the one connection that holds the lock: when it is gone, so is every right to write."""
    connection = await connect(settings.database_url, "detect")
    try:
        if not await is_leader(connection, MINUTE, stop, logger):
            return
        wake, changed = asyncio.Event(), asyncio.Event()
        changed.set()
        await connection.add_listener("arrival", lambda *_: wake.set())
        await connection.add_listener("registry", lambda *_: changed.set())
        post: Post | None = None
        while not stop.is_set():
            if changed.is_set():
                changed.clear()
                post = await _post(connection, settings, post)
            if post is not None:
                await turn(post, now())
            with suppress(TimeoutError):
                await asyncio.wait_for(wake.wait(), LOOK_S)
            wake.clear()
    finally:
        await connection.close(timeout=5)


async def _post(connection: asyncpg.Connection, settings: DetectSettings, post: Post | None) -> Post | None:
    """The watch over the registry as it is now, None before the first import."""
    registry = await load_registry(connection)
    if registry is None:
        logger.warning("no registry yet: `hotgrid import DIR` loads one")
        return None
    post = await (take_post(connection, settings, registry) if post is None else retake_post(post, registry))
    await follow_marks(post)
    return post


async def turn(post: Post, now: datetime) -> bool:
    """Close what is due at `now`; True if there was something."""
    rows = await MINUTE.arrivals.fetch(post.connection)
    await listen(post.connection, post.silence, post.watch, now, bool(rows))
    arrived = {row["minute"]: Arrived(row["devices"], row["first_at"], row["last_at"]) for row in rows}
    fresh = {minute: there for minute, there in arrived.items() if minute > post.last}
    late = await _judgeable(post, sorted(arrived.keys() - fresh.keys()))
    minutes = due(fresh, post.expected.devices, now, post.settings.grace)
    # Late readings seldom come alone: they wait for each other until the next minute closes, or half a second.
    if late and (minutes or now - arrived[late[0]].first_at >= timedelta(seconds=LOOK_S)):
        logger.info("late readings since %s: judging again", late[0].isoformat())
        await rejudge(post, late[0])
    if minutes:
        await close_minutes(post, minutes, fresh)
    return bool(minutes or late)


async def _judgeable(post: Post, late: list[datetime]) -> list[datetime]:
    """Those late minutes that can still be judged again; the others are counted and let go."""
    oldest = post.last - post.settings.lateness
    too_late = [minute for minute in late if minute <= oldest]
    if too_late:
        logger.warning("readings from %s on came too late to be judged: stored only", too_late[0].isoformat())
        metrics.TOO_LATE.inc(len(too_late))
        await MINUTE.take_arrivals.execute(post.connection, minutes=too_late)
    return late[len(too_late) :]
