"""Stations: the registry, the newest frame of all, the readings of one."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from ingest.channel import CHANNELS
from service.database import Connection
from service.outline import cells_of, grid_of
from service.parameters import Instant, Step, Strict
from service.problems import NotFoundError, bad_input
from service.resources import API
from service.series import NAMES, REASONS, STATION_VIEW, Span, series
from sql.queries import Queries

__all__ = ["GRID_VIEW", "NAMES", "REASONS", "STATION_VIEW", "UNITS", "StationId", "Values", "router"]

GRID_VIEW = Queries("grid_view")
router = APIRouter(prefix=API, tags=["stations"])

UNITS = {channel.name: channel.unit for channel in CHANNELS}
MOST_POINTS = 10_000
DAY = timedelta(days=1)

Values = dict[str, float | None]
VALUES: dict[str, Any] = {"pm25": 35.2, "no2": 41.0, "o3": None}
StationId = Annotated[str, Path(pattern=r"^[A-Za-z0-9._:-]{1,64}$")]


class Station(BaseModel):
    """A station of the registry; `ix`, `iy` are its cell, null outside the grid."""

    station_id: str
    name: str
    kind: Literal["micro", "national", "weather", "boundary", "mobile"]
    lon: float
    lat: float
    township: str
    chief: str
    ix: int | None
    iy: int | None


class Stations(BaseModel):
    """All stations, by id."""

    stations: list[Station]


class Frame(BaseModel):
    """The newest frame of a station; a value that was not sent is null, `qc` names what is wrong with one."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "station_id": "S0001",
                    "ts": "2026-11-21T00:12:00+00:00",
                    "received_at": "2026-11-21T00:13:01+00:00",
                    "values": VALUES,
                    "qc": {"no2": "calibration"},
                }
            ]
        }
    )

    station_id: str
    ts: Annotated[datetime | None, Field(description="start of the minute; null when nothing was ever received")]
    received_at: datetime | None
    values: Values
    qc: dict[str, str]


class LatestFrames(BaseModel):
    """The newest frame of every station."""

    units: dict[str, str]
    stations: list[Frame]


class Point(BaseModel):
    """A minute, or the mean of the usable values of a longer step that begins at `ts`.

    Whole hours and days are those that were summed up after all checks and with the marks of the device; what is not
    summed up yet is the mean of what was good when it came.
    """

    ts: datetime
    minutes: Annotated[int, Field(description="of a step: the minutes with usable values, of the channel with most")]
    values: Values
    qc: Annotated[dict[str, str], Field(description="of a minute: what is wrong with a value")]
    valid: Annotated[dict[str, int], Field(description="of an hour or day: usable minutes of each channel")] = {}
    hours: Annotated[dict[str, int], Field(description="of a day: hours of 45 such minutes, which make the mean")] = {}
    corrected: Annotated[
        dict[str, float], Field(description="optical PM corrected for humidity; `values` are raw")
    ] = {}
    correction: Annotated[str | None, Field(description="version of that correction")] = None


class Readings(BaseModel):
    """The series of a station; `from` is included, `to` is not."""

    station_id: str
    from_at: Annotated[datetime, Field(alias="from")]
    to: datetime
    step: Annotated[str, Field(examples=["1m", "60m"])]
    units: dict[str, str]
    points: list[Point]


@router.get(
    "/stations", response_model=Stations, operation_id="listStations", summary="站点名录 · the registry of stations"
)
async def list_stations(connection: Connection, _: Annotated[Strict, Query()]) -> Response:
    """All stations with the cell that each lies in."""
    rows = await STATION_VIEW.stations.fetch(connection)
    grid = grid_of(await GRID_VIEW.shape.fetchrow(connection))
    cells = cells_of(grid, [row["lon"] for row in rows], [row["lat"] for row in rows])
    stations = [{**row, "ix": cell and cell[0], "iy": cell and cell[1]} for row, cell in zip(rows, cells, strict=True)]
    return Response(msgspec.json.encode({"stations": stations}), media_type="application/json")


@router.get(
    "/stations/latest",
    response_model=LatestFrames,
    operation_id="getLatest",
    summary="各站最新数据 · the newest frame of all",
)
async def latest(connection: Connection, _: Annotated[Strict, Query()]) -> Response:
    """Every station of the registry is there, also one that has never sent."""
    frames = await STATION_VIEW.latest.fetchval(connection, channels=NAMES, reasons=REASONS)
    body = b'{"units":%b,"stations":[%b]}' % (msgspec.json.encode(UNITS), frames.encode())
    return Response(body, media_type="application/json")


class ReadingsQuery(Strict):
    """Which span, and how fine."""

    from_at: Annotated[
        Instant | None, Field(alias="from", description="included; 24 hours before `to` where it is not given")
    ] = None
    to: Annotated[
        Instant | None, Field(description="not included; the end of the newest reading where it is not given")
    ] = None
    step: Annotated[
        Step,
        Field(
            default_factory=lambda: 1,
            description="1m, where not given: as they came; longer: the mean of the usable values, 1m to 24h",
        ),
    ]


@router.get(
    "/stations/{station_id}/readings",
    response_model=Readings,
    operation_id="getReadings",
    summary="一站的数据序列 · the readings of one station",
)
async def readings(connection: Connection, station_id: StationId, asked: Annotated[ReadingsQuery, Query()]) -> Response:
    """At most 10,000 points. Wind directions are averaged as unit vectors."""
    device = await STATION_VIEW.known.fetchval(connection, station_id=station_id)
    if device is None:
        raise NotFoundError(f"no station {station_id}")
    span = await _span(connection, device, asked)
    body = {
        "station_id": station_id,
        "from": span.from_at,
        "to": span.to_at,
        "step": f"{asked.step}m",
        "units": UNITS,
        "points": await series(connection, device, span, timedelta(minutes=asked.step)),
    }
    return Response(msgspec.json.encode(body), media_type="application/json")


async def _span(connection: Connection, device: int, asked: ReadingsQuery) -> Span:
    to_at = asked.to
    if to_at is None:
        newest = await STATION_VIEW.newest_reading.fetchval(connection, device=device)
        if newest is None:
            to_at = (asked.from_at + DAY) if asked.from_at else datetime.fromisoformat("2000-01-02T00:00+00:00")
        else:
            to_at = newest + timedelta(minutes=1)
    from_at = asked.from_at or to_at - DAY
    if asked.to and from_at >= to_at:
        raise bad_input({"from": "must lie before `to`"})
    if to_at - from_at > MOST_POINTS * timedelta(minutes=asked.step):
        raise bad_input({"from": f"the span has more than {MOST_POINTS} steps: shorten it, or choose a longer `step`"})
    return Span(from_at, to_at)
