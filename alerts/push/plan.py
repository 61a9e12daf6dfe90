"""From transitions that wait to who is told of them: people and platforms, in one transaction, each once."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from alerts.enterprise.owner import tell_owners
from alerts.muting.campaigns import policy_now
from alerts.muting.holding import hold_all
from alerts.outbox import CLOCKED, PUSH, wake
from alerts.policy import Policy
from alerts.push.audience import Event, Scene, audience
from alerts.push.climb import plain
from alerts.push.contact import Contact, platforms
from alerts.push.ladder import rungs
from alerts.push.pursue import MACHINES, pursue
from alerts.push.sender import Sender
from alerts.roster.duty import ROLES, OnDuty, chief_of, responsible
from sql.failure import FAILURES
from sql.queries import Record

logger = logging.getLogger(__name__)

MOST = 200  # notices at one go
BEGINS = frozenset({"opened", "reopen", "recheck", "release", "lapse", "split", "resume", "unmuted"})
"""After which an alert may be nobody's, and the escalation begins."""
OF_SETTINGS = "webhook"
SAME = {"unmuted": "opened", "resume": "opened"}
"""What is told to the people to whom the opening is told."""


@dataclass(frozen=True, slots=True)
class Staff:
    """Who is there at the time."""

    on_duty: Sequence[OnDuty]
    bureau: Sequence[str]
    chiefs: dict[str, tuple[str, ...]]  # by township


async def plan_all(on: asyncpg.Connection, sender: Sender) -> None:
    """Look at all notices that wait. One that cannot be dealt with is set aside, and keeps no other waiting."""
    most, webhook = MOST, sender.webhook is not None
    while True:
        try:
            if not await plan(on, sender.policy, webhook, sender.now(), most):
                return
        except FAILURES:
            raise
        except Exception as error:  # one notice that is at fault must not stop the others
            if most == 1:
                logger.exception("a notice is set aside: see the table notice")
                await PUSH.set_aside.execute(on, why=repr(error)[:500])
            most = 1


async def plan(on: asyncpg.Connection, policy: Policy, webhook: bool, now: datetime, most: int = MOST) -> int:
    """Look at the notices that wait, the first so many; how many there were. `webhook`: the settings name one.

    Who looks at the same time waits: platforms are told in the order of the log.
    """
    async with on.transaction():
        await PUSH.plan_alone.execute(on)
        taken = await PUSH.take_notices.fetch(on, most=most)
        if taken:
            policy = await policy_now(on, policy, now)
            held = await hold_all(on, [event["alert_id"] for event in taken], policy.mute, now)
            await tell_owners(on, taken, now)
            events = [event for event in taken if _rings(event, event["alert_id"] in held)]
            await _tell_people(on, events, policy, now)
            await _tell_platforms(on, events, webhook, now)
            await _begin_ladders(on, [event for event in events if event["alert_id"] not in held], policy, now)
    return len(taken)


def _rings(event: Record, held: bool) -> bool:
    """What the detector and the clocks say of an alert for which no phone rings is not told; what people do is."""
    return (event["pushed"] and not held) or event["who"] not in MACHINES


async def _tell_people(on: asyncpg.Connection, events: Sequence[Record], policy: Policy, now: datetime) -> None:
    staff = await _staff(on, events, policy, now)
    before: dict[str, set[str]] = defaultdict(set)
    for row in await PUSH.told_before.fetch(on, alert_ids=[event["alert_id"] for event in events]):
        before[row["alert_id"]].add(row["person_id"])
    tellings = []
    for event in events:
        telling = _telling(event, staff, before[event["alert_id"]], policy)
        before[event["alert_id"]].update(one["person_id"] for one in telling["told"])
        if telling["told"]:
            tellings.append(telling)
    await PUSH.put_tellings.fetch(on, rows=tellings, now=now)
    await pursue(on, policy, now)


def _telling(event: Record, staff: Staff, before: set[str], policy: Policy) -> dict[str, Any]:
    happened = Event(SAME.get(event["action"], event["action"]), event["seq"], event["who"], event["details"])
    chiefs = staff.chiefs.get(event["township"], ())
    scene = Scene(staff.on_duty, chiefs, staff.bureau, event["handling"], frozenset(before))
    told = audience(happened, scene, [level.role for level in policy.escalation.levels])
    return {
        "telling": f"hotgrid-{event['seq']}",
        "seq": event["seq"],
        "alert_id": event["alert_id"],
        "action": event["action"],
        "severity": event["severity"],
        "told": [one._asdict() for one in told],
    }


async def _staff(on: asyncpg.Connection, events: Sequence[Record], policy: Policy, now: datetime) -> Staff:
    chiefs: dict[str, tuple[str, ...]] = {}
    for township in sorted({event["township"] for event in events} - {""}):
        chief = await chief_of(on, now, township=township)
        chiefs[township] = (chief.person_id,) if chief else ()
    bureau = [row["person_id"] for row in await PUSH.bureau.fetch(on)]
    return Staff(await responsible(on, now, ROLES, policy.roster.handover_lapse), bureau, chiefs)


async def _tell_platforms(on: asyncpg.Connection, events: Sequence[Record], webhook: bool, now: datetime) -> None:
    """Every transition of detector and desk of what is pushed, for every platform, in the order of the log."""
    contacts: list[Contact | None] = [*([None] if webhook else []), *await platforms(on)]
    rows = [
        _for_platform(event, contact)
        for event in events
        if event["pushed"] and event["action"] not in CLOCKED
        for contact in contacts
        if contact is None or event["severity"] >= contact.min_severity
    ]
    await wake(on, [(row["lane"], row["severity"]) for row in await PUSH.put.fetch(on, rows=rows, now=now)])


def _for_platform(event: Record, contact: Contact | None) -> dict[str, Any]:
    key = f"hotgrid-{event['seq']}"
    return {
        "key": f"{key}-{contact.contact_id}" if contact else key,
        "seq": event["seq"],
        "alert_id": event["alert_id"],
        "contact_id": contact and contact.contact_id,
        "channel": contact.channel if contact else OF_SETTINGS,
        "action": event["action"],
        "reason": "platform",
        "severity": event["severity"],
        "why": "",
    }


async def _begin_ladders(on: asyncpg.Connection, events: Sequence[Record], policy: Policy, now: datetime) -> None:
    rows = [
        plain(event["alert_id"], rungs(policy.escalation, event["severity"], now, now, policy.tz))
        for event in {event["alert_id"]: event for event in events if _begins(event)}.values()
    ]
    await PUSH.begin_ladder.execute(on, rows=rows)
    raised = [event["alert_id"] for event in events if event["action"] == "raised"]
    await PUSH.climb_now.execute(on, alert_ids=raised, now=now)


def _begins(event: Record) -> bool:
    return event["action"] in BEGINS and event["stage"] == "open" and event["pushed"]
