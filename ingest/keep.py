"""The keeper's road, on one screen: what has changed, hours, days, drifts, and the end of what is old."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

import asyncpg

from ingest.keeping import metrics
from ingest.keeping.days import settle_day
from ingest.keeping.district import District, load_district
from ingest.keeping.drifts import Around, settle_drifts
from ingest.keeping.hours import HOUR, settle_hour
from ingest.keeping.minutes import KEEP
from ingest.keeping.retention import cap_refused, drop_old, order_old
from ingest.keeping.settings import KeepSettings
from ingest.keeping.thresholds import follow_thresholds
from ingest.validity import BEIJING, hour_of, span_of
from sql.compression import edition, said
from sql.failure import FAILURES, is_passing
from sql.lead import is_leader
from sql.pool import connect

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]
T = TypeVar("T")
AGAIN_S = 2.0
DAY = timedelta(days=1)
HOUR_AGAIN = timedelta(minutes=10)  # an hour that is not over is dealt with no more often than that …
DAY_AGAIN = timedelta(hours=1)  # … a day …
DRIFT_AGAIN = timedelta(minutes=10)  # … and drifts
QUIET_HOUR, QUIET_LASTS = 3, timedelta(hours=3)  # in Beijing: when old data go and are put into order


@dataclass(slots=True)
class Desk:
    """What the keeper knows from turn to turn; all of it can be forgotten."""

    connection: asyncpg.Connection
    settings: KeepSettings
    district: District | None = None
    around: Around | None = None
    done: dict[object, datetime] = field(default_factory=dict)

    def may(self, what: object, now: datetime, again: timedelta) -> bool:
        """Whether something was not done within such a time; from now on it was."""
        if what in self.done and now - self.done[what] < again:
            return False
        self.done[what] = now
        return True


async def keep(settings: KeepSettings, now: Clock, stop: asyncio.Event) -> None:
    """Keep hours and days up to date until `stop` is set; of several keepers one works."""
    while not stop.is_set():
        try:
            await _lead(settings, now, stop)
        except FAILURES as error:
            if not is_passing(error):
                raise
            logger.warning("database: %s; trying again", error or type(error).__name__)
            await _wait(stop, AGAIN_S)


async def turn(desk: Desk, now: datetime, stop: asyncio.Event) -> bool:
    """Deal with what is due at `now`, the oldest first; True if there is more that need not wait."""
    on = desk.connection
    desk.district = await load_district(on, desk.district)
    if desk.district is None:
        return False
    await KEEP.spread_marks.execute(on)
    await follow_thresholds(on)
    touched = [row["hour"] for row in await KEEP.touched_hours.fetch(on)]
    hours = [hour for hour in touched if hour + HOUR <= now or desk.may(hour, now, HOUR_AGAIN)]
    for done, hour in enumerate(_until(stop, hours)):
        metrics.BACKLOG.set(len(hours) - done)
        desk.district = await settle_hour(on, desk.district, hour)
        metrics.HOURS.inc()
    metrics.BACKLOG.set(0)
    changed = [row["day"] for row in await KEEP.due_days.fetch(on)]
    days = [day for day in changed if span_of(day)[1] <= now or desk.may(day, now, DAY_AGAIN)]
    for day in _until(stop, days):
        await settle_day(on, day)
    if desk.may("drift", now, DRIFT_AGAIN):
        await _settle_drifts(desk, now, stop)
    if desk.may("old", now, now - _quiet(now)):
        await drop_old(on, desk.settings, now)
    await cap_refused(on, desk.settings)
    return now - _quiet(now) < QUIET_LASTS and await order_old(on, now)


def _until(stop: asyncio.Event, work: Sequence[T]) -> Iterator[T]:
    for one in work:
        if stop.is_set():
            return
        yield one


async def _settle_drifts(desk: Desk, now: datetime, stop: asyncio.Event) -> None:
    if desk.district and (desk.around is None or desk.around.district is not desk.district):
        desk.around = Around.of(desk.district)
    while desk.around and not stop.is_set() and await settle_drifts(desk.connection, desk.around, hour_of(now)):
        pass


def _quiet(now: datetime) -> datetime:
    """When it was quiet last."""
    today = now.astimezone(BEIJING).replace(hour=QUIET_HOUR, minute=0, second=0, microsecond=0)
    return today if today <= now else today - DAY


async def _lead(settings: KeepSettings, now: Clock, stop: asyncio.Event) -> None:
    """Work on the one connection that holds the lock: when it is gone, so is every right to write."""
    connection = await connect(settings.database_url, "keep")
    try:
        if not await is_leader(connection, KEEP, stop, logger):
            return
        logger.info("%s", said(*await edition(connection)))
        desk = Desk(connection, settings)
        while not stop.is_set():
            with metrics.TURN.time():
                more = await turn(desk, now(), stop)
            if not more:  # late readings trickle in: each of them at once would be a turn without an end
                await _wait(stop, settings.keep_s)
    finally:
        await connection.close(timeout=5)


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
