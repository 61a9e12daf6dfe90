"""People with phones, alerts that happen, and a worker that tells them: for the tests of push."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg

from alerts.channels.registry import open_channels
from alerts.handling.desk import act
from alerts.handling.stage import Act, Actor
from alerts.keys import key, vapid
from alerts.notify import notify
from alerts.push.deliver import deliver
from alerts.push.lanes import Lanes
from alerts.push.plan import plan_all
from alerts.push.sender import Sender, gates
from alerts.push.turn import turn_all
from alerts.settings import NotifySettings
from alerts.store import put_alert
from sql.pool import connect
from tests.support.hotspot import hotspot
from tests.support.receiver import Posted, Receiver

SENT = datetime(2026, 11, 21, 8, 31, tzinfo=UTC)  # 16:31 in Beijing
LOCAL = "127.0.0.1/32"


class Clock:
    """A clock that the test drives."""

    def __init__(self, at: datetime = SENT) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def go(self, **by: float) -> None:
        """On by so much; negative: set back."""
        self.at += timedelta(**by)


async def people(pool: asyncpg.Pool, off: tuple[str, ...] = (), **roles: str) -> None:
    """Everybody of the roster, on duty round the clock but for `off`; a roster's past can be set up once only."""
    async with pool.acquire() as on, on.transaction():
        for person_id, role in roles.items():
            await on.execute("INSERT INTO person VALUES ($1, $1 || '某', $2, '138', '')", person_id, role)
            if person_id not in off:
                await on.execute(
                    "INSERT INTO shift (person_id, start_at, end_at, post, role)"
                    " VALUES ($1, least($2, now()) - INTERVAL '1 day', greatest($2, now()) + INTERVAL '30 days',"
                    " '值班室', $3)",
                    *(person_id, SENT, role),
                )


async def contact(
    pool: asyncpg.Pool, person_id: str | None, url: str, rank: int = 1, min_severity: int = 1, channel: str = "webhook"
) -> int:
    """An address of a person, or of a platform where it is None."""
    number: int = await pool.fetchval(
        "INSERT INTO contact (person_id, channel, address, rank, language, min_severity, created_at, created_by)"
        " VALUES ($1, $2, $3, $4, 'zh', $5, $6, 'test') RETURNING contact_id",
        *(person_id, channel, url, rank, min_severity, SENT),
    )
    return number


async def happens(pool: asyncpg.Pool, action: str = "opened", **changed: Any) -> int:
    """A transition of an alert by the detector; its number in the log."""
    async with pool.acquire() as on, on.transaction():
        alert = hotspot(**changed)
        await put_alert(on, alert, action, alert.closed_at or alert.opened_at)
    return await newest(pool)


async def many(pool: asyncpg.Pool, count: int, **changed: Any) -> None:
    """So many alerts, all at once."""
    async with pool.acquire() as on, on.transaction():
        for number in range(count):
            alert = hotspot(id=f"h-{number:05}", source=f"9-{number}", **changed)
            await put_alert(on, alert, "opened", alert.opened_at)


async def newest(pool: asyncpg.Pool) -> int:
    """The newest number in the log."""
    number: int = await pool.fetchval("SELECT max(seq) FROM alert_event")
    return number


async def does(pool: asyncpg.Pool, action: Any, who: str, role: Any, at: datetime, **more: Any) -> None:
    """A step of somebody with the alert that `happens`."""
    async with pool.acquire() as on:
        await act(on, hotspot().id, Act(action, Actor(who, role), **more), at)


def settings_of(database: str, **changed: Any) -> NotifySettings:
    """Settings that let pushes go to the receivers of a test."""
    return NotifySettings(database_url=database, push_allow=LOCAL, _env_file=None, **changed)


@asynccontextmanager
async def sending(pool: asyncpg.Pool, settings: NotifySettings, clock: Clock) -> AsyncIterator[Sender]:
    """What a worker sends with, for a test that takes its steps one by one."""
    locks = await connect(settings.database_url, "test locks")
    channels = open_channels(settings, await vapid(pool), clock)
    secret = await key(pool, "receipt")
    url = settings.public_url
    try:
        yield Sender(
            *(pool, channels, gates(channels), Lanes(locks), settings.policy),
            *(url, secret, settings.webhook_url, clock),
        )
    finally:
        await locks.close()


async def tick(sender: Sender) -> None:
    """All that a worker would do at this moment: plan, turn the timers, send what is due."""
    for _ in range(2):  # what a rung of the escalation leads to is planned and sent at once too
        async with sender.pool.acquire() as on:
            await plan_all(on, sender)
        await turn_all(sender)
    for row in await sender.pool.fetch("SELECT DISTINCT lane FROM push WHERE state = 'waiting' ORDER BY lane"):
        await deliver(sender, row["lane"])


@asynccontextmanager
async def notifying(database: str, clock: Clock | None = None, **changed: Any) -> AsyncIterator[None]:
    """A running `hotgrid notify`."""
    stop = asyncio.Event()
    running = asyncio.ensure_future(notify(settings_of(database, **changed), clock or Clock(), stop))
    try:
        yield
    finally:
        stop.set()
        async with asyncio.timeout(10):
            await running


async def states(pool: asyncpg.Pool) -> list[tuple[str | None, str, str, int]]:
    """Every push: to whom, for which action, what came of it, after how many attempts."""
    rows = await pool.fetch("SELECT person_id, action, state, attempts FROM push ORDER BY push_id")
    return [tuple(row) for row in rows]


def told(receiver: Receiver) -> list[dict[str, Any]]:
    """What was posted to a receiver."""
    return [json.loads(posted.body) for posted in receiver.posted]


def keys(posts: list[Posted]) -> list[str]:
    """Their idempotency keys."""
    return [post.headers["idempotency-key"] for post in posts]
