"""The closing of a minute: its readings, its verdicts and alerts and the watermark in one transaction."""

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import asyncpg

from alerts import metrics
from alerts.alert import Alert, Change
from alerts.checkpoint import CheckpointError
from alerts.due import Arrived, Expected
from alerts.frames import MINUTE, Rows, device_rows, load_frames
from alerts.results import Verdicts, layout_number, put_checkpoint, put_verdicts
from alerts.settings import DetectSettings
from alerts.silence import Silence
from alerts.store import ALERT, LATE, body_of, put_alert, withdraw_alert
from alerts.watch import Watch
from ingest.layout import Frame
from ingest.registry import Registry

logger = logging.getLogger(__name__)

MINUTE_LONG = timedelta(minutes=1)
Dated = list[tuple[datetime, Change]]
ROWS_AT_ONCE = 200_000  # device-minutes judged in one transaction while catching up
MINUTES_AT_ONCE = 240
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
PRIME = timedelta(days=2)  # how much of the past a detector without a checkpoint judges again to know what is normal
LOST = "the detector started anew without its state"
ALWAYS_TOLD = ("status", "severity", "cells", "candidates", "attribution")  # a rising peak is told only now and then


@dataclass(slots=True)
class Post:
    """The detector at work: its watch over the district, and what it needs to know of the database's side."""

    connection: asyncpg.Connection
    settings: DetectSettings
    registry: Registry
    watch: Watch
    rows: Rows
    layout: int
    saved: datetime | None = None
    expected: Expected = field(default_factory=Expected)
    silence: Silence = field(default_factory=Silence)

    @property
    def last(self) -> datetime:
        """The newest minute that is judged."""
        return self.watch.last or BEGINNING


async def take_post(connection: asyncpg.Connection, settings: DetectSettings, registry: Registry) -> Post:
    """A watch in the state in which the last detector left it."""
    post = await _new_post(connection, settings, registry)
    until = await MINUTE.watermark.fetchval(connection)
    if until is not None:
        async with connection.transaction():
            await _restore(post, until)
            await _rerun(post, await _minutes(post, until))
            if post.saved is None:
                await _withdraw(post, BEGINNING, {alert.id for alert in post.watch.open()}, LOST)
                await _mend(post, {}, LOST)
        logger.info("going on after %s", until.isoformat())
    return post


async def retake_post(post: Post, registry: Registry) -> Post:
    """The same watch over a registry that has changed."""
    new = await _new_post(post.connection, post.settings, registry)
    new.watch.load(post.watch.dump())
    new.saved, new.expected, new.silence = post.saved, post.expected, post.silence
    return new


async def _new_post(connection: asyncpg.Connection, settings: DetectSettings, registry: Registry) -> Post:
    watch = Watch(registry, settings.tuning)
    rows = await device_rows(connection, watch.layout)
    return Post(connection, settings, registry, watch, rows, await layout_number(connection, watch.layout))


async def close_minutes(post: Post, minutes: Sequence[datetime], arrived: Mapping[datetime, Arrived]) -> None:
    """Judge minutes that are due, oldest first; a crash at any point leaves all of a chunk or nothing of it.

    Arrivals are taken before readings are read, each as it is then committed: a reading that comes in between is judged
    already and its arrival seen at the next turn. People's steps meanwhile are seen too, and never undone.
    """
    for chunk in _chunks(post, minutes):
        async with post.connection.transaction():
            await MINUTE.take_arrivals.execute(post.connection, minutes=list(chunk))
            changes, verdicts = await _judge(post, chunk)
            await put_verdicts(post.connection, post.layout, verdicts)
            await MINUTE.set_watermark.execute(post.connection, minute=chunk[-1])
            await _save(post)
            # Last, as from the first on nobody else can take a step.
            for minute, change in changes:
                await put_alert(post.connection, change.alert, change.what, minute + MINUTE_LONG)
        for minute in chunk:
            post.expected.saw(arrived[minute].devices)
        metrics.closed(chunk, [change for _, change in changes])


async def rejudge(post: Post, since: datetime, why: str = LATE) -> None:
    """Minutes from `since` on have other readings or marks now: judge again from the checkpoint before it, and mend.

    Nothing that was told is taken back: what is found only now is opened and marked late, what no longer stands is
    closed with the reason.
    """
    until = post.last
    async with post.connection.transaction():
        await _restore(post, since - MINUTE_LONG)
        restart = post.last
        await MINUTE.drop_checkpoints_after.execute(post.connection, minute=restart)
        await MINUTE.take_arrivals_between.execute(post.connection, after=restart, until=until)
        minutes = await _minutes(post, until)
        found: dict[str, Alert] = {}
        for chunk in _chunks(post, minutes):
            changes, verdicts = await _judge(post, chunk)
            await put_verdicts(post.connection, post.layout, verdicts)
            found.update({change.alert.id: change.alert for _, change in changes})
        await _save(post)
        await _withdraw(post, restart, found.keys(), why)
        await _mend(post, found, why)
    metrics.REJUDGED.inc(len(minutes))


def _chunks(post: Post, minutes: Sequence[datetime]) -> list[Sequence[datetime]]:
    size = max(1, min(MINUTES_AT_ONCE, ROWS_AT_ONCE // max(1, len(post.watch.layout.devices))))
    return [minutes[i : i + size] for i in range(0, len(minutes), size)]


async def _judge(post: Post, minutes: Sequence[datetime]) -> tuple[Dated, Verdicts]:
    frames = await load_frames(post.connection, post.watch.layout, post.rows, minutes)
    return await asyncio.to_thread(_step, post.watch, frames)


def _step(watch: Watch, frames: Sequence[Frame]) -> tuple[Dated, Verdicts]:
    changes: Dated = []
    verdicts: Verdicts = []
    for frame in frames:
        changes += [(frame.minute, change) for change in watch.close(frame)]
        verdicts.append((frame.minute, watch.verdicts()))
    return changes, verdicts


async def _minutes(post: Post, until: datetime) -> list[datetime]:
    """The minutes with readings that the watch has still to see."""
    after = post.watch.last or until - PRIME
    return [row["ts"] for row in await MINUTE.minutes.fetch(post.connection, after=after, until=until)]


async def _rerun(post: Post, minutes: Sequence[datetime]) -> None:
    """Bring the watch up to date over minutes that are judged and written already."""
    for chunk in _chunks(post, minutes):
        await _judge(post, chunk)


async def _restore(post: Post, minute: datetime) -> None:
    """Put the watch back to the newest checkpoint not after `minute`, or to nothing."""
    post.watch, post.saved = Watch(post.registry, post.settings.tuning), None
    row = await MINUTE.checkpoint_before.fetchrow(post.connection, minute=minute, detector=post.watch.version)
    if row is None:
        return
    try:
        post.watch.load(row["state"])
        post.saved = row["minute"]
    except CheckpointError as error:
        logger.warning("checkpoint of %s: %s; judging the stored readings again", row["minute"], error)
        post.watch = Watch(post.registry, post.settings.tuning)


async def _save(post: Post) -> None:
    """A checkpoint when one is due; those that a late reading may still need are kept."""
    if post.saved is None or post.last - post.saved >= post.settings.checkpoint_every:
        needed = post.last - post.settings.lateness
        state = await asyncio.to_thread(post.watch.dump)
        await put_checkpoint(post.connection, post.last, post.watch.version, state, needed)
        post.saved = post.last


async def _mend(post: Post, changed: Mapping[str, Alert], why: str) -> None:
    """Bring the stored alerts in line with those that judging again has changed, and with those that are open."""
    standing = {alert.id: alert for alert in post.watch.open()} | dict(changed)
    stored = {row["alert_id"]: row["body"] for row in await ALERT.bodies.fetch(post.connection, ids=list(standing))}
    at = post.last + MINUTE_LONG
    for alert in sorted(standing.values(), key=lambda alert: (alert.opened_at, alert.id)):
        old = stored.get(alert.id)
        if old is None:
            await put_alert(post.connection, alert, "opened", at, why)
        elif _differs(body_of(alert, old["late"]), old, old if alert.id in changed else ALWAYS_TOLD):
            action = "closed" if alert.closed_at and not old["closed_at"] else "updated"
            await put_alert(post.connection, alert, action, at, why)


def _differs(new: Mapping[str, object], old: Mapping[str, object], names: Iterable[str]) -> bool:
    return any(new[name] != old[name] for name in names)


async def _withdraw(post: Post, since: datetime, standing: Set[str], why: str) -> None:
    """Close what was opened after `since` and no longer stands."""
    for row in await ALERT.opened_since.fetch(post.connection, since=since):
        if row["alert_id"] not in standing:
            await withdraw_alert(post.connection, row["body"], post.last + MINUTE_LONG, why)
