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
    chief_id: str
    acting_id: str | None


async def chiefs(on: Connection, at: datetime, station_id: str = "", township: str = "") -> list[Chief]:
    """Who answers at a time for a station, for a township, or for all of them."""
    rows = await DUTY_VIEW.chiefs.fetch(on, at=at, station_id=station_id, township=township)
    return [Chief(**dict(row)) for row in rows]


async def chief_of(on: Connection, at: datetime, *, station_id: str = "", township: str = "") -> Chief | None:
    """The chief of a station, or of its township, or of a township; None where none is named."""
    if station_id:
        if found := await chiefs(on, at, station_id):
            return found[0]
        township = await DUTY_VIEW.township_of.fetchval(on, station_id=station_id) or township
    found = await chiefs(on, at, township=township) if township else []
    return found[0] if found else None
