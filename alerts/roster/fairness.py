"""How evenly the work is shared: what each person has in a span, beside the mean of the others of the role."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from alerts.roster.definition import Day, Definitions
from alerts.roster.policy import RosterPolicy
from alerts.roster.shift import Shift
from alerts.roster.span import Span, joined
from alerts.roster.workday import SATURDAY, day_of
from alerts.roster.worked import worked

HOUR = timedelta(hours=1)
MIDNIGHT = time(0)


class Work(NamedTuple):
    """Hours on duty, shifts, and the nights, weekend days and public holidays with enough hours to count."""

    hours: float = 0
    shifts: float = 0
    nights: float = 0
    weekends: float = 0
    holidays: float = 0


@dataclass(frozen=True, slots=True)
class Share:
    """A person's work in a role, and how far it is from the mean of the role's members; a helper is no member."""

    role: str
    person_id: str
    member: bool
    work: Work
    deviation: Work


class Calendar(NamedTuple):
    """Where nights and days are: the zone, and the dates that are other than the official calendar knows."""

    zone: ZoneInfo
    overrides: Mapping[date, Day] = {}


def members(definitions: Definitions) -> dict[str, set[str]]:
    """Who takes turns in which role, from the rotations."""
    found: dict[str, set[str]] = {}
    for rotation in definitions.rotations:
        found.setdefault(rotation.role, set()).update(rotation.people)
    return found


def fairness(
    shifts: Iterable[Shift],
    roles: Mapping[str, Collection[str]],
    span: Span,
    policy: RosterPolicy,
    calendar: Calendar,
) -> list[Share]:
    """What each member of each role, and whoever helped, has of a span; by role, the most hours first.

    A shift counts for who had it, not for whose it was; of a shift over the span's end counts what is inside.
    """
    had: dict[tuple[str, str], list[Shift]] = {(role, one): [] for role, people in roles.items() for one in people}
    for shift in shifts:
        if shift.overlaps(*span):
            had.setdefault((shift.role, shift.person_id), []).append(shift.within(*span))
    work = {key: _work(of_person, policy, calendar) for key, of_person in had.items()}
    means = {role: _mean([work[role, one] for one in people]) for role, people in roles.items()}
    shares = [
        Share(role, one, one in roles.get(role, ()), mine, _beside(mine, means.get(role)))
        for (role, one), mine in work.items()
    ]
    return sorted(shares, key=lambda share: (share.role, -share.work.hours, share.person_id))


def _work(shifts: Sequence[Shift], policy: RosterPolicy, calendar: Calendar) -> Work:
    spans = joined((shift.start, shift.end) for shift in shifts)
    least, zone = policy.count_from_hours, calendar.zone
    nights = worked(spans, policy.night_begins, policy.night_ends, zone, least)
    off = {
        on: day
        for on in worked(spans, MIDNIGHT, MIDNIGHT, zone, least)
        if not (day := day_of(on, calendar.overrides)).workday
    }
    holidays = sum(bool(day.name) or on.weekday() < SATURDAY for on, day in off.items())
    hours = sum((end - start for start, end in spans), timedelta()) / HOUR
    return Work(hours, len(shifts), len(nights), len(off) - holidays, holidays)


def _mean(works: Sequence[Work]) -> Work:
    return Work(*(sum(values) / len(works) for values in zip(*works, strict=True))) if works else Work()


def _beside(mine: Work, mean: Work | None) -> Work:
    return Work(*(own - others for own, others in zip(mine, mean, strict=True))) if mean else Work()
