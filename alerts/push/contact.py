"""How people, platforms and sirens are reached: read from the table `contact`, where dead addresses are disabled."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import asyncpg

from alerts.channels.address import check, masked, subscription
from sql.queries import Connection, Queries, Record

CONTACT = Queries("contact")
MOST_OF_A_PERSON = 20
MOST_OF_NOBODY = 500
MOST_OF_AN_ENTERPRISE = 10


class TooMany(ValueError):  # noqa: N818
    """As many contacts as may be are in use."""


@dataclass(frozen=True, slots=True)
class Contact:
    """One address of a person or an enterprise, or of a platform or siren where it is of neither."""

    contact_id: int
    person_id: str | None
    channel: str
    address: str = field(repr=False)  # a secret: whoever has it can send
    rank: int = 1  # the order in which a person's are tried, lowest first
    language: str = "zh"
    min_severity: int = 1
    enterprise_id: str | None = None
    secret: str | None = field(default=None, repr=False)  # what an enterprise's hook is signed with

    @property
    def shown(self) -> str:
        """What may be shown of the address."""
        return masked(self.channel, self.address)


async def contacts_of(on: Connection, person_ids: Iterable[str]) -> Mapping[str, Sequence[Contact]]:
    """The contacts in use of each of these people, in the order in which they are tried; () for who has none."""
    found: dict[str, list[Contact]] = {person_id: [] for person_id in person_ids}
    for row in await CONTACT.of_people.fetch(on, person_ids=list(found)):
        found[row["person_id"]].append(_contact(row))
    return {person_id: tuple(contacts) for person_id, contacts in found.items()}


async def platforms(on: Connection) -> Sequence[Contact]:
    """The contacts in use that are nobody's: platforms and sirens."""
    return [_contact(row) for row in await CONTACT.of_nobody.fetch(on)]


async def contact_of(on: Connection, contact_id: int) -> Contact | None:
    """One contact, None where it is unknown or disabled."""
    row = await CONTACT.one.fetchrow(on, contact_id=contact_id)
    return _contact(row) if row else None


async def add(on: asyncpg.Connection, contact: Contact, who: str, now: datetime) -> tuple[int, bool]:
    """Its number, and whether it is new; the same address of the same person or enterprise is set anew.

    Within a transaction. `contact_id` is not looked at. Raises ValueError with what is wrong with the address, TooMany.
    """
    check(contact.channel, contact.address)
    whose = {"person_id": contact.person_id, "enterprise_id": contact.enterprise_id}
    await CONTACT.one_by_one.execute(on, **whose)
    row = await CONTACT.add.fetchrow(
        on,
        **whose,
        channel=contact.channel,
        address=contact.address,
        rank=contact.rank,
        language=contact.language,
        min_severity=contact.min_severity,
        at=now,
        who=who,
    )
    assert row
    most = _most(contact)
    if row["added"] and await CONTACT.in_use.fetchval(on, **whose) > most:
        raise TooMany(f"{most} contacts are in use: remove one first")
    return int(row["contact_id"]), bool(row["added"])


def _most(contact: Contact) -> int:
    if contact.enterprise_id is not None:
        return MOST_OF_AN_ENTERPRISE
    return MOST_OF_NOBODY if contact.person_id is None else MOST_OF_A_PERSON


async def subscribe(on: asyncpg.Connection, contact: Contact, who: str, now: datetime) -> tuple[int, bool]:
    """Add a browser's subscription; an older one of the same browser, be it of another person, is used no more."""
    told = subscription(contact.address)
    address = json.dumps(told, separators=(",", ":"), sort_keys=True)
    for old in await CONTACT.of_endpoint.fetch(on, endpoint=told["endpoint"]):
        if (old["person_id"], old["address"]) != (contact.person_id, address):
            await disable(on, old["contact_id"], f"subscribed anew by {who}", now)
    return await add(on, replace(contact, address=address), who, now)


async def unsubscribe(on: asyncpg.Connection, person_id: str, endpoint: str, now: datetime) -> bool:
    """End this person's subscription; False where there is none."""
    found = [row for row in await CONTACT.of_endpoint.fetch(on, endpoint=endpoint) if row["person_id"] == person_id]
    for row in found:
        await disable(on, row["contact_id"], f"unsubscribed by {person_id}", now)
    return bool(found)


async def disable(on: Connection, contact_id: int, why: str, now: datetime) -> bool:
    """Use it no more and forget its address, all but the mask; False where it was not in use."""
    contact = await contact_of(on, contact_id)
    if contact is None:
        return False
    await CONTACT.forget_secret.execute(on, contact_id=contact_id)
    done = await CONTACT.disable.fetchval(on, contact_id=contact_id, masked=contact.shown, why=why[:200], at=now)
    return done is not None


def _contact(row: Record) -> Contact:
    return Contact(**dict(row))
