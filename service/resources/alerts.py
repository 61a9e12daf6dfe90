"""Alerts: the newest first, and one with its history."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from service.cursor import Cursor, CursorText, decode, encode
from service.database import Connection
from service.parameters import CellKey, Instant, Strict, Word, cell_of
from service.problems import NotFoundError
from service.resources import API
from sql.queries import Queries, Record

ALERT_VIEW = Queries("alert_view")
router = APIRouter(prefix=API, tags=["alerts"])

EXAMPLE: dict[str, Any] = {
    "id": "grid-pm25-12-34-20261121T0012Z",
    "kind": "hotspot",
    "profile": "grid",
    "pollutant": "pm25",
    "status": "open",
    "severity": 2,
    "opened_at": "2026-11-21T00:12:00+00:00",
    "closed_at": None,
    "cells": [{"ix": 12, "iy": 34, "from": "2026-11-21T00:12:00+00:00", "to": None}],
    "lon": 120.0512,
    "lat": 31.7031,
    "peak_at": "2026-11-21T00:14:00+00:00",
    "peak_value": 182.4,
    "background": 41.2,
    "excess": 141.2,
    "score": 9.7,
    "candidates": [{"enterprise_id": "E0007", "score": 0.61}],
    "attribution": "wind",
    "detector": "1",
    "late": False,
}


class Stay(BaseModel):
    """A cell's stay in an alert, from the end of the minute that decided it."""

    ix: int
    iy: int
    since: Annotated[datetime, Field(alias="from")]
    to: datetime | None


class Candidate(BaseModel):
    """An enterprise that may be the source; the scores of an alert add up to at most 1."""

    enterprise_id: str
    score: float


class Alert(BaseModel):
    """An alert as it stands; concentrations in the pollutant's unit, places in degrees WGS84."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [EXAMPLE]})

    id: str
    kind: Annotated[str, Field(description="`hotspot` is an emission; every other kind is something else")]
    profile: str
    pollutant: str
    status: Literal["open", "closed"]
    severity: Annotated[int, Field(ge=1, le=4, description="4 is the gravest")]
    opened_at: datetime
    closed_at: datetime | None
    cells: list[Stay]
    lon: float
    lat: float
    peak_at: datetime
    peak_value: float
    background: float
    excess: float
    score: float
    candidates: list[Candidate]
    attribution: Literal["wind", "calm", "none"]
    detector: str
    late: Annotated[bool, Field(description="Found only afterwards, by late readings or changed marks")] = False


class Event(BaseModel):
    """A transition of an alert; `seq` is its number on the live feed."""

    seq: int
    at: datetime
    who: str
    action: str
    why: str


class NamedEnterprise(BaseModel):
    """Who a candidate is."""

    enterprise_id: str
    name: str
    lon: float
    lat: float
    industry: str
    township: str


class AlertDetail(Alert):
    """An alert with its history (the last thousand transitions) and the names of its candidates."""

    events: list[Event]
    enterprises: list[NamedEnterprise]


class AlertPage(BaseModel):
    """A page, newest first; `next` is the cursor of the following one, null on the last."""

    alerts: list[Alert]
    next: str | None


class AlertFilter(Strict):
    """Which alerts; all filters must hold."""

    status: Literal["open", "closed"] | None = None
    kind: Annotated[Word | None, Field(description="for example hotspot, fault, offline")] = None
    cell: Annotated[CellKey | None, Field(description="alerts that had a stay in this cell")] = None
    since: Annotated[Instant | None, Field(description="opened at or after this time")] = None
    cursor: Annotated[CursorText | None, Field(description="`next` of the page before")] = None
    limit: Annotated[int, Field(ge=1, le=500)] = 50


@router.get("/alerts", response_model=AlertPage, operation_id="listAlerts", summary="告警列表 · alerts, newest first")
async def list_alerts(connection: Connection, asked: Annotated[AlertFilter, Query()]) -> Response:
    """Newest first by `opened_at`; pages are stable while new alerts come in. There is no total count."""
    rows = await _page(connection, asked)
    page = rows[: asked.limit]
    more = f'"{encode(Cursor(page[-1]["opened_at"], page[-1]["alert_id"]))}"' if len(rows) > asked.limit else "null"
    alerts = ",".join(row["body"] for row in page)
    return Response(f'{{"alerts":[{alerts}],"next":{more}}}', media_type="application/json")


async def _page(connection: Connection, asked: AlertFilter) -> list[Record]:
    """One row more than asked for, by the index that fits the filter best."""
    before_at, before_id = decode(asked.cursor) if asked.cursor else (None, None)
    bounds = {
        "before_at": before_at,
        "before_id": before_id,
        "since": asked.since,
        "limit": asked.limit + 1,
    }
    if asked.cell:
        ix, iy = cell_of(asked.cell)
        return await ALERT_VIEW.newest_in_cell.fetch(
            connection, ix=ix, iy=iy, kind=asked.kind, status=asked.status, **bounds
        )
    if asked.status == "open":
        return await ALERT_VIEW.newest_open.fetch(connection, kind=asked.kind, **bounds)
    if asked.kind:
        return await ALERT_VIEW.newest_of_kind.fetch(connection, kind=asked.kind, status=asked.status, **bounds)
    return await ALERT_VIEW.newest.fetch(connection, status=asked.status, **bounds)


AlertId = Annotated[str, Path(pattern=r"^[!-~]{1,200}$", description="as in the list or on the feed")]


@router.get(
    "/alerts/{alert_id}",
    response_model=AlertDetail,
    operation_id="getAlert",
    summary="一条告警 · one alert, its history",
)
async def get_alert(connection: Connection, alert_id: AlertId, _: Annotated[Strict, Query()]) -> Response:
    """The alert as it stands, every transition, and who its candidates are."""
    body = await ALERT_VIEW.detail.fetchval(connection, alert_id=alert_id)
    if body is None:
        raise NotFoundError(f"no alert {alert_id}")
    return Response(body, media_type="application/json")
