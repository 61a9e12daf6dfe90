"""Signed in for a test: who asks is named by a header, and comes with a real session of a real account."""

import secrets
from collections.abc import AsyncIterator

import asyncpg
import httpx2

from service.account.identity import hash_of
from sql.pool import connect

HEADER = "X-Hotgrid-Actor"
ADMIN = "admin"
ENTERPRISE = "enterprise:"
MAKE = """
    INSERT INTO account (name, role, display, person_id, made_at, made_by) VALUES ($1, $2, $3, $4, now(), 'test')
    ON CONFLICT DO NOTHING
"""


class SignedIn(httpx2.Auth):
    """Who a request names in `X-Hotgrid-Actor`: a person of the roster, `enterprise:ID`, nobody named for an admin.

    The header itself is not sent. Whom the registry does not have comes with a token of nobody; a request that brings a
    cookie or a key of its own is left alone.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._tokens: dict[str, str] = {}

    async def async_auth_flow(self, request: httpx2.Request) -> AsyncIterator[httpx2.Request]:  # type: ignore[override]
        """Put the session's cookie on a request."""
        named = request.headers.pop(HEADER, ADMIN)
        if not request.headers.keys() & {"cookie", "authorization"}:
            request.headers["cookie"] = await self.cookie(named)
        yield request

    async def cookie(self, named: str = ADMIN) -> str:
        """What a browser of somebody's would send."""
        if named not in self._tokens:
            token = await _signed_in(self._url, named)
            if token is None:
                return "hotgrid=nobody"
            self._tokens[named] = token
        return f"hotgrid={self._tokens[named]}"


async def _signed_in(url: str, named: str) -> str | None:
    """The token of a new session; None where nobody can have one: unknown, or the database is away or empty."""
    try:
        connection = await connect(url, "test")
    except OSError:
        return None
    try:
        account = await _account(connection, named)
        return None if account is None else await session_of(connection, account)
    except asyncpg.UndefinedTableError:
        return None
    finally:
        await connection.close()


async def _account(on: asyncpg.Connection, named: str) -> str | None:
    if named == ADMIN:
        await on.execute(MAKE, ADMIN, "admin", "", None)
        return ADMIN
    name = named.lower().replace(":", "-")
    if named.startswith(ENTERPRISE):
        enterprise = named.removeprefix(ENTERPRISE)
        if not await on.fetchval("SELECT count(*) FROM enterprise WHERE enterprise_id = $1", enterprise):
            return None
        await on.execute(MAKE, name, "enterprise", "", None)
        await on.execute(
            "INSERT INTO account_scope VALUES ($1, 'enterprise', $2) ON CONFLICT DO NOTHING", name, enterprise
        )
        return name
    person = await on.fetchrow("SELECT role, name FROM person WHERE person_id = $1", named)
    if person is None:
        return None
    await on.execute(MAKE, name, person["role"], person["name"], named)
    return name


async def session_of(on: asyncpg.Connection, account: str) -> str:
    """A new session of an account; gives its token."""
    token = secrets.token_urlsafe()
    await on.execute(
        "INSERT INTO session (token_sha256, account, made_at, expires_at, seen_at, address, agent)"
        " VALUES ($1, $2, now(), now() + INTERVAL '1 day', now(), 'test', 'test')",
        *(hash_of(token), account),
    )
    return token
