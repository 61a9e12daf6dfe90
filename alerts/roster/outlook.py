"""What lies ahead on the roster that somebody should look at, and how evenly a span's work is shared."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from alerts.roster import book
from alerts.roster.fairness import Calendar, Share, fairness, members
from alerts.roster.finding import Finding
from alerts.roster.plan import Plan, draw
from alerts.roster.policy import RosterPolicy
from alerts.roster.publish import definitions_of, shift_of
from alerts.roster.report import LOOK_AROUND, findings
from alerts.roster.shift import Shift
from sql.queries import Connection, Queries

ROSTER = Queries("roster")
Span = tuple[datetime, datetime]


async def look_ahead(on: Connection, span: Span, now: datetime, policy: RosterPolicy, zone: ZoneInfo) -> list[Finding]:
    """Gaps, double bookings, too little rest, too much work, and swaps that no longer fit, of the roster to come.

    As far as it is published that is what counts, beyond it the plan.
    """
    start, end = max(span[0], now), span[1]
    limit = now + timedelta(days=policy.horizon_days)
    published = await _published(on, start - LOOK_AROUND, max(limit, start))
    drawn = draw(await definitions_of(on, now), now, max(end, now) + LOOK_AROUND)
    further = [shift for shift in drawn.shifts if shift.start >= limit]
    return findings(Plan((*published, *further), drawn.vacant, drawn.doubts), policy, zone, start, end)


async def shares(on: Connection, span: Span, policy: RosterPolicy, zone: ZoneInfo) -> list[Share]:
    """What everybody has of a span, as published, beside the mean of the role."""
    definitions = await book.definitions(on, span[0])
    published = await _published(on, *span)
    return fairness(published, members(definitions), span, policy, Calendar(zone, definitions.overrides))


async def _published(on: Connection, start: datetime, end: datetime) -> list[Shift]:
    return [shift_of(row) for row in await ROSTER.published.fetch(on, start=start, end=end)]
