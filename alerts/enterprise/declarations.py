"""Declarations in the database: a step, its mark, and what follows for alerts and deadlines, all in one transaction."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

import asyncpg

from alerts.enterprise.declaration import (
    KIND_ZH,
    Declaration,
    Others,
    Span,
    Step,
    Wish,
    declare,
    in_force,
    minus,
)
from alerts.enterprise.failures import read, rule_of, settle
from alerts.enterprise.file import attach, side_of
from alerts.enterprise.reviewed import tell_reviewed
from alerts.handling.air import line_up
from alerts.handling.desk import Entry, log
from alerts.handling.stage import TIMER, Actor
from alerts.policy import Policy
from ingest.importer import REGISTRY
from sql.queries import Connection, Queries

DECLARATION = Queries("declaration")
RETRIAL = Queries("retrial")


class Hand(NamedTuple):
    """By whose hand, by which rules, and when."""

    actor: Actor
    policy: Policy
    now: datetime


class Monitor(NamedTuple):
    """A monitor of an enterprise, by its number and its MN."""

    enterprise_id: str
    device: int
    mn: str


class Act(NamedTuple):
    """A step of a declaration: what it makes of it, and the time to look for others in (its own where none is given).

    `apply` raises Illegal, and gives the very same declaration back where there is nothing to do.
    """

    action: Step
    apply: Callable[[Declaration, Others], Declaration]
    why: str = ""
    span: Span | None = None


class Taken(NamedTuple):
    """A step that was taken: what it made of what (None: it is new)."""

    monitor: Monitor
    number: int
    old: Declaration | None
    new: Declaration
    act: Act


async def monitor_of(on: Connection, enterprise_id: str, mn: str) -> Monitor | None:
    """The monitor of this name, None where the enterprise has none."""
    device = await DECLARATION.monitor.fetchval(on, enterprise_id=enterprise_id, mn=mn)
    return None if device is None else Monitor(enterprise_id, device, mn)


async def make(on: asyncpg.Connection, monitor: Monitor, wish: Wish, hand: Hand) -> int:
    """Declare; gives its number, that of the same one where it was declared before. Raises Illegal and UnknownFile."""
    async with on.transaction():
        # One after the other: whoever changes a declaration holds the lock of the log to the commit.
        await line_up(on)
        others = await _others(on, monitor.device, wish.span)
        new = declare(wish, others, hand.actor, hand.policy.enterprise, hand.now)
        if new.declaration_id:
            return new.declaration_id
        row = {name: value for name, value in _row(new).items() if name in _MADE}
        number: int = await DECLARATION.make.fetchval(
            on,
            enterprise_id=monitor.enterprise_id,
            device=monitor.device,
            kind=wish.kind,
            made_at=new.made_at,
            made_by=new.made_by,
            side=side_of(hand.actor),
            **row,
        )
        await attach(on, monitor.enterprise_id, wish.proofs, hand.now, side_of(hand.actor))
        act = Act("declare", lambda old, _: old, wish.reason)
        await _follow(on, Taken(monitor, number, None, new, act), hand)
    return number


async def change(on: asyncpg.Connection, declaration_id: int, act: Act, hand: Hand) -> bool:
    """Take a step; False where there is no such declaration. Raises Illegal and UnknownFile."""
    async with on.transaction():
        await line_up(on)
        row = await DECLARATION.one.fetchrow(on, declaration_id=declaration_id)
        if row is None:
            return False
        monitor = Monitor(row["enterprise_id"], row["device"], row["device_id"])
        old = read(row)
        others = await _others(on, monitor.device, act.span or old.wish.span, declaration_id)
        new = act.apply(old, others)
        if new is old:
            return True
        await DECLARATION.put.execute(on, declaration_id=declaration_id, **_row(new))
        added = set(new.wish.proofs) - set(old.wish.proofs)
        await attach(on, monitor.enterprise_id, added, hand.now, side_of(hand.actor))
        await _follow(on, Taken(monitor, declaration_id, old, new, act), hand)
        if act.action in ("accept", "refuse"):
            await tell_reviewed(on, monitor.enterprise_id, monitor.mn, declaration_id, new, hand.now)
    return True


async def _others(on: Connection, device: int, span: Span, without: int = 0) -> Others:
    rows = await DECLARATION.meeting.fetch(on, device=device, first=span.start, until=span.end, without=without)
    return Others(tuple(read(row) for row in rows))


_MADE = ("start_at", "end_at", "reason", "proofs", "state", "waits")


def _row(one: Declaration) -> dict[str, Any]:
    return {
        "start_at": one.wish.span.start,
        "end_at": one.wish.span.end,
        "reason": one.wish.reason,
        "proofs": list(one.wish.proofs),
        "state": one.state,
        "waits": one.waits,
        "version": one.version,
        "reviewed_at": one.reviewed_at,
        "reviewed_by": one.reviewed_by,
        "review_reason": one.review_reason,
    }


async def _follow(on: asyncpg.Connection, taken: Taken, hand: Hand) -> None:
    """The log of a step, and what it means for the mark, for alerts and for deadlines."""
    act, actor, now = taken.act, hand.actor, hand.now
    await DECLARATION.log.execute(
        on,
        declaration_id=taken.number,
        at=now,
        who=actor.who,
        side=side_of(actor),
        place=actor.place,
        action=act.action,
        why=act.why,
    )
    rules = hand.policy.enterprise
    before, after = None if taken.old is None else in_force(taken.old, rules), in_force(taken.new, rules)
    await _mark(on, taken.number, after)
    if before != after:
        await REGISTRY.announce.execute(on)
    for span in minus(after, before):
        await _annotate(on, taken, span, True, now)
    for span in minus(before, after):
        await _try_again(on, taken, span, now)
        await _annotate(on, taken, span, False, now)
    await settle(on, taken.monitor.device, await rule_of(on, hand.policy), now)


async def _mark(on: asyncpg.Connection, number: int, span: Span | None) -> None:
    """What is in force is a mark like those of the registry: the detector and the keeper know no other."""
    if span is None:
        await DECLARATION.drop_mark.execute(on, declaration_id=number)
    else:
        await DECLARATION.put_mark.execute(on, declaration_id=number, start_at=span.start, end_at=span.end)


async def _try_again(on: asyncpg.Connection, taken: Taken, span: Span, now: datetime) -> None:
    """Hours that are evidence again are looked at once they are summed up anew (`alerts.enterprise.retrial`)."""
    until = now if span.end is None else min(span.end, now)
    if span.start < until:
        device, number = taken.monitor.device, taken.number
        await RETRIAL.put.execute(on, device=device, first=span.start, until=until, declaration_id=number)


async def _annotate(on: asyncpg.Connection, taken: Taken, span: Span, marked: bool, now: datetime) -> None:
    """Alerts that rest on this time say so in their log; what was told of them stays as it was."""
    number, kind = taken.number, taken.new.wish.kind
    mark = (f"标记 {number}（{KIND_ZH[kind]}）", f"mark {number} ({kind})")
    since, to = _shown(span.start), _shown(span.end) if span.end else "…"
    why = (
        f"{mark[0]}：{since} 至 {to} 的数据不作为依据 · {mark[1]}: what was sent from {since} to {to} is no evidence"
        if marked
        else f"{mark[0]}不再有效：{since} 至 {to} 的数据重新作为依据"
        f" · {mark[1]} holds no longer: what was sent from {since} to {to} is evidence again"
    )
    details: dict[str, Any] = {"declaration": number, "step": taken.act.action, "kind": kind, "marked": marked}
    details |= {"from": span.start.isoformat(), "to": span.end and span.end.isoformat()}
    for row in await DECLARATION.concerned.fetch(on, mn=taken.monitor.mn, first=span.start, until=span.end):
        await log(on, row["body"], Entry("comment", TIMER, why, details), now)


def _shown(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%MZ}"
