"""A table of shifts into the roster: all of it or nothing, as temporary schedules of the posts that change."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import asyncpg

from alerts.roster import book, change
from alerts.roster.change import By
from alerts.roster.draft import Draft, Standing, drafts, missing, settled
from alerts.roster.plan import plan
from alerts.roster.publish import definitions_of, publish, shift_of
from alerts.roster.right import must_lead
from alerts.roster.sheet import Line, Problem, SheetError, in_order
from alerts.roster.shift import Shift
from sql.queries import Connection, Queries

ROSTER = Queries("roster")


class Taken(NamedTuple):
    """What a table changed, or would; `entries` are the temporary schedules that it became."""

    entries: tuple[int, ...]
    added: tuple[Shift, ...]
    removed: tuple[Shift, ...]
    unchanged: int


async def take_in(on: asyncpg.Connection, sheet: str, lines: Sequence[Line], by: By, dry_run: bool = False) -> Taken:
    """Bring the roster to a table; raises Forbidden, and SheetError with every line that cannot be taken."""
    must_lead(by.actor)
    transaction = on.transaction()
    await transaction.start()
    try:
        taken = await _take(on, sheet, lines, by)
    except BaseException:
        await transaction.rollback()
        raise
    await (transaction.rollback() if dry_run else transaction.commit())
    return taken


async def _take(on: asyncpg.Connection, sheet: str, lines: Sequence[Line], by: By) -> Taken:
    await ROSTER.lock.execute(on)
    moment: datetime = await ROSTER.moment.fetchval(on, now=by.now)
    if not lines:
        return Taken((), (), (), 0)
    # As far as it is published: a swap may tie a shift of the table to one far away.
    span = (
        min([moment, *(line.shift.start for line in lines)]),
        max([moment + by.horizon, *(line.shift.end for line in lines)]),
    )
    before = await _standing(on, *span, moment, by)
    lines = settled(lines, before)
    made = drafts(sheet, lines, Standing(before, moment))
    entries = [await _enter(on, draft, by) for draft in made]
    if made:
        await publish(on, by.now, by.horizon)
        _check(sheet, lines, _expected(before, made, moment), await _standing(on, *span, moment, by))
    on_, off = ([shift for draft in made for shift in getattr(draft, name)] for name in ("on", "off"))
    return Taken(tuple(entries), tuple(in_order(on_)), tuple(in_order(off)), len(lines) - len(on_))


async def _standing(on: Connection, start: datetime, end: datetime, moment: datetime, by: By) -> list[Shift]:
    """What is published, and the plan of what is not published yet."""
    limit = moment + by.horizon
    shifts = [shift_of(row) for row in await ROSTER.published.fetch(on, start=start, end=end)]
    if end > limit:
        coming = plan(await definitions_of(on, moment), limit, end)
        there = {(shift.person_id, shift.start, shift.post) for shift in shifts}
        shifts += [one for one in coming if one.start >= limit and (one.person_id, one.start, one.post) not in there]
    return shifts


async def _enter(on: Connection, draft: Draft, by: By) -> int:
    schedule = draft.schedule
    body = {
        "post": schedule.post,
        "start": schedule.start.isoformat(),
        "end": schedule.end.isoformat(),
        "shifts": [_told(shift) for shift in schedule.shifts],
    }
    entry = await book.add(on, "temporary", body, by.actor.who, by.now)
    await change.note(on, "import", by, {"entry_id": entry.entry_id, **body})
    return entry.entry_id


def _told(shift: Shift) -> dict[str, str]:
    return {
        "start": shift.start.isoformat(),
        "end": shift.end.isoformat(),
        "post": shift.post,
        "role": shift.role,
        "person_id": shift.person_id,
        "township": shift.township,
    }


def _expected(before: Sequence[Shift], made: Sequence[Draft], moment: datetime) -> list[Shift]:
    off = {shift for draft in made for shift in draft.off}
    on = [shift for draft in made for shift in draft.on]
    return [*(shift for shift in before if shift not in off and shift.end > moment), *on]


def _check(sheet: str, lines: Sequence[Line], expected: Sequence[Shift], there: Sequence[Shift]) -> None:
    """Leave, swaps and substitutes are laid upon every schedule: refuse where they make something else of it."""
    numbers = {(line.shift.person_id, line.shift.post, line.shift.start): line.number for line in lines}
    problems = []
    for shift in missing(expected, there):
        number = numbers.get((shift.person_id, shift.post, shift.start), 1)
        which = f"{shift.post} {shift.person_id} {shift.start.isoformat()}"
        reason = f"与请假、换班或替班冲突 · at odds with a leave, swap or substitute; end that first: {which}"
        problems.append(Problem(sheet, number, "person_id" if number > 1 else "", reason))
    if problems:
        raise SheetError(problems)
