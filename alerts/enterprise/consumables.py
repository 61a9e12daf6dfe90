"""The ledger of activated carbon and other consumables in the database: lines are added and superseded, not changed."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

import asyncpg

from alerts.enterprise.file import attach
from alerts.enterprise.ledger import Due, due_of
from alerts.enterprise.outlet_policy import Kind
from alerts.policy import Policy
from sql.queries import Connection, Queries, Record

CONSUMABLE = Queries("consumable")


class UnknownOutlet(Exception):  # noqa: N818
    """The enterprise has no such outlet."""


class Superseded(Exception):  # noqa: N818
    """The entry to correct is not there, or was corrected before."""


class Change(NamedTuple):
    """What was changed or filled up, how much of it, when, and when it is due again (None: as the rules say)."""

    outlet_id: int
    kind: Kind
    amount: float
    unit: str
    done_on: date
    next_due_on: date | None = None
    note: str = ""
    files: tuple[str, ...] = ()
    supersedes: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the ledger; `due` where it is the last of its outlet and kind."""

    entry_id: int
    outlet: str
    change: Change
    at: datetime
    superseded_by: int | None
    hours_run: float | None
    due: Due | None


class Asked(NamedTuple):
    """Which entries, and after which one (day and number) of the page before."""

    kind: Kind | None = None
    outlet_id: int | None = None
    last: bool = False
    before: tuple[date, int] | None = None
    entry_id: int | None = None


async def entries(
    on: Connection, enterprise_id: str, asked: Asked, limit: int, policy: Policy, now: datetime
) -> list[Entry]:
    """Of an enterprise, the newest change first."""
    before_on, before_id = asked.before or (None, None)
    rows = await CONSUMABLE.entries.fetch(
        on,
        enterprise_id=enterprise_id,
        kind=asked.kind,
        outlet_id=asked.outlet_id,
        entry_id=asked.entry_id,
        last=asked.last,
        before_on=before_on,
        before_id=before_id,
        zone=policy.zone,
        limit=limit,
    )
    return [_entry(row, policy, now) for row in rows]


def _entry(row: Record, policy: Policy, now: datetime) -> Entry:
    change = Change(
        **{name: row[name] for name in ("outlet_id", "kind", "amount", "unit", "done_on", "next_due_on", "note")},
        files=tuple(row["files"]),
        supersedes=row["supersedes"],
    )
    run = (row["hours_run"], now.astimezone(policy.tz).date())
    rules = policy.enterprise.ledger
    due = due_of(change.kind, change.done_on, change.next_due_on, run, rules) if row["is_last"] else None
    return Entry(row["entry_id"], row["outlet"], change, row["at"], row["superseded_by"], row["hours_run"], due)


async def add(on: asyncpg.Connection, enterprise_id: str, change: Change, who: str, now: datetime) -> int:
    """Write a line of the ledger; gives its number. The same change told again is the same line.

    Raises UnknownOutlet, Superseded and UnknownFile.
    """
    row = {**change._asdict(), "files": list(change.files), "enterprise_id": enterprise_id}
    async with on.transaction():
        await CONSUMABLE.alone.execute(on, enterprise_id=enterprise_id)
        if await CONSUMABLE.outlet.fetchval(on, outlet_id=change.outlet_id, enterprise_id=enterprise_id) is None:
            raise UnknownOutlet(f"没有这个排口 · the enterprise has no outlet {change.outlet_id}")
        twin: int | None = await CONSUMABLE.twin.fetchval(on, **row)
        if twin is not None:
            return twin
        await attach(on, enterprise_id, change.files, now)
        entry_id: int | None = await CONSUMABLE.put.fetchval(on, **row, who=who, now=now)
        if entry_id is None:
            raise Superseded(
                f"没有这条记录，或已更正过 · entry {change.supersedes} is not there or was corrected before"
            )
        return entry_id
