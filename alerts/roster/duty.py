"""Who is on duty, and who is responsible, at a time."""

from collections.abc import Collection
from datetime import datetime, timedelta

from alerts.roster.chief import Chief, chief_of
from alerts.roster.holding import Held, OnDuty, holders
from sql.queries import Connection, Queries, Record

__all__ = ["ROLES", "Chief", "OnDuty", "chief_of", "on_duty", "responsible"]

DUTY_VIEW = Queries("duty_view")
ROLES = ("duty", "leader", "dispatcher", "chief", "field", "bureau")


async def on_duty(on: Connection, at: datetime) -> list[OnDuty]:
    """Everybody whose shift holds at a time."""
    return [duty(row) for row in await DUTY_VIEW.on_duty.fetch(on, at=at)]


async def responsible(on: Connection, at: datetime, roles: Collection[str], lapse: timedelta) -> list[OnDuty]:
    """Who answers for the desk at a time, of these roles: the outgoing stays until the incoming has accepted.

    `lapse` after the end of a shift that nobody accepted it is who is on duty.
    """
    return holders(await held_of(on, at, roles, lapse), at, lapse)


async def held_of(on: Connection, at: datetime, roles: Collection[str], lapse: timedelta) -> list[Held]:
    """The shifts that bear on who is responsible."""
    rows = await DUTY_VIEW.held.fetch(on, at=at, lapse=lapse, roles=list(roles))
    return [
        Held(duty(row), row["owner"], handed=row["handed"], took=row["took"], offered=row["offered"]) for row in rows
    ]


def duty(row: Record) -> OnDuty:
    """A row of person and shift."""
    return OnDuty(
        *(row[name] for name in ("person_id", "name", "role", "phone", "township", "post", "start_at", "end_at"))
    )
