"""When what treatment consumes is due again: activated carbon, filters, catalysts, reagents, gases, lamps.

No national text prescribes these times for every plant: 500 h of running or three months for activated carbon is what
many districts ask for, and a local rule like all others here (`LedgerPolicy`).
"""

from datetime import date, timedelta
from typing import Literal, NamedTuple

from alerts.enterprise.outlet_policy import Kind, LedgerPolicy

State = Literal["good", "soon", "overdue", "open"]


class Due(NamedTuple):
    """Until when, and how that stands; `hours` is after how many hours of running, where those are counted."""

    state: State  # open: nobody said when, and no rule does
    on: date | None
    hours: float | None


def due_of(kind: Kind, done_on: date, told: date | None, run: tuple[float | None, date], policy: LedgerPolicy) -> Due:
    """When a change is due again: as was told, else by the district's interval; activated carbon by its hours too.

    `run` is how many hours the outlet's treatment ran since (None: not known), and what day it is. The last good day
    is `on`.
    """
    hours_run, today = run
    days = policy.interval_days.get(kind)
    on = told or (done_on + timedelta(days=days) if days else None)
    hours = policy.carbon_hours if kind == "activated_carbon" and hours_run is not None else None
    over = hours is not None and hours_run is not None and hours_run > hours
    if over or (on is not None and on < today):
        return Due("overdue", on, hours)
    if on is None:
        return Due("open", None, hours)
    return Due("soon" if on - today <= timedelta(days=policy.soon_days) else "good", on, hours)
