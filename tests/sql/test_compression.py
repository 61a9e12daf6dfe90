"""Compression: what is run under which licence, and that the Apache edition refuses it for the licence alone."""

import re

import asyncpg
import pytest

from sql.compression import COMPRESSED, COMPRESSION, edition, set_up_compression, statements
from sql.queries import Query

LICENSED = [query for query in COMPRESSION if query.name.split(".")[1].startswith(("compress_", "policy_"))]


@pytest.mark.parametrize("statement", LICENSED, ids=lambda query: query.name)
async def test_the_apache_edition_refuses_each_statement_for_its_licence(database: str, statement: Query) -> None:
    owner = await asyncpg.connect(database)
    try:
        assert (await edition(owner))[1] == "apache"
        # Tables, parameters and arguments are looked at before the licence is: a mistake in them is told otherwise.
        with pytest.raises(asyncpg.FeatureNotSupportedError, match='not supported under the current "apache" license'):
            await statement.execute(owner)
    finally:
        await owner.close()


async def test_the_columns_of_the_statements_are_those_of_the_tables(pool: asyncpg.Pool) -> None:
    for statement in LICENSED:
        for table, columns in re.findall(r"TABLE (\w+).*?segmentby = '(.+?)'", statement.text, re.S) + re.findall(
            r"TABLE (\w+).*?orderby = '(.+?)'", statement.text, re.S
        ):
            await pool.fetch(f"SELECT {columns} FROM {table}")  # noqa: S608


async def test_on_the_apache_edition_nothing_is_compressed_and_it_is_said(database: str) -> None:
    owner = await asyncpg.connect(database)
    try:
        assert "(apache): without compression" in await set_up_compression(owner)
    finally:
        await owner.close()


def test_the_licence_decides() -> None:
    assert statements("apache", COMPRESSED) == []
    told = statements("timescale", COMPRESSED)
    assert {statement.name for statement in told} == {query.name for query in LICENSED}
    assert [statement.name for statement in statements("timescale", ["mobile_reading", "verdict"])] == [
        "compression.compress_mobile_reading",
        "compression.policy_mobile_reading",
    ]


async def test_what_holds_rows_of_enterprises_has_row_security_instead(pool: asyncpg.Pool) -> None:
    walled = await pool.fetch(
        "SELECT relname FROM pg_class WHERE relrowsecurity AND relnamespace = 'public'::regnamespace"
    )
    assert not {row["relname"] for row in walled} & set(COMPRESSED)
