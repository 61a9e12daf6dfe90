"""Data availability: of the minutes of a day, how many came and how many of them are usable."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec
import numpy as np
from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from ingest.clock import SHORT
from ingest.quality import stacked
from ingest.validity import DAY_HOURS, DAY_MINUTES, day_of, span_of
from service.database import Connection
from service.outline import grid_of
from service.parameters import Day, Strict
from service.problems import NotFoundError, bad_input
from service.resources import API
from service.resources.air.stations import GRID_VIEW, STATION_VIEW, StationId
from service.series import KEPT_VIEW
from sql.queries import Record

router = APIRouter(prefix=API, tags=["availability"])
ONE, WEEK, MONTH = timedelta(days=1), timedelta(days=7), timedelta(days=30)
MOST_DAYS = 1000
STACKED, CLOCK = "stacked", "clock"

Share = Annotated[float, Field(ge=0, le=1)]
_SHARES: dict[str, Any] = {"sent": 0.9917, "usable": 0.9783, "suspect": 0.0102}
_CHANNEL: dict[str, Any] = {"sent": 1428, "valid": 1409, "suspect": 15, "hours": 23, "is_valid": True}


class OfChannel(BaseModel):
    """Minutes of 1,440 that came, those of them that are usable, and those of these that a check found odd."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CHANNEL]})

    sent: int
    valid: int
    suspect: int
    hours: Annotated[int, Field(description="hours with 45 usable minutes or more")]
    is_valid: Annotated[bool, Field(description="20 such hours or more: GB 3095")]


class OfDay(BaseModel):
    """A natural day in Beijing; shares are of the minutes of all channels that were sent in the week up to it."""

    day: date
    sent: Share
    usable: Share
    suspect: Share
    channels: dict[str, OfChannel]


class Availability(BaseModel):
    """Of one station, day by day; `from` is included, `to` is not."""

    station_id: str
    from_day: Annotated[date, Field(alias="from")]
    to: date
    notes: Annotated[list[Literal["stacked"]], Field(description="stacked: another station of its kind within 1 m")]
    days: list[OfDay]


class OfDevice(BaseModel):
    """A station or an enterprise's monitor on one day; shares as above, `valid_days` of its channels."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"device_id": "S0001", "kind": "micro", "channels": 14, **_SHARES, "valid_days": 14, "notes": []}
            ]
        }
    )

    device_id: str
    kind: Literal["micro", "national", "weather", "boundary", "monitor"]
    channels: int
    sent: Share
    usable: Share
    suspect: Share
    valid_days: Annotated[int, Field(description="channels that have a valid day")]
    notes: Annotated[
        list[Literal["stacked", "clock"]],
        Field(description="stacked: another of its kind within 1 m; clock: its clock was wrong for a while"),
    ]


class DayOfAll(BaseModel):
    """All devices, the one from which least is usable first."""

    day: date
    devices: list[OfDevice]


class DaysQuery(Strict):
    """Which days."""

    from_day: Annotated[Day | None, Field(alias="from", description="included; 30 days before `to` if not given")] = (
        None
    )
    to: Annotated[Day | None, Field(description="not included; tomorrow if not given")] = None


class DayQuery(Strict):
    """Which day."""

    day: Annotated[Day | None, Field(description="in Beijing; yesterday if not given")] = None


@router.get(
    "/stations/{station_id}/availability",
    response_model=Availability,
    operation_id="getAvailability",
    summary="一站的数据获取率 · how much of a station's data came and is usable",
)
async def availability(connection: Connection, station_id: StationId, asked: Annotated[DaysQuery, Query()]) -> Response:
    """Every day of the span is there, also one of which nothing came. At most 1,000 days."""
    device = await STATION_VIEW.known.fetchval(connection, station_id=station_id)
    if device is None:
        raise NotFoundError(f"no station {station_id}")
    to = asked.to or _today() + ONE
    first = asked.from_day or to - MONTH
    if not first < to <= first + MOST_DAYS * ONE:
        raise bad_input({"from": f"must lie before `to`, by {MOST_DAYS} days at most"})
    rows = await KEPT_VIEW.days_of.fetch(connection, device=device, from_day=first - WEEK, to_day=to)
    days = [first + i * ONE for i in range((to - first).days)]
    body = {
        "station_id": station_id,
        "from": first,
        "to": to,
        "notes": [STACKED] if device in await _stacked(connection) else [],
        "days": _days(rows, days),
    }
    return Response(msgspec.json.encode(body), media_type="application/json")


@router.get(
    "/availability",
    response_model=DayOfAll,
    operation_id="listAvailability",
    summary="全部设备一天的数据获取率 · how much of each device's data came and is usable",
)
async def day_of_all(connection: Connection, asked: Annotated[DayQuery, Query()]) -> Response:
    """Every station and monitor of the registry is there, also one that sent nothing; mobile ones are not."""
    day = asked.day or _today() - ONE
    first, until = span_of(day)
    rows = await KEPT_VIEW.day_of_all.fetch(
        connection, day=day, week=day - WEEK + ONE, day_hours=DAY_HOURS, minutes=DAY_MINUTES
    )
    wrong = await KEPT_VIEW.wrong_clocks.fetch(connection, first=first, until=until, least=SHORT)
    notes: dict[int, list[str]] = defaultdict(list)
    for note, devices in ((STACKED, await _stacked(connection)), (CLOCK, {row["device"] for row in wrong})):
        for device in devices:
            notes[device].append(note)
    body = {"day": day, "devices": [_device(row, notes.get(row["device"], [])) for row in rows]}
    return Response(msgspec.json.encode(body), media_type="application/json")


def _today() -> date:
    return day_of(datetime.now(UTC))


def _device(row: Record, notes: list[str]) -> dict[str, Any]:
    shares = {name: round(row[name], 4) for name in _SHARES}
    named = {name: row[name] for name in ("device_id", "kind", "channels", "valid_days")}
    return {**named, **shares, "notes": notes}


def _days(rows: list[Record], days: list[date]) -> list[dict[str, Any]]:
    by_day: dict[date, dict[str, Record]] = defaultdict(dict)
    for row in rows:
        by_day[row["day"]][row["channel"]] = row
    return [_day(day, [by_day.get(day - i * ONE, {}) for i in range(WEEK.days)]) for day in days]


def _day(day: date, week: list[dict[str, Record]]) -> dict[str, Any]:
    """A day with its week, the newest first."""
    names = sorted({name for of_day in week for name in of_day})
    nothing = {"sent": 0, "valid": 0, "suspect": 0, "hours": 0}
    channels = {name: _channel(week[0].get(name, nothing)) for name in names}
    whole = DAY_MINUTES * max(len(names), 1)
    total = {name: sum(channel[name] for channel in channels.values()) for name in ("sent", "valid", "suspect")}
    shares = {"sent": total["sent"], "usable": total["valid"], "suspect": total["suspect"]}
    return {"day": day, **{name: round(count / whole, 4) for name, count in shares.items()}, "channels": channels}


def _channel(row: Any) -> dict[str, Any]:
    counts: dict[str, Any] = {name: row[name] for name in ("sent", "valid", "suspect", "hours")}
    return {**counts, "is_valid": counts["hours"] >= DAY_HOURS}


async def _stacked(connection: Connection) -> set[int]:
    """Stations that stand on the spot of another one of their kind: a default coordinate, most likely."""
    grid = grid_of(await GRID_VIEW.shape.fetchrow(connection))
    rows = await KEPT_VIEW.places.fetch(connection)
    if grid is None or not rows:
        return set()
    x, y = grid.metres([row["lon"] for row in rows], [row["lat"] for row in rows])
    kinds, devices = np.array([row["kind"] for row in rows]), np.array([row["device"] for row in rows])
    found: set[int] = set()
    for kind in np.unique(kinds):
        of_kind = kinds == kind
        found.update(devices[of_kind][stacked(np.asarray(x)[of_kind], np.asarray(y)[of_kind])].tolist())
    return found
