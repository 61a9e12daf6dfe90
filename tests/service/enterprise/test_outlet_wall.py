"""What the database itself keeps from an enterprise of outlets, ledgers and operators, whatever the service asks."""

from collections.abc import AsyncIterator

import asyncpg
import httpx2
import pytest

from service.account.identity import ENTERPRISE_ROLE
from tests.service.enterprise import plant
from tests.support.outlets import API, FOREIGN, OWN, operator, outlet, proof, today

OWNED = ("outlet", "outlet_design", "onboarding_step", "consumable", "operator", "operator_link")
STEP = (
    "INSERT INTO onboarding_step (outlet_id, enterprise_id, step, done_on, at, who, note, files)"
    " SELECT outlet_id, enterprise_id, '{step}', current_date, now(), 'x', '', '{{}}' FROM outlet"
)
FORBIDDEN = (
    *(STEP.format(step=step) for step in ("accepted", "networked", "refused", "waived")),
    "SELECT who FROM onboarding_step",
    "SELECT * FROM overdue_notice",
    "UPDATE outlet SET due = '2100-01-01'",
    "UPDATE outlet_design SET design_flow_m3h = 1",
    "UPDATE onboarding_step SET note = 'x'",
    "UPDATE consumable SET amount = 1",
    "UPDATE operator SET contact = 'x'",
    "DELETE FROM onboarding_step",
    "DELETE FROM consumable",
    "DELETE FROM operator_link",
    "INSERT INTO outlet (enterprise_id, name) VALUES ('E0007', 'x')",
    "INSERT INTO operator VALUES ('O9', 'x', '')",
    "INSERT INTO onboarding_step (outlet_id, enterprise_id, step, done_on, at, who, note, files)"
    " VALUES (2, 'E0008', 'installed', current_date, now(), 'x', '', '{}')",
    "INSERT INTO onboarding_step (outlet_id, enterprise_id, step, done_on, at, who, note, files)"
    " VALUES (2, 'E0007', 'installed', current_date, now(), 'x', '', '{}')",
    "INSERT INTO consumable (enterprise_id, outlet_id, kind, amount, unit, done_on, note, files, who, at)"
    " VALUES ('E0007', 2, 'lamp', 1, 'x', current_date, '', '{}', 'x', now())",
    "INSERT INTO consumable (enterprise_id, outlet_id, kind, amount, unit, done_on, note, files, who, at, supersedes)"
    " VALUES ('E0007', 1, 'lamp', 1, 'x', current_date, '', '{}', 'x', now(), 2)",
)


@pytest.fixture
async def on(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> AsyncIterator[asyncpg.Connection]:
    """A connection of E0007; both enterprises have an outlet, a step, a line in the ledger and an operator."""
    devices = await plant.plants(pool)
    whose = ((OWN, "E0007", "O1"), (FOREIGN, "E0008", "O2"))
    for (who, enterprise_id, company), device in zip(whose, devices, strict=True):
        which = await outlet(pool, enterprise_id)
        said = {"on": f"{today()}", "files": [await proof(client, who)]}
        step = await client.post(f"{API}/enterprise/onboarding/{which}/installed", json=said, headers=who)
        change = {"outlet_id": which, "kind": "lamp", "amount": 1, "unit": "支", "done_on": f"{today()}"}
        line = await client.post(f"{API}/enterprise/consumables", json=change, headers=who)
        assert (step.status_code, line.status_code) == (200, 201)
        await operator(pool, company, company, device)
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(f"SET LOCAL ROLE {ENTERPRISE_ROLE}")
        await connection.execute("SET LOCAL hotgrid.reach = '{E0007}'")
        yield connection


@pytest.mark.parametrize("table", OWNED)
async def test_an_enterprise_sees_one_row_of_two(on: asyncpg.Connection, table: str) -> None:
    assert await on.fetchval(f"SELECT count(*) FROM {table}") == 1  # noqa: S608 - of our own list
    await on.execute("SET LOCAL hotgrid.reach = ''")
    assert await on.fetchval(f"SELECT count(*) FROM {table}") == 0  # noqa: S608
    await on.execute("SET LOCAL hotgrid.reach = '{E0007,E0008}'")
    assert await on.fetchval(f"SELECT count(*) FROM {table}") == 2  # noqa: S608


@pytest.mark.parametrize("statement", FORBIDDEN)
async def test_what_is_not_its_own_to_do_is_refused(on: asyncpg.Connection, statement: str) -> None:
    with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.ForeignKeyViolationError)):
        await on.execute(statement)


async def test_what_it_may_say_it_says(on: asyncpg.Connection) -> None:
    await on.execute(STEP.format(step="tested"))
    assert await on.fetchval("SELECT count(step) FROM onboarding_step") == 2
