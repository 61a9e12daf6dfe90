"""Calendar feeds at secret addresses: who knows the address reads the feed until it is revoked."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.roster.sheet import Person
from alerts.roster.shift import Shift
from sql.queries import Connection, Queries, Record

CALENDAR = Queries("calendar")
BEFORE, AHEAD = timedelta(days=31), timedelta(days=366)
MOST_ADDRESSES = 10
TOKEN_BYTES = 32


class TooManyError(ValueError):
    """Somebody has as many addresses in force as is sensible."""


@dataclass(frozen=True, slots=True)
class Address:
    """What is known of an address without the secret; `person_id` None: of the whole team."""

    address_id: int
    person_id: str | None
    made_by: str
    at: datetime
    revoked_at: datetime | None
    last_used: datetime | None


async def make(on: Connection, person_id: str | None, made_by: str, now: datetime) -> tuple[Address, str]:
    """A new address and its secret, which is told this once. Raises TooManyError."""
    held = await CALENDAR.held.fetchval(on, person_id=person_id)
    if held >= MOST_ADDRESSES:
        raise TooManyError(
            f"已有 {held} 个地址，请先作废旧的 · there are {held} addresses: revoke one that is not used"
        )
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = await CALENDAR.add.fetchrow(on, token=_hash(token), person_id=person_id, made_by=made_by, at=now)
    assert row is not None
    return _address(row), token


async def addresses(on: Connection, person_id: str | None = None) -> list[Address]:
    """All that were made, the newest first; only a person's own where one is named."""
    return [_address(row) for row in await CALENDAR.addresses.fetch(on, person_id=person_id)]


async def address(on: Connection, address_id: int) -> Address | None:
    """One, in force or not."""
    row = await CALENDAR.address.fetchrow(on, address_id=address_id)
    return row and _address(row)


async def revoke(on: Connection, address_id: int, who: str, now: datetime) -> None:
    """From now on nobody reads it any more."""
    await CALENDAR.revoke.execute(on, address_id=address_id, who=who, at=now)


async def opened(on: Connection, token: str, now: datetime) -> Address | None:
    """The address of a secret, None of one that is not or no longer in force.

    It is looked up by its hash: how long that takes tells nothing of the secret.
    """
    row = await CALENDAR.in_force.fetchrow(on, token=_hash(token))
    if row is None:
        return None
    await CALENDAR.used.execute(on, address_id=row["address_id"], at=now)
    return _address(row)


async def shifts(on: Connection, start: datetime, end: datetime, person_id: str | None = None) -> list[Shift]:
    """The published shifts that overlap a span, of one person or of all."""
    rows = await CALENDAR.shifts.fetch(on, start=start, end=end, person_id=person_id)
    return [Shift(*row.values()) for row in rows]


async def people(on: Connection) -> dict[str, Person]:
    """Everybody who may be on the roster."""
    return {row["person_id"]: Person(*row.values()) for row in await CALENDAR.people.fetch(on)}


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _address(row: Record) -> Address:
    return Address(**dict(row))
