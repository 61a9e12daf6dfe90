"""A swap: one person asks, the other agrees, a leader approves, and then it is on the roster."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import asyncpg
from pydantic import TypeAdapter

from alerts.push.tell import tell_people
from alerts.roster import book, change
from alerts.roster.change import By
from alerts.roster.definition import Side
from alerts.roster.duty import on_duty
from alerts.roster.refusal import Missing, Refused
from alerts.roster.right import LEADING, must_be, must_lead
from sql.queries import Connection, Queries, Record

ROSTER = Queries("roster")
State = Literal["requested", "agreed", "approved", "refused", "withdrawn"]
WORDS: Mapping[State, tuple[str, str]] = {
    "requested": ("{one} 想和您换班（{number}），请答复", "{one} asks you for a swap ({number}), please answer"),
    "agreed": ("{one} 和 {other} 换班（{number}），请审批", "{one} and {other} want to swap ({number}), please decide"),
    "approved": ("换班 {number} 已批准", "swap {number} is approved"),
    "refused": ("换班 {number} 未获同意", "swap {number} is refused"),
    "withdrawn": ("换班 {number} 已撤回", "swap {number} is withdrawn"),
}
_SIDE = TypeAdapter(Side)
MOST_WAITING = 500  # looked through for the same request
# To which state from which.
ALLOWED: Mapping[State, tuple[State, ...]] = {
    "agreed": ("requested",),
    "approved": ("agreed",),
    "refused": ("requested", "agreed"),
    "withdrawn": ("requested", "agreed"),
}


@dataclass(frozen=True, slots=True)
class Request:
    """A swap and how far it is."""

    swap_id: int
    one: Side
    other: Side
    requested_by: str
    requested_at: datetime
    state: State
    agreed_at: datetime | None
    decided_by: str | None
    decided_at: datetime | None
    why: str
    entry_id: int | None


async def request(on: asyncpg.Connection, one: Side, other: Side, by: By) -> Request:
    """Ask for a swap of what `one` has for what `other` has; raises Forbidden, Refused, ValueError."""
    must_be(by.actor, one.person_id)
    body = {"one": _SIDE.dump_python(one, mode="json"), "other": _SIDE.dump_python(other, mode="json")}
    async with on.transaction():
        await ROSTER.lock.execute(on)
        what = book.read("swap", body)
        await change.must_be_known(on, change.people_of(what))
        for side in (one, other):
            await change.must_have(on, side, by.now)
        for asked in await newest(on, MOST_WAITING, state="requested"):
            if (asked.one, asked.other) == (one, other):  # a double tap
                return asked
        number: int = await ROSTER.request_swap.fetchval(on, body=body, who=by.actor.who, now=by.now)
        await change.note(on, "request swap", by, {"swap_id": number, **body})
        asked = await find(on, number)
        await _tell(on, asked, [other.person_id], by.now)
        return asked


async def move(on: asyncpg.Connection, swap_id: int, state: State, by: By) -> Request:
    """Agree, approve, refuse or withdraw; the roster follows an approved swap. Raises Forbidden, Missing, Refused."""
    async with on.transaction():
        await ROSTER.lock.execute(on)
        asked = await find(on, swap_id)
        _must_be_right(asked, state, by)
        if asked.state == state:  # a double tap
            return asked
        if asked.state not in ALLOWED[state]:
            raise Refused(f"换班申请的状态是 {asked.state} · the swap is {asked.state}, it cannot become {state}")
        entry_id = await _take_effect(on, asked, by) if state == "approved" else None
        await ROSTER.move_swap.execute(
            on, swap_id=swap_id, state=state, now=by.now, who=by.actor.who, why=by.why, entry_id=entry_id
        )
        await change.note(on, f"swap {state}", by, {"swap_id": swap_id})
        moved = await find(on, swap_id)
        leaders = [one.person_id for one in await on_duty(on, by.now) if one.role in LEADING]
        await _tell(on, moved, leaders if state == "agreed" else [asked.one.person_id, asked.other.person_id], by.now)
        return moved


async def find(on: Connection, swap_id: int) -> Request:
    """One of them, which nobody else moves until the end of the transaction; raises Missing."""
    row = await ROSTER.swap_request.fetchrow(on, swap_id=swap_id)
    if row is None:
        raise Missing(f"没有这个换班申请 · no swap {swap_id}")
    return _request(row)


async def newest(on: Connection, most: int, before: int = 2**62, state: State | None = None) -> list[Request]:
    """The newest first, before a number; of one state if named."""
    return [_request(row) for row in await ROSTER.swap_requests.fetch(on, most=most, before=before, state=state)]


async def _tell(on: asyncpg.Connection, swap: Request, people: Sequence[str], now: datetime) -> None:
    """Whose turn it is to answer, or, in the end, both."""
    zh, en = WORDS[swap.state]
    named = {"one": swap.one.person_id, "other": swap.other.person_id, "number": swap.swap_id}
    words = {"zh": zh.format(**named), "en": en.format(**named)}
    await tell_people(on, people, "swap", words, 1, now, f"swap-{swap.state}:{swap.swap_id}")


def _must_be_right(asked: Request, state: State, by: By) -> None:
    if state == "approved":
        must_lead(by.actor)
    elif state == "withdrawn":
        must_be(by.actor, asked.requested_by, asked.one.person_id)
    else:
        must_be(by.actor, asked.other.person_id)


async def _take_effect(on: asyncpg.Connection, asked: Request, by: By) -> int:
    for side in (asked.one, asked.other):
        await change.must_have(on, side, by.now)
    body: dict[str, Any] = {
        "one": _SIDE.dump_python(asked.one, mode="json"),
        "other": _SIDE.dump_python(asked.other, mode="json"),
    }
    return (await change.add(on, "swap", body, by)).entry_id


def _request(row: Record) -> Request:
    fields = dict(row)
    body = fields.pop("body")
    return Request(one=_SIDE.validate_python(body["one"]), other=_SIDE.validate_python(body["other"]), **fields)
