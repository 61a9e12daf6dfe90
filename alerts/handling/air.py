"""What the detector does to an alert's handling: it begins with the alert; what nobody was sent to ends with it."""

from datetime import datetime

import asyncpg

from alerts.handling.desk import HANDLING
from alerts.handling.stage import DETECTOR, Act, Handling
from alerts.handling.step import step
from alerts.kind import kind_of


async def line_up(on: asyncpg.Connection) -> None:
    """Take the lock of the log before any row; within the caller's transaction."""
    await HANDLING.line_up.execute(on)


async def begin(on: asyncpg.Connection, alert_id: str, kind: str, at: datetime) -> None:
    """An alert was opened; within the caller's transaction."""
    body = Handling("open", at, times={"open": at}).body()
    await HANDLING.begin.execute(on, alert_id=alert_id, pushed=kind_of(kind).pushed, at=at, body=body)


async def clear(on: asyncpg.Connection, alert_id: str, at: datetime) -> None:
    """The air is clean again; within the caller's transaction."""
    row = await HANDLING.lock.fetchrow(on, alert_id=alert_id)
    if row is not None:
        after = step(Handling.read(row["body"]), Act("clear", DETECTOR), at)
        await HANDLING.put.execute(
            on, alert_id=alert_id, stage=after.stage, version=after.version, body=after.body(), at=at
        )
