"""The demo's accounts: one a role with a password that everybody knows, and a key for each of its simulated people."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import asyncpg

from ingest.registry import Registry
from service.access import ROLES
from service.account import book, key
from service.account.book import NewAccount, Scope
from service.account.password import hashed
from sql.pool import connect

PASSWORD = "hotgrid-demo"
BY = "demo"
LIFE = timedelta(days=365)


async def cast(database_url: str, registry: Registry) -> dict[str, str]:
    """Make the accounts; gives the key of everybody who is simulated, by who acts (`P04`, `enterprise:E06`)."""
    on = await connect(database_url, BY)
    try:
        async with on.transaction():
            kept, now = hashed(PASSWORD), datetime.now(UTC)
            for account in visitors(registry, kept):
                await book.add(on, account, BY, now)
            return {who: await _played(on, account, now) for who, account in players(registry)}
    finally:
        await on.close()


def visitors(registry: Registry, kept: str) -> Iterator[NewAccount]:
    """Whom the visitor signs in as: one of every role, a field team of one township, an enterprise with monitors."""
    enterprises = sorted({row.enterprise_id for row in registry.monitors})
    townships = sorted({person.township for person in registry.people if person.role == "field" and person.township})
    scopes = {"field": Scope(townships=townships[:1]), "enterprise": Scope(enterprises=enterprises[:1])}
    for role in ROLES:
        if role != "enterprise" or enterprises:
            scope = scopes.get(role, Scope())
            yield NewAccount(role, role, f"演示 · demo {role}", password_hash=kept, scope=scope)


def players(registry: Registry) -> Iterator[tuple[str, NewAccount]]:
    """The people of the roster and the enterprises; none of them has a password."""
    for person in registry.people:
        yield person.person_id, NewAccount(f"p-{person.person_id.lower()}", person.role, person_id=person.person_id)
    for enterprise in registry.enterprises:
        name, scope = enterprise.enterprise_id, Scope(enterprises=[enterprise.enterprise_id])
        yield f"enterprise:{name}", NewAccount(f"e-{name.lower()}", "enterprise", enterprise.name, scope=scope)


async def _played(on: asyncpg.Connection, account: NewAccount, now: datetime) -> str:
    await book.add(on, account, BY, now)
    return (await key.add(on, key.Wish(account.name, BY, True, None, LIFE), BY, now)).key
