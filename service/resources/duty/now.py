"""Who is on duty: now, and over a span."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Header, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from alerts.roster.duty import DUTY_VIEW, OnDuty, duty, held_of
from alerts.roster.holding import holders
from service.database import Connection
from service.parameters import Instant, Strict
from service.resources import API
from service.resources.duty.rostering import span_of
from service.rules import OwnRules
from sql.queries import Record

router = APIRouter(prefix=API, tags=["duty"])
WEEK = timedelta(days=7)

PERSON: dict[str, Any] = {
    "person_id": "P001",
    "name": "王芳",
    "role": "duty",
    "phone": "13800000001",
    "township": "",
    "post": "指挥中心",
    "start": "2026-11-21T00:00:00Z",
    "end": "2026-11-21T12:00:00Z",
}


class Duty(BaseModel):
    """A person on a post, from `start` (included) to `end` (not)."""

    model_config = ConfigDict(from_attributes=True)

    person_id: str
    name: str
    role: str
    phone: str
    township: str
    post: str
    start: datetime
    end: datetime


class DutyNow(BaseModel):
    """Who is on duty and who comes next; `gap` says that nobody is."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "at": "2026-11-21T08:00:00+08:00",
                    "gap": False,
                    "on_duty": [PERSON],
                    "responsible": [PERSON],
                    "next": [],
                }
            ]
        }
    )

    at: datetime
    gap: bool
    on_duty: list[Duty]
    responsible: Annotated[
        list[Duty],
        Field(description="who answers for the desk: the outgoing officer until the incoming one has accepted"),
    ]
    next: Annotated[list[Duty], Field(description="those of the nearest start to come, be it before the shift's end")]


class DutyQuery(Strict):
    """When."""

    at: Annotated[Instant | None, Field(description="now, where it is not given")] = None


@router.get("/duty/now", operation_id="getDutyNow", summary="当前值班 · who is on duty now")
async def duty_now(connection: Connection, rules: OwnRules, asked: Annotated[DutyQuery, Query()]) -> DutyNow:
    """Everybody whose shift holds now, or held or will hold at another time, who is responsible, who comes next."""
    at = asked.at or datetime.now(UTC)
    now = [duty(row) for row in await DUTY_VIEW.on_duty.fetch(connection, at=at)]
    coming = [duty(row) for row in await DUTY_VIEW.next_on_duty.fetch(connection, at=at)]
    lapse = rules.roster.handover_lapse
    held = await held_of(connection, at, rules.roster.handover_roles, lapse)
    return DutyNow(
        at=at,
        gap=not now,
        on_duty=_told(now),
        responsible=_told(holders(held, at, lapse)),
        next=_told(coming),
    )


def _told(people: list[OnDuty]) -> list[Duty]:
    return [Duty.model_validate(one) for one in people]


class Shift(Duty):
    """A shift of the roster."""

    source: Annotated[str, Field(description="`import`, or the entry it follows from, such as `rotation:3`")]
    instead_of: Annotated[str, Field(description="whose shift it was, where somebody else has taken it")]


class Roster(BaseModel):
    """The published roster of a span, every shift that lies in it in part."""

    model_config = ConfigDict(
        populate_by_name=True,
        json_schema_extra={
            "examples": [
                {
                    "from": "2026-11-21T00:00:00Z",
                    "to": "2026-11-28T00:00:00Z",
                    "shifts": [PERSON | {"source": "rotation:3", "instead_of": ""}],
                }
            ]
        },
    )

    since: Annotated[datetime, Field(alias="from")]
    to: datetime
    shifts: list[Shift]


class RosterQuery(Strict):
    """Over what."""

    since: Annotated[Instant | None, Field(alias="from", description="now, where not given")] = None
    to: Annotated[Instant | None, Field(description="a week later, where not given")] = None


@router.get(
    "/duty",
    operation_id="getDutyRoster",
    summary="值班表 · the roster of a span",
    response_model=Roster,
    responses={304: {"description": "As it was: `If-None-Match` names it"}},
)
async def roster(
    connection: Connection,
    asked: Annotated[RosterQuery, Query()],
    known: Annotated[str | None, Header(alias="If-None-Match")] = None,
) -> Response:
    """Past and coming shifts; the past is never changed. `ETag` is the same as long as the shifts are."""
    since, to = span_of(asked.since, asked.to, datetime.now(UTC), WEEK)
    shifts = [_shift(row) for row in await DUTY_VIEW.roster.fetch(connection, start=since, end=to)]
    mark = f'"{hashlib.sha256(msgspec.json.encode(shifts)).hexdigest()[:32]}"'
    headers = {"ETag": mark, "Cache-Control": "private, no-cache"}
    if known and (known.strip() == "*" or mark in known):
        return Response(status_code=304, headers=headers)
    told = {"from": since, "to": to, "shifts": shifts}
    return Response(msgspec.json.encode(told), headers=headers, media_type="application/json")


def _shift(row: Record) -> dict[str, Any]:
    fields = dict(row)
    return {"start": fields.pop("start_at"), "end": fields.pop("end_at"), **fields}
