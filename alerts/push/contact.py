"""How people, platforms and sirens are reached: read from the table `contact`, where dead addresses are disabled."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from alerts.channels.address import masked
from sql.queries import Connection, Queries, Record

CONTACT = Queries("contact")


@dataclass(frozen=True, slots=True)
class Contact:
    """One address of a person, or of a platform or siren where `person_id` is None."""

    contact_id: int
    person_id: str | None
    channel: str
    address: str = field(repr=False)  # a secret: whoever has it can send
    rank: int = 1  # the order in which a person's are tried, lowest first
    language: str = "zh"
    min_severity: int = 1

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


async def disable(on: Connection, contact_id: int, why: str, now: datetime) -> bool:
    """Use it no more and forget its address, all but the mask; False where it was not in use."""
    contact = await contact_of(on, contact_id)
    if contact is None:
        return False
    done = await CONTACT.disable.fetchval(on, contact_id=contact_id, masked=contact.shown, why=why[:200], at=now)
    return done is not None


def _contact(row: Record) -> Contact:
    return Contact(**dict(row))
