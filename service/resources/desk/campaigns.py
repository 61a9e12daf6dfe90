"""Campaigns: dated profiles with other rules for the desk, and what happened while they lasted."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from alerts.muting.campaign import OverrideError, checked
from alerts.muting.campaigns import CAMPAIGN
from service.actor import Acting
from service.cursor import Cursor, CursorText, decode, encode
from service.database import Connection
from service.parameters import Instant, PollutantName, Strict
from service.problems import ConflictError, NotFoundError, bad_input
from service.resources import API
from service.resources.alert.alerts import AlertPage
from service.resources.desk.mutes import NO_NUL, Reason
from service.resources.desk.within import Everywhere
from sql.queries import Record

router = APIRouter(prefix=API, tags=["campaigns"])
LONGEST = timedelta(days=366)

ASKED: dict[str, Any] = {
    "name": "臭氧攻坚",
    "start": "2026-05-01T00:00:00+08:00",
    "end": "2026-10-01T00:00:00+08:00",
    "tags": ["臭氧", "2026"],
    "pollutants": ["o3", "tvoc", "nmhc"],
    "overrides": {"sla": {"arrive": [30, 30, 20, 15]}},
}
MADE: dict[str, Any] = {
    **ASKED,
    "campaign_id": 3,
    "state": "active",
    "author": "P01",
    "author_name": "李强",
    "made_at": "2026-04-20T02:00:00Z",
    "ended_at": None,
    "ended_by": None,
    "why_ended": None,
}
COUNTS: dict[str, Any] = {"alerts": 214, "open": 2, "closed": 190, "false_alarms": 11, "gravest": 6, "breaches": 17}

Named = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=NO_NUL)]
Tag = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64, pattern=NO_NUL)]
CampaignId = Annotated[int, Path(ge=1, lt=2**63)]


class CampaignAsked(BaseModel):
    """A name, a span, and what is different meanwhile."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [ASKED]})

    name: Named
    start: Instant
    end: Annotated[Instant, Field(description="not included")]
    tags: Annotated[list[Tag], Field(max_length=20)] = []
    pollutants: Annotated[list[PollutantName], Field(max_length=50, description="none: all")] = []
    overrides: Annotated[
        dict[str, Any],
        Field(description="a part of the policy: `desk`, `sla`, `escalation`, `push`, `mute`; the later start wins"),
    ] = {}


class CampaignEnd(BaseModel):
    """Why it ends before its time."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "提前结束 · ended early"}]})

    reason: Reason


class CampaignMade(BaseModel):
    """A campaign as it was made; it is never changed, only ended."""

    model_config = ConfigDict(json_schema_extra={"examples": [MADE]})

    campaign_id: int
    state: Literal["coming", "active", "over"]
    name: str
    start: datetime
    end: datetime
    tags: list[str]
    pollutants: list[str]
    overrides: dict[str, Any]
    author: str
    author_name: str | None
    made_at: datetime
    ended_at: datetime | None
    ended_by: str | None
    why_ended: str | None


class Counts(BaseModel):
    """Alerts that were opened within and found by one of its pollutants; drills are left out."""

    model_config = ConfigDict(json_schema_extra={"examples": [COUNTS]})

    alerts: int
    open: Annotated[int, Field(description="the air is not clean yet")]
    closed: Annotated[int, Field(description="signed off, or over before anybody was sent")]
    false_alarms: int
    gravest: Annotated[int, Field(description="of severity 4")]
    breaches: Annotated[int, Field(description="steps that took longer than they may")]


class CampaignDetail(CampaignMade):
    """A campaign and what happened while it lasted."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**MADE, "counts": COUNTS}]})

    counts: Counts


class CampaignList(BaseModel):
    """The latest to start first."""

    campaigns: list[CampaignMade]


class CampaignFilter(Strict):
    """Which campaigns."""

    active: Annotated[bool | None, Field(description="true: under way; false: not yet or not any more")] = None
    tag: Tag | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class AlertsQuery(Strict):
    """Which page."""

    cursor: Annotated[CursorText | None, Field(description="`next` of the page before")] = None
    limit: Annotated[int, Field(ge=1, le=500)] = 50


@router.get("/campaigns", operation_id="listCampaigns", summary="专项行动列表 · campaigns")
async def list_campaigns(connection: Connection, asked: Annotated[CampaignFilter, Query()]) -> CampaignList:
    """The latest to start first."""
    now = datetime.now(UTC)
    rows = await CAMPAIGN.newest.fetch(
        connection, campaign_id=None, tag=asked.tag, active=asked.active, now=now, limit=asked.limit
    )
    return CampaignList(campaigns=[CampaignMade(**_told(row, now)) for row in rows])


@router.post(
    "/campaigns",
    status_code=201,
    operation_id="makeCampaign",
    summary="设立专项行动 · make a campaign",
    dependencies=[Everywhere],
)
async def make(
    request: Request, connection: Connection, actor: Acting, asked: CampaignAsked, _: Annotated[Strict, Query()]
) -> CampaignDetail:
    """While it lasts, its part of the policy holds; what it names is checked now."""
    if not asked.start < asked.end <= asked.start + LONGEST:
        raise bad_input(
            {"end": f"须晚于开始，最长 {LONGEST.days} 天 · must lie after start, by {LONGEST.days} days at most"}
        )
    try:
        overrides = checked(request.app.state.settings.policy, asked.overrides)
    except OverrideError as error:
        raise bad_input({f"overrides.{error.field}": str(error)}) from error
    now = datetime.now(UTC)
    about = {"name": asked.name, "start": asked.start, "end": asked.end, "overrides": overrides, "author": actor.who}
    async with connection.transaction():
        await CAMPAIGN.line_up.execute(connection)
        number = await CAMPAIGN.same.fetchval(connection, **about, now=now)
        if number is None:
            told = {**about, "tags": asked.tags, "pollutants": asked.pollutants, "now": now}
            number = await CAMPAIGN.make.fetchval(connection, **told)
    return await _detail(connection, number, now)


@router.get("/campaigns/{campaign_id}", operation_id="getCampaign", summary="一次专项行动 · one campaign, its counts")
async def get_campaign(
    connection: Connection, campaign_id: CampaignId, _: Annotated[Strict, Query()]
) -> CampaignDetail:
    """What it changes, and how many alerts were opened and closed meanwhile."""
    return await _detail(connection, campaign_id, datetime.now(UTC))


@router.post(
    "/campaigns/{campaign_id}/end",
    operation_id="endCampaign",
    summary="提前结束专项行动 · end a campaign early",
    dependencies=[Everywhere],
)
async def end(
    connection: Connection, actor: Acting, campaign_id: CampaignId, asked: CampaignEnd, _: Annotated[Strict, Query()]
) -> CampaignDetail:
    """Its rules hold no longer."""
    now = datetime.now(UTC)
    before = await _detail(connection, campaign_id, now)
    if not await CAMPAIGN.end.fetchval(connection, campaign_id=campaign_id, now=now, who=actor.who, why=asked.reason):
        raise ConflictError(f"{before.name} 已结束 · {before.name} is over already")
    return await _detail(connection, campaign_id, now)


@router.get(
    "/campaigns/{campaign_id}/alerts",
    response_model=AlertPage,
    operation_id="listCampaignAlerts",
    summary="专项行动的告警 · alerts of a campaign, newest first",
)
async def alerts(connection: Connection, campaign_id: CampaignId, asked: Annotated[AlertsQuery, Query()]) -> Response:
    """Those that were opened within it and found by one of its pollutants; drills are left out."""
    row = await _row(connection, campaign_id, datetime.now(UTC))
    before_at, before_id = decode(asked.cursor) if asked.cursor else (None, None)
    rows = await CAMPAIGN.alerts.fetch(
        connection, **_span(row), before_at=before_at, before_id=before_id, limit=asked.limit + 1
    )
    page = rows[: asked.limit]
    more = f'"{encode(Cursor(page[-1]["opened_at"], page[-1]["alert_id"]))}"' if len(rows) > asked.limit else "null"
    told = ",".join(one["body"] for one in page)
    return Response(f'{{"alerts":[{told}],"next":{more}}}', media_type="application/json")


async def _detail(connection: Connection, campaign_id: int, now: datetime) -> CampaignDetail:
    row = await _row(connection, campaign_id, now)
    counts = await CAMPAIGN.counts.fetchrow(connection, **_span(row))
    assert counts is not None
    return CampaignDetail(**_told(row, now), counts=Counts(**dict(counts)))


async def _row(connection: Connection, campaign_id: int, now: datetime) -> Record:
    row = await CAMPAIGN.newest.fetchrow(connection, campaign_id=campaign_id, tag=None, active=None, now=now, limit=1)
    if row is None:
        raise NotFoundError(f"没有这次专项行动 · no campaign {campaign_id}")
    return row


def _span(row: Record) -> dict[str, Any]:
    return {"from_at": row["start"], "to_at": _until(row), "pollutants": row["pollutants"]}


def _until(row: Record) -> datetime:
    until: datetime = min(row["end"], row["ended_at"] or row["end"])
    return until


def _told(row: Record, now: datetime) -> dict[str, Any]:
    state = "over" if _until(row) <= now else "coming" if row["start"] > now else "active"
    return {**row, "state": state}
