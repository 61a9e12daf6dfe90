"""What is too much for a person: two posts at once, too little rest, too many hours, too many nights in a row."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from alerts.roster.finding import Finding
from alerts.roster.policy import RosterPolicy
from alerts.roster.shift import Shift
from alerts.roster.worked import worked

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)


class Stretch(NamedTuple):
    """Time on duty without any rest, with the first and the last post in it."""

    start: datetime
    end: datetime
    first: str
    last: str


def strain(person: str, shifts: Iterable[Shift], policy: RosterPolicy, zone: ZoneInfo) -> list[Finding]:
    """What is too much in the shifts of one person; time on call (`on_call_roles`) neither tires nor clashes."""
    attended = sorted(
        (shift for shift in shifts if shift.role not in policy.on_call_roles),
        key=lambda shift: (shift.start, shift.end, shift.post),
    )
    stretches = _stretches(attended)
    return [
        *_clashes(person, attended),
        *_rest(person, stretches, policy),
        *_hours(person, stretches, policy),
        *_nights(person, stretches, policy, zone),
    ]


def _clashes(person: str, shifts: Sequence[Shift]) -> Iterator[Finding]:
    running: list[Shift] = []
    for shift in shifts:
        running = [one for one in running if shift.start < one.end]
        for one in running:
            end = min(one.end, shift.end)
            yield Finding(shift.start, end, "clash", one.post, person, other=shift.post)
        running.append(shift)


def _stretches(shifts: Iterable[Shift]) -> list[Stretch]:
    """Shifts that follow one another at once, or overlap, are one stretch; `shifts` in the order of time."""
    found: list[Stretch] = []
    for shift in shifts:
        if found and shift.start <= found[-1].end:
            before = found[-1]
            later = shift.end > before.end
            found[-1] = Stretch(
                before.start, max(before.end, shift.end), before.first, shift.post if later else before.last
            )
        else:
            found.append(Stretch(shift.start, shift.end, shift.post, shift.post))
    return found


def _rest(person: str, stretches: Sequence[Stretch], policy: RosterPolicy) -> Iterator[Finding]:
    for one in stretches:
        hours = (one.end - one.start) / HOUR
        if hours > policy.stretch_hours:
            yield Finding(one.start, one.end, "stretch", one.first, person, hours, policy.stretch_hours)
    for before, after in pairwise(stretches):
        hours = (after.start - before.end) / HOUR
        if hours < policy.rest_hours:
            yield Finding(before.end, after.start, "rest", after.first, person, hours, policy.rest_hours)


def _hours(person: str, stretches: Sequence[Stretch], policy: RosterPolicy) -> Iterator[Finding]:
    """Of any 7 days those have the most hours that begin with a stretch; days told once are not told again."""
    told = None
    for place, one in enumerate(stretches):
        if told and one.start < told:
            continue
        end = one.start + WEEK
        hours = _sum(stretches[place:], end)
        if hours > policy.week_hours:
            told = end
            yield Finding(one.start, end, "hours", one.first, person, hours, policy.week_hours)


def _sum(stretches: Iterable[Stretch], end: datetime) -> float:
    total = timedelta()
    for one in stretches:
        if one.start >= end:
            break
        total += min(one.end, end) - one.start
    return total / HOUR


def _nights(person: str, stretches: Sequence[Stretch], policy: RosterPolicy, zone: ZoneInfo) -> Iterator[Finding]:
    spans = ((one.start, one.end) for one in stretches)
    nights = worked(spans, policy.night_begins, policy.night_ends, zone, policy.count_from_hours)
    run: list[date] = []
    for night in [*sorted(nights), date.max]:
        if run and night != run[-1] + DAY:
            if len(run) > policy.nights_in_a_row:
                start, end = nights[run[0]][0], nights[run[-1]][1]
                yield Finding(start, end, "nights", "", person, len(run), policy.nights_in_a_row)
            run = []
        run.append(night)
