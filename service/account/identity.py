"""Who asks, by the token of a session or the key of a program."""

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.handling.stage import Actor, Role
from service.database import ACCOUNT, ALL, Reach
from sql.queries import Connection, Record

ENTERPRISE_ROLE = "hotgrid_enterprise"
_KEY = re.compile(r"([0-9a-z]{12})\.([0-9A-Za-z_-]{43})")
SEEN_AFTER = timedelta(minutes=1)
"""As exactly it is kept when a session or key was last used: not every request writes."""


@dataclass(frozen=True, slots=True)
class Identity:
    """An account as a request of it is let in."""

    account: str
    role: Role
    display: str
    person_id: str | None
    township: str  # of the person, as the roster has it
    enterprises: tuple[str, ...]  # an enterprise's own; of a program's key that is narrowed, that one
    scope: tuple[str, ...] | None  # the enterprises that one of the authorities is bound to, None: all
    townships: tuple[str, ...] | None  # where one of the authorities acts, None: everywhere
    writes: bool = True
    session_id: int | None = None
    key: str | None = None  # prefix of the key, where a program asks
    only: str | None = None  # the enterprise that the key is narrowed to

    @property
    def who(self) -> str:
        """How logs name who acts: a person of the roster, `enterprise:ID`, else `user:NAME`."""
        if self.person_id is not None:
            return self.person_id
        if self.role == "enterprise":
            return f"enterprise:{self.enterprises[0] if len(self.enterprises) == 1 else self.account}"
        return f"user:{self.account}"

    def actor(self, place: str) -> Actor:
        """Who acts, in the words of the desk."""
        return Actor(self.who, self.role, self.display, place, self.township or self._only_township)

    @property
    def _only_township(self) -> str:
        """Whose team one is of, who is no person of the roster and is bound to one township."""
        return self.townships[0] if self.townships is not None and len(self.townships) == 1 else ""

    @property
    def reach(self) -> Reach:
        """As whom the database is asked, and whose rows it shows."""
        if self.role == "enterprise":
            return Reach(ENTERPRISE_ROLE, _array(self.enterprises))
        return ALL if self.scope is None else Reach(ALL.role, _array(self.scope))


async def of_session(on: Connection, token: str, now: datetime, idle: timedelta) -> Identity | None:
    """Whose session it is, None where there is no such session, or no longer."""
    row = await ACCOUNT.whose_session.fetchrow(on, token_sha256=hash_of(token), now=now, idle_since=now - idle)
    if row is None:
        return None
    if now - row["used_at"] > SEEN_AFTER:
        await ACCOUNT.session_seen.execute(on, session_id=row["session_id"], now=now)
    return _identity(row, session_id=row["session_id"])


async def of_key(on: Connection, told: str, now: datetime) -> Identity | None:
    """Whose key it is, None where there is no such key, or no longer."""
    match = _KEY.fullmatch(told)
    if match is None:
        return None
    row = await ACCOUNT.whose_key.fetchrow(on, prefix=match[1], now=now)
    if row is None or not hmac.compare_digest(row["secret_sha256"], hash_of(match[2])):
        return None
    if row["used_at"] is None or now - row["used_at"] > SEEN_AFTER:
        await ACCOUNT.key_used.execute(on, prefix=match[1], now=now)
    return _identity(row, key=match[1])


def hash_of(secret: str) -> bytes:
    """What is kept of a token or of a key's secret: both are 256 random bits, so no salt and no slow hash is needed."""
    return hashlib.sha256(secret.encode()).digest()


def _identity(row: Record, session_id: int | None = None, key: str | None = None) -> Identity:
    own, one = row["enterprises"] or [], row["only"]
    within = row["within"]
    if one is not None:
        own = [name for name in own if name == one]
        within = [one] if within is None or one in within else []
    return Identity(
        account=row["name"],
        role=row["role"],
        display=row["display"],
        person_id=row["person_id"],
        township=row["township"] or "",
        enterprises=tuple(own),
        scope=None if within is None else tuple(within),
        townships=None if row["townships"] is None else tuple(row["townships"]),
        writes=row["writes"],
        session_id=session_id,
        key=key,
        only=one,
    )


def _array(names: tuple[str, ...]) -> str:
    """An array of PostgreSQL as text; every name quoted."""
    return "{" + ",".join('"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"' for name in names) + "}"
