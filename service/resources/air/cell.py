"""One cell of the grid: the series of the devices that stand in it."""

from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec
import numpy as np
from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, Field

from ingest.channel import CHANNELS, POLLUTANTS
from ingest.grid import Cell, Grid
from service.database import Connection
from service.mosaic import floats, numbers, state_name
from service.outline import grid_of, rings
from service.parameters import CellIndex, Instant, PollutantName, Strict
from service.problems import NotFoundError, bad_input
from service.resources import API
from service.resources.air.grid import State
from sql.queries import Queries, Record

GRID_VIEW = Queries("grid_view")
router = APIRouter(prefix=API, tags=["grid"])

UNITS = {channel.name: channel.unit for channel in CHANNELS}
MOST_POINTS = 20_000
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


class CellPoint(BaseModel):
    """A judged minute of a device."""

    minute: datetime
    value: float | None
    background: float | None
    score: float | None
    state: State


class CellSeries(BaseModel):
    """One pollutant of one device."""

    device_id: str
    name: str
    kind: str
    pollutant: str
    unit: str | None
    points: list[CellPoint]


class Cells(BaseModel):
    """The series of the devices in a cell; `from` is included, `to` is not."""

    ix: int
    iy: int
    from_at: Annotated[datetime | None, Field(alias="from")]
    to: datetime | None
    series: list[CellSeries]


class CellQuery(Strict):
    """Of what, and when."""

    pollutant: Annotated[PollutantName | None, Field(description="all that are judged, where it is not given")] = None
    from_at: Annotated[
        Instant | None, Field(alias="from", description="included; 24 hours before `to` where it is not given")
    ] = None
    to: Annotated[
        Instant | None, Field(description="not included; the end of the newest minute where it is not given")
    ] = None


@router.get(
    "/grid/{ix}-{iy}", response_model=Cells, operation_id="getCell", summary="一个网格的序列 · one cell's series"
)
async def cell_series(
    connection: Connection,
    ix: Annotated[CellIndex, Path()],
    iy: Annotated[CellIndex, Path()],
    asked: Annotated[CellQuery, Query()],
) -> Response:
    """Value and background, minute by minute, of every device in the cell; at most 20,000 points a device."""
    shape = await GRID_VIEW.shape.fetchrow(connection)
    grid = grid_of(shape)
    if grid is None or ix >= grid.nx or iy >= grid.ny:
        raise NotFoundError(
            f"no cell {ix}-{iy}: the grid has {grid.nx} × {grid.ny} cells" if grid else "no grid imported"
        )
    devices = await _devices(connection, grid, (ix, iy))
    span = await _span(connection, asked)
    series = []
    if span and devices:
        rows = await GRID_VIEW.series.fetch(connection, pollutant=asked.pollutant, devices=list(devices), **span)
        series = [_series(row, devices[row["device_id"]]) for row in rows]
    body = {"ix": ix, "iy": iy, "from": span.get("from_at"), "to": span.get("to_at"), "series": series}
    return Response(msgspec.json.encode(body), media_type="application/json")


async def _devices(connection: Connection, grid: Grid, cell: Cell) -> dict[str, Record]:
    """The devices of a cell: first by a box of degrees around its outline, then exactly."""
    (west, south), (east, north) = (edge(rings(grid, np.array([cell]))[0], axis=0) for edge in (np.min, np.max))
    # Between the corners the outline of a large cell is curved.
    x, y = 0.05 * (east - west), 0.05 * (north - south)
    rows = await GRID_VIEW.places_within.fetch(
        connection, west=west - x, south=south - y, east=east + x, north=north + y
    )
    return {row["device_id"]: row for row in rows if grid.cell(row["lon"], row["lat"]) == cell}


async def _span(connection: Connection, asked: CellQuery) -> dict[str, datetime]:
    """The span asked for; empty where it is left open and nothing was judged yet."""
    to_at = asked.to
    if to_at is None:
        newest = await GRID_VIEW.newest_minute.fetchrow(connection)
        if newest is None:
            return {}
        to_at = newest["minute"] + MINUTE
    from_at = asked.from_at or to_at - DAY
    if asked.to and from_at >= to_at:
        raise bad_input({"from": "must lie before `to`"})
    if (to_at - from_at) / MINUTE * (1 if asked.pollutant else len(POLLUTANTS)) > MOST_POINTS:
        raise bad_input({"from": f"the span has more than {MOST_POINTS} points: shorten it, or name one `pollutant`"})
    return {"from_at": from_at, "to_at": to_at}


def _series(row: Record, device: Record) -> dict[str, Any]:
    columns = [numbers(floats(row[name])) for name in ("value", "background", "score")]
    names = ("minute", "value", "background", "score", "state")
    states = [state_name(code) for code in row["state"]]
    points = [dict(zip(names, point, strict=True)) for point in zip(row["minutes"], *columns, states, strict=True)]
    return {
        "device_id": row["device_id"],
        "name": device["name"],
        "kind": device["kind"],
        "pollutant": row["pollutant"],
        "unit": UNITS.get(row["pollutant"]),
        "points": points,
    }
