"""When a contact may get one more message: throttle of the person, limit of the address, quiet hours."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from alerts.outbox import PUSH
from alerts.push.contact import Contact
from alerts.push.pursue import is_with
from alerts.push.quiet import until
from alerts.push.sender import Sender
from alerts.push.throttle import MINUTE, earliest, free_slot
from alerts.severity import of
from sql.queries import Record

LIMIT = "limit of the channel"


class Hold(NamedTuple):
    """From when a message may go, and what it waits for until then."""

    at: datetime
    why: str


async def free_at(sender: Sender, contact: Contact, rows: Sequence[Record]) -> Hold:
    """The latest of what holds a message back; now where nothing does. A test of one's own phone only has the limit."""
    holds = [Hold(await of_address(sender, contact), LIMIT)]
    if not all((row["words"] or {}).get("subject") == "test" for row in rows):
        severity = max(row["severity"] for row in rows)
        holds.append(Hold(await _of_person(sender, contact, severity), "throttle"))
        holds.append(Hold(await _of_night(sender, contact, rows, severity), "quiet hours"))
    return max(holds, key=lambda hold: (hold.at, hold.why == "quiet hours"))


async def of_address(sender: Sender, contact: Contact) -> datetime:
    """When the address may get one more message, by our rules and its own."""
    now, policy = sender.now(), sender.policy.push
    sent = await PUSH.sent_to_address.fetch(sender.pool, lane=contact.contact_id, since=now - MINUTE)
    ours = policy.a_minute.get(contact.channel, policy.a_minute_else)
    theirs = sender.channels[contact.channel].per_minute(contact.address)
    return free_slot(ours if theirs is None else min(ours, theirs), [row["at"] for row in sent], now)


async def _of_person(sender: Sender, contact: Contact, severity: int) -> datetime:
    now, bucket = sender.now(), of(sender.policy.push.throttle, severity)
    since = now - timedelta(seconds=bucket.burst * bucket.seconds)
    sent = await PUSH.sent_to_person.fetch(sender.pool, person_id=contact.person_id, since=since)
    return earliest(bucket, [row["at"] for row in sent], now)


async def _of_night(sender: Sender, contact: Contact, rows: Sequence[Record], severity: int) -> datetime:
    """Never for who is on duty, nor for who is sent somewhere."""
    now = sender.now()
    free = until([of(sender.policy.push.quiet, severity)], now, sender.policy.tz)
    if free <= now or any(_goes(row) for row in rows):
        return now
    on_duty = await PUSH.is_on_duty.fetchval(sender.pool, person_id=contact.person_id, at=now)
    return now if on_duty else free


def _goes(row: Record) -> bool:
    person = {"person_id": row["person_id"], "role": row["role"], "township": row["home"]}
    return row["action"] == "dispatch" and is_with(row["handling"] or {}, person)
