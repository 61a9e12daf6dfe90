"""Whoever asks, in any role: accounts of the city whose role, places and keys last as long as one request."""

import secrets
from dataclasses import dataclass, replace
from typing import Literal

import asyncpg

from service.account.identity import hash_of
from tests.service.forgetful import Valid
from tests.support.signing import ADMIN, SignedIn

Way = Literal["session", "reading key", "writing key", "nobody"]

ENTERPRISE, FOREIGN, STRANGER = "enterprise:E0007", "enterprise:E0009", "P9"
ELSEWHERE = "罗溪镇"
KEY = """
    INSERT INTO api_key (prefix, secret_sha256, account, name, enterprise_id, writes, made_at, made_by, expires_at)
    VALUES ($1, $2, $3, 'test', NULL, $4, now(), 'test', now() + INTERVAL '1 day')
"""
# Whose something is, where the request of the world does not say so itself.
OWNERS = {
    **dict.fromkeys(("listContacts", "listPushes", "addCalendar", "revokeCalendar", "requestSwap"), "P1"),
    **dict.fromkeys(("acceptAlert", "declineAlert", "arriveAlert"), "F1"),
    "stepSwap": "P2",
}
# What one role says and another does not.
DESK_MARK = ("admin", "leader", "duty")
VARIANTS = {
    ("rectifyAlert", "field"): Valid({"alert_id": "S6"}, bodies=({"why": "已封"},)),
    **{("listKeys", role): Valid() for role in ("leader", "bureau", "duty", "chief", "dispatcher", "field")},
    ("listKeys", "enterprise"): Valid(),
}


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, as which role, by what, and where alone he acts (everywhere, if nothing is said)."""

    named: str
    role: str
    way: Way = "session"
    township: str = ""

    async def headers(self, on: asyncpg.Connection, signed: SignedIn) -> dict[str, str]:
        """What his requests bring along; the account is changed for it."""
        if self.way == "nobody":
            return {}
        account, cookie = self.named.lower().replace(":", "-"), await signed.cookie(self.named)
        await on.execute("UPDATE account SET role = $1 WHERE name = $2", self.role, account)
        if self.role == "enterprise" and self.named == ADMIN:  # the keys of the world's admin are an enterprise's then
            await on.execute("INSERT INTO account_scope VALUES ('admin', 'enterprise', 'E0007')")
            await on.execute("UPDATE api_key SET enterprise_id = 'E0007' WHERE account = 'admin'")
        if self.township:
            await on.execute("INSERT INTO account_scope VALUES ($1, 'township', $2)", account, self.township)
        if self.way == "session":
            return {"cookie": cookie}
        prefix, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
        await on.execute(KEY, prefix, hash_of(secret), account, self.way == "writing key")
        return {"authorization": f"Bearer {prefix}.{secret}"}


HOUSE = frozenset({"changePassword", "endSession", "rotateKey", "revokeKey", "listSessions", "endSessions"})
"""About accounts: the world has those of its admin."""


def owner(operation: str, role: str, valid: Valid) -> str:
    """Whose the things are that the request is about, if it is one in this role who asks."""
    if role == "enterprise" and valid.query.get("enterprise", "E0007") == "E0007" and operation not in HOUSE:
        return ENTERPRISE
    if operation in OWNERS:
        return OWNERS[operation]
    return ADMIN if valid.actor in ("", ENTERPRISE) else valid.actor


def said(operation: str, role: str, valid: Valid) -> Valid:
    """What somebody in a role asks."""
    if operation == "declareMark" and role in DESK_MARK:  # the desk has no papers of the enterprise's to attach
        return replace(valid, bodies=tuple(body | {"proofs": []} for body in valid.bodies))
    return VARIANTS.get((operation, role), valid)
