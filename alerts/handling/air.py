"""What the detector does to an alert's handling: it begins with the alert; what nobody was sent to ends with it.

An alert ends only when the air of all that was merged into it is clean too, and goes on when that of any is not after
all: `passed` of the acts `clear` and `resume` is False where it is only about those others.
"""

from datetime import datetime

import asyncpg

from alerts.handling.desk import HANDLING, Entry, log
from alerts.handling.stage import DETECTOR, Act, Action, Handling
from alerts.handling.step import step
from alerts.kind import kind_of
from sql.queries import Record


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
    if row is None:
        return
    clean = not await HANDLING.still_bad.fetchval(on, alert_id=alert_id, without=alert_id)
    after = await _take(on, row, Act("clear", DETECTOR, passed=clean), at)
    if after.merged_into is not None:
        await _pass_on(on, alert_id, "clear", at)


async def resume(on: asyncpg.Connection, alert_id: str, at: datetime) -> None:
    """The air was not clean after all; within the caller's transaction."""
    row = await HANDLING.lock.fetchrow(on, alert_id=alert_id)
    if row is None:
        return
    after = await _take(on, row, Act("resume", DETECTOR), at)
    if after.stage != row["body"]["stage"]:
        await log(on, row["alert"], Entry("resume", DETECTOR, ""), at)
    if after.merged_into is not None:
        await _pass_on(on, alert_id, "resume", at)


async def _pass_on(on: asyncpg.Connection, alert_id: str, action: Action, at: datetime) -> None:
    """What it means for the alert that this one is handled with; a line in the log of that one."""
    root = await HANDLING.root.fetchval(on, alert_id=alert_id)
    row = await HANDLING.lock.fetchrow(on, alert_id=root)
    handling = row and Handling.read(row["body"])
    if row is None or handling is None or handling.cleared_at is None:
        return
    if action == "clear" and await HANDLING.still_bad.fetchval(on, alert_id=root, without=alert_id):
        return
    act = Act(action, DETECTOR, passed=action == "clear")
    if await _take(on, row, act, at) != handling:
        await log(on, row["alert"], Entry(action, DETECTOR, alert_id), at)


async def _take(on: asyncpg.Connection, row: Record, act: Act, at: datetime) -> Handling:
    handling = Handling.read(row["body"])
    after = step(handling, act, at)
    if after != handling:
        await HANDLING.put.execute(
            on, alert_id=row["alert"]["id"], stage=after.stage, version=after.version, body=after.body(), at=at
        )
    return after
