"""The regulator's side of marks: what enterprises have declared, to accept or refuse; deadlines of all of them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

import asyncpg
from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from alerts.enterprise.declaration import Declaration, Others, State, Verdict, review
from alerts.enterprise.declarations import DECLARATION, Act, Hand, change
from alerts.enterprise.failures import DEADLINE
from service.actor import Acting
from service.cursor import Cursor, CursorText, encode
from service.database import Connection, as_application
from service.parameters import Instant, Strict
from service.problems import NotFoundError
from service.resources import API
from service.resources.enterprise.deadlines import DeadlineFilter, DeadlinePage, before_of, page_of
from service.resources.enterprise.declared import CHANGE, EXAMPLE, Mark, MarkChange, shown, step
from service.resources.enterprise.marks import MarkId, Note, Reason, not_taken
from service.resources.enterprise.mine import Named
from service.rules import OwnRules
from sql.queries import Record

router = APIRouter(prefix=API, tags=["bureau"])

DECLARED: dict[str, Any] = EXAMPLE | {
    "enterprise_id": "E0007",
    "enterprise": "江宇化工",
    "made_by": "enterprise:E0007",
    "reviewed_by": None,
}
TOTAL: dict[str, Any] = {"enterprise_id": "E0007", "enterprise": "江宇化工", "open": 1, "missed": 2, "overdue": 1}
Seen = Annotated[
    int | None,
    Field(ge=1, lt=2**31, description="`version` as it was seen; needed to change what was said before"),
]


class Acceptance(BaseModel):
    """That the mark is right."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "", "version": 1}]})

    reason: Note = ""
    version: Seen = None


class Refusal(BaseModel):
    """Why it is not."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "当时在产，见用电记录"}]})

    reason: Reason
    version: Seen = None


class DeclaredMark(Mark):
    """A mark with whose it is, and who declared and reviewed it."""

    model_config = ConfigDict(json_schema_extra={"examples": [DECLARED]})

    enterprise_id: str
    enterprise: str
    made_by: str
    reviewed_by: str | None


class DeclaredChange(MarkChange):
    """A step with who took it."""

    model_config = ConfigDict(json_schema_extra={"examples": [CHANGE | {"who": "enterprise:E0007"}]})

    who: str


class DeclaredDetail(DeclaredMark):
    """A mark with every step, the oldest first."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [DECLARED | {"changes": [CHANGE | {"who": "enterprise:E0007"}]}]}
    )

    changes: list[DeclaredChange]


class DeclaredPage(BaseModel):
    """A page, newest first; `next` is the cursor of the following one, null on the last."""

    declarations: list[DeclaredMark]
    next: str | None


class DeclaredFilter(Strict):
    """Which declarations; all filters must hold."""

    state: Annotated[State | None, Field(description="`declared`: those that wait for a review")] = None
    enterprise: Named = None
    since: Annotated[Instant | None, Field(description="declared at or after this time")] = None
    cursor: Annotated[CursorText | None, Field(description="`next` of the page before")] = None
    limit: Annotated[int, Field(ge=1, le=500)] = 50


class Total(BaseModel):
    """An enterprise's deadlines that are open or were missed; `overdue` of these are not done yet."""

    model_config = ConfigDict(json_schema_extra={"examples": [TOTAL]})

    enterprise_id: str
    enterprise: str
    open: int
    missed: int
    overdue: int


class Totals(BaseModel):
    """The most overdue first; enterprises that have met all are left out."""

    enterprises: list[Total]


class TotalFilter(Strict):
    """Of which enterprise, due since when."""

    enterprise: Named = None
    since: Annotated[Instant | None, Field(description="due at or after this time")] = None


@dataclass(frozen=True, slots=True)
class Desk:
    """Over which connection, and by whose hand."""

    request: Request
    connection: asyncpg.Connection
    hand: Hand


async def _desk(request: Request, connection: Connection, actor: Acting, rules: OwnRules) -> Desk:
    return Desk(request, connection, Hand(actor, rules, datetime.now(UTC)))


AtDesk = Annotated[Desk, Depends(_desk, scope="function")]


@router.get("/declarations", operation_id="listDeclarations", summary="企业申报的标记 · what enterprises have declared")
async def list_declarations(
    connection: Connection, rules: OwnRules, asked: Annotated[DeclaredFilter, Query()]
) -> DeclaredPage:
    """Newest first; those in state `declared` wait for a review and hold for some days without one."""
    rows = await DECLARATION.newest.fetch(
        connection,
        declaration_id=None,
        enterprise_id=asked.enterprise,
        state=asked.state,
        since=asked.since,
        limit=asked.limit + 1,
        **before_of(asked.cursor),
    )
    page = rows[: asked.limit]
    more = encode(Cursor(page[-1]["made_at"], str(page[-1]["declaration_id"]))) if len(rows) > asked.limit else None
    return DeclaredPage(declarations=[DeclaredMark(**_shown(row, rules)) for row in page], next=more)


@router.get("/declarations/{mark_id}", operation_id="getDeclaration", summary="一条申报 · one of them, with its steps")
async def get_declaration(desk: AtDesk, mark_id: MarkId, _: Annotated[Strict, Query()]) -> DeclaredDetail:
    """How it stands, every step of it, and who took it."""
    return await _detail(desk, mark_id)


@router.post("/declarations/{mark_id}/accept", operation_id="acceptDeclaration", summary="认可标记 · accept a mark")
async def accept(desk: AtDesk, mark_id: MarkId, asked: Acceptance, _: Annotated[Strict, Query()]) -> DeclaredDetail:
    """From now on it holds to its end. Nobody reviews what he has declared himself."""
    return await _review(desk, mark_id, Verdict("accepted", asked.reason, asked.version))


@router.post("/declarations/{mark_id}/refuse", operation_id="refuseDeclaration", summary="退回标记 · refuse a mark")
async def refuse(desk: AtDesk, mark_id: MarkId, asked: Refusal, _: Annotated[Strict, Query()]) -> DeclaredDetail:
    """It holds no longer: its time is judged again, exceedances that it hid are found, and alerts that rest on it say
    so. The same again waits for a review."""
    return await _review(desk, mark_id, Verdict("refused", asked.reason, asked.version))


@router.get("/deadlines", operation_id="listDeadlines", summary="各企业期限 · open and missed deadlines of all")
async def list_deadlines(connection: Connection, asked: Annotated[DeadlineFilter, Query()]) -> DeadlinePage:
    """What is due last first; without `state` those that are open or were missed."""
    return await page_of(connection, asked.enterprise, [asked.state] if asked.state else ["open", "missed"], asked)


@router.get("/deadlines/enterprises", operation_id="countDeadlines", summary="按企业统计期限 · deadlines by enterprise")
async def count_deadlines(connection: Connection, asked: Annotated[TotalFilter, Query()]) -> Totals:
    """How many are open, were missed, and of these are not done yet."""
    rows = await DEADLINE.counts.fetch(
        connection, enterprise_id=asked.enterprise, since=asked.since, now=datetime.now(UTC)
    )
    return Totals(enterprises=[Total(**dict(row)) for row in rows])


async def _review(desk: Desk, mark_id: int, verdict: Verdict) -> DeclaredDetail:
    await _one(desk, mark_id)
    hand = desk.hand

    def apply(old: Declaration, others: Others) -> Declaration:
        return review(old, verdict, others, hand.actor, hand.now)

    with not_taken():
        async with as_application(desk.connection, desk.request):
            act = Act("accept" if verdict.state == "accepted" else "refuse", apply, verdict.reason)
            await change(desk.connection, mark_id, act, hand)
    return await _detail(desk, mark_id)


async def _one(desk: Desk, mark_id: int) -> Record:
    """One within reach."""
    row = await DECLARATION.newest.fetchrow(
        desk.connection,
        declaration_id=mark_id,
        **dict.fromkeys(("enterprise_id", "state", "since")),
        **before_of(None),
        limit=1,
    )
    if row is None:
        raise NotFoundError(f"没有这条申报 · there is no declaration {mark_id}")
    return row


async def _detail(desk: Desk, mark_id: int) -> DeclaredDetail:
    row = await _one(desk, mark_id)
    changes = [
        DeclaredChange(**step(one)) for one in await DECLARATION.changes.fetch(desk.connection, declaration_id=mark_id)
    ]
    return DeclaredDetail(**_shown(row, desk.hand.policy), changes=changes)


def _shown(row: Record, rules: OwnRules) -> dict[str, Any]:
    whose = {name: row[name] for name in ("enterprise_id", "enterprise", "made_by", "reviewed_by")}
    return shown(row, rules.enterprise) | whose
