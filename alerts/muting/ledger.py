"""Mutes in the database: made, ended early, and never changed or deleted."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

import asyncpg

from alerts.muting.holding import MUTE, ground_of
from alerts.muting.policy import MutePolicy
from alerts.muting.release import apply
from alerts.muting.subject import Subject
from alerts.muting.wish import MuteError, Silencing, Wish, check, scope_for
from ingest.grid import Cell


class MuteOver(Exception):  # noqa: N818
    """The mute is over, or somebody has ended it before."""


async def make_mute(on: asyncpg.Connection, wish: Wish, who: str, policy: MutePolicy, now: datetime) -> int:
    """Make a mute; what it covers is quiet from now on. Gives its number; raises MuteError.

    The same wish of the same person within seconds is a double tap: one mute, so that who ends it has ended it.
    """
    check(wish, policy, now)
    await _exists(on, wish)
    start = max(wish.start, now)
    row = _row(wish) | {"start": start, "author": who}
    async with on.transaction():
        await MUTE.alone.execute(on, what=f"mute {_row(wish)} {who}")
        twin: int | None = await MUTE.twin.fetchval(on, **row, now=now)
        if twin is not None:
            return twin
        mute_id: int = await MUTE.make.fetchval(on, **row, now=now)
        await MUTE.log.execute(on, mute_id=mute_id, action="made", now=now, who=who, why=wish.reason)
        if start <= now:
            await MUTE.log.execute(on, mute_id=mute_id, action="begun", now=now, who=who, why="")
            await apply(on, policy, now)
        return mute_id


def _row(wish: Wish) -> dict[str, Any]:
    return {
        "scope": wish.scope,
        "place": wish.place,
        "area": None if wish.polygon is None else json.dumps(wish.polygon),
        "kinds": list(wish.kinds),
        "pollutants": list(wish.pollutants),
        "end": wish.end,
        "reason": wish.reason,
        "planned_works": wish.planned_works,
        "alert_id": wish.alert_id,
    }


async def mute_for_alert(
    on: asyncpg.Connection, alert_id: str, asked: Silencing, who: str, policy: MutePolicy, now: datetime
) -> int:
    """Make the mute that keeps an alert and others of its kind there quiet; gives its number. Raises MuteError."""
    body = await MUTE.body.fetchval(on, alert_id=alert_id)
    if body is None:
        raise MuteError("alert_id", f"没有这条告警 · no alert {alert_id}")
    _, subjects = await ground_of(on, [body], now)
    subject = subjects[0]
    scope, place = scope_for(subject, asked.scope, await _owner(on, subject))
    if subject.severity >= policy.never_from and not asked.planned_works:
        raise MuteError(
            "planned_works",
            f"{subject.severity} 级告警只能因计划作业静默 · an alert of severity {subject.severity} is kept quiet by"
            " planned works only",
        )
    wish = Wish(scope, place, now, asked.until, asked.reason, kinds=(subject.kind,), alert_id=alert_id)
    return await make_mute(on, replace(wish, planned_works=asked.planned_works), who, policy, now)


async def end_mute(on: asyncpg.Connection, mute_id: int, who: str, why: str, now: datetime) -> bool:
    """End a mute before its time; False if there is none. What it held is told within a second. Raises MuteOver."""
    async with on.transaction():
        span = await MUTE.span.fetchrow(on, mute_id=mute_id)
        if span is None:
            return False
        ended = span["end_at"] <= now or span["ended"]
        if ended or not await MUTE.log.fetchval(on, mute_id=mute_id, action="ended", now=now, who=who, why=why):
            raise MuteOver(f"静默 {mute_id} 已结束 · mute {mute_id} is over already")
        await MUTE.end_holds.execute(on, mute_id=mute_id, now=now)
        return True


async def _owner(on: asyncpg.Connection, subject: Subject) -> str | None:
    """The enterprise whose monitor found the alert."""
    rows = await MUTE.owners.fetch(on, devices=[subject.device] if subject.device else [])
    return rows[0]["enterprise_id"] if rows else None


async def _exists(on: asyncpg.Connection, wish: Wish) -> None:
    """Raises MuteError for a place that nobody knows: a mute with a slip of the pen would keep nothing quiet."""
    if wish.scope == "device" and not await MUTE.knows_device.fetchval(on, place=wish.place):
        raise MuteError("place", f"没有这台设备 · no device {wish.place}")
    if wish.scope == "enterprise" and not await MUTE.knows_enterprise.fetchval(on, place=wish.place):
        raise MuteError("place", f"没有这家企业 · no enterprise {wish.place}")
    if wish.scope == "cell":
        ix, iy = _cell(wish.place)
        if not await MUTE.knows_cell.fetchval(on, ix=ix, iy=iy):
            raise MuteError("place", f"网格里没有 {wish.place} · no cell {wish.place} in the grid")


def _cell(place: str) -> Cell:
    ix, iy = (int(part) for part in place.split("-"))
    return ix, iy
