"""Signing in by name and password: a try is counted before it is made, and a right one clears the count."""

import logging
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

import asyncpg

from service.account import lockout
from service.account.lockout import Failures
from service.account.password import Passwords
from service.account.session import SIGN_IN, Life, Origin, Verified, begin, end_all, end_token
from service.database import ACQUIRE_TIMEOUT_S
from service.problems import BusyError, SignInError, TooManyError
from sql.queries import Connection, Record

logger = logging.getLogger(__name__)
NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")
WRONG = "用户名或密码不对 · the name or the password is wrong"


class Given(NamedTuple):
    """What somebody types."""

    name: str
    password: str


class House(NamedTuple):
    """What signing in needs of the service."""

    pool: asyncpg.Pool
    passwords: Passwords
    life: Life


async def sign_in(house: House, given: Given, origin: Origin, before: str | None = None) -> str:
    """The token of a new session, the one of `before` ended; raises SignInError, TooManyError and BusyError."""
    name = _plain(given.name)
    who = await verified(house, Given(name, given.password), origin)
    async with house.pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as on, on.transaction():
        now = datetime.now(UTC)
        token = await begin(on, who, origin, house.life, now)
        if token is None:
            raise SignInError(WRONG)
        if before is not None:
            await end_token(on, before)
        await forgive(on, name, origin)
    logger.info("signed in: %s from %s", who.account, origin.address)
    return token


async def verified(house: House, given: Given, origin: Origin) -> Verified:
    """Whose name and password they are, a failure counted where they are nobody's; no connection waits for the hash."""
    keys = lockout.keys(given.name, origin.address)
    async with house.pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as on:
        await _count(on, given.name, keys, origin)
        row = await _account(on, given.name)
    kept = row["password_hash"] if row is not None and row["disabled_at"] is None else None
    try:
        verdict = await house.passwords.verify(_typed(given.password), kept)
    except BusyError:
        await SIGN_IN.uncount.execute(house.pool, whats=[*keys.values()])
        raise
    if not verdict.right or row is None:
        logger.info("a wrong password or name from %s", origin.address)
        raise SignInError(WRONG)
    if verdict.renewed:
        await SIGN_IN.change_password.execute(house.pool, name=row["name"], password_hash=verdict.renewed, before=kept)
    return Verified(row["name"], verdict.renewed or kept)


async def known(on: Connection, name: str) -> str | None:
    """The account that somebody says to be, for the logs; None where there is none: it may be a password."""
    row = await _account(on, _plain(name))
    return None if row is None else str(row["name"])


async def forgive(on: Connection, name: str, origin: Origin) -> None:
    """Who was recognised has made no failures; of the address only the try itself is taken back."""
    keys = lockout.keys(name, origin.address)
    await SIGN_IN.clear.execute(on, whats=[keys["both"], keys["name"]])
    await SIGN_IN.calm.execute(on, what=keys["address"], now=datetime.now(UTC))


async def change_password(house: House, who: Verified, new: str, session_id: int | None) -> bool:
    """Keep a new password, and end all other sessions; False where it was changed by others at the same moment."""
    kept = await house.passwords.hash(new)
    async with house.pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as on, on.transaction():
        changed = await SIGN_IN.change_password.fetchval(
            on, name=who.account, password_hash=kept, before=who.password_hash
        )
        if changed is None:
            return False
        await end_all(on, who.account, session_id)
    logger.info("password changed: %s", who.account)
    return True


async def _count(on: asyncpg.Connection, name: str, keys: Mapping[str, str], origin: Origin) -> None:
    """Count a try as if it failed, or refuse it: many at the same moment are not tried before the first has failed."""
    now = datetime.now(UTC)
    async with on.transaction():
        await SIGN_IN.unhurried.execute(on)
        found = await _failures(on, keys, now)
        at_home = NAME.fullmatch(name) and await SIGN_IN.is_at_home.fetchval(
            on, name=name, address=origin.address, now=now
        )
        if (wait := lockout.wait_s(now, found, bool(at_home))) > 0:
            raise _too_many(wait)
        counted = {kind: lockout.failed(kind, found.get(kind), now) for kind in keys}
        await SIGN_IN.count.execute(
            on,
            whats=[keys[kind] for kind in counted],
            failures=[one.failures for one in counted.values()],
            untils=[one.until for one in counted.values()],
            now=now,
        )


async def _failures(on: Connection, keys: Mapping[str, str], now: datetime) -> dict[str, Failures]:
    await SIGN_IN.reserve.execute(on, whats=[*keys.values()], now=now)
    rows = {row["what"]: row for row in await SIGN_IN.failures.fetch(on, whats=[*keys.values()])}
    found = {kind: rows[what] for kind, what in keys.items() if what in rows}
    return {kind: Failures(row["failures"], row["last_at"], row["until"]) for kind, row in found.items()}


async def _account(on: Connection, name: str) -> Record | None:
    return await SIGN_IN.account.fetchrow(on, name=name) if NAME.fullmatch(name) else None


def _plain(name: str) -> str:
    return name.strip().lower()


def _too_many(wait_s: float) -> TooManyError:
    seconds = math.ceil(wait_s)
    return TooManyError(
        f"试错太多，请 {seconds} 秒后再试 · too many wrong tries: try again in {seconds} s", retry_after_s=seconds
    )


def _typed(password: str) -> str:
    """What no password can be is tried as one that is wrong: it takes as long."""
    return "\x00" if any("\ud800" <= sign <= "\udfff" for sign in password) else password
