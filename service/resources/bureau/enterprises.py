"""All enterprises as the regulator sees them: how each stands, and which stand worst."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from io import StringIO
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from alerts.enterprise.bureau import Sort, Standing, State, Wanted, standings
from alerts.enterprise.ranking import Ranked, ranked
from ingest.registry import Key
from ingest.spreadsheet import guarded
from ingest.validity import day_of
from service.database import Connection
from service.parameters import Strict
from service.problems import NotFoundError, bad_input
from service.resources import API
from service.resources.bureau import place
from service.rules import OwnRules

router = APIRouter(prefix=API, tags=["enterprises"])
CSV = "text/csv; charset=utf-8"
FIRST_YEAR, LAST_YEAR = 1990, 2199
STANDING: dict[str, Any] = {
    "enterprise_id": "E0007",
    "name": "云溪化工",
    "industry": "化工",
    "township": "孟河镇",
    "lon": 119.96,
    "lat": 31.77,
    "contact": "025-1",
    "monitors": 2,
    "online": 1,
    "heard": "2026-11-21T00:30:00Z",
    "state": "offline",
    "valid_today": 0.93,
    "valid_month": 0.88,
    "exceedances": 2,
    "fabrication": 1,
    "open_alerts": 1,
    "deadlines": 1,
    "overdue": 0,
    "findings": 1,
}
RANKED: dict[str, Any] = {
    "rank": 1,
    "score": 64.8,
    "points": {"exceedance": 20.0, "fabrication": 20.0, "finding": 15.0, "offline": 5.0, "invalid": 4.8},
    "tied": 0,
    "enterprise": STANDING,
}
_FILE = {"schema": {"type": "string", "format": "binary"}}
_CSV_TOO: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": _FILE}}}
Form = Literal["json", "csv"]


def _month(text: str) -> str:
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError:
        month = None
    if month is None or len(text) != 7 or not FIRST_YEAR <= month.year <= LAST_YEAR:
        raise ValueError(f"must be a month of the years {FIRST_YEAR} to {LAST_YEAR}, for example 2026-11")
    return text


Month = Annotated[str, AfterValidator(_month), Field(description="this month where not given", examples=["2026-11"])]


class EnterpriseStanding(BaseModel):
    """An enterprise; shares are of the minutes of its channels in hours that are over, null where it has no monitor."""

    model_config = ConfigDict(json_schema_extra={"examples": [STANDING]})

    enterprise_id: str
    name: str
    industry: str
    township: str
    lon: float
    lat: float
    contact: str
    monitors: int
    online: Annotated[int, Field(description="monitors that were heard within the last 30 min")]
    heard: datetime | None
    state: Annotated[State, Field(description="`offline`: a monitor is not heard, and under no mark")]
    valid_today: float | None
    valid_month: float | None
    exceedances: Annotated[int, Field(description="alerts of exceedances that began within the month")]
    fabrication: Annotated[int, Field(description="alerts of signs of fabrication that began within the month")]
    open_alerts: Annotated[int, Field(description="about its monitors, or for which its name was released")]
    deadlines: Annotated[int, Field(description="open ones: of failures and of answers")]
    overdue: Annotated[int, Field(description="of them, those that are over")]
    findings: Annotated[int, Field(description="causes found at it within the month")]


class EnterprisePage(BaseModel):
    """As many as were asked for; `next` is `cursor` of the following page, null on the last."""

    month: str
    enterprises: list[EnterpriseStanding]
    next: str | None


class RankedEnterprise(BaseModel):
    """Rank 1 is the worst; `points` by part, those of 0 left out; `tied`: so many others have the same score."""

    model_config = ConfigDict(json_schema_extra={"examples": [RANKED]})

    rank: int
    score: float
    points: dict[str, float]
    tied: int
    enterprise: EnterpriseStanding


class Ranking(BaseModel):
    """The worst of so many enterprises, and what each part of the score counts."""

    month: str
    of: Annotated[int, Field(description="enterprises that were compared")]
    weights: dict[str, float]
    enterprises: list[RankedEnterprise]


class _Which(Strict):
    """Of which enterprises, of which month, as what."""

    month: Month | None = None
    township: Key | None = None
    industry: Key | None = None
    format: Form = "json"


class EnterpriseFilter(_Which):
    """Which enterprises, in which order; the worst come first."""

    state: State | None = None
    sort: Sort = "enterprise_id"
    cursor: Annotated[place.Text | None, Field(description="`next` of the page before")] = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class RankingQuery(_Which):
    """How many of the worst."""

    limit: Annotated[int, Field(ge=1, le=5000)] = 50


class OneMonth(Strict):
    """Of which month."""

    month: Month | None = None


@router.get(
    "/enterprises",
    operation_id="listEnterprises",
    summary="企业一览 · how all enterprises stand",
    response_model=EnterprisePage,
    responses=_CSV_TOO,
)
async def list_enterprises(
    connection: Connection, asked: Annotated[EnterpriseFilter, Query()]
) -> EnterprisePage | Response:
    """All within one's reach, or those of a township, industry or state; sorted, the worst first, then by id."""
    now = datetime.now(UTC)
    month = _begin(asked.month, now)
    after = place.read(asked.cursor, asked.sort) if asked.cursor else None
    wanted = Wanted(asked.township, asked.industry, asked.state, None, asked.sort, after, asked.limit + 1)
    found = await standings(connection, month, now, wanted)
    page = found[: asked.limit]
    following = place.written(asked.sort, page[-1].key, page[-1].enterprise_id) if len(found) > len(page) else None
    if asked.format == "csv":
        return _csv((_cells(one) for one in page), COLUMNS, f"enterprises-{month:%Y-%m}", following)
    return EnterprisePage(month=f"{month:%Y-%m}", enterprises=[_shown(one) for one in page], next=following)


@router.get(
    "/enterprises/ranking",
    operation_id="rankEnterprises",
    summary="企业反向排名 · which enterprises stand worst",
    response_model=Ranking,
    responses=_CSV_TOO,
)
async def rank_enterprises(
    connection: Connection, rules: OwnRules, asked: Annotated[RankingQuery, Query()]
) -> Ranking | Response:
    """The worst first, by a score of points: for exceedances, signs of fabrication, causes found, deadlines that are
    over, being off line, and data that are not valid; equal scores share a rank. The points are the district's own
    (`enterprise.ranking` of its policy), no standard prescribes any."""
    now = datetime.now(UTC)
    month = _begin(asked.month, now)
    found = await standings(connection, month, now, Wanted(asked.township, asked.industry))
    of = {one.enterprise_id: one for one in found}
    policy = rules.enterprise.ranking
    order = ranked(found, policy)[: asked.limit]
    if asked.format == "csv":
        rows = ([str(one.rank), f"{one.score:g}", *_cells(of[one.enterprise_id])] for one in order)
        return _csv(rows, ["名次 rank", "得分 score", *COLUMNS], f"ranking-{month:%Y-%m}", None)
    return Ranking(
        month=f"{month:%Y-%m}",
        of=len(found),
        weights=policy.model_dump(),
        enterprises=[_placed(one, of[one.enterprise_id]) for one in order],
    )


@router.get("/enterprises/{enterprise_id}", operation_id="getStanding", summary="一家企业 · how one stands")
async def get_enterprise(
    connection: Connection,
    enterprise_id: Annotated[str, Path(pattern=r"^[!-~]{1,64}$", examples=["E0007"])],
    asked: Annotated[OneMonth, Query()],
) -> EnterpriseStanding:
    """One that is out of reach is not there."""
    now = datetime.now(UTC)
    found = await standings(connection, _begin(asked.month, now), now, Wanted(enterprise_id=enterprise_id))
    if not found:
        raise NotFoundError(
            f"没有这家企业，或无权查看 · there is no enterprise {enterprise_id}, or it is not yours to see"
        )
    return _shown(found[0])


def _begin(month: str | None, now: datetime) -> date:
    first = date.fromisoformat(f"{month}-01") if month else day_of(now).replace(day=1)
    if first > day_of(now):
        raise bad_input({"month": "has not begun"})
    return first


def _shown(one: Standing) -> EnterpriseStanding:
    return EnterpriseStanding(**asdict(one))


def _placed(one: Ranked, standing: Standing) -> RankedEnterprise:
    return RankedEnterprise(
        rank=one.rank, score=one.score, points=dict(one.points), tied=one.tied, enterprise=_shown(standing)
    )


STATES = {"online": "在线 online", "offline": "离线 offline", "no_monitor": "无监测点 no monitor"}
COLUMNS = [
    *("企业编号 enterprise_id", "企业 name", "行业 industry", "乡镇 township", "状态 state", "监测点 monitors"),
    *("在线 online", "今日有效率 valid_today", "当月有效率 valid_month", "超标 exceedances", "造假迹象 fabrication"),
    *("未结告警 open_alerts", "未结期限 deadlines", "逾期 overdue", "核实原因 findings"),
]


def _cells(one: Standing) -> list[str]:
    shares = ("" if share is None else f"{share:.4f}" for share in (one.valid_today, one.valid_month))
    counts = (one.exceedances, one.fabrication, one.open_alerts, one.deadlines, one.overdue, one.findings)
    named = (one.enterprise_id, one.name, one.industry, one.township, STATES[one.state])
    return [*named, str(one.monitors), str(one.online), *shares, *map(str, counts)]


def _csv(rows: Iterable[Sequence[str]], columns: Sequence[str], name: str, following: str | None) -> Response:
    """UTF-8 with the mark by which Excel knows it; the next page's cursor is in `X-Next-Cursor`."""
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([guarded(cell) for cell in row] for row in rows)
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    headers |= {"X-Next-Cursor": following} if following else {}
    return Response(text.getvalue().encode("utf-8-sig"), media_type=CSV, headers=headers)
