"""Keys of programs: shown once when they are made, rotated with an overlap, revoked at once."""

import secrets
import string
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg

from service.account.identity import hash_of
from sql.queries import Connection, Queries, Record

API_KEY = Queries("api_key")
MOST = 50
"""Keys of one account that are good at the same time."""
LONGEST_DAYS = 730
_SIGNS = string.digits + string.ascii_lowercase


class RefusedKey(ValueError):  # noqa: N818
    """A key cannot be made, or rotated, so; `field` names the wish that is wrong."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(why)
        self.field = field


@dataclass(frozen=True, slots=True)
class Wish:
    """As whom a key acts, what it is called, whether it may change anything, for whom alone, for how long."""

    account: str
    name: str
    writes: bool
    enterprise_id: str | None
    life: timedelta


@dataclass(frozen=True, slots=True)
class NewKey:
    """`key` is shown this once; `enterprise_id` is whom it is narrowed to."""

    prefix: str
    key: str
    expires_at: datetime
    enterprise_id: str | None


async def add(on: asyncpg.Connection, wish: Wish, by: str, now: datetime) -> NewKey:
    """Make a key, in the caller's transaction; raises RefusedKey."""
    account = await API_KEY.hold_account.fetchrow(on, account=wish.account)
    if account is None or account["disabled_at"] is not None:
        raise RefusedKey("account", f"没有可用的账号 · no account {wish.account} is in use")
    if await API_KEY.live.fetchval(on, account=wish.account, now=now) >= MOST:
        raise RefusedKey("account", f"已有 {MOST} 个密钥，请先吊销 · has {MOST} keys already: revoke some")
    enterprise_id = await _narrowed(on, wish, account["role"])
    prefix, secret = "".join(secrets.choice(_SIGNS) for _ in range(12)), secrets.token_urlsafe(32)
    expires_at = now + wish.life
    try:
        await API_KEY.add.execute(
            on,
            prefix=prefix,
            secret_sha256=hash_of(secret),
            account=wish.account,
            name=wish.name,
            enterprise_id=enterprise_id,
            writes=wish.writes,
            now=now,
            made_by=by,
            expires_at=expires_at,
        )
    except asyncpg.ForeignKeyViolationError as error:
        raise RefusedKey("enterprise_id", f"没有这家企业 · there is no enterprise {enterprise_id}") from error
    return NewKey(prefix, f"{prefix}.{secret}", expires_at, enterprise_id)


async def _narrowed(on: Connection, wish: Wish, role: str) -> str | None:
    """An enterprise's key is of an enterprise of its own: the one there is, or the one that is named."""
    if role != "enterprise":
        return wish.enterprise_id
    own = [row["value"] for row in await API_KEY.own.fetch(on, account=wish.account)]
    if wish.enterprise_id is None and len(own) == 1:
        return str(own[0])
    if wish.enterprise_id not in own:
        named = ", ".join(own) or "-"
        raise RefusedKey("enterprise_id", f"须是本账号的企业 · must be one of this account: {named}")
    return wish.enterprise_id


async def rotate(on: asyncpg.Connection, row: Record, overlap: timedelta, by: str, now: datetime) -> NewKey:
    """A new key like one that is held, which goes on for the overlap; raises RefusedKey."""
    if row["revoked_at"] is not None or row["expires_at"] <= now or row["replaced_by"] is not None:
        raise RefusedKey("prefix", "已失效或已轮换 · has ended, or was rotated before: make a new one")
    wish = Wish(row["account"], row["name"], row["writes"], row["enterprise_id"], row["expires_at"] - row["made_at"])
    made = await add(on, wish, by, now)
    await API_KEY.replace.execute(on, prefix=row["prefix"], replaced_by=made.prefix, until=now + overlap)
    return made


async def revoke(on: Connection, prefix: str, account: str | None, now: datetime) -> bool:
    """End a key, of an account if one is named; whether there was one."""
    return await API_KEY.revoke.fetchval(on, prefix=prefix, account=account, now=now) is not None
