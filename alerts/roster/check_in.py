"""Checking in on post at night: kept with its time and place, and what was missed."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from alerts.roster.policy import RosterPolicy
from alerts.roster.publish import shift_of
from alerts.roster.refusal import Refused
from alerts.roster.vigil import Watch, missed, watches
from sql.queries import Connection, Queries

ROSTER = Queries("roster")
DESK_LOG = Queries("desk_log")


@dataclass(frozen=True, slots=True)
class CheckIn:
    """That a person on duty was there; degrees WGS84 where the phone told them."""

    check_in_id: int
    person_id: str
    at: datetime
    lon: float | None
    lat: float | None
    note: str


async def check_in(
    on: Connection, person_id: str, lonlat: tuple[float, float] | None, note: str, now: datetime
) -> CheckIn:
    """Keep that somebody is on post; raises Refused for who is not on duty."""
    if not await DESK_LOG.is_on_duty.fetchval(on, person_id=person_id, at=now):
        raise Refused(f"{person_id} 当前不在班 · is not on duty now")
    lon, lat = lonlat or (None, None)
    row = await DESK_LOG.check_in.fetchrow(on, person_id=person_id, at=now, lon=lon, lat=lat, note=note)
    assert row is not None
    return CheckIn(**dict(row))


async def check_ins(on: Connection, start: datetime, end: datetime) -> list[CheckIn]:
    """All check-ins of a span, in the order of time."""
    return [CheckIn(**dict(row)) for row in await DESK_LOG.check_ins.fetch(on, start=start, end=end)]


async def missed_check_ins(
    on: Connection, span: tuple[datetime, datetime], now: datetime, policy: RosterPolicy, zone: ZoneInfo
) -> list[Watch]:
    """What was missed of what ended within a span."""
    start, end = span
    shifts = [shift_of(row) for row in await ROSTER.published.fetch(on, start=start, end=end)]
    due = [watch for shift in shifts for watch in watches(shift, policy, zone) if start < watch.end <= end]
    if not due:
        return []
    seen = await check_ins(on, min(watch.start for watch in due), end)
    return missed(due, [(one.person_id, one.at) for one in seen], now)
