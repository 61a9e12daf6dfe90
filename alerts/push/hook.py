"""The hooks of an enterprise: its own addresses that are posted what concerns it, signed with their own secrets."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from alerts.push.contact import CONTACT, Contact, TooMany, add, disable
from alerts.push.tell import EnterpriseEvent, tell_enterprise

MOST = 5
CHANNEL = "hook"
TEST_ZH = "这是一条测试消息。"
TEST_EN = "This is a test."


@dataclass(frozen=True, slots=True)
class NewHook:
    """What an enterprise asks for."""

    enterprise_id: str
    url: str
    events: Collection[EnterpriseEvent]
    min_severity: int = 1


async def add_hook(on: asyncpg.Connection, asked: NewHook, who: str, now: datetime) -> tuple[int, str, bool]:
    """Its number, its secret, and whether it is new; the same URL again is set anew, with a new secret.

    Within a transaction. Raises ValueError with what is wrong with the URL, TooMany.
    """
    contact = Contact(0, None, CHANNEL, asked.url, min_severity=asked.min_severity, enterprise_id=asked.enterprise_id)
    contact_id, added = await add(on, contact, who, now)
    if added and await CONTACT.count_hooks.fetchval(on, enterprise_id=asked.enterprise_id) > MOST:
        raise TooMany(f"{MOST} hooks are in use: remove one first")
    secret = secrets.token_urlsafe(32)
    await CONTACT.put_hook.execute(
        on,
        contact_id=contact_id,
        enterprise_id=asked.enterprise_id,
        events=sorted(set(asked.events)),
        secret=secret,
    )
    return contact_id, secret, added


async def remove_hook(on: asyncpg.Connection, enterprise_id: str, contact_id: int, who: str, now: datetime) -> bool:
    """Use it no more and forget its address and secret; False where this enterprise has no such hook in use."""
    if not await is_hook(on, enterprise_id, contact_id):
        return False
    return await disable(on, contact_id, f"removed by {who}", now)


async def is_hook(on: asyncpg.Connection, enterprise_id: str, contact_id: int) -> bool:
    """Whether this is a hook in use of this enterprise."""
    found = await CONTACT.hook.fetchval(on, contact_id=contact_id, enterprise_id=enterprise_id)
    return found is not None


async def try_hook(on: asyncpg.Connection, enterprise_id: str, contact_id: int, now: datetime) -> int:
    """Queue a test to this hook alone, whatever events it wants, once a minute; to how many it goes (0 or 1)."""
    words = {"zh": TEST_ZH, "en": TEST_EN}
    key = f"test-hook-{contact_id}-{now:%Y%m%dT%H%M}"
    return await tell_enterprise(on, [enterprise_id], "test", words, 1, now, key, only=contact_id)
