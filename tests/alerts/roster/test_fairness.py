"""How evenly the work is shared."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.roster.definition import Day, Definitions, Rotation, Substitute, Turn
from alerts.roster.fairness import Calendar, Share, Work, fairness, members
from alerts.roster.plan import plan
from alerts.roster.policy import RosterPolicy
from alerts.roster.shift import Shift

SHANGHAI = ZoneInfo("Asia/Shanghai")
POLICY = RosterPolicy()
CALENDAR = Calendar(SHANGHAI)
DESK = Rotation("r", "desk", "duty", ("A", "B", "C"), date(2026, 6, 1), (Turn(time(8), 24),))
HOUR = timedelta(hours=1)


def _at(month: int, day: int, hour: int = 0) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=SHANGHAI).astimezone(UTC)


def _shared(definitions: Definitions, start: datetime, end: datetime, **days: Day) -> dict[str, Share]:
    calendar = Calendar(SHANGHAI, {date.fromisoformat(f"2026-{on[1:3]}-{on[3:]}"): day for on, day in days.items()})
    shifts = plan(definitions, start, end)
    return {share.person_id: share for share in fairness(shifts, members(definitions), (start, end), POLICY, calendar)}


def test_each_has_his_hours_shifts_nights_weekends_and_holidays() -> None:
    """From Monday 2026-09-28 08:00 to Monday 10-05 08:00: the 1st to the 7th of October is a holiday."""
    desk = Definitions((Rotation("r", "desk", "duty", ("A", "B", "C"), date(2026, 9, 28), DESK.turns),))
    shares = _shared(desk, _at(9, 28, 8), _at(10, 5, 8))
    assert shares["A"].work == Work(hours=72, shifts=3, nights=3, weekends=0, holidays=4)  # 28th, 1st-2nd, 4th-5th
    assert shares["B"].work == Work(hours=48, shifts=2, nights=2, weekends=0, holidays=2)
    assert shares["C"].work == Work(hours=48, shifts=2, nights=2, weekends=0, holidays=3)


def test_the_deviation_is_from_the_mean_of_all_members() -> None:
    four = Definitions((Rotation("r", "desk", "duty", ("A", "B", "C", "D"), date(2026, 6, 1), DESK.turns),))
    shares = _shared(four, _at(6, 1, 8), _at(6, 3, 8))
    assert [shares[one].deviation.hours for one in "ABCD"] == [12, 12, -12, -12]
    assert shares["D"].work == Work()
    assert all(abs(sum(values)) < 1e-9 for values in zip(*(one.deviation for one in shares.values()), strict=True))


def test_a_shift_counts_for_who_had_it_and_a_helper_moves_no_mean() -> None:
    helped = Definitions((DESK,), substitutes=(Substitute("1", "A", "Z", _at(6, 1, 20), _at(6, 2, 8)),))
    shares = _shared(helped, _at(6, 1, 8), _at(6, 4, 8))
    assert (shares["A"].work.hours, shares["Z"].work.hours) == (12, 12)
    assert (shares["A"].member, shares["Z"].member) == (True, False)
    assert shares["B"].deviation.hours == 24 - 20


def test_of_a_shift_over_the_end_counts_what_is_inside() -> None:
    assert _shared(Definitions((DESK,)), _at(6, 1, 12), _at(6, 1, 18))["A"].work == Work(hours=6, shifts=1)


def test_a_make_up_workday_is_no_weekend_and_an_override_makes_a_holiday() -> None:
    """Saturday 6 June 2026 from 00:00 on, and Monday the 8th."""
    saturday = _shared(Definitions((DESK,)), _at(6, 6), _at(6, 7))
    assert sum(one.work.weekends for one in saturday.values()) == 2  # two people had part of it
    worked = _shared(Definitions((DESK,)), _at(6, 6), _at(6, 7), d0606=Day(True))
    assert sum(one.work.weekends for one in worked.values()) == 0
    monday = _shared(Definitions((DESK,)), _at(6, 8), _at(6, 9), d0608=Day(False))
    assert sum(one.work.holidays for one in monday.values()) == 2


def test_roles_are_compared_among_themselves() -> None:
    lead = Rotation("l", "lead", "leader", ("L", "M"), date(2026, 6, 1), DESK.turns)
    found = fairness(
        plan(Definitions((DESK, lead)), _at(6, 1), _at(6, 30)),
        members(Definitions((DESK, lead))),
        (_at(6, 1, 8), _at(6, 3, 8)),
        POLICY,
        CALENDAR,
    )
    assert [(share.role, share.person_id, share.deviation.hours) for share in found] == [
        ("duty", "A", 8), ("duty", "B", 8), ("duty", "C", -16), ("leader", "L", 0), ("leader", "M", 0),
    ]  # fmt: skip


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York"])
@settings(max_examples=60, deadline=None)
@given(spans=st.lists(st.tuples(st.integers(0, 200), st.integers(1, 40)), max_size=8))
def test_figures_are_those_of_a_count_hour_by_hour(zone: str, spans: list[tuple[int, int]]) -> None:
    start, tz = datetime(2026, 10, 30, tzinfo=UTC), ZoneInfo(zone)
    shifts = [Shift(start + a * HOUR, start + (a + b) * HOUR, f"{a}", "duty", "A") for a, b in spans]
    on_duty = [start + hour * HOUR for hour in range(250) if any(a <= hour < a + b for a, b in spans)]
    nights: dict[date, int] = {}
    days: dict[date, int] = {}
    for moment in on_duty:
        local = moment.astimezone(tz)
        days[local.date()] = days.get(local.date(), 0) + 1
        if local.hour >= 22 or local.hour < 6:
            night = local.date() if local.hour >= 22 else local.date() - timedelta(days=1)
            nights[night] = nights.get(night, 0) + 1
    weekends = [on for on, hours in days.items() if hours >= 3 and on.weekday() >= 5]
    [share] = fairness(shifts, {"duty": ["A"]}, (start, start + 300 * HOUR), POLICY, Calendar(tz))
    enough = [night for night, hours in nights.items() if hours >= 3]
    assert share.work == Work(len(on_duty), len(shifts), len(enough), len(weekends), 0)
