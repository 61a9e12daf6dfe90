"""Until when a failure of a monitor is to be reported and repaired: from what was declared, and from what was seen."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Literal, NamedTuple

from alerts.enterprise.declaration import LIVE, Declaration, Span

Task = Literal["report", "repair"]
Standing = Literal["open", "met", "missed"]
LOOK_AHEAD = 400  # days in which so many working days are found, whatever the calendar


class Rule(NamedTuple):
    """How long a failure may go unreported, and how many working days it may last."""

    report: timedelta
    repair_days: int
    is_workday: Callable[[date], bool]
    zone: tzinfo


class Failure(NamedTuple):
    """One that the detector saw: silent or faulty since `began`; `ended` None while it lasts."""

    alert_id: str
    began: datetime
    ended: datetime | None

    @property
    def span(self) -> Span:
        """Its time."""
        return Span(self.began, self.ended)


class Deadline(NamedTuple):
    """What is due of a failure, by its declaration or its alert; `done` None where it is not done yet."""

    task: Task
    declaration_id: int | None
    alert_id: str | None
    began: datetime
    due: datetime
    done: datetime | None


def standing(due: datetime, done: datetime | None, now: datetime) -> Standing:
    """How a deadline stands: done in time, too late or not at all, or still to be done."""
    if done is not None:
        return "met" if done <= due else "missed"
    return "open" if now <= due else "missed"


def deadlines(declared: Iterable[Declaration], seen: Iterable[Failure], rule: Rule) -> list[Deadline]:
    """All deadlines of a monitor.

    A fault that was declared is reported when it was declared, and repaired when it ends. What was seen is reported by
    the first mark of that time, whatever its kind; without one it is repaired when it is heard again, with one when
    that says so. What passed by itself before it had to be reported is no failure.
    """
    live = [one for one in declared if one.state in LIVE]
    found = [line for one in live if one.wish.kind == "fault" for line in _of_declaration(one, rule)]
    return found + [line for failure in seen for line in _of_failure(failure, live, rule)]


def working_days_after(begin: datetime, days: int, is_workday: Callable[[date], bool], zone: tzinfo) -> datetime:
    """The end of the `days`-th working day after the day of a moment, in local time; that day is not counted."""
    first = begin.astimezone(zone).date()
    left = days
    for step in range(1, LOOK_AHEAD):
        left -= is_workday(first + timedelta(days=step))
        if left == 0:
            return datetime.combine(first + timedelta(days=step + 1), time(), zone)
    raise ValueError(f"no {days} working days within {LOOK_AHEAD} days of {first}")


def _of_declaration(one: Declaration, rule: Rule) -> list[Deadline]:
    begin, end = one.wish.span
    repair = working_days_after(begin, rule.repair_days, rule.is_workday, rule.zone)
    return [
        Deadline("report", one.declaration_id, None, begin, begin + rule.report, one.made_at),
        Deadline("repair", one.declaration_id, None, begin, repair, end),
    ]


def _of_failure(failure: Failure, live: Sequence[Declaration], rule: Rule) -> list[Deadline]:
    report = failure.began + rule.report
    if failure.ended is not None and failure.ended <= report:
        return []
    told = [one for one in live if one.wish.span.meets(failure.span)]
    reported = min((one.made_at for one in told), default=None)
    found = [Deadline("report", None, failure.alert_id, failure.began, report, reported)]
    if not any(_covers_end(one.wish.span, failure) for one in told):
        repair = working_days_after(failure.began, rule.repair_days, rule.is_workday, rule.zone)
        found.append(Deadline("repair", None, failure.alert_id, failure.began, repair, failure.ended))
    return found


def _covers_end(span: Span, failure: Failure) -> bool:
    """Whether a mark answers for the failure to its end."""
    return span.end is None or (failure.ended is not None and failure.ended <= span.end)
