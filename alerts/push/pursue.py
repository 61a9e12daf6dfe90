"""Who is told goes on until somebody confirms: the first channel at once, then the next one, then the next person."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import asyncpg

from alerts.outbox import PUSH, wake
from alerts.policy import Policy
from alerts.push.audience import Told
from alerts.push.bundle import RELIEF, State, obsolete
from alerts.push.contact import Contact, contacts_of
from alerts.push.policy import PushPolicy
from alerts.push.succession import Next, Tried, Way, next_channel, whose_turn
from sql.queries import Record

MOST = 500  # tellings at one go
NEWS = RELIEF | {"reassigned", "verify", "report", "propose"}
"""What asks nobody for anything: said by one channel that works, no receipt is waited for."""
MACHINES = frozenset({"detector", "timer"})
NO_CONTACT = "no contact that takes this severity"
Contacts = Mapping[str, Sequence[Contact]]
By = Mapping[str, Sequence[Tried]]


class New(NamedTuple):
    """A push to make; without a contact the person has none that takes this, which is written down."""

    told: Told
    contact_id: int | None


@dataclass(frozen=True, slots=True)
class Telling:
    """An event, whom it is told, and by what they were told so far."""

    told: Sequence[Told]
    tried: By
    contacts: Contacts
    severity: int


async def pursue(on: asyncpg.Connection, policy: Policy, now: datetime) -> None:
    """Look at the tellings that are due: the pushes that they need now, and when they are due again."""
    async with on.transaction():
        await _pursue(on, policy, now)


async def _pursue(on: asyncpg.Connection, policy: Policy, now: datetime) -> None:
    due = await PUSH.due_tellings.fetch(on, now=now, most=MOST)
    if not due:
        return
    people = {one["person_id"] for row in due for one in row["told"]}
    known = {row["person_id"]: row for row in await PUSH.people.fetch(on, person_ids=sorted(people))}
    contacts, tried = await contacts_of(on, sorted(people)), await _tried(on, due)
    rows, looks = [], []
    for row in due:
        told = [one for one in _asked(row) if one.person_id in known and _matters(one, row, known[one.person_id])]
        new, next_at = steps(Telling(told, tried[row["telling"]], contacts, row["severity"]), policy.push, now)
        rows += [_row(row, one, contacts) for one in new]
        looks.append({"telling": row["telling"], "next_at": next_at and next_at.isoformat()})
    woken = [(row["lane"], row["severity"]) for row in await PUSH.put.fetch(on, rows=rows, now=now) if row["lane"]]
    await PUSH.next_look.execute(on, rows=looks)
    await wake(on, woken)


async def _tried(on: asyncpg.Connection, due: Sequence[Record]) -> Mapping[str, By]:
    found: dict[str, dict[str, list[Tried]]] = defaultdict(lambda: defaultdict(list))
    for row in await PUSH.tried.fetch(on, tellings=[row["telling"] for row in due]):
        one = Tried(row["contact_id"] or 0, row["started"], row["confirmed"], row["failed"])
        found[row["telling"]][row["person_id"]].append(one)
    return found


def _asked(row: Record) -> Iterable[Told]:
    """Nobody any more of an alert that is held back, but by what people do with it."""
    return () if row["held"] and row["who"] in MACHINES else (Told(**one) for one in row["told"])


def _matters(one: Told, row: Record, person: Record) -> bool:
    state = State(row["stage"], is_with(row["handling"], person)) if row["stage"] else None
    return obsolete(one.action, state) is None


def is_with(handling: Mapping[str, Any], person: Mapping[str, Any]) -> bool:
    """Whether an alert is (still) sent to a person or the person's field team."""
    named = handling.get("accepted_by") or handling.get("person")
    if named:
        return bool(named == person["person_id"])
    return bool(person["role"] == "field" and handling.get("team") == person["township"])


def steps(telling: Telling, policy: PushPolicy, now: datetime) -> tuple[list[New], datetime | None]:
    """The pushes to make now, and when to look again (None: never)."""
    asked = [one for one in telling.told if one.action not in NEWS]
    new, nexts = _chased(telling, asked, policy, now)
    new += [made for one in telling.told if one.action in NEWS and (made := _said(telling, one, policy, now))]
    return new, min((one.at for one in nexts if one.at and one.at > now), default=None)


def _chased(
    telling: Telling, asked: Sequence[Told], policy: PushPolicy, now: datetime
) -> tuple[list[New], Sequence[Next]]:
    """Everybody whose turn it is by the next channel that is due, person after person."""
    tried = {person_id: list(before) for person_id, before in telling.tried.items()}
    nexts = {one.person_id: _next(telling, one, tried[one.person_id], policy, now) for one in asked if _has(tried, one)}
    new: list[New] = []
    while fresh := [one for one in whose_turn(asked, nexts, now) if _is_due(nexts.get(one.person_id), now)]:
        for one in fresh:
            before = tried.setdefault(one.person_id, [])
            ahead = _next(telling, one, before, policy, now)
            if ahead.contact_id is not None:
                before.append(Tried(ahead.contact_id, now))
            if ahead.contact_id is not None or not before:
                new.append(New(one, ahead.contact_id))
            nexts[one.person_id] = _next(telling, one, before, policy, now)
    return new, [nexts[one.person_id] for one in whose_turn(asked, nexts, now)]


def _has(tried: Mapping[str, Sequence[Tried]], one: Told) -> bool:
    return bool(tried.get(one.person_id))


def _is_due(ahead: Next | None, now: datetime) -> bool:
    """Not told yet, or another channel is due."""
    return ahead is None or (ahead.contact_id is not None and ahead.at is not None and ahead.at <= now)


def _next(telling: Telling, one: Told, tried: Sequence[Tried], policy: PushPolicy, now: datetime) -> Next:
    contacts = telling.contacts.get(one.person_id, ())
    ways = [Way(contact.contact_id, contact.rank, contact.min_severity) for contact in contacts]
    return next_channel(tried, ways, policy, telling.severity, now)


def _said(telling: Telling, one: Told, policy: PushPolicy, now: datetime) -> New | None:
    """News by the first channel, and by the next one where that has failed."""
    tried = telling.tried.get(one.person_id, ())
    ahead = _next(telling, one, tried, policy, now)
    if tried and not tried[-1].failed:
        return None
    return New(one, ahead.contact_id) if ahead.contact_id is not None or not tried else None


def key_of(telling: str, to: int | str) -> str:
    """The idempotency key of a push: letters that fit into a header, and nothing of what it is about."""
    shown = (
        telling if telling.startswith("hotgrid-") else f"hotgrid-t{hashlib.sha256(telling.encode()).hexdigest()[:24]}"
    )
    return f"{shown}-{to}"


def _row(row: Record, new: New, contacts: Contacts) -> dict[str, Any]:
    told = new.told
    contact = next((one for one in contacts[told.person_id] if one.contact_id == new.contact_id), None)
    return {
        "key": key_of(row["telling"], new.contact_id or told.person_id),
        "telling": row["telling"],
        "seq": row["seq"],
        "alert_id": row["alert_id"],
        "person_id": told.person_id,
        "contact_id": new.contact_id,
        "channel": contact.channel if contact else "",
        "action": told.action,
        "reason": told.why,
        "severity": row["severity"],
        "why": "" if contact else NO_CONTACT,
    }
