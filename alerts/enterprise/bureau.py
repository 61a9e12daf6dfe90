"""How all enterprises stand, as the regulator sees them: read at one go from what is summed up."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

import asyncpg

from alerts.enterprise.standing import LEAST_SILENCE, OWN_KINDS, next_month
from ingest.validity import day_of, hour_of, span_of
from sql.queries import Queries

BUREAU = Queries("bureau")
KINDS = (*OWN_KINDS, "fabrication")
Sort = Literal["enterprise_id", "valid_today", "valid_month", "exceedances", "fabrication", "alerts", "deadlines"]
State = Literal["online", "offline", "no_monitor"]
_MINUTE = timedelta(minutes=1)
_ASKED = ("township", "industry", "state", "enterprise_id", "sort", "limit")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which enterprises, in which order, after which; None: all, or from the first one on."""

    township: str | None = None
    industry: str | None = None
    state: State | None = None
    enterprise_id: str | None = None
    sort: Sort = "enterprise_id"
    after: tuple[float, str] | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """An enterprise; shares are of the minutes of its channels, None where it has no monitor or no hour is over."""

    enterprise_id: str
    name: str
    industry: str
    township: str
    lon: float
    lat: float
    contact: str
    monitors: int
    online: int
    heard: datetime | None
    state: State
    valid_today: float | None
    valid_month: float | None
    exceedances: int
    fabrication: int
    open_alerts: int
    deadlines: int
    overdue: int
    findings: int
    key: float  # what it was sorted by


async def standings(on: asyncpg.Connection, month: date, now: datetime, wanted: Wanted) -> list[Standing]:
    """Enterprises within the connection's reach; `month` is its first day in Beijing."""
    first, last = span_of(month)[0], span_of(next_month(month))[0]
    over, today = hour_of(now), day_of(now)
    key, after_id = wanted.after or (None, None)
    asked = {
        "today": today,
        "from_day": month,
        "to_day": next_month(month),
        "from_at": first,
        "to_at": last,
        "since": now - LEAST_SILENCE,
        "now": now,
        "today_minutes": _minutes(span_of(today)[0], over) if month <= today < next_month(month) else 0,
        "month_minutes": _minutes(first, min(over, last)),
        "kinds": list(KINDS),
        "after_key": key,
        "after_id": after_id,
        **{name: getattr(wanted, name) for name in _ASKED},
    }
    async with on.transaction():
        await BUREAU.plan_anew.execute(on)
        rows = await BUREAU.standings.fetch(on, **asked)
    return [Standing(**dict(row)) for row in rows]


def _minutes(begin: datetime, end: datetime) -> int:
    return max((end - begin) // _MINUTE, 0)
