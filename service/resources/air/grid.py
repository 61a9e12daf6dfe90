"""The grid: the newest judged minute as GeoJSON."""

import asyncio
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from ingest.channel import CHANNELS
from service.database import Pool
from service.mosaic import Mosaic, Places, Verdict
from service.outline import grid_of
from service.parameters import PollutantName, Strict
from service.resources import API
from sql.queries import Queries, Record

GRID_VIEW = Queries("grid_view")
router = APIRouter(prefix=API, tags=["grid"])

UNITS = {channel.name: channel.unit for channel in CHANNELS if channel.pollutant}
State = Literal["no_data", "warming_up", "normal", "not_usable", "in_alert"]
KEPT_BODIES = 6


class Judged(BaseModel):
    """What the detector holds of a pollutant in a cell; null where there is no value or no background yet."""

    value: float | None
    background: float | None
    score: float | None
    state: State


class Properties(BaseModel):
    """The cell, and one member a judged pollutant."""

    __pydantic_extra__: dict[str, Judged]
    model_config = ConfigDict(extra="allow")

    ix: int
    iy: int


class Polygon(BaseModel):
    """The outline of a cell."""

    type: Literal["Polygon"]
    coordinates: list[list[list[float]]]


class Feature(BaseModel):
    """A cell that has a device."""

    type: Literal["Feature"]
    id: Annotated[str, Field(examples=["12-34"])]
    geometry: Polygon | None
    properties: Properties


class GridShape(BaseModel):
    """The grid: cells of `cell_m` metres in EPSG:`epsg`."""

    cell_m: float
    epsg: int
    lon0: float
    lat0: float
    nx: int
    ny: int


class GridMinute(BaseModel):
    """A GeoJSON FeatureCollection of the minute that begins at `minute`, null before the first judged one."""

    type: Literal["FeatureCollection"]
    minute: datetime | None
    grid: GridShape | None
    units: dict[str, str]
    pollutants: Annotated[list[str], Field(description="what was judged in this minute")]
    features: list[Feature]


class GridQuery(Strict):
    """How much of it."""

    pollutant: Annotated[PollutantName | None, Field(description="only this one")] = None
    geometry: Annotated[bool, Field(description="false: the values only, for who has the outlines already")] = True


class Minutes:
    """The newest mosaic and its bodies, made once for all who ask; lives on the app."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._key: tuple[object, ...] = ()
        self._mosaic: Mosaic | None = None
        self._bodies: dict[tuple[str | None, bool], bytes] = {}

    async def body(self, pool: Pool, newest: Record | None, shape: Record, asked: GridQuery) -> bytes:
        """The answer to a query for the minute `newest`."""
        async with self._lock:
            key = (*shape.values(), *(newest.values() if newest else ()))
            if self._mosaic is None or key != self._key or newest is None:
                self._mosaic, self._key = await _mosaic(pool, newest, shape), key
                self._bodies.clear()
            wanted = (asked.pollutant, asked.geometry)
            if wanted not in self._bodies:
                if len(self._bodies) >= KEPT_BODIES:
                    self._bodies.pop(next(iter(self._bodies)))
                head = _head(self._mosaic, shape)
                self._bodies[wanted] = await asyncio.to_thread(self._mosaic.body, head, *wanted)
            return self._bodies[wanted]


async def _mosaic(pool: Pool, newest: Record | None, shape: Record) -> Mosaic:
    placed = await GRID_VIEW.places.fetchrow(pool)
    assert placed is not None
    places = Places(placed["ids"], placed["kinds"], placed["lons"], placed["lats"])
    rows = await GRID_VIEW.minute_of_all.fetch(pool, **dict(newest)) if newest else []
    verdicts = [
        Verdict.of(row["pollutant"], (row["value"], row["background"], row["score"], row["state"])) for row in rows
    ]
    devices = rows[0]["devices"] if rows else places.ids
    grid = grid_of(shape)
    assert grid is not None
    return await asyncio.to_thread(Mosaic, grid, newest and newest["minute"], devices, verdicts, places)


def _head(mosaic: Mosaic, shape: Record) -> dict[str, Any]:
    return {
        "minute": mosaic.minute,
        "grid": dict(shape),
        "units": UNITS,
        "pollutants": mosaic.pollutants,
    }


@router.get(
    "/grid",
    response_model=GridMinute,
    responses={200: {"content": {"application/geo+json": {}}}, 304: {"description": "Nothing new"}},
    operation_id="getGrid",
    summary="最新一分钟的网格 · the newest minute",
)
async def newest_minute(
    request: Request,
    pool: Pool,
    asked: Annotated[GridQuery, Query()],
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """GeoJSON of every cell that has a device, as the detector judged it in its newest minute.

    Of several devices in a cell the one in alert speaks, else the one with the highest score. `no_data` and
    `warming_up` are states of their own: such a cell is not known to be clean. Ask again with `If-None-Match`.
    """
    shape = await GRID_VIEW.shape.fetchrow(pool)
    newest = await GRID_VIEW.newest_minute.fetchrow(pool)
    if shape is None:
        empty: dict[str, Any] = {"minute": None, "grid": None, "units": {}, "pollutants": [], "features": []}
        return Response(msgspec.json.encode({"type": "FeatureCollection", **empty}), media_type="application/geo+json")
    headers = {"Cache-Control": "no-cache"}
    if newest:
        headers["ETag"] = f'W/"{newest["minute"]:%Y%m%dT%H%M}-{newest["layout"]}"'
        if if_none_match and headers["ETag"].removeprefix("W/") in if_none_match:
            return Response(status_code=304, headers=headers)
    minutes: Minutes = request.app.state.minutes
    body = await minutes.body(pool, newest, shape, asked)
    return Response(body, headers=headers, media_type="application/geo+json")
