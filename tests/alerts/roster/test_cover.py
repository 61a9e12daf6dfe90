"""Posts and roles that must never be empty."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from alerts.roster.cover import gaps
from alerts.roster.policy import Cover
from alerts.roster.shift import Shift

SHANGHAI = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 6, 1, tzinfo=UTC)
SPAN = (START, START + timedelta(days=2))
DUTY = Cover(role="duty")


def _shift(first: float, last: float, person: str = "A", post: str = "desk", role: str = "duty") -> Shift:
    """From and until, in hours after the start."""
    return Shift(START + timedelta(hours=first), START + timedelta(hours=last), post, role, person)


def _gaps(cover: Cover, *shifts: Shift) -> list[tuple[float, float, float]]:
    """From and until in hours after the start, and how many are there."""
    hour = timedelta(hours=1)
    found = gaps(shifts, cover, SHANGHAI, SPAN)
    return [((one.start - START) / hour, (one.end - START) / hour, one.amount) for one in found]


def test_an_empty_roster_is_one_gap() -> None:
    assert _gaps(DUTY) == [(0, 48, 0)]


def test_a_gap_is_where_nobody_of_the_role_is_there() -> None:
    assert _gaps(DUTY, _shift(-8, 10), _shift(12, 40, "B"), _shift(0, 48, "L", "lead", "leader")) == [
        (10, 12, 0),
        (40, 48, 0),
    ]


def test_shifts_that_follow_one_another_leave_no_gap() -> None:
    assert _gaps(DUTY, _shift(-1, 24), _shift(24, 48, "B")) == []


def test_too_few_are_a_gap_too_and_it_says_how_many_there_are() -> None:
    two = Cover(role="duty", people=2)
    assert _gaps(two, _shift(0, 48), _shift(0, 10, "B"), _shift(20, 30, "C")) == [(10, 20, 1), (30, 48, 1)]


def test_a_gap_goes_on_while_others_come_and_go() -> None:
    two = Cover(role="duty", people=2)
    assert _gaps(two, _shift(0, 10), _shift(10, 30, "B"), _shift(30, 48, "C")) == [(0, 48, 1)]


def test_one_person_with_two_posts_is_one_person() -> None:
    two = Cover(role="duty", people=2)
    assert _gaps(two, _shift(0, 48), _shift(0, 48, post="gate")) == [(0, 48, 1)]


def test_a_post_is_covered_by_any_role() -> None:
    gate = Cover(post="gate")
    assert _gaps(gate, _shift(0, 20, post="gate", role="field"), _shift(0, 48)) == [(20, 48, 0)]


def test_cover_within_hours_of_the_day_is_local() -> None:
    office = Cover(role="duty", begins=time(9), ends=time(17))  # 01:00 to 09:00 UTC
    assert _gaps(office, _shift(0, 8)) == [(8, 9, 0), (25, 33, 0)]


def test_cover_of_the_night_goes_over_midnight() -> None:
    night = Cover(role="duty", begins=time(20), ends=time(8, 30))  # 12:00 to 00:30 UTC
    assert _gaps(night) == [(0, 0.5, 0), (12, 24.5, 0), (36, 48, 0)]


def test_a_rule_of_cover_is_for_a_post_or_for_a_role() -> None:
    for values in (
        {},
        {"post": "desk", "role": "duty"},
        {"role": "duty", "people": 0},
        {"role": "duty", "begins": "8Z"},
    ):
        with pytest.raises(ValidationError):
            Cover.model_validate(values)


@given(
    st.lists(st.tuples(st.integers(-5, 50), st.integers(1, 30), st.sampled_from("ABC")), max_size=12),
    st.integers(1, 3),
)
def test_gaps_are_the_hours_in_which_too_few_are_there(spans: list[tuple[int, int, str]], people: int) -> None:
    shifts = [_shift(first, first + length, person) for first, length, person in spans]
    found = _gaps(Cover(role="duty", people=people), *shifts)
    for hour in range(48):
        there = len({person for first, length, person in spans if first <= hour < first + length})
        told = [amount for first, last, amount in found if first <= hour < last]
        assert told == ([there] if there < people else [])
    assert found == sorted(found)
