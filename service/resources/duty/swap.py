"""Swaps: one asks, the other agrees, a leader approves."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal, Self

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from alerts.roster import swap
from alerts.roster.change import By
from alerts.roster.definition import Side
from service.actor import Acting
from service.database import Connection
from service.parameters import Strict
from service.resources import API
from service.resources.duty.rostering import (
    Body,
    Most,
    Note,
    Number,
    PersonKey,
    Post,
    Reason,
    Span,
    example,
    told,
)
from service.rules import OwnRules

router = APIRouter(prefix=API, tags=["duty"])
STATES: dict[str, swap.State] = {
    "agree": "agreed",
    "approve": "approved",
    "refuse": "refused",
    "withdraw": "withdrawn",
}
Step = Literal["agree", "approve", "refuse", "withdraw"]
DAY = {"start": "2026-11-21T08:00:00+08:00", "end": "2026-11-21T20:00:00+08:00"}
NIGHT = {"start": "2026-11-22T20:00:00+08:00", "end": "2026-11-23T08:00:00+08:00"}
EXAMPLE = {
    "swap_id": 7,
    "one": {"person_id": "P04", "post": "值班员", **DAY},
    "other": {"person_id": "P05", "post": "值班员", **NIGHT},
    "requested_by": "P04",
    "requested_at": "2026-11-20T08:00:00Z",
    "state": "agreed",
    "agreed_at": "2026-11-20T09:00:00Z",
    "decided_by": None,
    "decided_at": None,
    "why": "",
    "entry_id": None,
}


class Given(Span):
    """What one of the two gives: all that the person has on a post within a span."""

    person_id: PersonKey
    post: Post

    def side(self) -> Side:
        """For the roster."""
        return Side(self.person_id, self.post, self.start, self.end)


class Asked(Body):
    """A swap of what `one`, who asks, has, for what `other` has."""

    one: Given
    other: Given
    why: Note = ""


class Gives(BaseModel):
    """What one of the two gives."""

    person_id: str
    post: str
    start: datetime
    end: datetime


class Swap(BaseModel):
    """A swap and how far it is: requested, agreed, approved (then it is on the roster), refused, withdrawn."""

    model_config = example(EXAMPLE)

    swap_id: int
    one: Gives
    other: Gives
    requested_by: str
    requested_at: datetime
    state: swap.State
    agreed_at: datetime | None
    decided_by: str | None
    decided_at: datetime | None
    why: str
    entry_id: int | None

    @classmethod
    def of(cls, request: swap.Request) -> Self:
        """As the roster knows it."""
        return cls.model_validate(request, from_attributes=True)


class SwapQuery(Strict):
    """Which."""

    state: swap.State | None = None
    before: Annotated[Number | None, Field(description="a `swap_id`: only older ones")] = None
    limit: Most = 100


@router.get("/duty/swaps", operation_id="listSwaps", summary="换班申请 · swaps")
async def swaps(connection: Connection, asked: Annotated[SwapQuery, Query()]) -> list[Swap]:
    """The newest first."""
    found = await swap.newest(connection, asked.limit, asked.before or 2**62, asked.state)
    return [Swap.of(one) for one in found]


@router.post("/duty/swaps", operation_id="requestSwap", summary="申请换班 · ask for a swap", status_code=201)
async def request_swap(connection: Connection, body: Asked, actor: Acting, rules: OwnRules) -> Swap:
    """For oneself, or a leader for somebody; the roster stays as it is until a leader has approved."""
    with told():
        return Swap.of(await swap.request(connection, body.one.side(), body.other.side(), _by(actor, rules, body.why)))


@router.post(
    "/duty/swaps/{swap_id}/{step}", operation_id="stepSwap", summary="同意、批准、拒绝或撤回换班 · answer a swap"
)
async def step_swap(
    connection: Connection,
    swap_id: Annotated[Number, Path()],
    step: Annotated[Step, Path()],
    actor: Acting,
    rules: OwnRules,
    body: Reason | None = None,
) -> Swap:
    """`agree` and `refuse`: the other person or a leader; `approve`: a leader; `withdraw`: who asked, or a leader."""
    why = body.why if body else ""
    with told():
        return Swap.of(await swap.move(connection, swap_id, STATES[step], _by(actor, rules, why)))


def _by(actor: Acting, rules: OwnRules, why: str) -> By:
    return By(actor, why, datetime.now(UTC), timedelta(days=rules.roster.horizon_days))
