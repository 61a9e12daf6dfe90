"""Stops a transaction of a watched process at a chosen point, so that the process can be killed just there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from tests.support import database

LOCK = 4711
WAITS = "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711 AND NOT granted)"
HOLD = """
CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(4711);
    RETURN NEW;
END
$$
"""
IN_WRITING = "CREATE TRIGGER a_hold BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION hold()"
# A deferred trigger runs inside COMMIT: what waits there goes on to commit, whether its client still lives or not.
IN_COMMIT = """
CREATE CONSTRAINT TRIGGER a_hold AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION hold()
"""


@asynccontextmanager
async def held(url: str, where: str, table: str) -> AsyncIterator[None]:
    """While inside, transactions that insert into `table` wait in writing it or in commit; on leaving they go on."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", LOCK)
        await connection.execute(HOLD)
        await connection.execute(where.format(table=table))
        yield
        await connection.execute("SELECT pg_advisory_unlock($1)", LOCK)
        await connection.execute("DROP FUNCTION hold CASCADE")
    finally:
        await connection.close()


async def until_held(url: str) -> None:
    """Wait until a transaction is held."""
    await database.until(url, WAITS)


async def until_gone(url: str, application: str) -> None:
    """Wait until the database has noticed that nobody is at the other end of these connections."""
    gone = "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = $1)"
    await database.until(url, gone, application)
