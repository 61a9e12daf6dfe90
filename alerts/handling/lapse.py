"""When an acknowledged alert is nobody's again: nothing happens to it, or the shift of who took it is over."""

from datetime import datetime, timedelta
from typing import NamedTuple

from alerts.handling.policy import DeskPolicy
from alerts.handling.stage import Handling
from alerts.severity import of

LOOK_AGAIN = timedelta(minutes=1)


class Holder(NamedTuple):
    """Who took an alert, on the roster: whether on duty when taking it, still now (or not yet relieved), until when."""

    was_on_duty: bool
    is_on_duty: bool
    until: datetime | None


class Lapse(NamedTuple):
    """Why the alert goes back (None: it does not), and when to look again."""

    why: str | None
    again: datetime | None


def lapse(
    handling: Handling, touched: datetime, severity: int, holder: Holder, policy: DeskPolicy, now: datetime
) -> Lapse:
    """What holds at `now` of an alert that somebody took; `touched` is when somebody last did something to it.

    Who was not on duty when taking it (a chief, a leader at home) keeps it over the ends of shifts.
    """
    if handling.stage != "acknowledged":
        return Lapse(None, None)
    wait = timedelta(minutes=of(policy.lapse, severity))
    end = max(touched, handling.since, handling.muted_until or touched) + wait
    if now >= end:
        minutes = f"{wait / timedelta(minutes=1):.0f}"
        return Lapse(f"{minutes} 分钟无动作 · nothing happened for {minutes} minutes", None)
    if holder.was_on_duty and not holder.is_on_duty:
        who = handling.acknowledged_by
        return Lapse(f"{who} 已下班，未交接 · the shift of {who} is over and nothing was handed over", None)
    over = holder.until if holder.was_on_duty else None
    return Lapse(None, min(end, max(over, now + LOOK_AGAIN) if over else end))
