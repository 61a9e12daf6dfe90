"""What the roster is computed from, as it is kept: entries are added and ended, never altered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from pydantic import TypeAdapter

from alerts.roster.definition import Day, Definitions, Leave, Rotation, Substitute, Swap, Temporary
from alerts.roster.refusal import Missing
from sql.queries import Connection, Queries, Record

ROSTER = Queries("roster")
Kind = Literal["rotation", "leave", "substitute", "temporary", "swap", "holiday"]
REACH = timedelta(days=62)  # nothing that ended so long ago bears on a shift of today


@dataclass(frozen=True, slots=True)
class Holiday:
    """A date that is a workday, or a day off, other than the calendar knows."""

    holiday_id: str
    day: date
    workday: bool
    name: str = ""


Agreed = Rotation | Leave | Substitute | Temporary | Swap | Holiday
_ADAPTERS: Mapping[str, TypeAdapter[Any]] = {
    "rotation": TypeAdapter(Rotation),
    "leave": TypeAdapter(Leave),
    "substitute": TypeAdapter(Substitute),
    "temporary": TypeAdapter(Temporary),
    "swap": TypeAdapter(Swap),
    "holiday": TypeAdapter(Holiday),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """Something the roster follows from, who put it there and who ended it."""

    entry_id: int
    kind: Kind
    what: Agreed
    who: str
    made_at: datetime
    ended_at: datetime | None
    ended_by: str | None


def read(kind: Kind, body: Mapping[str, Any]) -> Agreed:
    """What a body says, which lacks only the id; raises ValueError (pydantic's) where it makes no sense."""
    what: Agreed = _read(kind, 0, body)
    return what


def dump(entry: Entry) -> dict[str, Any]:
    """What an entry says, as JSON."""
    told: dict[str, Any] = _ADAPTERS[entry.kind].dump_python(entry.what, mode="json")
    return told


async def add(on: Connection, kind: Kind, body: Mapping[str, Any], who: str, now: datetime) -> Entry:
    """Keep a new entry; `body` lacks only the id. Raises ValueError (pydantic's) where it makes no sense."""
    what = _read(kind, 0, body)
    told = _ADAPTERS[kind].dump_python(what, mode="json")
    row = await ROSTER.add_entry.fetchrow(on, kind=kind, body=told, who=who, now=now)
    assert row is not None
    return _entry(row)


async def same(on: Connection, kind: Kind, body: Mapping[str, Any]) -> Entry | None:
    """The entry in force that says just this already."""
    told = _ADAPTERS[kind].dump_python(_read(kind, 0, body), mode="json")
    row = await ROSTER.same_entry.fetchrow(on, kind=kind, body=told)
    return row and _entry(row)


async def end(on: Connection, kind: Kind, entry_id: int, who: str, now: datetime) -> Entry:
    """An entry holds no longer; raises Missing where there is none in force."""
    row = await ROSTER.end_entry.fetchrow(on, kind=kind, entry_id=entry_id, who=who, now=now)
    if row is None:
        raise Missing(f"no {kind} {entry_id} is in force")
    return _entry(row)


async def entries(on: Connection, kind: Kind) -> list[Entry]:
    """All of a kind that are in force, in the order in which they were made."""
    return [_entry(row) for row in await ROSTER.entries_of_kind.fetch(on, kind=kind)]


async def definitions(on: Connection, moment: datetime) -> Definitions:
    """All that the roster from a time on follows from."""
    found: dict[str, list[Any]] = {kind: [] for kind in _ADAPTERS}
    for row in await ROSTER.entries_since.fetch(on, since=moment - REACH):
        found[row["kind"]].append(_entry(row).what)
    return Definitions(
        rotations=tuple(found["rotation"]),
        temporaries=tuple(found["temporary"]),
        leaves=tuple(found["leave"]),
        swaps=tuple(found["swap"]),
        substitutes=tuple(found["substitute"]),
        overrides={one.day: Day(one.workday, one.name) for one in found["holiday"]},
    )


def _read(kind: str, entry_id: int, body: Mapping[str, Any]) -> Any:
    return _ADAPTERS[kind].validate_python({**body, f"{kind}_id": str(entry_id)})


def _entry(row: Record) -> Entry:
    fields = dict(row)
    return Entry(what=_read(row["kind"], row["entry_id"], fields.pop("body")), **fields)
