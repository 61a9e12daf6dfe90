"""Alerts: the newest first, and one with its history."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field, field_validator

from alerts.handling.stage import STAGES
from alerts.kind import KINDS
from service.cursor import Cursor, CursorText, decode, encode
from service.database import Connection
from service.parameters import CellKey, Instant, Strict, Words, cell_of
from service.problems import NotFoundError
from service.resources import API
from service.resources.alert.evidence import EXAMPLE, Evidence
from service.resources.desk.handled import EXAMPLE as HANDLED
from service.resources.desk.handled import Handling
from sql.queries import Queries, Record

ALERT_VIEW = Queries("alert_view")
router = APIRouter(prefix=API, tags=["alerts"])

_CALLED = ", ".join(f"`{name}`" for name, kind in KINDS.items() if kind.pushed)
_REST = ", ".join(f"`{name}`" for name, kind in KINDS.items() if not kind.pushed)


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

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [EXAMPLE | {"handling": HANDLED}]})

    id: str
    kind: Annotated[str, Field(description=f"`hotspot`: an emission. People are called for {_CALLED}, not for {_REST}")]
    profile: Annotated[str, Field(description="of the detector; `rule` where a rule found it")]
    pollutant: Annotated[str, Field(description="the one that it was found by, empty where it is about none")]
    pollutants: Annotated[list[str], Field(description="all that were seen, the first one first")]
    source: Annotated[
        str, Field(description="what it is about: of a hotspot its first cell, else a device, a park or `district`")
    ]
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
    attribution: Annotated[
        Literal["wind", "calm", "none"],
        Field(description="`calm`: the wind, calm or turning, carries no answer; `none`: nobody measures it"),
    ]
    detector: str
    late: Annotated[bool, Field(description="Found only afterwards, by late readings or changed marks")] = False
    evidence: Evidence
    handling: Handling


class Event(BaseModel):
    """A transition of an alert; `seq` is its number on the live feed."""

    seq: int
    at: datetime
    who: Annotated[str, Field(description="a person, `enterprise:ID`, `detector`, `timer` or `local`")]
    action: str
    why: str
    place: Annotated[str, Field(description="from where: an address, `link` of a receipt, empty of our processes")]
    details: Annotated[dict[str, Any], Field(description="what the act said beside its reason")]


class NamedEnterprise(BaseModel):
    """Who a candidate is, or who was found."""

    enterprise_id: str
    name: str
    lon: float
    lat: float
    industry: str
    township: str


_DETAIL: dict[str, Any] = {
    "events": [
        {
            "seq": 4711,
            "at": "2026-11-21T00:14:10+00:00",
            "who": "P02",
            "action": "acknowledge",
            "why": "正在核对周边站点",
            "place": "192.0.2.7",
            "details": {},
        }
    ],
    "enterprises": [
        {
            "enterprise_id": "E0007",
            "name": "江宇化工",
            "lon": 120.0741,
            "lat": 31.6969,
            "industry": "化工",
            "township": "孟河镇",
        }
    ],
    "people": {"P02": "周砚秋", "P12": "沈听澜"},
    "merged": [],
}


class AlertDetail(Alert):
    """An alert with its history (the last thousand transitions), and the names of those who have to do with it."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE | {"handling": HANDLED} | _DETAIL]})

    events: list[Event]
    enterprises: Annotated[list[NamedEnterprise], Field(description="its candidates, and who was found")]
    people: Annotated[dict[str, str], Field(description="`person_id` of who acted or was sent → name")]
    merged: Annotated[list[str], Field(description="the alerts that were merged into this one and not split again")]


class AlertPage(BaseModel):
    """A page, newest first; `next` is the cursor of the following one, null on the last."""

    alerts: list[Alert]
    next: str | None


class AlertFilter(Strict):
    """Which alerts; all filters must hold."""

    status: Annotated[Literal["open", "closed"] | None, Field(description="of the air")] = None
    stage: Annotated[
        Words, Field(default_factory=list, description="how far people are; several: given several times, or a,b")
    ]
    kind: Annotated[Words, Field(default_factory=list, description="several: given several times, or a,b")]
    cell: Annotated[CellKey | None, Field(description="alerts that had a stay in this cell")] = None
    since: Annotated[Instant | None, Field(description="opened at or after this time")] = None
    cursor: Annotated[CursorText | None, Field(description="`next` of the page before")] = None
    limit: Annotated[int, Field(ge=1, le=500)] = 50

    @field_validator("stage")
    @classmethod
    def _known(cls, stages: list[str]) -> list[str]:
        if unknown := sorted(set(stages) - set(STAGES)):
            raise ValueError(f"no such stage: {', '.join(unknown)}; there are {', '.join(STAGES)}")
        return stages


@router.get("/alerts", response_model=AlertPage, operation_id="listAlerts", summary="告警列表 · alerts, newest first")
async def list_alerts(connection: Connection, asked: Annotated[AlertFilter, Query()]) -> Response:
    """Newest first by `opened_at`; pages are stable while new alerts come in. There is no total count."""
    rows = await _page(connection, asked)
    page = rows[: asked.limit]
    more = f'"{encode(Cursor(page[-1]["opened_at"], page[-1]["alert_id"]))}"' if len(rows) > asked.limit else "null"
    alerts = ",".join(f'{row["body"][:-1]}, "handling": {row["handling"]}}}' for row in page)
    return Response(f'{{"alerts":[{alerts}],"next":{more}}}', media_type="application/json")


async def _page(connection: Connection, asked: AlertFilter) -> list[Record]:
    """One row more than asked for, by the index that fits the filter best."""
    kinds, stages = asked.kind or None, asked.stage or None
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
            connection, ix=ix, iy=iy, kinds=kinds, stages=stages, status=asked.status, **bounds
        )
    if stages:
        return await ALERT_VIEW.newest_in_stages.fetch(
            connection, stages=stages, kinds=kinds, status=asked.status, **bounds
        )
    if asked.status == "open":
        return await ALERT_VIEW.newest_open.fetch(connection, kinds=kinds, **bounds)
    if kinds:
        return await ALERT_VIEW.newest_of_kinds.fetch(connection, kinds=kinds, status=asked.status, **bounds)
    return await ALERT_VIEW.newest.fetch(connection, status=asked.status, **bounds)


AlertId = Annotated[str, Path(pattern=r"^[!-~]{1,200}$", description="as in the list or on the feed")]


@router.get(
    "/alerts/{alert_id}",
    response_model=AlertDetail,
    operation_id="getAlert",
    summary="一条告警 · one alert, its history",
)
async def get_alert(connection: Connection, alert_id: AlertId, _: Annotated[Strict, Query()]) -> Response:
    """The alert as it stands, every transition, and who its candidates are. `ETag` is the version of its `handling`, to
    be sent back as `If-Match` with a step: it is then only taken if nobody else has taken one meanwhile."""
    row = await ALERT_VIEW.detail.fetchrow(connection, alert_id=alert_id)
    if row is None:
        raise NotFoundError(f"no alert {alert_id}")
    return Response(row["body"], media_type="application/json", headers={"ETag": f'"{row["version"]}"'})
