"""Accounts, a session and keys in the district of `tests.service.world`, and requests about them."""

import asyncpg
import httpx2

from service.account.password import hashed
from tests.service.forgetful import API, Valid
from tests.support.signing import session_of

PASSWORD = "three unrelated words"


async def signed_up(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> dict[str, Valid]:
    """The admin's own password, session and key, another account; and the requests about them."""
    await pool.execute("UPDATE account SET password_hash = $1 WHERE name = 'admin'", hashed(PASSWORD))
    await pool.execute(
        "INSERT INTO account (name, role, display, made_at, made_by) VALUES ('wang', 'duty', '王', now(), 'test')"
    )
    async with pool.acquire() as on:
        await session_of(on, "admin")
    number = await pool.fetchval("SELECT max(session_id) FROM session")
    key = (await client.post(f"{API}/auth/keys", json={"name": "夜间导出"})).json()["prefix"]
    asked = {"name": "导出", "writes": True, "enterprise_id": "E0007", "days": 30}
    return {
        "login": Valid(bodies=({"name": "admin", "password": PASSWORD},)),
        "changePassword": Valid(bodies=({"old": PASSWORD, "new": "four other unrelated words"},)),
        "endSession": Valid({"session_id": str(number)}),
        "listKeys": Valid(query={"account": "*", "ended": "true", "after": "0", "limit": "9"}),
        "addKey": Valid(bodies=(asked,)),
        "rotateKey": Valid({"prefix": key}, bodies=({"overlap_h": 2},)),
        "revokeKey": Valid({"prefix": key}),
        "listAccounts": Valid(query={"after": "a", "limit": "9"}),
        "disableAccount": Valid({"name": "wang"}),
        "endAccountSessions": Valid({"name": "wang"}),
    }
