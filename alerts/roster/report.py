"""What is wrong with a coming span of the roster, ahead of time."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from alerts.roster.cover import gaps
from alerts.roster.finding import Finding
from alerts.roster.plan import Plan
from alerts.roster.policy import RosterPolicy
from alerts.roster.shift import Shift
from alerts.roster.strain import strain

LOOK_AROUND = timedelta(days=31)
"""How far before and after the span the plan should reach: rest, hours and nights do not begin with the span."""


def findings(plan: Plan, policy: RosterPolicy, zone: ZoneInfo, start: datetime, end: datetime) -> list[Finding]:
    """Gaps, double bookings, too little rest, too much work, and swaps that no longer fit, in the order of time.

    `plan` should reach LOOK_AROUND further than the span on both sides; only what concerns the span is told. A
    published roster is reported on as `Plan(shifts)`.
    """
    found = [gap for cover in policy.cover for gap in gaps(plan.shifts, cover, zone, (start, end))]
    found += [*_vacant(plan), *_doubts(plan)]
    for person, shifts in _by_person(plan).items():
        found += strain(person, shifts, policy, zone)
    return sorted(one for one in found if one.start < end and start < one.end)


def _vacant(plan: Plan) -> Iterator[Finding]:
    for shift, why in plan.vacant:
        yield Finding(shift.start, shift.end, why, shift.post, shift.person_id)


def _doubts(plan: Plan) -> Iterator[Finding]:
    for swap, side, why in plan.doubts:
        yield Finding(side.start, side.end, why, side.post, side.person_id, other=swap.swap_id)


def _by_person(plan: Plan) -> dict[str, list[Shift]]:
    people: dict[str, list[Shift]] = {}
    for shift in plan.shifts:
        people.setdefault(shift.person_id, []).append(shift)
    return people
