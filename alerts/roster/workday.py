"""Workdays and holidays: the official Chinese calendar, an override table, and an estimate where neither knows."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

import chinese_calendar

from alerts.roster.definition import Day

SATURDAY = 5


def day_of(on: date, overrides: Mapping[date, Day]) -> Day:
    """What a date is; the override table wins over the official calendar."""
    return overrides.get(on) or _official(on)


@lru_cache(maxsize=1 << 13)
def _official(on: date) -> Day:
    """As the State Council has announced it, make-up workdays too; a year not yet announced is only estimated."""
    try:
        off, name = chinese_calendar.get_holiday_detail(on)
    except NotImplementedError:
        return Day(on.weekday() < SATURDAY, estimated=True)
    return Day(not off, _both(name) if name else "")


def _both(name: str) -> str:
    return f"{chinese_calendar.Holiday(name).chinese} · {name}"
