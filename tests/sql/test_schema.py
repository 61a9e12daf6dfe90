"""`sql/schema.sql`, which people read, is what the migrations, which run, make."""

import asyncpg
import pytest

from deploy.schema import SCHEMA, schema_of
from deploy.servers import Servers


@pytest.fixture
def programs(servers: Servers) -> str:
    return servers.programs.database_programs


async def test_the_file_is_the_schema_of_a_migrated_database(database: str, programs: str) -> None:
    assert await schema_of(database, programs) == SCHEMA.read_text(), "run `make schema`"


async def test_a_database_made_from_the_file_has_the_schema_of_the_file(database: str, programs: str) -> None:
    fresh = f"{database}_from_file"
    name = fresh.rsplit("/", 1)[1]
    owner = await asyncpg.connect(database)
    await owner.execute(f"CREATE DATABASE {name}")
    try:
        connection = await asyncpg.connect(fresh)
        await connection.execute(SCHEMA.read_text())
        await connection.close()
        assert await schema_of(fresh, programs) == SCHEMA.read_text()
    finally:
        await owner.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await owner.close()
