"""Reports on the roster: what to look at ahead, how evenly it shares the work, who changed it, whose station it is."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from alerts.roster import change, chief, outlook
from alerts.roster.finding import Finding
from alerts.roster.publish import ROSTER
from ingest.registry import DeviceId, Name
from service.database import Connection
from service.parameters import Instant, Strict
from service.resources import API
from service.resources.duty.rostering import Most, Number, example, span_of, told
from service.rules import OwnRules

router = APIRouter(prefix=API, tags=["duty"])
AHEAD = timedelta(days=30)
GAP: dict[str, Any] = {
    "kind": "gap",
    "start": "2026-11-21T08:00:00Z",
    "end": "2026-11-21T16:00:00Z",
    "post": "duty",
    "person_id": "",
    "amount": 0,
    "limit": 1,
    "other": "",
    "zh": "11-21 16:00–24:00 值班员：0 人在岗，应有 1 人",
    "en": "duty officer: 0 on duty, 1 needed, 11-21 16:00–24:00",
}
WORK: dict[str, Any] = {"hours": 168.0, "shifts": 14, "nights": 7, "weekends": 4, "holidays": 1}
EVEN: dict[str, Any] = {"hours": -4.0, "shifts": 0.5, "nights": 0, "weekends": 0, "holidays": 0}


class Gap(BaseModel):
    """Something to look at; `amount` is what there is (people, hours, nights), `limit` what is right."""

    model_config = ConfigDict(from_attributes=True)

    kind: Literal["gap", "leave", "doubled", "lapsed", "cuts", "clash", "rest", "stretch", "hours", "nights"]
    start: datetime
    end: datetime
    post: Annotated[str, Field(description="the post, or the role where a whole role is meant")]
    person_id: str
    amount: float
    limit: float
    other: Annotated[str, Field(description="the second post, or the swap")]
    zh: str
    en: str


class Gaps(BaseModel):
    """What is wrong with the roster to come, in the order of time."""

    model_config = ConfigDict(
        populate_by_name=True,
        json_schema_extra={
            "examples": [{"from": "2026-11-21T00:00:00Z", "to": "2026-12-21T00:00:00Z", "findings": [GAP]}]
        },
    )

    since: Annotated[datetime, Field(alias="from")]
    to: datetime
    findings: list[Gap]


class SpanQuery(Strict):
    """Over what."""

    since: Annotated[Instant | None, Field(alias="from")] = None
    to: Instant | None = None


@router.get(
    "/duty/gaps", operation_id="getDutyGaps", summary="排班检查 · gaps, double bookings, rest and overload ahead"
)
async def gaps(connection: Connection, rules: OwnRules, asked: Annotated[SpanQuery, Query()]) -> Gaps:
    """Of the coming 30 days, where nothing else is said; what is over is not told."""
    now = datetime.now(UTC)
    since, to = span_of(asked.since, asked.to, now, AHEAD)
    with told():
        found = await outlook.look_ahead(connection, (since, to), now, rules.roster, rules.tz)
    names = {row["person_id"]: row["name"] for row in await ROSTER.people.fetch(connection)}
    return Gaps(since=since, to=to, findings=[_gap(one, rules, names) for one in found])


def _gap(one: Finding, rules: OwnRules, names: dict[str, str]) -> Gap:
    fields = {name: getattr(one, name) for name in Gap.model_fields if name not in ("zh", "en")}
    return Gap(**fields, **one.words(rules.tz, names))


class Work(BaseModel):
    """Hours on duty, shifts, and the nights, weekend days and public holidays with enough hours to count."""

    model_config = ConfigDict(from_attributes=True)

    hours: float
    shifts: float
    nights: float
    weekends: float
    holidays: float


class Share(BaseModel):
    """What a person has in a role; `deviation` from the mean of those who take turns in it."""

    model_config = ConfigDict(from_attributes=True)

    role: str
    person_id: str
    member: Annotated[bool, Field(description="takes turns in the role; else helped out")]
    work: Work
    deviation: Work


class Fairness(BaseModel):
    """How evenly the published roster shares the work of a span."""

    model_config = ConfigDict(
        populate_by_name=True,
        json_schema_extra={
            "examples": [
                {
                    "from": "2025-12-31T16:00:00Z",
                    "to": "2026-12-31T16:00:00Z",
                    "shares": [{"role": "duty", "person_id": "P04", "member": True, "work": WORK, "deviation": EVEN}],
                }
            ]
        },
    )

    since: Annotated[datetime, Field(alias="from")]
    to: datetime
    shares: list[Share]


@router.get("/duty/fairness", operation_id="getDutyFairness", summary="均衡性 · how evenly the work is shared")
async def fairness(connection: Connection, rules: OwnRules, asked: Annotated[SpanQuery, Query()]) -> Fairness:
    """Over the local calendar year, where nothing else is said."""
    now = datetime.now(UTC)
    year = now.astimezone(rules.tz).year
    first, last = (datetime(one, 1, 1, tzinfo=rules.tz).astimezone(UTC) for one in (year, year + 1))
    since, to = span_of(asked.since or first, asked.to or (last if asked.since is None else now), now, AHEAD)
    with told():
        found = await outlook.shares(connection, (since, to), rules.roster, rules.tz)
    return Fairness(since=since, to=to, shares=[Share.model_validate(one) for one in found])


class Change(BaseModel):
    """A change of the roster: never altered, never removed."""

    model_config = example(
        {
            "seq": 9,
            "at": "2026-11-20T08:00:00Z",
            "who": "P01",
            "action": "add leave",
            "why": "培训",
            "details": {"entry_id": 4, "person_id": "P04"},
        }
    )

    seq: int
    at: datetime
    who: str
    action: str
    why: str
    details: dict[str, Any]


class ChangeQuery(Strict):
    """Which."""

    before: Annotated[Number | None, Field(description="a `seq`: only older ones")] = None
    limit: Most = 100


@router.get("/duty/changes", operation_id="listDutyChanges", summary="值班表变更记录 · changes of the roster")
async def changes(connection: Connection, asked: Annotated[ChangeQuery, Query()]) -> list[Change]:
    """The newest first."""
    found = await change.changes(connection, asked.limit, asked.before or 2**62)
    return [Change.model_validate(one) for one in found]


class Chief(BaseModel):
    """Who answers for a station; `acting` where somebody acts for the chief, who is on leave."""

    model_config = example(
        {
            "station_id": "N01",
            "township": "云溪镇",
            "person_id": "P17",
            "name": "裴怀远",
            "phone": "000-0000-0117",
            "acting": True,
            "chief_id": "P16",
            "acting_id": "P17",
        }
    )

    station_id: Annotated[str, Field(description="empty: of the township, without a station")]
    township: str
    person_id: str
    name: str
    phone: str
    acting: bool
    chief_id: str
    acting_id: str | None


class ChiefQuery(Strict):
    """When, and of what."""

    at: Annotated[Instant | None, Field(description="now, where it is not given")] = None
    station: DeviceId | None = None
    township: Name | None = None


@router.get("/duty/chiefs", operation_id="listChiefs", summary="点位长 · who answers for which station and township")
async def chiefs(connection: Connection, asked: Annotated[ChiefQuery, Query()]) -> list[Chief]:
    """The chief of a national station, or who acts for the chief while on leave."""
    at = asked.at or datetime.now(UTC)
    found = await chief.chiefs(connection, at, asked.station or "", asked.township or "")
    return [Chief.model_validate(one) for one in found]
