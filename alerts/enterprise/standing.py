"""How a monitor stands: is it heard, how much of its data is valid, does an hour of it say something about a limit."""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple

from alerts import permit
from ingest.validity import DAY_HOURS, HOUR_MINUTES

LEAST_SILENCE = timedelta(minutes=30)
"""So long a silence is always forgiven."""
MONTH_DAYS, FEBRUARY_DAYS = 25, 23
"""Valid days that make a valid month: HJ 76 annex B, HJ 1013."""
FEBRUARY = 2

FAULT_KINDS = ("fault", "clock", "offline")
"""Alerts about an instrument and what it sends; its operator hears of them."""
OWN_KINDS = ("exceedance", "early_warning", *FAULT_KINDS)
"""Alerts about its own monitors that an enterprise hears of by itself. Signs of fabrication are for the authorities."""

Link = Literal["online", "silent", "offline", "excused", "never"]


class Silence(NamedTuple):
    """What is known of a monitor that may have fallen silent."""

    heard: datetime | None
    alert: bool  # the offline rule has an alert of it that is not closed
    marked: bool  # a mark is in force: its silence is known of


def link(of: Silence, now: datetime) -> Link:
    """Whether a monitor is heard.

    `offline` is what the offline rule says, which knows how often the monitor usually sends. `silent` for longer than
    is always forgiven without such an alert: it sends seldom, or the whole district is out. `excused`: under a mark.
    """
    if of.heard is None:
        return "never"
    if now - of.heard < LEAST_SILENCE:
        return "online"
    if of.marked:
        return "excused"
    return "offline" if of.alert else "silent"


class Span(NamedTuple):
    """A time, its end excluded; None: it still lasts."""

    start: datetime
    end: datetime | None

    def holds(self, begin: datetime, end: datetime) -> bool:
        """Whether it is in force at any time of a span; one that ends where it starts was taken back."""
        return self.start < end and (self.end is None or self.end > max(begin, self.start))


class Judged(NamedTuple):
    """An hour against a limit; `share` of the limit that is used, None without a mean."""

    share: float | None
    is_valid: bool
    exceeded: bool
    is_evidence: bool


def judge(mean: float | None, valid: int, limit: float, unmarked: int) -> Judged:
    """What an hour with a mean of `valid` minutes says about a limit in the same unit.

    `unmarked` are the minutes of the hour under no mark. The mean that was kept leaves out marked minutes; where it
    counts more than there are, a mark came after it was formed, and it is no evidence until it is formed anew.
    """
    if mean is None:
        return Judged(None, False, False, False)
    is_valid = valid >= permit.VALID
    exceeded = permit.exceeds(mean, valid, limit)
    return Judged(round(mean / limit, 4), is_valid, exceeded, is_valid and valid <= unmarked)


def unmarked(hour: datetime, marks: Iterable[Span]) -> int:
    """Minutes of an hour that no mark touches."""
    spans = [mark for mark in marks if mark.holds(hour, hour + timedelta(hours=1))]
    if not spans:
        return 60
    minutes = [hour + timedelta(minutes=i) for i in range(60)]
    return sum(not any(mark.holds(at, at + timedelta(minutes=1)) for mark in spans) for at in minutes)


def valid_hour(minutes: int) -> bool:
    """45 valid minutes or more."""
    return minutes >= HOUR_MINUTES


def valid_day(hours: int) -> bool:
    """20 valid hours or more."""
    return hours >= DAY_HOURS


def valid_month(days: int, month: date) -> bool:
    """25 valid days or more, 23 in February."""
    return days >= (FEBRUARY_DAYS if month.month == FEBRUARY else MONTH_DAYS)


def next_month(month: date) -> date:
    """The first day of the month after the one in which a day lies."""
    return month.replace(day=1) + timedelta(days=monthrange(month.year, month.month)[1])


def share(counted: int, minutes: int) -> float | None:
    """Of so many minutes; None of none."""
    return round(min(counted / minutes, 1.0), 4) if minutes else None
