"""Who is on duty, and who is responsible, at a time."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from alerts.roster.chief import Chief, chief_of
from sql.queries import Connection, Queries, Record

__all__ = ["Chief", "OnDuty", "chief_of", "on_duty", "responsible"]

DUTY_VIEW = Queries("duty_view")


@dataclass(frozen=True, slots=True)
class OnDuty:
    """A person on a post, from `start` (included) to `end` (not)."""

    person_id: str
    name: str
    role: str
    phone: str
    township: str
    post: str
    start: datetime
    end: datetime


async def on_duty(on: Connection, at: datetime) -> list[OnDuty]:
    """Everybody whose shift holds at a time."""
    return [duty(row) for row in await DUTY_VIEW.on_duty.fetch(on, at=at)]


async def responsible(on: Connection, at: datetime, roles: Collection[str]) -> list[OnDuty]:
    """Who answers for the desk at a time, of these roles: the outgoing stays until the incoming has accepted."""
    return [one for one in await on_duty(on, at) if one.role in roles]


def duty(row: Record) -> OnDuty:
    """A row of person and shift."""
    fields = dict(row)
    return OnDuty(start=fields.pop("start_at"), end=fields.pop("end_at"), **fields)
