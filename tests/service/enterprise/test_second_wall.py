"""What the database itself keeps from an enterprise, whatever the service should forget to ask."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx2
import pytest

from service.account.identity import ENTERPRISE_ROLE
from tests.service.enterprise.correspondence import DUTY, A, B, Talk, about, monitor, settle
from tests.support import papers

OWNED = ("window_file", "alert_release", "reply", "thread_message", "enterprise_alert")
FORBIDDEN = (
    "SELECT * FROM alert",
    "SELECT * FROM handling",
    "SELECT * FROM alert_event",
    "SELECT * FROM photo",
    "SELECT why FROM alert_release",
    "SELECT who FROM alert_release",
    "SELECT decided_by FROM reply",
    "SELECT who FROM thread_message",
    "UPDATE reply SET state = 'upheld'",
    "UPDATE alert_release SET withdrawn_at = NULL",
    "UPDATE thread_message SET text = 'x'",
    "UPDATE window_file SET body = 'x'",
    "UPDATE window_file SET enterprise_id = 'EA'",
    "INSERT INTO alert_release (alert_id, enterprise_id, released_as, at, who, why, reply_by, appeal_by)"
    " VALUES ('H', 'EA', 'found', now(), 'x', 'x', now(), now())",
    "INSERT INTO reply (enterprise_id, alert_id, kind, text, files, at, who)"
    " VALUES ('EA', 'H', 'reply', 'x', '{}', now(), 'x')",
    "INSERT INTO window_file (file_id, enterprise_id, side, name, content_type, sha256, received_sha256, at, who,"
    " bytes, body) VALUES (repeat('0', 32), 'EB', 'enterprise', 'x', 'x', 'x', 'x', now(), 'x', 1, 'x')",
    "DELETE FROM reply",
    "DELETE FROM thread_message",
    "DELETE FROM alert_release",
)


@pytest.fixture(autouse=True)
async def _talked(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    """Both enterprises have files, releases, replies and messages, and an alert of their own monitor."""
    await settle(pool)
    talk = Talk(client)
    await talk.found()
    await talk.release()
    await talk.release(enterprise_id="EB", as_="candidate")
    for who, mn in ((A, "MA1"), (B, "MB1")):
        enterprise_id = who["X-Hotgrid-Actor"][-2:]
        await monitor(pool, enterprise_id, mn)
        await about(pool, f"F-{mn}", "fault", mn)
        proof = await talk.file(who)
        await talk.file(who, papers.workbook())
        await talk.file(DUTY, b"draft of the desk", enterprise=enterprise_id)
        await talk.post("/enterprise/alerts/H/appeal", who, 201, text=f"不服 {enterprise_id}", files=[proof])
        await talk.post("/enterprise/messages", who, 201, text=f"请问 {enterprise_id}")
        await talk.post("/messages", DUTY, 201, enterprise_id=enterprise_id, text="请配合")


@pytest.fixture
async def as_a(pool: asyncpg.Pool) -> AsyncIterator[Any]:
    """A connection as a request of EA has it."""
    async with pool.acquire() as connection:
        await reach(connection, ENTERPRISE_ROLE, "{EA}")
        yield connection
        await reach(connection, "hotgrid_app", "*")


async def reach(connection: Any, role: str, enterprises: str) -> None:
    """Reach so far."""
    await connection.execute(
        "SELECT set_config('role', $1, false), set_config('hotgrid.reach', $2, false)", role, enterprises
    )


async def owners(connection: Any) -> dict[str, set[str]]:
    """Whose rows are there, by table."""
    return {
        table: {row["enterprise_id"] for row in await connection.fetch(f"SELECT enterprise_id FROM {table}")}  # noqa: S608
        for table in OWNED
    }


async def test_only_own_rows_are_there(as_a: Any) -> None:
    assert await owners(as_a) == {table: {"EA"} for table in OWNED}
    await reach(as_a, ENTERPRISE_ROLE, "")
    assert await owners(as_a) == {table: set() for table in OWNED}


async def test_authorities_of_some_townships_reach_those_alone(as_a: Any) -> None:
    await reach(as_a, "hotgrid_app", "{EB}")
    assert await owners(as_a) == {table: {"EB"} for table in OWNED}


async def test_the_drafts_of_the_desk_are_not_there(as_a: Any) -> None:
    assert {row["side"] for row in await as_a.fetch("SELECT side FROM window_file")} == {"enterprise"}


async def test_nothing_else_is_granted(as_a: Any) -> None:
    assert [statement for statement in FORBIDDEN if await _is_done(as_a, statement)] == []


async def _is_done(connection: Any, statement: str) -> bool:
    try:
        await connection.execute(statement)
    except asyncpg.InsufficientPrivilegeError:
        return False
    return True


async def test_what_may_be_changed_is_changed_of_own_rows_alone(as_a: Any, pool: asyncpg.Pool) -> None:
    await as_a.execute("UPDATE thread_message SET read_at = now()")
    await as_a.execute("DELETE FROM window_file")
    rows = await pool.fetch("SELECT DISTINCT enterprise_id FROM thread_message WHERE read_at IS NOT NULL")
    assert [row["enterprise_id"] for row in rows] == ["EA"]
    left = await pool.fetch("SELECT enterprise_id, count(*) FROM window_file GROUP BY 1 ORDER BY 1")
    assert [tuple(row) for row in left] == [("EA", 2), ("EB", 3)]  # what is attached, and the desk's own, stays


async def test_what_is_attached_is_kept_whoever_asks(pool: asyncpg.Pool) -> None:
    await pool.execute("DELETE FROM window_file")
    assert await pool.fetchval("SELECT count(*) FROM window_file WHERE attached_at IS NULL") == 0
    assert await pool.fetchval("SELECT count(*) FROM window_file") == 2
