"""Declarations as the service makes them, and what followed from them."""

from datetime import datetime, timedelta
from typing import Any

import asyncpg

from alerts.enterprise.declaration import Kind, Span, Verdict, Wish, finish, review, withdraw
from alerts.enterprise.declarations import Act, Hand, change, make, monitor_of
from alerts.handling.stage import Actor
from alerts.policy import Policy
from tests.service import seed
from tests.service.enterprise.plant import MN

POLICY = Policy()
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
FACTORY, DUTY = Actor("enterprise:E0007", "enterprise"), Actor("P1", "duty")


async def declared(
    pool: asyncpg.Pool, start: datetime, end: datetime | None, now: datetime, kind: Kind = "maintenance"
) -> int:
    """E0007 declares a mark of its monitor; gives its number."""
    async with pool.acquire() as on:
        monitor = await monitor_of(on, "E0007", MN)
        assert monitor
        return await make(on, monitor, Wish(kind, Span(start, end), "检修"), Hand(FACTORY, POLICY, now))


async def refused(pool: asyncpg.Pool, number: int, now: datetime) -> None:
    """The desk refuses it."""
    verdict = Verdict("refused", "当时在产")
    await taken(pool, number, Act("refuse", lambda old, others: review(old, verdict, others, DUTY, now)), DUTY, now)


async def accepted(pool: asyncpg.Pool, number: int, now: datetime) -> None:
    """The desk accepts it."""
    verdict = Verdict("accepted", "")
    await taken(pool, number, Act("accept", lambda old, others: review(old, verdict, others, DUTY, now)), DUTY, now)


async def ended(pool: asyncpg.Pool, number: int, at: datetime, now: datetime) -> None:
    """The enterprise ends it."""
    await taken(pool, number, Act("end", lambda old, _: finish(old, at, FACTORY, now)), FACTORY, now)


async def withdrawn(pool: asyncpg.Pool, number: int, now: datetime) -> None:
    """The enterprise takes it back."""
    await taken(pool, number, Act("withdraw", lambda old, _: withdraw(old, FACTORY)), FACTORY, now)


async def taken(pool: asyncpg.Pool, number: int, act: Act, actor: Actor, now: datetime) -> None:
    """A step."""
    async with pool.acquire() as on:
        assert await change(on, number, act, Hand(actor, POLICY, now))


async def marks(pool: asyncpg.Pool) -> list[tuple[Any, ...]]:
    """What is in force, with the number of the declaration."""
    rows = await pool.fetch("SELECT kind, start_at, end_at, declaration_id FROM mark ORDER BY start_at, declaration_id")
    return [tuple(row) for row in rows]


async def alert(
    pool: asyncpg.Pool,
    kind: str,
    opened: datetime,
    closed: datetime | None = None,
    pollutant: str = "",
    **evidence: Any,
) -> str:
    """An alert about that monitor."""
    name = f"{kind}-{pollutant or 'all'}-{opened:%Y%m%dT%H%MZ}-{MN}"
    more = {"source": MN, "status": "closed" if closed else "open", "closed_at": closed and closed.isoformat()}
    told = seed.body(name, opened, kind=kind, pollutant=pollutant, evidence=evidence, **more)
    async with pool.acquire() as on, on.transaction():
        await seed.alert(on, told)
        await on.execute("UPDATE alert SET source = $2 WHERE alert_id = $1", name, MN)
    return name


async def notes(pool: asyncpg.Pool, name: str) -> list[tuple[str, dict[str, Any]]]:
    """What the log of an alert says since it was opened: who, and the details."""
    rows = await pool.fetch(
        "SELECT who, details FROM alert_event WHERE alert_id = $1 AND action = 'comment' ORDER BY seq", name
    )
    return [(row["who"], row["details"]) for row in rows]
