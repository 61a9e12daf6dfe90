"""All that is due for one contact: shaped into messages, each sent once, what came of it written down."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from alerts.muting.campaigns import policy_now
from alerts.outbox import PUSH
from alerts.push.bundle import Row, State, bundle
from alerts.push.contact import Contact
from alerts.push.hand_over import Post, hand_over
from alerts.push.letter import enterprise_letter, letter, notice
from alerts.push.pace import LIMIT, free_at, of_address
from alerts.push.pursue import MACHINES, is_with
from alerts.push.sender import Sender
from sql.failure import FAILURES
from sql.queries import Record

logger = logging.getLogger(__name__)

MOST = 500  # rows of a lane at one go
GATHER = timedelta(seconds=0.7)
"""So long after a message to a person what comes is gathered for the next one: a burst is one or two, and nobody waits
a second for them."""
TOO_OLD = timedelta(days=3)
"""An enterprise's platform that was away for longer than this has missed what it was told."""


async def deliver(sender: Sender, lane: int) -> None:
    """Send all that is due in a lane. What must wait is woken by the timers, what another worker sends is its own."""
    async with sender.lanes.alone_in(lane) as ours:
        if ours:
            policy = await policy_now(sender.pool, sender.policy, sender.now())
            while await _round(replace(sender, policy=policy), lane):
                pass


async def _round(sender: Sender, lane: int) -> bool:
    """As much as is read at one go; whether there may be more."""
    rows = await PUSH.due.fetch(sender.pool, lane=lane, most=MOST)
    if not rows:
        return False
    contact = await _contact(sender, lane)
    if contact is None or contact.channel not in sender.channels:
        why = "the contact is disabled" if contact is None else f"no channel {contact.channel} here"
        await _give_up(sender, rows, why)
        return len(rows) == MOST
    ahead = max((row["try_at"] for row in rows if row["attempts"]), default=sender.now())
    if ahead > sender.now():  # the address is to be left alone for a while: nobody goes ahead of who waits
        ids = [row["push_id"] for row in rows if row["try_at"] < ahead]
        await PUSH.hold.execute(sender.pool, ids=ids, try_at=ahead, due=False, why="waits for the address")
        return False
    if contact.person_id is not None and await _gathered(sender, lane):
        rows = await PUSH.due.fetch(sender.pool, lane=lane, most=MOST)
    due = [row for row in rows if row["try_at"] <= sender.now()]
    went = await _way(contact)(sender, contact, due)
    return went and len(rows) == MOST


async def _gathered(sender: Sender, lane: int) -> bool:
    """Whether it was too soon after the last message, and is not any more."""
    last = await PUSH.last_sent.fetchval(sender.pool, lane=lane)
    wait = GATHER if last is None else sender.now() - last
    if not timedelta(0) <= wait < GATHER:
        return False
    await asyncio.sleep((GATHER - wait).total_seconds())
    return True


async def _contact(sender: Sender, lane: int) -> Contact | None:
    if lane == 0:
        return Contact(0, None, "webhook", sender.webhook) if sender.webhook else None
    row = await PUSH.contact_row.fetchrow(sender.pool, lane=lane)
    return Contact(**dict(row)) if row else None


async def _give_up(sender: Sender, rows: Sequence[Record], why: str) -> None:
    ids = [row["push_id"] for row in rows]
    async with sender.pool.acquire() as on, on.transaction():
        await PUSH.failed.execute(on, ids=ids, why=why, now=sender.now())
        await PUSH.look_now.execute(on, ids=ids, now=sender.now())


async def _to_platform(sender: Sender, contact: Contact, rows: Sequence[Record]) -> bool:
    """One message a transition, in order: none goes before one that could not be sent."""
    for row in rows:
        if not await hand_over(sender, contact, Post(notice(row), [row])):
            return False
    return True


def _way(contact: Contact) -> Callable[[Sender, Contact, Sequence[Record]], Awaitable[bool]]:
    if contact.enterprise_id is not None:
        return _to_enterprise
    return _to_platform if contact.person_id is None else _to_person


async def _to_enterprise(sender: Sender, contact: Contact, rows: Sequence[Record]) -> bool:
    """One message an event, in order, as fast as its address may take them."""
    stale = [row for row in rows if sender.now() - row["made_at"] > TOO_OLD]
    await _give_up(sender, stale, f"not delivered within {TOO_OLD.days} days")
    left = [row for row in rows if row not in stale]
    for i, row in enumerate(left):
        free = await of_address(sender, contact)
        if free > sender.now():
            ids = [row["push_id"] for row in left[i:]]
            await PUSH.hold.execute(sender.pool, ids=ids, try_at=free, due=False, why=LIMIT)
            return False
        message = enterprise_letter(contact, row, sender.channels[contact.channel].room)
        if not await hand_over(sender, contact, Post(message, [row])):
            return False
    return True


async def _to_person(sender: Sender, contact: Contact, rows: Sequence[Record]) -> bool:
    """What was under way when a worker died goes again as it was; of the rest what still matters, bundled."""
    under_way: dict[str, list[Record]] = {}
    for row in rows:
        if row["message_key"]:
            under_way.setdefault(row["message_key"], []).append(row)
    for again in under_way.values():
        if not await _post(sender, contact, again):
            return False
    for parcel in await _parcels(sender, contact, [row for row in rows if not row["message_key"]]):
        if not await _post(sender, contact, parcel):
            return False
    return True


async def _post(sender: Sender, contact: Contact, rows: Sequence[Record]) -> bool:
    """Send one message, or hold it until its reader and the address may have one more; False when it did not go."""
    held = await free_at(sender, contact, rows)
    ids = [row["push_id"] for row in rows]
    if held.at > sender.now():
        await PUSH.hold.execute(sender.pool, ids=ids, try_at=held.at, due=held.why == "quiet hours", why=held.why)
        return True
    try:
        message = await letter(sender, contact, rows)
    except FAILURES:
        raise
    except Exception as error:  # one that cannot be written keeps no other waiting
        logger.exception("push %s cannot be written", ids[0])
        await _give_up(sender, rows, f"cannot be written: {error!r}"[:200])
        return True
    return await hand_over(sender, contact, Post(message, rows))


async def _parcels(sender: Sender, contact: Contact, rows: Sequence[Record]) -> list[list[Record]]:
    """What is due, bundled; what matters no more is dropped. What is about no alert is a message of its own."""
    held = [row["push_id"] for row in rows if row["held"] and row["who"] in MACHINES]
    await PUSH.dropped.execute(sender.pool, ids=held, why="muted")
    other = [row for row in rows if row["words"]]
    fresh = {row["push_id"]: row for row in rows if not row["words"] and row["push_id"] not in held}
    if not fresh:
        return [other] if other else []
    alert_ids = sorted({row["alert_id"] for row in fresh.values()})
    states = {row["alert_id"]: _state(row) for row in fresh.values() if row["stage"]}
    heard = await PUSH.heard.fetch(sender.pool, person_id=contact.person_id, alert_ids=alert_ids)
    last = await PUSH.last_sent.fetchval(sender.pool, lane=contact.contact_id)
    told = {row["alert_id"] for row in heard}
    made = bundle([_row(row) for row in fresh.values()], states, told, last, sender.policy.push, sender.now())
    for reason in {one.reason for one in made.dropped}:
        ids = [one.row.push_id for one in made.dropped if one.reason == reason]
        await PUSH.dropped.execute(sender.pool, ids=ids, why=reason)
    return [[fresh[row.push_id] for row in parcel.rows] for parcel in made.parcels] + ([other] if other else [])


def _row(row: Record) -> Row:
    return Row(row["push_id"], row["alert_id"], row["action"], row["seq"], row["severity"], row["due_at"])


def _state(row: Record) -> State:
    person = {"person_id": row["person_id"], "role": row["role"], "township": row["home"]}
    return State(row["stage"], is_with(row["handling"], person))
