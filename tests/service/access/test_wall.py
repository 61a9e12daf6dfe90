"""The wall behind the service: what the database itself shows and lets do, asked as an enterprise's request asks it.

What somebody could do who runs statements of his own (SET ROLE, SET hotgrid.reach) is not tried: for that the service
would have to let statements in, and it has none that are put together.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import asyncpg
import pytest
import pytest_asyncio

from service.account.identity import ENTERPRISE_ROLE
from service.database import Reach
from sql.pool import ROLE
from tests.service.access.city import City

pytestmark = pytest.mark.asyncio(loop_scope="session")
ONE, OTHER = "{E0007}", "{E0009}"
READ = {
    *("device", "enterprise", "facility", "mark", "monitor", "monitor_channel", "monitor_latest", "monitor_reading"),
    *("hour_mean", "day_mean", "quality_flag", "statistic", "device_note", "own_alert", "enterprise_alert"),
    *("alert_release", "reply", "thread_message", "window_file", "contact", "enterprise_hook", "push"),
    *("declaration", "declaration_change", "deadline", "outlet", "outlet_design", "onboarding_step", "consumable"),
    *("operator", "operator_link"),
}
"""All that an enterprise's request may read at all, its own rows of it."""
WRITTEN = {"window_file", "thread_message", "onboarding_step", "consumable"}
# Of stations and boundary devices, which are nobody's; ledgers of the processes, which only they read.
NOBODYS = {
    *("station", "station_channel", "station_chief", "station_latest", "station_reading", "mobile_reading"),
    *("park_device", "mark_due", "retrial_due", "logger", "credential"),
}
# Read by the service before it knows who asks, and by nobody else; an enterprise's role has no right to it.
BEFOREHAND = {"api_key"}
TABLES = """
    SELECT c.relname, c.relrowsecurity AS walled, c.relkind IN ('r', 'p') AS stored,
        has_any_column_privilege($1, c.oid, 'SELECT') AS read, has_any_column_privilege($1, c.oid, 'INSERT')
            OR has_any_column_privilege($1, c.oid, 'UPDATE') OR has_table_privilege($1, c.oid, 'DELETE')
            OR has_table_privilege($1, c.oid, 'TRUNCATE') AS written,
        EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = c.oid AND NOT a.attisdropped
            AND a.attname IN ('enterprise_id', 'device', 'device_id', 'mn')) AS of_somebody
    FROM pg_class AS c WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')
"""
COLUMNS = """
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
    WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped
        AND has_column_privilege($2, attrelid, attnum, $3)
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def on(city: City) -> AsyncIterator[asyncpg.Connection]:
    """A connection of the owner of the tables."""
    connection = await asyncpg.connect(city.url, server_settings={"hotgrid.reach": ""})
    yield connection
    await connection.close()


async def _as(on: asyncpg.Connection, role: str, reach: str) -> None:
    await Reach(role, reach).enter(on)


async def _tables(on: asyncpg.Connection) -> list[asyncpg.Record]:
    return list(await on.fetch(TABLES, ENTERPRISE_ROLE))


async def _rows(on: asyncpg.Connection, table: str, reach: str, role: str = ENTERPRISE_ROLE) -> set[str]:
    """Every row that is there for who reaches so far, as text."""
    columns = await on.fetchval(COLUMNS, table, role, "SELECT")
    async with on.transaction():
        await _as(on, role, reach)
        rows = await on.fetch(f"SELECT t::text AS row FROM (SELECT {columns} FROM {table}) AS t")  # noqa: S608
        await on.execute("RESET ROLE")
    return {row["row"] for row in rows}


async def test_only_what_is_listed_may_be_read_or_written_at_all(on: asyncpg.Connection) -> None:
    tables = await _tables(on)
    assert {row["relname"] for row in tables if row["read"]} == READ
    assert {row["relname"] for row in tables if row["written"]} == WRITTEN


async def test_whatever_belongs_to_an_enterprise_or_a_device_has_row_security(on: asyncpg.Connection) -> None:
    stored = [row for row in await _tables(on) if row["stored"]]
    bare = {row["relname"] for row in stored if row["of_somebody"] and not row["walled"]}
    assert bare == NOBODYS | BEFOREHAND
    assert {row["relname"] for row in stored if row["read"] and not row["walled"]} == set()
    assert not await on.fetch(
        "SELECT FROM pg_class WHERE relrowsecurity AND NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = pg_class.oid)"
    )


@pytest.mark.parametrize("table", sorted(READ))
async def test_no_row_of_one_enterprise_is_there_for_another(on: asyncpg.Connection, table: str) -> None:
    own, foreign = await _rows(on, table, ONE), await _rows(on, table, OTHER)
    assert own, "the world has nothing of E0007 here, so that nothing was tried"
    assert not own & foreign
    assert not [row for row in foreign if "E0007" in row or "010000A8900016F000169DC0" in row]
    assert await _rows(on, table, "") == await _rows(on, table, "{}") == await _rows(on, table, "{E0008}") == set()
    assert await _rows(on, table, "{E0007,E0009}") == own | foreign


@pytest.mark.parametrize("table", sorted(READ - {"own_alert", "enterprise_alert"}))
async def test_who_is_bound_to_one_enterprise_of_two_sees_no_row_of_the_other(
    on: asyncpg.Connection, table: str
) -> None:
    hidden = await _rows(on, table, "*", ROLE) - await _rows(on, table, OTHER, ROLE)
    if table in ("operator", "push"):  # the authority's own: who operates, and what was told to whom
        return
    assert hidden
    assert not [row for row in await _rows(on, table, OTHER, ROLE) if "E0007" in row]


@pytest.mark.parametrize("table", [*sorted(READ - WRITTEN), "alert", "handling", "audit", "session", "api_key"])
async def test_nothing_else_is_deleted_or_emptied(on: asyncpg.Connection, table: str) -> None:
    assert await _is_refused(on, f"DELETE FROM {table}")  # noqa: S608 - of our own lists
    assert table.endswith("_alert") or await _is_refused(on, f"TRUNCATE {table}")


@pytest.mark.parametrize("table", sorted(WRITTEN))
async def test_rows_of_another_are_neither_changed_nor_deleted(on: asyncpg.Connection, table: str) -> None:
    columns = (await on.fetchval(COLUMNS, table, ENTERPRISE_ROLE, "UPDATE") or "").split(", ")
    changes = [f"UPDATE {table} SET {name} = {name}" for name in columns if name]  # noqa: S608
    for statement in (f"DELETE FROM {table}", *changes):  # noqa: S608
        async with _undone(on):
            await _as(on, ENTERPRISE_ROLE, "{E0008}")
            with suppress(asyncpg.InsufficientPrivilegeError):
                assert (await on.execute(statement)).endswith(" 0")


@pytest.mark.parametrize("table", sorted(WRITTEN))
async def test_no_row_is_written_in_anothers_name(on: asyncpg.Connection, table: str) -> None:
    one = f"SELECT to_jsonb(t) FROM {table} AS t WHERE enterprise_id = 'E0007' LIMIT 1"  # noqa: S608
    row = (await on.fetchval(one)).replace("'", "''")
    record = f"jsonb_populate_record(NULL::{table}, '{row}')"
    assert await _is_refused(on, f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT ({record}).*")


@asynccontextmanager
async def _undone(on: asyncpg.Connection) -> AsyncIterator[None]:
    transaction = on.transaction()
    await transaction.start()
    try:
        yield
    finally:
        await transaction.rollback()


async def _is_refused(on: asyncpg.Connection, statement: str) -> bool:
    async with _undone(on):
        await _as(on, ENTERPRISE_ROLE, OTHER)
        try:
            await on.execute(statement)
        except (asyncpg.InsufficientPrivilegeError, asyncpg.ObjectNotInPrerequisiteStateError):
            return True
        return False


async def test_the_roles_get_round_nothing_and_own_nothing(on: asyncpg.Connection) -> None:
    for role in (ROLE, ENTERPRISE_ROLE):
        row = await on.fetchrow("SELECT * FROM pg_roles WHERE rolname = $1", role)
        powers = ("rolsuper", "rolbypassrls", "rolcreaterole", "rolcreatedb", "rolreplication", "rolcanlogin")
        assert [power for power in powers if row[power]] == []
        assert not await on.fetchval("SELECT count(*) FROM pg_auth_members WHERE member = $1::regrole", role)
        owned = "SELECT count(*) FROM pg_shdepend WHERE refobjid = $1::regrole AND deptype = 'o'"
        assert not await on.fetchval(owned, role)
        assert not await on.fetchval("SELECT has_schema_privilege($1, 'public', 'CREATE')", role)


async def test_what_runs_with_its_owners_rights_is_known(on: asyncpg.Connection) -> None:
    functions = await on.fetch(
        "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef"
        " AND has_function_privilege($1, oid, 'EXECUTE')",
        ENTERPRISE_ROLE,
    )
    assert {row["proname"] for row in functions} == {"reached_devices", "hidden_devices"}
    views = {row["relname"] for row in await _tables(on) if not row["stored"] and row["read"]}
    assert views == {"own_alert", "enterprise_alert"}  # they look at the reach themselves, as is tried above


async def test_chunks_of_the_series_are_not_read_by_their_names(on: asyncpg.Connection) -> None:
    chunks = await on.fetch(
        "SELECT format('%I.%I', chunk_schema, chunk_name) AS name FROM timescaledb_information.chunks"
    )
    assert len(chunks) >= 4
    assert [chunk for chunk in chunks if not await _is_refused(on, f"SELECT * FROM {chunk['name']}")] == []  # noqa: S608
