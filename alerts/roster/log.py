"""The log of a shift: drafted from what happened, completed by hand, and locked when the shift is handed over."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import asyncpg

from alerts.roster.publish import shift_of
from alerts.roster.refusal import Missing, Refused
from alerts.roster.shift import Shift
from sql.queries import Connection, Queries

DESK_LOG = Queries("desk_log")
MOST_EVENTS = 5000
RECENT = timedelta(hours=24)


class Line(NamedTuple):
    """Something that happened in a shift; `entry_id` where it was written by hand."""

    at: datetime
    who: str
    what: str
    text: str
    alert_id: str | None = None
    entry_id: int | None = None


@dataclass(frozen=True, slots=True)
class Log:
    """The log of a shift, final once it is locked."""

    shift: Shift
    locked_at: datetime | None
    handover_id: int | None
    lines: tuple[Line, ...]


def named(shift: Shift) -> dict[str, Any]:
    """What a shift is known by, for the queries."""
    return {"person_id": shift.person_id, "start": shift.start, "post": shift.post}


async def line_up(on: Connection, shift: Shift) -> None:
    """Who writes to the log of a shift and who locks it go one after the other, to the end of the transaction."""
    await DESK_LOG.line_up.execute(on, **named(shift))


async def shift_known_as(on: Connection, person_id: str, start: datetime, post: str) -> Shift:
    """A shift by person, start and post; raises Missing."""
    row = await DESK_LOG.shift.fetchrow(on, person_id=person_id, start=start, post=post)
    if row is None:
        raise Missing(f"没有这个班次 · no shift of {person_id} at {start.isoformat()} on {post!r}")
    return shift_of(row)


async def current_shift(on: Connection, person_id: str, now: datetime, post: str = "", roles: Any = None) -> Shift:
    """The newest shift of a person that has begun, over for a day at most; raises Missing."""
    row = await DESK_LOG.current.fetchrow(on, person_id=person_id, at=now, since=now - RECENT, post=post, roles=roles)
    if row is None:
        raise Missing(f"{person_id} 当前没有班次 · has no shift now nor in the last day")
    return shift_of(row)


async def read(on: Connection, shift: Shift, now: datetime) -> Log:
    """The log as it was locked, or as it would be if it were locked now."""
    row = await DESK_LOG.locked.fetchrow(on, **named(shift))
    if row:
        lines = tuple(Line(**{**line, "at": datetime.fromisoformat(line["at"])}) for line in row["lines"])
        return Log(shift, row["locked_at"], row["handover_id"], lines)
    return Log(shift, None, None, tuple(await _lines(on, shift, min(now, shift.end))))


async def write(on: asyncpg.Connection, shift: Shift, who: str, text: str, now: datetime) -> Line:
    """Complete a log by hand; raises Refused where it is locked or where the shift has not begun."""
    if now < shift.start:
        raise Refused("班次尚未开始 · the shift has not begun")
    async with on.transaction():
        await line_up(on, shift)
        if await DESK_LOG.locked.fetchrow(on, **named(shift)):
            raise Refused("值班日志已锁定 · the log of this shift is locked")
        number = await DESK_LOG.write.fetchval(on, **named(shift), at=now, who=who, text=text)
        return Line(now, who, "entry", text, entry_id=number)


async def lock(on: asyncpg.Connection, shift: Shift, handover_id: int, now: datetime) -> None:
    """Close the log as it is, with what came after the shift's end; within the caller's transaction, in line."""
    until = min(now, shift.end + RECENT) + timedelta(microseconds=1)
    lines = [{**line._asdict(), "at": line.at.isoformat()} for line in await _lines(on, shift, until)]
    await DESK_LOG.lock.execute(on, **named(shift), at=now, handover_id=handover_id, lines=lines)


async def _lines(on: Connection, shift: Shift, until: datetime) -> list[Line]:
    span = {"start": shift.start, "end": max(until, shift.start)}
    lines = [
        Line(row["at"], row["name"] or row["who"], row["action"], _of_alert(row), row["alert_id"])
        for row in await DESK_LOG.events.fetch(on, **span, most=MOST_EVENTS)
    ]
    lines += [
        Line(row["at"], row["person_id"], "check-in", row["note"])
        for row in await DESK_LOG.check_ins.fetch(on, **span)
        if row["person_id"] == shift.person_id
    ]
    lines += [
        Line(row["at"], row["who"], row["action"], row["why"]) for row in await DESK_LOG.changes.fetch(on, **span)
    ]
    lines += [
        Line(
            row["at"], row["who"], f"handover {row['action']}", f"{row['person_id']} → {row['to_person']}: {row['why']}"
        )
        for row in await DESK_LOG.handovers_of.fetch(on, **span)
        if row["post"] == shift.post
    ]
    entries = await DESK_LOG.entries.fetch(on, **named(shift))
    lines += [Line(row["at"], row["who"], "entry", row["text"], entry_id=row["entry_id"]) for row in entries]
    return sorted(lines, key=lambda line: line.at)


def _of_alert(row: Mapping[str, Any]) -> str:
    told = f"{row['kind']} {row['pollutant']} {row['severity']}级"
    return f"{told}: {row['why']}" if row["why"] else told
