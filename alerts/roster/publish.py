"""Publishing the roster: what has not begun becomes as planned, what was stays as it was."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import asyncpg

from alerts.roster import book
from alerts.roster.definition import Definitions, Temporary
from alerts.roster.plan import plan
from alerts.roster.revision import Revision, revise
from alerts.roster.shift import Shift
from sql.queries import Connection, Queries, Record

ROSTER = Queries("roster")
HORIZON = timedelta(days=60)
IMPORTED = "import"


async def publish(on: asyncpg.Connection, now: datetime, horizon: timedelta = HORIZON) -> Revision:
    """Bring the published roster up to the plan, `horizon` ahead; one at a time, in the transaction of `on` if any."""
    async with on.transaction():
        await ROSTER.lock.execute(on)
        moment: datetime = await ROSTER.moment.fetchval(on, now=now)
        limit = moment + horizon
        definitions = await definitions_of(on, moment)
        planned = plan(definitions, moment, limit)
        published = [shift_of(row) for row in await ROSTER.published.fetch(on, start=moment, end=limit)]
        away = {leave.person_id for leave in definitions.leaves if leave.start <= moment < leave.end}
        revision = revise(
            _governed(published, definitions),
            [_named(shift) for shift in planned],
            moment,
            away,
        )
        await _write(on, revision)
        return revision


async def definitions_of(on: Connection, moment: datetime) -> Definitions:
    """All that the roster from a time on follows from, imported shifts too."""
    imported = [shift_of(row, IMPORTED) for row in await ROSTER.imported.fetch(on, since=moment)]
    return _with(await book.definitions(on, moment), imported)


def shift_of(row: Record, source: str | None = None) -> Shift:
    """A row of the database."""
    return Shift(
        row["start_at"],
        row["end_at"],
        row["post"],
        row["role"],
        row["person_id"],
        row["township"],
        row["source"] if source is None else source,
        "" if source else row["instead_of"],
    )


def _with(definitions: Definitions, imported: Sequence[Shift]) -> Definitions:
    """Of posts without rotation the imported shifts are what the rest is laid upon."""
    covered = {rotation.post for rotation in definitions.rotations}
    posts: dict[str, list[Shift]] = {}
    for shift in imported:
        if shift.post not in covered:
            posts.setdefault(shift.post, []).append(shift)
    schedules = [
        Temporary(IMPORTED, post, min(one.start for one in shifts), max(one.end for one in shifts), tuple(shifts))
        for post, shifts in posts.items()
    ]
    return replace(definitions, temporaries=(*schedules, *definitions.temporaries))


def _named(shift: Shift) -> Shift:
    return replace(shift, source=IMPORTED) if shift.source == f"temporary:{IMPORTED}" else shift


def _governed(published: Iterable[Shift], definitions: Definitions) -> list[Shift]:
    """Without the imported shifts that nothing here says anything about."""
    posts = {rotation.post for rotation in definitions.rotations}
    posts |= {schedule.post for schedule in definitions.temporaries if schedule.temporary_id == IMPORTED}
    return [shift for shift in published if shift.source != IMPORTED or shift.post in posts]


async def _write(on: asyncpg.Connection, revision: Revision) -> None:
    if revision.off:
        await ROSTER.take_off.execute(on, rows=[_row(shift) for shift in revision.off])
    if revision.ends:
        await ROSTER.move_ends.execute(on, rows=[_row(replace(shift, end=end)) for shift, end in revision.ends])
    if revision.on:
        await ROSTER.put_on.execute(on, rows=[_row(shift) for shift in revision.on])


def _row(shift: Shift) -> dict[str, str]:
    return {
        "person_id": shift.person_id,
        "start_at": shift.start.isoformat(),
        "end_at": shift.end.isoformat(),
        "post": shift.post,
        "role": shift.role,
        "township": shift.township,
        "source": shift.source,
        "instead_of": shift.instead_of,
    }
