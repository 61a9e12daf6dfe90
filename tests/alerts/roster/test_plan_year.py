"""A year of the roster is right in every one of its minutes."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from alerts.roster.definition import (
    Day,
    Definitions,
    Leave,
    Rotation,
    Side,
    Substitute,
    Swap,
    Temporary,
    Turn,
)
from alerts.roster.plan import draw, plan
from alerts.roster.shift import Shift
from tests.alerts.roster.minutes import agrees
from tests.support.naive_roster import MINUTE, Walk

START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
THREE = tuple(Turn(time(hour), 8) for hour in (2, 10, 18))
UNEVEN = (Turn(time(8, 30), 9.5), Turn(time(18), 6), Turn(time(0), 8.5))
PEOPLE = tuple(f"P{number}" for number in range(1, 10))

KINDS = {
    "24 h": Rotation("r", "desk", "duty", PEOPLE[:4], date(2025, 11, 3), (Turn(time(8), 24),)),
    "3 x 8 h, two at once": Rotation("r", "desk", "duty", PEOPLE[:7], date(2025, 11, 3), THREE, at_once=2),
    "different hours, from later on": Rotation("r", "desk", "duty", PEOPLE[:5], date(2026, 6, 3), UNEVEN),
    "nights, three in a row": Rotation(
        "r", "desk", "duty", PEOPLE[:3], date(2026, 1, 5), (Turn(time(20), 12),), hold=3
    ),
    "every third day": Rotation("r", "desk", "duty", PEOPLE[:2], date(2026, 1, 2), (Turn(time(2, 30), 24),), every=3),
    "weekly": Rotation("r", "desk", "duty", PEOPLE[:3], date(2025, 11, 3), (Turn(time(2, 30), 168),), every=7),
    "week and weekend": Rotation(
        "r", "desk", "duty", PEOPLE[:3], date(2025, 11, 3), (Turn(time(9), 120), Turn(time(9), 48, day=5)), every=7
    ),
    "workdays": Rotation("r", "desk", "duty", PEOPLE[:4], date(2025, 1, 6), (Turn(time(9), 8.5),), days="workdays"),
    "holidays": Rotation("r", "desk", "duty", PEOPLE[:4], date(2026, 9, 1), (Turn(time(9), 24),), days="holidays"),
    "part of the year": Rotation(
        "r",
        "desk",
        "duty",
        PEOPLE[:4],
        date(2026, 1, 1),
        THREE,
        valid_from=date(2026, 3, 9),
        valid_to=date(2026, 10, 26),
    ),
}
OVERRIDES = {date(2026, 7, 1): Day(False, "建党节"), date(2026, 7, 4): Day(True, "补班")}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Europe/Berlin", "America/New_York"])
def test_a_rotation_is_right_in_every_minute_of_a_year(kind: str, zone: str) -> None:
    definitions = Definitions((replace(KINDS[kind], zone=zone),), overrides=OVERRIDES)
    walk = Walk(definitions, START, (END - START) // MINUTE)
    agrees(draw(definitions, START, END), walk, START, END)


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Europe/Berlin", "America/New_York"])
def test_all_layers_together_are_right_in_every_minute_of_a_year(zone: str) -> None:
    definitions = _lively(zone)
    walk = Walk(definitions, START, (END - START) // MINUTE)
    found = draw(definitions, START, END)
    agrees(found, walk, START, END)
    assert {doubt.swap for doubt in found.doubts if doubt.why == "lapsed"} == set(walk.lapsed)
    assert {one.why for one in found.vacant} == {"leave", "doubled"}
    assert {shift.source.partition(":")[0] for shift in found.shifts} == {"rotation", "temporary", "swap", "substitute"}


def _lively(zone: str) -> Definitions:
    """Two posts through a year in which a lot happens."""
    desk = replace(KINDS["3 x 8 h, two at once"], zone=zone)
    lead = Rotation("l", "lead", "leader", PEOPLE[6:], date(2025, 12, 1), (Turn(time(8), 24),), zone=zone)
    rotations = (desk, lead)
    shifts = [shift for shift in plan(Definitions(rotations), START, END) if shift.start >= START and shift.end <= END]
    swaps = [_swap(number, shifts[place], shifts[place + 11]) for number, place in enumerate(range(5, 2400, 40))]
    leaves = [_leave(number) for number in range(40)]
    substitutes = [
        Substitute(f"u{number}", leave.person_id, PEOPLE[number % 9], leave.start, leave.end - timedelta(hours=7))
        for number, leave in enumerate(leaves)
        if number % 2 and leave.person_id != PEOPLE[number % 9]
    ]
    return Definitions(
        rotations, tuple(_temporary(month) for month in range(1, 12)), tuple(leaves), tuple(swaps), tuple(substitutes)
    )


def _swap(number: int, one: Shift, other: Shift) -> Swap:
    """Of two people who need not be different: then the second is of the next."""
    person = other.person_id if other.person_id != one.person_id else PEOPLE[8]
    return Swap(
        f"s{number}",
        Side(one.person_id, one.post, one.start, one.end),
        Side(person, other.post, other.start + timedelta(hours=number % 3), other.end),
    )


def _leave(number: int) -> Leave:
    start = START + timedelta(days=9 * number, hours=number % 24)
    return Leave(f"v{number}", PEOPLE[number * 5 % 9], start, start + timedelta(days=3, hours=number % 7))


def _temporary(month: int) -> Temporary:
    start = datetime(2026, month, 20, 1, tzinfo=UTC)
    shifts = tuple(
        Shift(start + timedelta(hours=9 * place), start + timedelta(hours=9 * place + 8), "desk", "duty", PEOPLE[place])
        for place in range(-1, 7)
    )
    return Temporary(f"t{month}", "desk", start, start + timedelta(days=2), shifts)
