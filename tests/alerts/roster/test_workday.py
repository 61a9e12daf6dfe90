"""Workdays, holidays, and years that nobody has announced yet."""

from datetime import date

import pytest

from alerts.roster.definition import Day
from alerts.roster.workday import day_of


@pytest.mark.parametrize(
    ("on", "day"),
    [
        (date(2026, 10, 1), Day(False, "国庆节 · National Day")),
        (date(2026, 10, 10), Day(True, "国庆节 · National Day")),  # a Saturday, worked for the holidays
        (date(2026, 2, 17), Day(False, "春节 · Spring Festival")),
        (date(2026, 6, 6), Day(False)),
        (date(2026, 6, 8), Day(True)),
    ],
)
def test_announced_days_are_as_announced(on: date, day: Day) -> None:
    assert day_of(on, {}) == day


@pytest.mark.parametrize(("on", "works"), [(date(2090, 9, 29), True), (date(2090, 9, 30), False)])
def test_days_of_a_year_not_yet_announced_are_estimated_and_say_so(on: date, works: bool) -> None:
    assert day_of(on, {}) == Day(works, estimated=True)


def test_the_override_table_wins() -> None:
    table = {date(2090, 10, 2): Day(False, "国庆节"), date(2026, 6, 6): Day(True, "补班")}
    assert day_of(date(2090, 10, 2), table) == Day(False, "国庆节")
    assert day_of(date(2026, 6, 6), table) == Day(True, "补班")
    assert day_of(date(2026, 6, 7), table) == Day(False)
