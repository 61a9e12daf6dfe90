"""Double bookings, too little rest, too many hours, too many nights in a row."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.roster.definition import Definitions, Rotation, Turn
from alerts.roster.finding import Finding
from alerts.roster.plan import plan
from alerts.roster.policy import RosterPolicy
from alerts.roster.shift import Shift
from alerts.roster.strain import strain

SHANGHAI = ZoneInfo("Asia/Shanghai")
POLICY = RosterPolicy()
MIDNIGHT = datetime(2026, 6, 1, tzinfo=SHANGHAI).astimezone(UTC)
HOUR = timedelta(hours=1)


def _shift(first: float, last: float, post: str = "desk", role: str = "duty") -> Shift:
    """From and until, in hours after a local midnight."""
    return Shift(MIDNIGHT + first * HOUR, MIDNIGHT + last * HOUR, post, role, "A")


def _found(*shifts: Shift, policy: RosterPolicy = POLICY) -> list[tuple[str, float, float, float]]:
    """Kind, from and until in hours, and how much."""
    found = strain("A", shifts, policy, SHANGHAI)
    return [(one.kind, (one.start - MIDNIGHT) / HOUR, (one.end - MIDNIGHT) / HOUR, one.amount) for one in found]


def test_two_posts_at_once_are_a_clash_as_long_as_they_overlap() -> None:
    [clash] = strain("A", [_shift(8, 16), _shift(14, 20, "gate")], POLICY, SHANGHAI)
    assert clash == Finding(MIDNIGHT + 14 * HOUR, MIDNIGHT + 16 * HOUR, "clash", "desk", "A", other="gate")


def test_of_three_posts_at_once_each_two_clash() -> None:
    found = _found(_shift(8, 20), _shift(9, 12, "gate"), _shift(11, 14, "lead"), _shift(13, 15, "yard"))
    assert [one[:3] for one in found] == [
        ("clash", 9, 12), ("clash", 11, 14), ("clash", 11, 12), ("clash", 13, 15), ("clash", 13, 14),
    ]  # fmt: skip


def test_too_little_rest_is_told_with_the_rest_that_there_is() -> None:
    assert _found(_shift(0, 8), _shift(16, 20)) == [("rest", 8, 16, 8)]
    assert _found(_shift(0, 8), _shift(19, 23)) == []


def test_shifts_without_a_break_are_one_stretch() -> None:
    assert _found(_shift(0, 8), _shift(8, 16, "gate")) == []
    assert _found(_shift(0, 24), _shift(24, 32, "gate")) == [("stretch", 0, 32, 32)]


def test_more_hours_than_allowed_within_any_seven_days_are_told_once() -> None:
    every_other_day = [_shift(day * 48, day * 48 + 20) for day in range(8)]
    assert _found(*every_other_day) == [("hours", 0, 168, 80), ("hours", 192, 360, 80)]


def test_nights_in_a_row_are_counted_as_the_district_counts_them() -> None:
    nights = [_shift(day * 24 + 20, day * 24 + 27) for day in range(5)]  # 20:00 to 03:00: five hours of night
    assert _found(*nights) == [("nights", 22, 126, 5)]
    assert _found(*nights, policy=POLICY.model_copy(update={"nights_in_a_row": 5})) == []
    assert _found(*nights, policy=POLICY.model_copy(update={"count_from_hours": 5.5})) == []
    assert _found(*nights[:2], *nights[3:]) == []


def test_time_on_call_neither_tires_nor_clashes() -> None:
    assert _found(_shift(0, 168, "chief", "chief"), _shift(8, 16)) == []


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Europe/Berlin"])
def test_a_day_in_three_is_all_right_all_year_also_where_the_clock_is_changed(zone: str) -> None:
    rotation = Rotation("r", "desk", "duty", ("A", "B", "C"), date(2026, 1, 1), (Turn(time(8), 24),), zone=zone)
    assert [strain(person, _year(rotation, person), POLICY, ZoneInfo(zone)) for person in rotation.people] == [
        [],
        [],
        [],
    ]


def test_a_day_in_two_is_too_much() -> None:
    rotation = Rotation("r", "desk", "duty", ("A", "B"), date(2026, 1, 1), (Turn(time(8), 24),))
    found = strain("A", _year(rotation, "A"), POLICY, SHANGHAI)
    assert {(one.kind, one.amount) for one in found} == {("hours", 96)}


def _year(rotation: Rotation, person: str) -> list[Shift]:
    shifts = plan(Definitions((rotation,)), datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    return [shift for shift in shifts if shift.person_id == person]


@given(st.lists(st.tuples(st.integers(0, 23 * 24), st.integers(1, 30)), max_size=25), st.integers(10, 120))
def test_hours_are_told_exactly_where_some_seven_days_have_too_many(spans: list[tuple[int, int]], most: int) -> None:
    policy = POLICY.model_copy(update={"week_hours": float(most)})
    found = _found(*(_shift(first, first + length) for first, length in spans), policy=policy)
    on_duty = np.zeros(40 * 24)
    for first, length in spans:
        on_duty[first : first + length] = 1
    week = np.array([on_duty[hour : hour + 168].sum() for hour in range(33 * 24)])
    told = [one for one in found if one[0] == "hours"]
    assert bool(told) == bool((week > most).any())
    assert all(week[int(first)] == amount for _, first, _, amount in told)


@given(st.lists(st.tuples(st.integers(0, 20 * 24), st.integers(1, 30)), max_size=25))
def test_rest_and_stretches_are_the_runs_of_hours_off_and_on_duty(spans: list[tuple[int, int]]) -> None:
    on_duty = "".join(
        "x" if any(first <= hour < first + length for first, length in spans) else " " for hour in range(23 * 24)
    )
    off = [len(run) for run in on_duty.strip().split("x") if run]
    on = [len(run) for run in on_duty.split() if run]
    found = _found(*(_shift(first, first + length) for first, length in spans))
    assert [amount for kind, *_, amount in found if kind == "rest"] == [run for run in off if run < 11]
    assert [amount for kind, *_, amount in found if kind == "stretch"] == [run for run in on if run > 25]
