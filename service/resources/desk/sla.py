"""How long the steps of handling took, and which took longer than they may."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from alerts.handling.policy import SlaPolicy
from ingest.registry import Name
from service.cursor import Cursor, CursorText, decode, encode
from service.database import Connection
from service.parameters import Instant, Strict
from service.problems import bad_input
from service.resources import API
from service.rules import Rules
from sql.queries import Queries

SLA = Queries("sla")
router = APIRouter(prefix=API, tags=["sla"])

Step = Literal["acknowledge", "dispatch", "accept", "arrive", "report", "rectify", "close"]
LONGEST = timedelta(days=366)
USUAL = timedelta(days=30)

BREACH: dict[str, Any] = {
    "alert_id": "hotspot-pm25-20261121T0830Z-3-4",
    "step": "arrive",
    "since": "2026-11-21T08:41:00Z",
    "due_at": "2026-11-21T09:11:00Z",
    "found_at": "2026-11-21T09:11:01Z",
    "who": "P19",
    "severity": 3,
    "township": "云溪镇",
    "stage": "arrived",
}


class Breach(BaseModel):
    """A step that took longer than it may; `who` answered for it then."""

    model_config = ConfigDict(json_schema_extra={"examples": [BREACH]})

    alert_id: str
    step: Step
    since: Annotated[datetime, Field(description="when the step's clock began")]
    due_at: datetime
    found_at: datetime
    who: str
    severity: int
    township: str
    stage: Annotated[str, Field(description="of the alert now")]


class BreachPage(BaseModel):
    """A page, newest first; `next` is the cursor of the following one, null on the last."""

    breaches: list[Breach]
    next: str | None


class BreachFilter(Strict):
    """Which breaches; all filters must hold."""

    step: Step | None = None
    township: Annotated[Name | None, Field(description="of the station next to the alert")] = None
    since: Annotated[Instant | None, Field(description="due at or after this time")] = None
    cursor: Annotated[CursorText | None, Field(description="`next` of the page before")] = None
    limit: Annotated[int, Field(ge=1, le=500)] = 50


@router.get("/sla/breaches", operation_id="listBreaches", summary="超时的环节 · steps that took too long")
async def list_breaches(connection: Connection, asked: Annotated[BreachFilter, Query()]) -> BreachPage:
    """Newest first. Drills are none. There is no total count."""
    before = decode(asked.cursor) if asked.cursor else None
    rows = await SLA.breaches.fetch(
        connection,
        before_at=before and before.at,
        before_id=before and before.id,
        since=asked.since,
        step=asked.step,
        township=asked.township,
        limit=asked.limit + 1,
    )
    page = [Breach(**dict(row)) for row in rows[: asked.limit]]
    last = page[-1] if len(rows) > asked.limit else None
    return BreachPage(breaches=page, next=last and encode(Cursor(last.due_at, f"{last.alert_id} {last.step}")))


class StepFigures(BaseModel):
    """How long a step took where it was done, in minutes, and how often it took longer than it may."""

    part: Annotated[str, Field(description="team or township, empty over all")]
    step: Step
    done: int
    broken: int
    p50_min: float
    p90_min: float
    most_min: float


class Figures(BaseModel):
    """The steps of the alerts that opened within a span; drills and kinds that ring nobody's phone are left out."""

    since: Annotated[datetime, Field(alias="from")]
    to: datetime
    rules: Annotated[SlaPolicy, Field(description="minutes allowed now, of the severities 1 to 4: local rules")]
    steps: list[StepFigures]


class FigureQuery(Strict):
    """Over what, and by what."""

    since: Annotated[Instant | None, Field(alias="from", description="30 days before `to`, where not given")] = None
    to: Annotated[Instant | None, Field(description="now, where not given")] = None
    by: Annotated[Literal["all", "team", "township"], Field(description="one row a step, or a step and part")] = "all"


@router.get("/sla", operation_id="getSla", summary="各环节用时 · how long each step takes")
async def figures(connection: Connection, rules: Rules, asked: Annotated[FigureQuery, Query()]) -> Figures:
    """Median, 90th percentile and longest time of each step, over all, by field team or by township."""
    to = asked.to or datetime.now(UTC)
    since = asked.since or to - USUAL
    if not timedelta(0) < to - since <= LONGEST:
        raise bad_input({"from": f"must lie before `to`, at most {LONGEST.days} days"})
    rows = await SLA.figures.fetch(connection, since=since, until=to, by=asked.by)
    return Figures(**{"from": since}, to=to, rules=rules.sla, steps=[_figures(dict(row)) for row in rows])


def _figures(row: dict[str, Any]) -> StepFigures:
    minutes = {f"{name}_min": round(float(row.pop(f"{name}_s")) / 60, 2) for name in ("p50", "p90", "most")}
    return StepFigures(**row, **minutes)
