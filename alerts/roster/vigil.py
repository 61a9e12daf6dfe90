"""When at night somebody on duty has to show to be on post."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from alerts.roster.policy import RosterPolicy
from alerts.roster.shift import Shift
from alerts.roster.wall import instant

DAY = timedelta(days=1)


class Watch(NamedTuple):
    """Within this span, its end not included, a person on duty has to check in once."""

    shift: Shift
    start: datetime
    end: datetime


def watches(shift: Shift, policy: RosterPolicy, zone: ZoneInfo) -> Iterator[Watch]:
    """The spans of a shift: from the beginning of the night, or of the shift, one after the other, whole ones only."""
    if shift.role not in policy.check_in_roles or policy.night_begins == policy.night_ends:
        return
    step = timedelta(minutes=policy.check_in_minutes)
    day = shift.start.astimezone(zone).date() - DAY
    while datetime.combine(day, policy.night_begins, zone) < shift.end:
        at, until = _night(day, policy, zone)
        at, until = max(at, shift.start), min(until, shift.end)
        while at + step <= until:
            yield Watch(shift, at, at + step)
            at += step
        day += DAY


def _night(day: date, policy: RosterPolicy, zone: ZoneInfo) -> tuple[datetime, datetime]:
    over = policy.night_ends <= policy.night_begins
    begins = datetime.combine(day, policy.night_begins)
    ends = datetime.combine(day + DAY if over else day, policy.night_ends)
    return instant(begins, zone), instant(ends, zone)


def missed(watches: Iterable[Watch], check_ins: Sequence[tuple[str, datetime]], now: datetime) -> list[Watch]:
    """The spans that are over without a check-in of their person; `check_ins` are persons and times."""
    return [
        watch
        for watch in watches
        if watch.end <= now
        and not any(person == watch.shift.person_id and watch.start <= at < watch.end for person, at in check_ins)
    ]
