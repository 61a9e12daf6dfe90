"""The roster of a year, of sixty people, from its definitions."""

import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock

from alerts.roster.definition import Definitions, Leave, Rotation, Side, Substitute, Swap, Turn, timezone
from alerts.roster.fairness import Calendar, fairness, members
from alerts.roster.plan import Plan, draw, plan
from alerts.roster.policy import RosterPolicy
from alerts.roster.report import findings
from alerts.roster.shift import Shift
from alerts.roster.wall import instant
from deploy.bench.row import Row, spread

START, END = datetime(2025, 12, 31, 16, tzinfo=UTC), datetime(2026, 12, 31, 16, tzinfo=UTC)
ANCHOR = date(2025, 12, 29)
PEOPLE = [f"P{number:02d}" for number in range(1, 61)]
DAY = (Turn(clock(8), 24),)
TWO = (Turn(clock(8), 12), Turn(clock(20), 12))
THREE = (Turn(clock(0), 8), Turn(clock(8), 8), Turn(clock(16), 8))
WEEK = (Turn(clock(8), 7 * 24),)
TOWNSHIPS = 6
RUNS = 20
SWAPS = 120


def roster() -> list[Row]:
    """A year is planned again and again, then each day of it by itself."""
    definitions = agreed(rotations())
    times = [_took(definitions, START, END) for _ in range(RUNS)]
    drawn = draw(definitions, START, END)
    reports = [_reported(definitions, drawn) for _ in range(RUNS)]
    days = [_took(definitions, START + timedelta(days=day), START + timedelta(days=day + 1)) for day in range(365)]
    return [
        Row("roster of a year, people", len(PEOPLE), "people"),
        Row("roster of a year, shifts", len(drawn.shifts), "shifts"),
        *spread("roster of a year, computed", times, "ms", "<= 200"),
        *spread("roster of a day, computed", days, "ms"),
        *spread("roster of a year, what is wrong with it and how fair it is", reports, "ms"),
    ]


def rotations() -> Definitions:
    """Leaders and officers round the clock, dispatchers in three shifts, field teams by township, chiefs by week."""
    seats = [
        Rotation("leader", "leader", "leader", tuple(PEOPLE[:4]), ANCHOR, DAY),
        Rotation("duty", "duty", "duty", tuple(PEOPLE[4:16]), ANCHOR, TWO, at_once=2),
        Rotation("dispatch", "dispatch", "dispatcher", tuple(PEOPLE[16:24]), ANCHOR, THREE),
        Rotation("office", "office", "duty", tuple(PEOPLE[24:28]), ANCHOR, (Turn(clock(9), 8.5),), days="workdays"),
        Rotation("chief", "chief", "chief", tuple(PEOPLE[28:36]), ANCHOR, WEEK, every=7),
    ]
    for number in range(TOWNSHIPS):
        crew, name = tuple(PEOPLE[36 + number * 4 : 40 + number * 4]), f"T{number + 1}"
        seats.append(Rotation(f"field-{name}", f"field/{name}", "field", crew, ANCHOR, DAY, township=name, at_once=2))
    return Definitions(rotations=tuple(seats))


def agreed(plain: Definitions) -> Definitions:
    """The same with a leave of five days a quarter for everybody, swaps and substitutes."""
    shifts = plan(plain, START, END)
    leaves = [
        Leave(f"{person}-{quarter}", person, begun, begun + timedelta(days=5))
        for place, person in enumerate(PEOPLE)
        for quarter in range(4)
        if (begun := START + timedelta(days=91 * quarter + place))
    ]
    substitutes = [
        Substitute(one.leave_id, one.person_id, PEOPLE[(place // 4 + 1) % len(PEOPLE)], one.start, one.end)
        for place, one in enumerate(leaves)
        if place % 2
    ]
    return Definitions(plain.rotations, (), tuple(leaves), tuple(_swaps(shifts)), tuple(substitutes))


def _swaps(shifts: Sequence[Shift]) -> list[Swap]:
    """Shifts of one post that are some days apart, all over the year."""
    fields = [shift for shift in shifts if shift.role == "field"]
    step = len(fields) // SWAPS
    pairs = [
        (one, next(shift for shift in fields[place:] if shift.post == one.post and shift.person_id != one.person_id))
        for place, one in enumerate(fields)
        if place % step == 0 and place < len(fields) - 100
    ]
    return [Swap(str(number), _side(one), _side(other)) for number, (one, other) in enumerate(pairs)]


def _side(shift: Shift) -> Side:
    return Side(shift.person_id, shift.post, shift.start, shift.end)


def _took(definitions: Definitions, start: datetime, end: datetime) -> float:
    instant.cache_clear()
    began = time.perf_counter()
    plan(definitions, start, end)
    return time.perf_counter() - began


def _reported(definitions: Definitions, drawn: Plan) -> float:
    policy, zone = RosterPolicy(), timezone("Asia/Shanghai")
    began = time.perf_counter()
    findings(drawn, policy, zone, START, END)
    fairness(drawn.shifts, members(definitions), (START, END), policy, Calendar(zone, {}))
    return time.perf_counter() - began
