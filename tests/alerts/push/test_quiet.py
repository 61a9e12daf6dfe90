"""Until when a message waits: against a walk over every minute, also where the clock is changed."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from alerts.push.quiet import Hours, parsed, until

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
MINUTE = timedelta(minutes=1)
SPRING, AUTUMN = datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 10, 24, 12, tzinfo=UTC)
ORDINARY = datetime(2026, 11, 21, tzinfo=UTC)
OVERNIGHT, NOON = parsed("22:00-07:00"), parsed("12:00-14:00")


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("21T21:59", "21T21:59"),
        ("21T22:00", "22T07:00"),
        ("22T03:00", "22T07:00"),
        ("22T06:59:59.999999", "22T07:00"),
        ("22T07:00", "22T07:00"),
    ],
)
def test_a_night_goes_over_midnight_its_end_not_included(now: str, then: str) -> None:
    assert until([OVERNIGHT], at(now), SHANGHAI) == at(then)


def test_without_quiet_hours_nothing_waits() -> None:
    assert until([], at("22T03:00"), SHANGHAI) == at("22T03:00")
    assert until([None], at("22T03:00"), SHANGHAI) == at("22T03:00")


def test_ones_own_hours_after_the_districts_hold_on() -> None:
    assert until([OVERNIGHT, parsed("06:00-08:30")], at("22T03:00"), SHANGHAI) == at("22T08:30")
    assert until([OVERNIGHT, parsed("07:00-08:30"), NOON], at("22T03:00"), SHANGHAI) == at("22T08:30")


def test_hours_that_leave_none_of_the_day_free_hold_nothing_back() -> None:
    assert until([OVERNIGHT, parsed("07:00-22:00")], at("22T03:00"), SHANGHAI) == at("22T03:00")


def test_the_hour_that_is_shown_twice_in_autumn_is_quiet_both_times() -> None:
    hours = parsed("01:00-02:30")  # Berlin shows 02:00 to 03:00 twice on 25 October
    first, second = (datetime(2026, 10, 25, 2, 15, tzinfo=BERLIN, fold=fold).astimezone(UTC) for fold in (0, 1))
    assert second - first == timedelta(hours=1)
    assert until([hours], first, BERLIN) == first + 15 * MINUTE
    assert until([hours], second, BERLIN) == second + 15 * MINUTE


def test_an_end_that_the_clock_skips_in_spring_comes_when_it_skips() -> None:
    now = datetime(2026, 3, 29, 1, 59, 30, tzinfo=BERLIN)  # half a minute later it is 03:00
    assert until([parsed("22:00-02:30")], now, BERLIN) == datetime(2026, 3, 29, 3, 0, tzinfo=BERLIN)


def test_a_clock_that_is_set_back_to_before_the_quiet_hours_ends_them() -> None:
    now = datetime(2026, 10, 25, 2, 15, tzinfo=BERLIN)
    assert until([parsed("02:10-05:00")], now, BERLIN) == datetime(2026, 10, 25, 1, tzinfo=UTC)  # 02:00 again


MINUTES = st.integers(0, 24 * 60 - 1).map(lambda minute: time(minute // 60, minute % 60))
NEAR_THE_CHANGE = st.integers(0, 119).map(lambda minute: time(2 + minute // 60, minute % 60))


@settings(max_examples=300, deadline=None)
@given(
    start=MINUTES | NEAR_THE_CHANGE,
    end=MINUTES | NEAR_THE_CHANGE,
    after=st.integers(0, 2 * 24 * 60),
    zone=st.sampled_from([SHANGHAI, BERLIN]),
    day=st.sampled_from([SPRING, AUTUMN, ORDINARY]),
)
def test_it_is_the_first_minute_that_is_not_quiet(
    start: time, end: time, after: int, zone: ZoneInfo, day: datetime
) -> None:
    assume(start != end)
    hours, now = Hours(start, end), day + after * MINUTE
    walked = now
    while quiet_by_the_clock(hours, walked.astimezone(zone).time()):
        walked += MINUTE
    assert until([hours], now, zone) == walked


def quiet_by_the_clock(hours: Hours, shown: time) -> bool:
    minute, start, end = (one.hour * 60 + one.minute for one in (shown, hours.start, hours.end))
    return (minute - start) % 1440 < (end - start) % 1440
