"""When a monitor counts as heard, an hour as evidence, a month as valid."""

from datetime import UTC, date, datetime, timedelta

import pytest

from alerts import permit
from alerts.enterprise.standing import (
    LEAST_SILENCE,
    Judged,
    Silence,
    Span,
    judge,
    link,
    next_month,
    share,
    unmarked,
    valid_month,
)
from alerts.rules import offline

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def test_patience_is_that_of_the_offline_rule() -> None:
    assert timedelta(minutes=offline.LEAST) == LEAST_SILENCE


def test_who_was_heard_lately_is_online_whatever_else_is_known() -> None:
    assert link(Silence(NOON - LEAST_SILENCE + MINUTE, alert=True, marked=True), NOON) == "online"
    assert link(Silence(NOON - LEAST_SILENCE, alert=True, marked=False), NOON) == "offline"
    assert link(Silence(NOON - LEAST_SILENCE, alert=True, marked=True), NOON) == "excused"
    assert link(Silence(NOON - LEAST_SILENCE, alert=False, marked=False), NOON) == "silent"
    assert link(Silence(None, alert=True, marked=True), NOON) == "never"


@pytest.mark.parametrize(
    ("start", "end", "left"),
    [
        (0, 10, 50),
        (-5, 10, 50),
        (55, 500, 55),
        (-60, 0, 60),
        (60, 70, 60),
        (10, 10, 60),  # taken back
        (0.5, 1.5, 58),  # touches two minutes
        (-1000, None, 0),
    ],
)
def test_minutes_under_a_mark_do_not_count(start: float, end: float | None, left: int) -> None:
    mark = Span(NOON + start * MINUTE, None if end is None else NOON + end * MINUTE)
    assert unmarked(NOON, [mark]) == left


def test_marks_that_overlap_count_once() -> None:
    assert unmarked(NOON, [Span(NOON, NOON + 10 * MINUTE), Span(NOON + 5 * MINUTE, NOON + 15 * MINUTE)]) == 45


def test_hour_is_judged_by_its_valid_minutes_and_its_mean() -> None:
    assert judge(63.0, 60, 60.0, 60) == Judged(1.05, True, True, True)
    assert judge(63.0, 44, 60.0, 60) == Judged(1.05, False, False, False)
    assert judge(63.0, 50, 60.0, 49) == Judged(1.05, True, True, False)
    assert judge(60.0, 45, 60.0, 60) == Judged(1.0, True, False, True)
    assert judge(None, 0, 60.0, 60) == Judged(None, False, False, False)


@pytest.mark.parametrize(("share_of_limit", "grave"), [(1.0, 1), (1.49, 1), (1.5, 2), (2.0, 3), (3.0, 4)])
def test_severity_goes_by_the_share(share_of_limit: float, grave: int) -> None:
    assert permit.severity(share_of_limit) == grave


def test_at_the_limit_is_not_above_it() -> None:
    assert not permit.exceeds(60.0, 60, 60.0)
    assert not permit.exceeds(60.0 * (1 + permit.TIE), 60, 60.0)
    assert permit.exceeds(60.001, permit.VALID, 60.0)
    assert not permit.exceeds(60.001, permit.VALID - 1, 60.0)


def test_february_takes_fewer_days() -> None:
    assert [valid_month(days, date(2026, 2, 1)) for days in (22, 23)] == [False, True]
    assert [valid_month(days, date(2026, 3, 1)) for days in (24, 25)] == [False, True]


def test_the_month_after_begins_on_its_first() -> None:
    assert next_month(date(2026, 12, 31)) == date(2027, 1, 1)
    assert next_month(date(2024, 2, 29)) == date(2024, 3, 1)


def test_share_of_nothing_is_unknown_and_never_more_than_all() -> None:
    assert (share(0, 0), share(45, 60), share(61, 60)) == (None, 0.75, 1.0)
