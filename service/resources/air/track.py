"""The track of a mobile device: its samples at their own places."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from service.database import Connection
from service.parameters import Instant, Strict
from service.problems import NotFoundError, bad_input
from service.resources import API
from service.resources.air.stations import NAMES, REASONS, STATION_VIEW, UNITS, StationId, Values
from sql.queries import Queries, Record

TRACK_VIEW = Queries("track_view")
router = APIRouter(prefix=API, tags=["stations"])
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MOST = 86_400  # a day of seconds
FIRST = datetime.fromisoformat("2000-01-01T00:00+00:00")


class Point(BaseModel):
    """Where the sample was taken: longitude and latitude in degrees WGS84."""

    type: Literal["Point"]
    coordinates: list[float]


class Sample(BaseModel):
    """The time to the second, the cell (null outside the grid), what was measured and what is wrong with it."""

    ts: datetime
    ix: int | None
    iy: int | None
    values: Values
    qc: dict[str, str]


class Feature(BaseModel):
    """One sample."""

    type: Literal["Feature"]
    geometry: Point
    properties: Sample


class Track(BaseModel):
    """GeoJSON, oldest sample first; `from` is included, `to` is not."""

    type: Literal["FeatureCollection"]
    station_id: str
    from_at: Annotated[datetime, Field(alias="from")]
    to: datetime
    units: dict[str, str]
    features: list[Feature]


class TrackQuery(Strict):
    """Which span: at most a day."""

    from_at: Annotated[Instant | None, Field(alias="from", description="an hour before `to` if not given")] = None
    to: Annotated[Instant | None, Field(description="after the newest sample if not given")] = None


@router.get(
    "/stations/{station_id}/track",
    response_model=Track,
    responses={200: {"content": {"application/geo+json": {}}}},
    operation_id="getTrack",
    summary="走航轨迹 · the track of a car or a drone",
)
async def track(connection: Connection, station_id: StationId, asked: Annotated[TrackQuery, Query()]) -> Response:
    """The samples of a mobile device; a device that stands still has none."""
    device = await STATION_VIEW.known.fetchval(connection, station_id=station_id)
    if device is None:
        raise NotFoundError(f"no station {station_id}")
    span = await _span(connection, device, asked)
    rows = await TRACK_VIEW.samples.fetch(connection, device=device, limit=MOST, **span)
    body = {
        "type": "FeatureCollection",
        "station_id": station_id,
        "from": span["from_at"],
        "to": span["to_at"],
        "units": UNITS,
        "features": [_feature(row) for row in rows],
    }
    return Response(msgspec.json.encode(body), media_type="application/geo+json")


async def _span(connection: Connection, device: int, asked: TrackQuery) -> dict[str, datetime]:
    to_at = asked.to
    if to_at is None:
        newest = await TRACK_VIEW.newest_sample.fetchval(connection, device=device)
        to_at = (newest or asked.from_at or FIRST) + timedelta(seconds=1)
    from_at = asked.from_at or to_at - HOUR
    if from_at >= to_at:
        raise bad_input({"from": "must lie before `to`"})
    if to_at - from_at > DAY:
        raise bad_input({"from": "the span is longer than a day: shorten it"})
    return {"from_at": from_at, "to_at": to_at}


def _feature(row: Record) -> dict[str, Any]:
    qc: bytes = row["qc"] or b""
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [row["lon"], row["lat"]]},
        "properties": {
            "ts": row["ts"],
            "ix": row["ix"],
            "iy": row["iy"],
            "values": {name: row[name] for name in NAMES},
            "qc": {name: REASONS[code] for name, code in zip(NAMES, qc, strict=False) if code},
        },
    }
