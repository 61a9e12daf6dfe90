"""A plan beside the walk over every minute."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import numpy as np

from alerts.roster.plan import Plan
from alerts.roster.shift import Shift
from tests.support.naive_roster import MINUTE, Minutes, Walk


def agrees(plan: Plan, walk: Walk, start: datetime, end: datetime) -> None:
    """Fails where plan and walk differ in any minute of a span within the walk."""
    span = slice((start - walk.start) // MINUTE, (end - walk.start) // MINUTE)
    mine = presence(plan.shifts, walk.start, walk.length)
    people = sorted({*walk.people, *(person for _, person in mine)})
    for post in {*walk.seats, *(post for post, _ in mine)}:
        times = [walk.times(post, person) for person in people]
        for person, theirs in zip(people, times, strict=True):
            found = mine.get((post, person), np.zeros(walk.length, dtype=np.int32))
            _same(found[span], np.minimum(theirs, 1)[span], f"{person} on {post}")
        doubled: Minutes = np.sum(np.maximum(np.array(times) - 1, 0), axis=0, dtype=np.int32)
        for why, expected in (("leave", walk.vacant[post]), ("doubled", doubled)):
            missing = [one.shift for one in plan.vacant if (one.why, one.shift.post) == (why, post)]
            _same(_running(missing, walk.start, walk.length)[span], expected[span], f"{why} on {post}")


def presence(shifts: Iterable[Shift], start: datetime, length: int) -> dict[tuple[str, str], Minutes]:
    """How many shifts of a post and a person run in each minute."""
    return {seat: _running(of_seat, start, length) for seat, of_seat in _seats(shifts).items()}


def _seats(shifts: Iterable[Shift]) -> dict[tuple[str, str], list[Shift]]:
    seats: dict[tuple[str, str], list[Shift]] = {}
    for shift in shifts:
        seats.setdefault((shift.post, shift.person_id), []).append(shift)
    return seats


def _running(shifts: Iterable[Shift], start: datetime, length: int) -> Minutes:
    found = np.zeros(length, dtype=np.int32)
    for shift in shifts:
        assert shift.start < shift.end
        assert shift.start.utcoffset() == timedelta()
        first, last = (max((moment - start) // MINUTE, 0) for moment in (shift.start, shift.end))
        found[first:last] += 1
    return found


def _same(mine: Minutes, theirs: Minutes, what: str) -> None:
    wrong = np.flatnonzero(mine != theirs)
    assert not len(wrong), f"{what}: {len(wrong)} minutes, the first is {wrong[0]}"
