"""When what treatment consumes is due again: as was told, by the district's interval, by the hours that it ran."""

from datetime import date, timedelta

import pytest

from alerts.enterprise.ledger import due_of
from alerts.enterprise.outlet_policy import KINDS, Kind, LedgerPolicy

RULES = LedgerPolicy()
DONE = date(2026, 8, 1)
DAY = timedelta(days=1)


@pytest.mark.parametrize(("days", "state"), [(0, "good"), (82, "good"), (83, "soon"), (90, "soon"), (91, "overdue")])
def test_it_is_good_then_soon_due_then_overdue(days: int, state: str) -> None:
    due = due_of("activated_carbon", DONE, None, (None, DONE + days * DAY), RULES)
    assert (due.state, due.on, due.hours) == (state, DONE + 90 * DAY, None)


def test_what_was_told_goes_before_the_interval() -> None:
    told = DONE + 10 * DAY
    assert due_of("filter", DONE, told, (None, told), RULES).on == told
    assert due_of("filter", DONE, told, (None, told + DAY), RULES).state == "overdue"


@pytest.mark.parametrize(("hours", "state"), [(0.0, "good"), (500.0, "good"), (501.0, "overdue")])
def test_carbon_is_overdue_by_the_hours_that_it_ran(hours: float, state: str) -> None:
    due = due_of("activated_carbon", DONE, None, (hours, DONE + DAY), RULES)
    assert (due.state, due.hours) == (state, 500)


def test_hours_say_nothing_of_other_kinds() -> None:
    assert due_of("lamp", DONE, None, (9999.0, DONE), RULES) == ("good", DONE + 365 * DAY, None)


def test_what_no_rule_names_is_due_only_where_it_was_told() -> None:
    assert due_of("other", DONE, None, (None, DONE + 9999 * DAY), RULES) == ("open", None, None)
    assert due_of("other", DONE, DONE + DAY, (None, DONE + 2 * DAY), RULES).state == "overdue"


@pytest.mark.parametrize("kind", KINDS)
def test_the_intervals_are_the_districts(kind: Kind) -> None:
    rules = LedgerPolicy(interval_days={kind: 3}, soon_days=0)
    assert due_of(kind, DONE, None, (None, DONE + 4 * DAY), rules).state == "overdue"
