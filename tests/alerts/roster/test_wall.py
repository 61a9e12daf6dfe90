"""Local handovers as moments, also where the clock is changed."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from alerts.roster.wall import daily, instant

BERLIN = ZoneInfo("Europe/Berlin")


def _shown(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "shown", "moment"),
    [
        ("Asia/Shanghai", "2026-03-29T08:00", "2026-03-29T00:00"),
        ("Europe/Berlin", "2026-03-29T01:59", "2026-03-29T00:59"),
        ("Europe/Berlin", "2026-03-29T03:00", "2026-03-29T01:00"),
        ("Europe/Berlin", "2026-10-25T03:00", "2026-10-25T02:00"),
        ("America/New_York", "2026-07-01T08:00", "2026-07-01T12:00"),
    ],
)
def test_a_time_that_is_shown_once_is_that_moment(zone: str, shown: str, moment: str) -> None:
    assert instant(_shown(shown), ZoneInfo(zone)) == _utc(moment)


@pytest.mark.parametrize(
    ("zone", "shown", "jump"),
    [
        ("Europe/Berlin", "2026-03-29T02:00", "2026-03-29T01:00"),
        ("Europe/Berlin", "2026-03-29T02:30", "2026-03-29T01:00"),
        ("America/New_York", "2026-03-08T02:59", "2026-03-08T07:00"),
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:30"),
        ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00"),
    ],
)
def test_a_skipped_time_is_the_moment_of_the_jump(zone: str, shown: str, jump: str) -> None:
    assert instant(_shown(shown), ZoneInfo(zone)) == _utc(jump)


@pytest.mark.parametrize(
    ("zone", "shown", "first"),
    [
        ("Europe/Berlin", "2026-10-25T02:00", "2026-10-25T00:00"),
        ("Europe/Berlin", "2026-10-25T02:59", "2026-10-25T00:59"),
        ("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30"),
        ("America/St_Johns", "2010-11-06T23:30", "2010-11-07T02:00"),
    ],
)
def test_a_repeated_time_is_taken_the_first_time(zone: str, shown: str, first: str) -> None:
    assert instant(_shown(shown), ZoneInfo(zone)) == _utc(first)


def test_the_same_hours_of_every_day_go_over_midnight() -> None:
    start, end = _utc("2026-10-24T05:00"), _utc("2026-10-25T21:30")
    nights = list(daily(time(22), time(6), BERLIN, start, end))
    assert nights == [
        (date(2026, 10, 24), _utc("2026-10-24T20:00"), _utc("2026-10-25T05:00")),  # nine hours, the clock is set back
        (date(2026, 10, 25), _utc("2026-10-25T21:00"), _utc("2026-10-26T05:00")),
    ]


def test_the_same_hours_of_every_day_are_whole_and_overlap_the_span() -> None:
    start, end = _utc("2026-06-01T08:30"), _utc("2026-06-02T07:00")
    assert [on for on, _, _ in daily(time(9), time(11), BERLIN, start, end)] == [date(2026, 6, 1)]
    assert [on for on, _, _ in daily(time(0), time(0), BERLIN, start, end)] == [date(2026, 6, 1), date(2026, 6, 2)]
