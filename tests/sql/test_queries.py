"""Every named query is valid against the migrated database, and takes just its parameters."""

from importlib.resources import files

import asyncpg
import pytest

from sql.queries import Queries, _compile


@pytest.fixture
def nouns() -> list[str]:
    return sorted(
        entry.name[:-4] for entry in files("sql").joinpath("queries").iterdir() if entry.name.endswith(".sql")
    )


async def test_every_query_can_be_prepared(pool: asyncpg.Pool, nouns: list[str]) -> None:
    assert "registry" in nouns
    async with pool.acquire() as connection:
        for noun in nouns:
            for query in Queries(noun):
                if query.text.startswith("CREATE TEMPORARY TABLE"):
                    await connection.execute(query.text)
                elif not query.text.startswith("CREATE"):
                    await connection.prepare(query.text)


def test_parameters_are_numbered_and_casts_strings_and_comments_left_alone() -> None:
    query = _compile("x", "SELECT :b::text, ':no', :a, :b -- :no\n;")
    assert query.text == "SELECT $1::text, ':no', $2, $1 -- :no"
    assert query.params == ("b", "a")


def test_a_wrong_parameter_is_named() -> None:
    with pytest.raises(TypeError, match="x takes a; got b"):
        _compile("x", "SELECT :a").arguments({"b": 1})


def test_a_block_that_is_not_there_is_named() -> None:
    with pytest.raises(AttributeError, match="has no block 'nothing'"):
        _ = Queries("registry").nothing
