"""Changing the roster: an entry more or one less, written to the log of changes, and published at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import asyncpg

from alerts.handling.stage import Actor
from alerts.roster import book
from alerts.roster.book import Agreed, Entry, Holiday, Kind
from alerts.roster.definition import Leave, Rotation, Side, Substitute, Swap, Temporary
from alerts.roster.plan import plan
from alerts.roster.publish import HORIZON, definitions_of, publish
from alerts.roster.refusal import Refused
from alerts.roster.right import must_lead
from sql.queries import Connection, Queries

ROSTER = Queries("roster")


class UnknownPeople(ValueError):  # noqa: N818
    """People who are not registered; `fields` says why by where they are named."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{place}: {why}" for place, why in fields.items()))
        self.fields = fields


@dataclass(frozen=True, slots=True)
class By:
    """Who changes the roster, why and when, and how far ahead it is published."""

    actor: Actor
    why: str
    now: datetime
    horizon: timedelta = HORIZON


class Change(NamedTuple):
    """A line of the log of changes."""

    seq: int
    at: datetime
    who: str
    action: str
    why: str
    details: dict[str, Any]


async def add(on: asyncpg.Connection, kind: Kind, body: Mapping[str, Any], by: By) -> Entry:
    """A new entry, or the one that says the same already: a double tap is one entry.

    Raises Forbidden, Refused, and ValueError for what makes no sense.
    """
    must_lead(by.actor)
    async with on.transaction():
        await ROSTER.lock.execute(on)
        what = book.read(kind, body)
        await must_be_known(on, people_of(what))
        if there := await book.same(on, kind, body):
            return there
        await _must_matter(on, what, by.now)
        entry = await book.add(on, kind, body, by.actor.who, by.now)
        await note(on, f"add {kind}", by, {"entry_id": entry.entry_id, **body})
        await publish(on, by.now, by.horizon)
        return entry


async def end(on: asyncpg.Connection, kind: Kind, entry_id: int, by: By) -> Entry:
    """An entry holds no longer; raises Forbidden and Missing."""
    must_lead(by.actor)
    async with on.transaction():
        await ROSTER.lock.execute(on)
        entry = await book.end(on, kind, entry_id, by.actor.who, by.now)
        await note(on, f"end {kind}", by, {"entry_id": entry_id})
        await publish(on, by.now, by.horizon)
        return entry


async def note(on: Connection, action: str, by: By, details: Mapping[str, Any]) -> None:
    """A line in the log of changes."""
    await ROSTER.log_change.execute(on, at=by.now, who=by.actor.who, action=action, why=by.why, details=details)


async def changes(on: Connection, most: int, before: int = 2**62) -> list[Change]:
    """The newest first, before a number."""
    return [Change(**dict(row)) for row in await ROSTER.changes.fetch(on, most=most, before=before)]


def people_of(what: Agreed) -> dict[str, str]:
    """Everybody whom an entry names, by the place of its body where it does."""
    match what:
        case Rotation():
            return {f"people.{number}": person_id for number, person_id in enumerate(what.people)}
        case Substitute():
            return {"person_id": what.person_id, "other_id": what.other_id}
        case Leave():
            return {"person_id": what.person_id}
        case Swap():
            return {"one.person_id": what.one.person_id, "other.person_id": what.other.person_id}
        case Holiday():
            return {}
        case _:
            return {f"shifts.{number}.person_id": shift.person_id for number, shift in enumerate(what.shifts)}


async def must_be_known(on: Connection, people: Mapping[str, str]) -> None:
    """Raise UnknownPeople for who is not registered; `people` by the place where they are named."""
    known = {row["person_id"] for row in await ROSTER.people.fetch(on)}
    if unknown := {place: person_id for place, person_id in people.items() if person_id not in known}:
        raise UnknownPeople({place: f"没有登记 · not registered: {name}" for place, name in unknown.items()})


async def must_have(on: Connection, side: Side, now: datetime) -> None:
    """Raise Refused where a person has nothing on a post ("" for any) within a span that is not over."""
    moment: datetime = await ROSTER.moment.fetchval(on, now=now)
    start = max(side.start, moment)
    shifts = plan(await definitions_of(on, moment), start, side.end) if start < side.end else []
    if not any(shift.person_id == side.person_id and side.post in ("", shift.post) for shift in shifts):
        raise Refused(
            f"{side.person_id} 在此时段没有尚未结束的班次 · has no shift there that is not over"
            f" ({side.start.isoformat()} – {side.end.isoformat()})"
        )


async def _must_matter(on: Connection, what: Agreed, now: datetime) -> None:
    """Refuse agreements on shifts that nobody has, or that are over: they would be silently without effect."""
    if isinstance(what, Substitute):
        await must_have(on, Side(what.person_id, what.post, what.start, what.end), now)
    if isinstance(what, Leave | Temporary) and what.end <= now:
        raise Refused("时段已经过去 · this is over: who was on duty is not changed afterwards")
