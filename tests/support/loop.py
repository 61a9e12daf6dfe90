"""The minute loop over the little district of `scene`: readings into the database, turns at a chosen time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import asyncpg
import numpy as np

from alerts.alert import Alert, Change
from alerts.detect import detect, turn
from alerts.detector.tuning import DEFAULT
from alerts.minute import Post
from alerts.settings import DetectSettings
from alerts.store import body_of
from alerts.watch import Watch
from ingest.batch import Batch
from ingest.channel import CHANNELS
from ingest.importer import store_registry
from ingest.layout import Frame
from ingest.registry import Registry
from ingest.store import commit
from tests.support.scene import district, emit, weather

PRIMED = DEFAULT.grid.numbers.prime
FIRST, LAST, LENGTH = PRIMED + 20, PRIMED + 60, PRIMED + 110
DAY = datetime(2100, 1, 1, tzinfo=UTC)  # every grace is over
HOT = ("M14", "M15", "M16")  # where the emission is seen


def script(length: int = LENGTH) -> list[Frame]:
    """Ordinary hours with one emission."""
    layout = Watch(district()).layout
    frames = list(weather(layout, length))
    emit(frames, layout, FIRST, min(LAST, length))
    return frames


def judged(frames: Iterable[Frame], watch: Watch | None = None) -> list[Change]:
    """What the detector says of these frames, without any database."""
    watch = watch or Watch(district())
    return [change for frame in frames for change in watch.close(frame)]


def final(changes: Iterable[Change]) -> dict[str, Alert]:
    """Every alert as it was told last."""
    return {change.alert.id: change.alert for change in changes}


async def settle(connection: asyncpg.Connection, registry: Registry) -> None:
    """Import a registry."""
    async with connection.transaction():
        await store_registry(connection, registry, DAY)


async def send(
    pool: asyncpg.Pool,
    frames: Sequence[Frame],
    only: Iterable[str] = (),
    without: Iterable[str] = (),
    registry: Registry | None = None,
) -> None:
    """Readings of all devices, or of some."""
    layout = Watch(registry or district()).layout
    numbers = {row["device_id"]: row["device"] for row in await pool.fetch("SELECT device, device_id FROM device")}
    wanted = (set(only) or set(layout.index)) - set(without)
    rows = [row for row, device in enumerate(layout.devices) if device.id in wanted]
    if not frames:
        return
    batch = Batch()
    for frame in frames:
        batch.devices += [numbers[layout.devices[row].id] for row in rows]
        batch.minutes += [frame.minute] * len(rows)
    columns = range(len(CHANNELS))
    batch.values = np.concatenate([frame.values[np.ix_(rows, columns)] for frame in frames])
    batch.qc = np.concatenate([frame.qc[np.ix_(rows, columns)] for frame in frames])
    await commit(pool, batch, DAY)


@asynccontextmanager
async def detecting(database: str, stop: asyncio.Event | None = None) -> AsyncIterator["asyncio.Future[None]"]:
    """`hotgrid detect`, stopped when the block is left; for its clock every grace is over."""
    stop = stop or asyncio.Event()
    task = asyncio.ensure_future(detect(settings(database), lambda: DAY, stop))
    try:
        yield task
    finally:
        stop.set()
        async with asyncio.timeout(10):
            await task


def judged_until(pool: asyncpg.Pool, minute: datetime) -> Callable[[], Awaitable[bool]]:
    """Whether the watermark stands there."""

    async def holds() -> bool:
        return bool(await pool.fetchval("SELECT minute FROM watermark") == minute)

    return holds


async def work(post: Post) -> None:
    """Turns until nothing is left to do; by then every grace is over."""
    while await turn(post, DAY):
        pass


def settings(url: str, **changed: Any) -> DetectSettings:
    """Of a detector on this database."""
    return DetectSettings(database_url=url, _env_file=None, **changed)


async def bodies(pool: asyncpg.Pool) -> dict[str, dict[str, Any]]:
    """The alerts as they are stored."""
    return {row["alert_id"]: row["body"] for row in await pool.fetch("SELECT alert_id, body FROM alert")}


async def log(pool: asyncpg.Pool) -> list[tuple[str, str, datetime, str]]:
    """Every transition: alert, action, when, why."""
    rows = await pool.fetch("SELECT alert_id, action, at, why FROM alert_event ORDER BY seq")
    return [(row["alert_id"], row["action"], row["at"], row["why"]) for row in rows]


async def stored_is(pool: asyncpg.Pool, frames: Sequence[Frame]) -> None:
    """Whether the alerts are those that the detector gives for these frames when it sees them in order."""
    told = final(judged(frames))
    assert told
    stored = await bodies(pool)
    assert {name: {**body, "late": False} for name, body in stored.items()} == {
        name: body_of(alert) for name, alert in told.items()
    }
