"""Handing the desk over: the outgoing officer offers, the incoming one accepts; until then nothing changes hands."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

import asyncpg

from alerts.handling import desk
from alerts.handling.illegal import Illegal
from alerts.handling.stage import Act, Actor
from alerts.push.tell import tell_people
from alerts.roster import log
from alerts.roster.refusal import Missing, Refused
from alerts.roster.right import must_be
from alerts.roster.shift import Shift
from sql.queries import Connection, Queries, Record

HANDOVER = Queries("handover")
HANDLING = Queries("handling")
DESK_LOG = Queries("desk_log")
NEAR = timedelta(hours=12)  # the incoming shift begins within so long
NEWEST = 2**62
AT_ONCE = 100  # alerts handed over in one transaction with the acceptance
WORDS: Mapping[str, Mapping[str, str]] = {
    "offered": {"zh": "{post}：{who} 向您交班，请接收", "en": "{post}: {who} hands over to you, please accept"},
    "declined": {"zh": "{post}：{to} 未接收您的交班：{why}", "en": "{post}: {to} declined your handover: {why}"},
}
Answer = Literal["accepted", "declined", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Handover:
    """What was offered by whom to whom, and the answer where there is one.

    `alerts` are those that were open at the offer; in lists they are left out and `open` tells how many.
    """

    handover_id: int
    shift: Shift
    from_name: str
    to_person: str
    to_name: str
    offered_at: datetime
    who: str
    note: str
    open: int
    alerts: tuple[dict[str, Any], ...]
    answer: Answer | None
    answered_at: datetime | None
    answered_by: str | None
    reason: str | None
    to_start: datetime | None


async def offer(
    on: asyncpg.Connection, actor: Actor, shift: Shift, to_person: str | None, note: str, now: datetime
) -> Handover:
    """Offer a shift to who comes next on the post, or to somebody named who has a shift there.

    Raises Refused, and Forbidden for who neither has the shift nor leads.
    """
    must_be(actor, shift.person_id)
    if now < shift.start:
        raise Refused("班次尚未开始 · the shift has not begun")
    async with on.transaction():
        await log.line_up(on, shift)
        before = await HANDOVER.pending.fetchrow(on, **log.named(shift))
        if before:
            how = "已交接 · is handed over already" if before["answer"] else "已提出交接 · is being handed over already"
            raise Refused(f"{how} ({before['handover_id']})")
        incoming = await _incoming(on, shift, to_person, now)
        if incoming is None:
            raise Refused(f"{to_person or '无人'} 不在此岗位接班 · nobody to take the post over: {shift.post}")
        alerts = [_plain(row) for row in await HANDOVER.open_alerts.fetch(on)]
        number: int = await HANDOVER.offer.fetchval(
            on, **log.named(shift), to_person=incoming["person_id"], at=now, who=actor.who, note=note, alerts=alerts
        )
        offered = await one(on, number)
        await _tell(on, offered, incoming["person_id"], "offered", now)
        return offered


async def answer(
    on: asyncpg.Connection, handover: Handover, actor: Actor, said: Answer, reason: str, now: datetime
) -> Handover:
    """Accept, decline or withdraw; acceptance hands over what the outgoing had taken and locks the log of the shift.

    Raises Refused, and Forbidden for who is not the one who has to answer and does not lead.
    """
    must_be(actor, handover.shift.person_id if said == "withdrawn" else handover.to_person)
    done = await _take(on, handover, actor, said, reason, now)
    if done.answer == "accepted":
        # Thousands would hold up the log of all alerts: those that are left follow one by one.
        while await _hand_alerts(on, handover, actor, now) == AT_ONCE:
            pass
    return done


async def _take(
    on: asyncpg.Connection, handover: Handover, actor: Actor, said: Answer, reason: str, now: datetime
) -> Handover:
    async with on.transaction():
        await HANDLING.line_up.execute(on)
        await log.line_up(on, handover.shift)
        incoming = await _incoming(on, handover.shift, handover.to_person, now)
        if said == "accepted" and incoming is None:
            raise Refused(
                f"{handover.to_person} 已不在此岗位的班上 · is not on the post any more; offer it to somebody else"
            )
        start = incoming["start_at"] if incoming and said == "accepted" else None
        told = {"answer": said, "to_start": start, "at": now, "who": actor.who, "reason": reason}
        if not await HANDOVER.answer.fetchval(on, handover_id=handover.handover_id, **told):
            return await _answered(on, handover.handover_id, actor, said)
        if said == "accepted":
            await _hand_alerts(on, handover, actor, now)
            await log.lock(on, handover.shift, handover.handover_id, now)
        elif said == "declined":
            await _tell(on, handover, handover.shift.person_id, said, now, reason)
        return await one(on, handover.handover_id)


async def _answered(on: Connection, handover_id: int, actor: Actor, said: Answer) -> Handover:
    """The same answer of the same person again is a double tap; raises Refused for any other."""
    before = await one(on, handover_id)
    if (before.answer, before.answered_by) != (said, actor.who):
        raise Refused(f"此交接已有答复 · this handover was answered before: {before.answer}")
    return before


async def one(on: Connection, handover_id: int) -> Handover:
    """A handover with its alerts; raises Missing."""
    row = await HANDOVER.one.fetchrow(on, handover_id=handover_id)
    if row is None:
        raise Missing(f"没有这次交接 · no handover {handover_id}")
    return _handover(row, tuple(row["alerts"]))


async def newest(on: Connection, most: int, before: int = NEWEST, person_id: str | None = None) -> list[Handover]:
    """The newest first, before a number; of one person where named."""
    rows = await HANDOVER.newest.fetch(on, most=most, before=before, person_id=person_id)
    return [_handover(row, ()) for row in rows]


async def _incoming(on: Connection, shift: Shift, to_person: str | None, now: datetime) -> Record | None:
    """Who is to take over: the first shift on the post that begins when this one ends or later, or that runs."""
    since = shift.start if to_person else min(shift.end, now)
    return await HANDOVER.incoming.fetchrow(
        on, post=shift.post, person_id=shift.person_id, to_person=to_person, at=now, since=since, until=now + NEAR
    )


async def _tell(
    on: asyncpg.Connection, handover: Handover, person_id: str, what: str, now: datetime, why: str = ""
) -> None:
    named = {"post": handover.shift.post, "who": handover.from_name, "to": handover.to_name, "why": why}
    words = {language: text.format(**named) for language, text in WORDS[what].items()}
    subject = "handover" if what == "offered" else f"handover-{what}"
    await tell_people(on, [person_id], subject, words, 1, now, f"handover-{what}:{handover.handover_id}")


async def _hand_alerts(on: asyncpg.Connection, handover: Handover, actor: Actor, now: datetime) -> int:
    """The gravest of those that the outgoing had taken, some at a time; how many."""
    handed = 0
    why = f"交接 {handover.handover_id} · handover {handover.handover_id}"
    desk_officer = replace(actor, role="leader")  # who may accept a handover may take what comes with it
    for row in await HANDOVER.taken_by.fetch(on, person_id=handover.shift.person_id, most=AT_ONCE):
        try:
            await desk.act(on, row["alert_id"], Act("handover", desk_officer, why, person=handover.to_person), now)
        except Illegal:  # somebody else closed it just now: then there is nothing to hand over
            continue
        handed += 1
    return handed


def _handover(row: Record, alerts: tuple[dict[str, Any], ...]) -> Handover:
    own = {"source": "", "instead_of": "", "township": "", **dict(row)}
    rest = (
        *("from_name", "to_person", "to_name", "offered_at", "who", "note"),
        *("answer", "answered_at", "answered_by", "reason", "to_start"),
    )
    return Handover(
        handover_id=row["handover_id"],
        shift=Shift(own["start_at"], own["end_at"], own["post"], own["role"], own["person_id"]),
        open=len(alerts) if alerts else _count(row["alerts"]),
        alerts=alerts,
        **{name: row[name] for name in rest},
    )


def _count(told: object) -> int:
    return told if isinstance(told, int) else 0


def _plain(row: Record) -> dict[str, Any]:
    return {**dict(row), "opened_at": row["opened_at"].isoformat()}
