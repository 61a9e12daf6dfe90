"""Marks of an enterprise's monitors: declared, corrected, ended and taken back; in force at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

import asyncpg
from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from alerts.enterprise.declaration import Declaration, Kind, Others, Span, State, Wish, correct, finish, withdraw
from alerts.enterprise.declarations import DECLARATION, Act, Hand, change, make, monitor_of
from alerts.enterprise.file import UnknownFile
from service.actor import Acting
from service.cursor import Cursor, CursorText, encode
from service.database import Connection, as_application
from service.parameters import Instant
from service.problems import NotFoundError, bad_input
from service.resources import API
from service.resources.desk.acts import Text
from service.resources.desk.handling import refused
from service.resources.enterprise.asked import MN
from service.resources.enterprise.deadlines import before_of
from service.resources.enterprise.declared import KINDS, Mark, MarkChange, MarkDetail, shown, step
from service.resources.enterprise.files import FileIds
from service.resources.enterprise.mine import InWindow, Mine
from service.rules import OwnRules
from sql.queries import Record

router = APIRouter(prefix=API, tags=["enterprise"])

ASKED: dict[str, Any] = {
    "mn": "010000A8900016F000169DC0",
    "kind": "fault",
    "start": "2026-11-20T10:10:00+08:00",
    "end": None,
    "reason": "采样泵故障",
    "proofs": ["0b8e4f5a9c3d4e2f8a6b7c1d2e3f4a5b"],
}
MarkId = Annotated[int, Path(ge=1, lt=2**63)]
Reason = Annotated[Text, StringConstraints(min_length=1, max_length=500)]
Note = Annotated[Text, StringConstraints(max_length=500)]
End = Annotated[Instant | None, Field(description="null or none: it goes on")]


class MarkAsked(BaseModel):
    """What is declared."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [ASKED]})

    mn: Annotated[MN, Field(description="the monitor")]
    kind: Annotated[Kind, Field(description=KINDS)]
    start: Annotated[Instant, Field(description="as far back, and ahead, as the rules allow; a fault never ahead")]
    end: End = None
    reason: Reason
    proofs: FileIds = ()


class MarkCorrection(BaseModel):
    """What it is corrected to, as a whole."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{name: value for name, value in ASKED.items() if name not in ("mn", "kind")} | {"why": "补时"}]
        },
    )

    start: Instant
    end: End = None
    reason: Reason
    proofs: FileIds = ()
    why: Annotated[Note, Field(description="why it is corrected")] = ""


class MarkEnd(BaseModel):
    """When it ended, or will."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"at": "2026-11-20T16:00:00+08:00", "why": "已修复"}]}
    )

    at: Annotated[Instant | None, Field(description="now, where it is not given")] = None
    why: Note = ""


class MarkWithdrawal(BaseModel):
    """Why it is taken back."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"why": "填错设备"}]})

    why: Reason


class MarkPage(BaseModel):
    """A page, newest first; `next` is the cursor of the following one, null on the last."""

    marks: list[Mark]
    next: str | None


class MarkFilter(InWindow):
    """Which marks; all filters must hold."""

    state: State | None = None
    mn: Annotated[MN | None, Field(description="of this monitor")] = None
    since: Annotated[Instant | None, Field(description="declared at or after this time")] = None
    cursor: Annotated[CursorText | None, Field(description="`next` of the page before")] = None
    limit: Annotated[int, Field(ge=1, le=500)] = 50


@dataclass(frozen=True, slots=True)
class Window:
    """Whose window it is, over which connection, and by whose hand."""

    request: Request
    connection: asyncpg.Connection
    enterprise_id: str
    hand: Hand


async def _window(
    request: Request, connection: Connection, enterprise_id: Mine, actor: Acting, rules: OwnRules
) -> Window:
    return Window(request, connection, enterprise_id, Hand(actor, rules, datetime.now(UTC)))


OurWindow = Annotated[Window, Depends(_window, scope="function")]


@contextmanager
def not_taken() -> Iterator[None]:
    """Turn what cannot be declared into what the client is told."""
    with refused():
        try:
            yield
        except UnknownFile as error:
            raise bad_input({"proofs": str(error)}) from error


@router.get("/enterprise/marks", operation_id="listMarks", summary="本企业的标记 · marks of its monitors, newest first")
async def list_marks(
    connection: Connection, enterprise_id: Mine, rules: OwnRules, asked: Annotated[MarkFilter, Query()]
) -> MarkPage:
    """What was declared of its monitors, and what the desk said to it."""
    rows = await DECLARATION.own.fetch(
        connection,
        enterprise_id=enterprise_id,
        declaration_id=None,
        state=asked.state,
        mn=asked.mn,
        since=asked.since,
        limit=asked.limit + 1,
        **before_of(asked.cursor),
    )
    page = rows[: asked.limit]
    more = encode(Cursor(page[-1]["made_at"], str(page[-1]["declaration_id"]))) if len(rows) > asked.limit else None
    return MarkPage(marks=[Mark(**shown(row, rules.enterprise)) for row in page], next=more)


@router.post("/enterprise/marks", status_code=201, operation_id="declareMark", summary="申报标记 · declare a mark")
async def declare_mark(window: OurWindow, asked: MarkAsked, _: Annotated[InWindow, Query()]) -> MarkDetail:
    """In force at once: what the monitor sends in this time is no evidence, until the desk refuses it. Past time is
    judged again, and alerts that rest on it say so. The same again is the same. What was refused before and comes again
    waits for the desk."""
    monitor = await monitor_of(window.connection, window.enterprise_id, asked.mn)
    if monitor is None:
        raise NotFoundError(f"本企业没有监测设备 {asked.mn} · {window.enterprise_id} has no monitor {asked.mn}")
    wish = Wish(asked.kind, Span(asked.start, asked.end), asked.reason, asked.proofs)
    with not_taken():
        async with as_application(window.connection, window.request):
            number = await make(window.connection, monitor, wish, window.hand)
    return await _detail(window, number)


@router.get("/enterprise/marks/{mark_id}", operation_id="getMark", summary="一条标记 · one mark with its steps")
async def get_mark(window: OurWindow, mark_id: MarkId, _: Annotated[InWindow, Query()]) -> MarkDetail:
    """How it stands, and every step of it."""
    return await _detail(window, mark_id)


@router.post("/enterprise/marks/{mark_id}/correct", operation_id="correctMark", summary="更正标记 · correct a mark")
async def correct_mark(
    window: OurWindow, mark_id: MarkId, asked: MarkCorrection, _: Annotated[InWindow, Query()]
) -> MarkDetail:
    """Before it is accepted, to any time that could be declared; afterwards it can only be made shorter."""
    span = Span(asked.start, asked.end)
    hand = window.hand

    def apply(old: Declaration, others: Others) -> Declaration:
        wish = Wish(old.wish.kind, span, asked.reason, asked.proofs)
        return correct(old, wish, others, hand.actor, hand.policy.enterprise, hand.now)

    return await _take(window, mark_id, Act("correct", apply, asked.why, span))


@router.post("/enterprise/marks/{mark_id}/end", operation_id="endMark", summary="结束标记 · end a mark")
async def end_mark(window: OurWindow, mark_id: MarkId, asked: MarkEnd, _: Annotated[InWindow, Query()]) -> MarkDetail:
    """Of what goes on, or earlier than was said; it needs no new review. A fault ends once it is repaired."""
    hand = window.hand
    at = asked.at or hand.now
    return await _take(window, mark_id, Act("end", lambda old, _: finish(old, at, hand.actor, hand.now), asked.why))


@router.post("/enterprise/marks/{mark_id}/withdraw", operation_id="withdrawMark", summary="撤回标记 · take a mark back")
async def withdraw_mark(
    window: OurWindow, mark_id: MarkId, asked: MarkWithdrawal, _: Annotated[InWindow, Query()]
) -> MarkDetail:
    """It never was: what the monitor sent is evidence again."""
    return await _take(window, mark_id, Act("withdraw", lambda old, _: withdraw(old, window.hand.actor), asked.why))


async def _take(window: Window, mark_id: int, act: Act) -> MarkDetail:
    await _own(window, mark_id)
    with not_taken():
        async with as_application(window.connection, window.request):
            await change(window.connection, mark_id, act, window.hand)
    return await _detail(window, mark_id)


async def _own(window: Window, mark_id: int) -> Record:
    row = await DECLARATION.own.fetchrow(
        window.connection,
        enterprise_id=window.enterprise_id,
        declaration_id=mark_id,
        **dict.fromkeys(("state", "mn", "since")),
        **before_of(None),
        limit=1,
    )
    if row is None:
        raise NotFoundError(f"没有这条标记 · there is no mark {mark_id}")
    return row


async def _detail(window: Window, mark_id: int) -> MarkDetail:
    row = await _own(window, mark_id)
    asked = {"declaration_id": mark_id, "enterprise_id": window.enterprise_id}
    changes = [MarkChange(**step(one)) for one in await DECLARATION.own_changes.fetch(window.connection, **asked)]
    return MarkDetail(**shown(row, window.hand.policy.enterprise), changes=changes)
