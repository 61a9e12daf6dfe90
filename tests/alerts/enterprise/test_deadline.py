"""Until when a failure is to be reported and repaired, over nights, weekends and holidays."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from alerts.enterprise.deadline import Failure, Rule, deadlines, standing, working_days_after
from alerts.enterprise.declaration import Declaration, Kind, Span, State, Wish
from alerts.roster.workday import day_of

BEIJING = ZoneInfo("Asia/Shanghai")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONDAY = datetime(2026, 11, 16, 9, 0, tzinfo=BEIJING)


def local(text: str) -> datetime:
    """A time in Beijing."""
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


def workday(on: date) -> bool:
    """As the official calendar has it."""
    return day_of(on, {}).workday


RULE = Rule(12 * HOUR, 5, workday, BEIJING)


def declaration(kind: Kind = "fault", end: datetime | None = None, state: State = "declared") -> Declaration:
    """One of Monday that was made two hours after its beginning."""
    wish = Wish(kind, Span(MONDAY, end), "故障")
    return Declaration(wish, MONDAY + 2 * HOUR, "enterprise:E1", state, declaration_id=7)


def failure(begin: datetime = MONDAY, end: datetime | None = None) -> Failure:
    """Silence that the detector saw."""
    return Failure("A1", begin, end)


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        (local("2026-11-16T00:00"), local("2026-11-24T00:00")),  # Monday: Tuesday to Friday, and Monday
        (local("2026-11-16T23:59"), local("2026-11-24T00:00")),
        (local("2026-11-20T09:00"), local("2026-11-28T00:00")),  # Friday
        (local("2026-11-21T09:00"), local("2026-11-28T00:00")),  # Saturday
        # National Day 2026 is off from the 1st to the 7th; Saturday the 10th is worked.
        (local("2026-09-30T09:00"), local("2026-10-14T00:00")),
    ],
)
def test_five_working_days_are_counted_from_the_next_day_in_local_time(begin: datetime, end: datetime) -> None:
    assert working_days_after(begin.astimezone(UTC), 5, workday, BEIJING) == end


def test_a_calendar_without_working_days_is_an_error() -> None:
    with pytest.raises(ValueError, match="working days"):
        working_days_after(MONDAY, 5, lambda _: False, BEIJING)


def test_a_declared_fault_is_reported_when_it_was_declared_and_repaired_when_it_ends() -> None:
    report, repair = deadlines([declaration()], [], RULE)
    assert (report.task, report.due, report.done) == ("report", MONDAY + 12 * HOUR, MONDAY + 2 * HOUR)
    assert (repair.task, repair.due, repair.done) == ("repair", datetime(2026, 11, 24, tzinfo=BEIJING), None)
    _, repair = deadlines([declaration(end=MONDAY + DAY)], [], RULE)
    assert repair.done == MONDAY + DAY


@pytest.mark.parametrize("state", ["refused", "withdrawn"])
def test_what_was_refused_or_taken_back_is_no_failure(state: State) -> None:
    assert deadlines([declaration(state=state)], [], RULE) == []


def test_other_marks_are_no_failures() -> None:
    assert deadlines([declaration("maintenance"), declaration("startup")], [], RULE) == []


def test_silence_that_nobody_declared_is_to_be_reported_and_repaired() -> None:
    report, repair = deadlines([], [failure()], RULE)
    assert (report.alert_id, report.due, report.done) == ("A1", MONDAY + 12 * HOUR, None)
    assert (repair.task, repair.done) == ("repair", None)


def test_silence_that_passed_before_it_had_to_be_reported_is_no_failure() -> None:
    assert deadlines([], [failure(end=MONDAY + 12 * HOUR)], RULE) == []
    late = deadlines([], [failure(end=MONDAY + 13 * HOUR)], RULE)
    assert [(one.task, one.done) for one in late] == [("report", None), ("repair", MONDAY + 13 * HOUR)]


@pytest.mark.parametrize("kind", ["fault", "stop"])
def test_silence_is_reported_by_the_mark_of_its_time_which_then_says_when_it_ends(kind: Kind) -> None:
    found = deadlines([declaration(kind)], [failure(MONDAY - HOUR)], RULE)
    (report,) = (one for one in found if one.alert_id)
    assert (report.task, report.due, report.done) == ("report", MONDAY + 11 * HOUR, MONDAY + 2 * HOUR)


def test_a_mark_that_ends_before_the_silence_leaves_its_repair_to_be_counted() -> None:
    found = deadlines([declaration(end=MONDAY + HOUR)], [failure()], RULE)
    assert [(one.task, one.done) for one in found if one.alert_id] == [("report", MONDAY + 2 * HOUR), ("repair", None)]


def test_a_deadline_is_met_open_or_missed() -> None:
    due = MONDAY
    assert standing(due, None, MONDAY) == "open"
    assert standing(due, None, MONDAY + HOUR) == "missed"
    assert standing(due, MONDAY, MONDAY + HOUR) == "met"
    assert standing(due, MONDAY + HOUR, MONDAY + DAY) == "missed"
