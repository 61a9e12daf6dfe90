"""The chief of a station (点位长), or who acts for the chief while on leave."""

from dataclasses import dataclass
from datetime import datetime

from sql.queries import Connection, Queries

DUTY_VIEW = Queries("duty_view")


@dataclass(frozen=True, slots=True)
class Chief:
    """Who answers for a station; `acting`: in the place of the chief, who is on leave."""

    station_id: str
    township: str
    person_id: str
    name: str
    phone: str
    acting: bool


async def chief_of(on: Connection, at: datetime, *, station_id: str = "", township: str = "") -> Chief | None:
    """The chief of a station or of a township at a time, None where none is named."""
    row = await DUTY_VIEW.chiefs.fetchrow(on, at=at, station_id=station_id, township=township)
    return Chief(**dict(row)) if row else None
