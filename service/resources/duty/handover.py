"""Handing the desk over from one shift to the next."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, Header, Path, Query, Response
from pydantic import BaseModel, Field

from alerts.roster import handover, log
from service.actor import Acting
from service.database import Connection
from service.parameters import Instant, Strict
from service.problems import bad_input
from service.resources import API
from service.resources.duty.printed import printed
from service.resources.duty.rostering import Body, Most, Note, Number, PersonKey, Post, example, told
from service.rules import OwnRules

router = APIRouter(prefix=API, tags=["duty"])
ANSWERS: Mapping[str, handover.Answer] = {"accept": "accepted", "decline": "declined", "withdraw": "withdrawn"}
ALERT: dict[str, Any] = {
    "alert_id": "hotspot-pm25-20261121T0030-2-3",
    "kind": "hotspot",
    "pollutant": "pm25",
    "severity": 3,
    "status": "open",
    "stage": "acknowledged",
    "opened_at": "2026-11-21T06:30:00Z",
    "since": "2026-11-21T06:34:00Z",
    "township": "云溪镇",
    "lon": 120.05,
    "lat": 31.7,
    "acknowledged_by": "P04",
    "assignee": None,
}
EXAMPLE: dict[str, Any] = {
    "handover_id": 12,
    "post": "值班员",
    "from_person": "P04",
    "from_name": "周砚秋",
    "start": "2026-11-21T00:00:00Z",
    "end": "2026-11-21T08:00:00Z",
    "to_person": "P05",
    "to_name": "沈听澜",
    "offered_at": "2026-11-21T07:50:00Z",
    "note": "云溪镇热点已派单，等待回报",
    "open": 1,
    "answer": "accepted",
    "answered_at": "2026-11-21T08:01:00Z",
    "answered_by": "P05",
    "reason": "",
}


class Offered(Body):
    """What the outgoing officer says; without a shift it is the acting person's own."""

    note: Note = ""
    to: Annotated[PersonKey | None, Field(description="to whom; who comes next on the post, where not given")] = None
    person_id: PersonKey | None = None
    start: Annotated[Instant | None, Field(description="of the shift, with `person_id` and `post`")] = None
    post: Post | None = None


class Answered(Body):
    """Why; to decline, a reason is needed."""

    reason: Note = ""


class Handover(BaseModel):
    """What was offered by whom to whom; `answer` is null until it is accepted, declined or withdrawn."""

    model_config = example(EXAMPLE)

    handover_id: int
    post: str
    from_person: str
    from_name: str
    start: datetime
    end: datetime
    to_person: str
    to_name: str
    offered_at: datetime
    note: str
    open: Annotated[int, Field(description="alerts that were open at the offer")]
    answer: handover.Answer | None
    answered_at: datetime | None
    answered_by: str | None
    reason: str | None

    @classmethod
    def of(cls, one: handover.Handover) -> Self:
        """As the roster knows it."""
        shift = one.shift
        mine = {"from_person": shift.person_id, "post": shift.post, "start": shift.start, "end": shift.end}
        rest = {name: getattr(one, name) for name in cls.model_fields if name not in mine}
        return cls.model_validate(mine | rest)


class OpenAlert(BaseModel):
    """An alert that was open, and how far people were with it."""

    alert_id: str
    kind: str
    pollutant: str
    severity: int
    status: str
    stage: str
    opened_at: datetime
    since: datetime | None
    township: str
    lon: float
    lat: float
    acknowledged_by: str | None
    assignee: str | None


class WholeHandover(Handover):
    """With every alert that was open at the offer."""

    model_config = example(EXAMPLE | {"alerts": [ALERT]})

    alerts: list[OpenAlert]


class HandoverQuery(Strict):
    """Which."""

    person_id: Annotated[PersonKey | None, Field(description="from or to whom")] = None
    before: Annotated[Number | None, Field(description="a `handover_id`: only older ones")] = None
    limit: Most = 50


HandoverId = Annotated[Number, Path()]


@router.get("/duty/handovers", operation_id="listHandovers", summary="交接班记录 · handovers")
async def handovers(connection: Connection, asked: Annotated[HandoverQuery, Query()]) -> list[Handover]:
    """The newest first, without their alerts."""
    found = await handover.newest(connection, asked.limit, asked.before or handover.NEWEST, asked.person_id)
    return [Handover.of(one) for one in found]


@router.post("/duty/handovers", operation_id="offerHandover", summary="提出交班 · offer a handover", status_code=201)
async def offer(connection: Connection, body: Offered, actor: Acting, rules: OwnRules) -> WholeHandover:
    """With the note and every open alert; until it is accepted the outgoing officer stays responsible."""
    now = datetime.now(UTC)
    with told():
        if body.start is not None:
            shift = await log.shift_known_as(connection, body.person_id or actor.who, body.start, body.post or "")
        else:
            roles = list(rules.roster.handover_roles)
            person = body.person_id or actor.who
            shift = await log.current_shift(connection, person, now, body.post or "", roles)
        return WholeHandover.of(await handover.offer(connection, actor, shift, body.to, body.note, now))


@router.get(
    "/duty/handovers/{handover_id}",
    operation_id="getHandover",
    summary="交接单 · a handover, also to print",
    response_model=WholeHandover,
    responses={200: {"description": "JSON, or with `Accept: text/html` a page to print"}},
)
async def handover_sheet(
    connection: Connection,
    handover_id: HandoverId,
    rules: OwnRules,
    _: Annotated[Strict, Query()],
    accept: Annotated[str, Header()] = "",
) -> Response:
    """With all alerts that were open at the offer; in a browser it is a page in two languages, ready to be printed."""
    with told():
        one = WholeHandover.of(await handover.one(connection, handover_id))
    if "text/html" in accept.lower():
        return Response(printed(one.model_dump(), rules.tz), media_type="text/html; charset=utf-8")
    return Response(one.model_dump_json(), media_type="application/json", headers={"Vary": "Accept"})


@router.post(
    "/duty/handovers/{handover_id}/{step}",
    operation_id="answerHandover",
    summary="接班、退回或撤回 · answer a handover",
)
async def answer(
    connection: Connection,
    handover_id: HandoverId,
    step: Annotated[Literal["accept", "decline", "withdraw"], Path()],
    actor: Acting,
    body: Answered | None = None,
) -> WholeHandover:
    """The incoming officer accepts or declines with a reason; acceptance hands over and locks the log of the shift."""
    reason = body.reason if body else ""
    if step == "decline" and not reason:
        raise bad_input({"reason": "must say why"})
    with told():
        offered = await handover.one(connection, handover_id)
        done = await handover.answer(connection, offered, actor, ANSWERS[step], reason, datetime.now(UTC))
        return WholeHandover.of(done)
