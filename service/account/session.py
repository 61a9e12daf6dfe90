"""Sessions of people: begun by signing in, listed, and ended at once."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from service.account.identity import hash_of
from sql.queries import Connection, Queries, Record

SIGN_IN = Queries("sign_in")
TOKEN_BYTES = 32
MOST = 20
"""Sessions of one account; the oldest ends when one more begins."""
LONGEST_AGENT = 200


@dataclass(frozen=True, slots=True)
class Life:
    """How long a session lives: unused, and at all."""

    idle: timedelta
    whole: timedelta


class Origin(NamedTuple):
    """From where somebody signs in, and with which program."""

    address: str
    agent: str

    @property
    def told(self) -> str:
        """The program as it may be kept and shown."""
        return "".join(sign for sign in self.agent if sign.isprintable())[:LONGEST_AGENT]


class Verified(NamedTuple):
    """An account whose owner was recognised, with the hash that was current then."""

    account: str
    password_hash: str | None


async def begin(on: Connection, who: Verified, origin: Origin, life: Life, now: datetime) -> str | None:
    """A new session's token, which is kept nowhere; None where the account has changed since it was verified."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    begun = await SIGN_IN.begin.fetchval(
        on,
        token_sha256=hash_of(token),
        name=who.account,
        password_hash=who.password_hash,
        now=now,
        expires_at=now + life.whole,
        address=origin.address,
        agent=origin.told,
    )
    if begun is None:
        return None
    await SIGN_IN.trim.execute(on, account=who.account, now=now, idle_since=now - life.idle, most=MOST)
    return token


async def of_account(on: Connection, account: str, life: Life, now: datetime) -> list[Record]:
    """Those that live, the newest first."""
    return await SIGN_IN.of_account.fetch(on, account=account, now=now, idle_since=now - life.idle)


async def end_token(on: Connection, token: str) -> None:
    """End the session of a token, if there is one."""
    await SIGN_IN.end_token.execute(on, token_sha256=hash_of(token))


async def end(on: Connection, account: str, session_id: int) -> bool:
    """End one of an account's; whether there was one."""
    return await SIGN_IN.end_one.fetchval(on, account=account, session_id=session_id) is not None


async def end_all(on: Connection, account: str, kept: int | None = None) -> int:
    """End all of an account's but the one that is kept; how many that were."""
    return len(await SIGN_IN.end_all.fetch(on, account=account, kept=kept))
