"""One message handed to its channel: counted before it goes, what came of it written down, repeats under its key."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from alerts.channels.message import Later, Message, Sent
from alerts.channels.refused import Gone, Refused
from alerts.outbox import PUSH
from alerts.push.contact import Contact, disable
from alerts.push.sender import Sender
from sql.queries import Record

logger = logging.getLogger(__name__)
ATTEMPTS = 60
LONGEST = timedelta(minutes=5)  # between two attempts, where the other side names no time
LIMIT_S = 60.0  # for a channel that does not end by itself
WORDS = 200  # characters of what is kept of an answer


class Post(NamedTuple):
    """A message and the pushes that it tells."""

    message: Message
    rows: Sequence[Record]


async def hand_over(sender: Sender, contact: Contact, post: Post) -> bool:
    """Send once; False when it may pass and is to be tried again later."""
    async with sender.gates[contact.channel]:
        return await _send(sender, contact, post)


async def _send(sender: Sender, contact: Contact, post: Post) -> bool:
    ids = [row["push_id"] for row in post.rows]
    claimed = await PUSH.claim.fetch(sender.pool, ids=ids, message_key=post.message.key)
    if not claimed:
        return True
    try:
        async with asyncio.timeout(LIMIT_S):
            sent = await sender.channels[contact.channel].send(contact.address, post.message)
    except Refused as refusal:
        await _failed(sender, contact, ids, refusal)
        return True
    except Exception as error:  # noqa: BLE001 - whatever a channel raises may pass: it is tried again
        return await _later(sender, contact, post, error)
    await _went(sender, post, sent)
    return True


async def _went(sender: Sender, post: Post, sent: Sent) -> None:
    logger.info("%s: %s", post.message.key, "delivered" if sent.delivered else "sent")
    await PUSH.went.execute(
        sender.pool,
        ids=[row["push_id"] for row in post.rows],
        message_key=post.message.key,
        delivered=sent.delivered,
        detail=sent.detail[:WORDS],
        now=sender.now(),
    )


async def _failed(sender: Sender, contact: Contact, ids: Sequence[int], why: Exception) -> None:
    """A final no: written down; the next channel or person is told at once."""
    logger.warning("%s %s: %s", contact.channel, contact.contact_id, why)
    now = sender.now()
    async with sender.pool.acquire() as on, on.transaction():
        await PUSH.failed.execute(on, ids=ids, why=str(why)[:WORDS], now=now)
        await PUSH.look_now.execute(on, ids=ids, now=now)
        if isinstance(why, Gone) and contact.contact_id:
            await disable(on, contact.contact_id, str(why), now)


async def _later(sender: Sender, contact: Contact, post: Post, error: Exception) -> bool:
    """What may pass is tried again, ever more rarely or when the other side asks for it; at last it is given up."""
    attempts = await PUSH.strain.fetchval(sender.pool, lane=contact.contact_id)
    why = f"{type(error).__name__}: {error}"[:WORDS]
    given_up = [row["push_id"] for row in post.rows if row["attempts"] + 1 >= ATTEMPTS]
    wait = min(timedelta(seconds=2 ** min(attempts, 10)), LONGEST)
    if isinstance(error, Later) and error.seconds > 0:
        wait = timedelta(seconds=error.seconds)
    now = sender.now()
    logger.warning("%s, attempt %d: %s; again in %s", post.message.key, attempts, why, wait)
    ids = [row["push_id"] for row in post.rows]
    async with sender.pool.acquire() as on, on.transaction():
        await PUSH.failed.execute(on, ids=given_up, why=f"given up after {ATTEMPTS} attempts: {why}"[:WORDS], now=now)
        await PUSH.look_now.execute(on, ids=given_up, now=now)
        await PUSH.later.execute(on, ids=ids, try_at=now + wait, why=why)
    return False
