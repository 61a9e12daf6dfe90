"""The district of `tests.support.registry_folder`, imported, and a keeper at work in it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ingest.importer import import_folder
from ingest.keep import Desk
from ingest.keeping.settings import KeepSettings
from sql.pool import connect
from tests.support.kept import LATER
from tests.support.registry_folder import write


@pytest.fixture
async def district(database: str, tmp_path: Path) -> str:
    """The address of a database that knows S1, S2, W1 and M1, without marks."""
    await import_folder(write(tmp_path, marks=None), database, LATER)
    return database


@pytest.fixture
async def desk(district: str) -> AsyncIterator[Desk]:
    """A keeper at work."""
    connection = await connect(district, "keep")
    yield Desk(connection, KeepSettings(database_url=district, _env_file=None))
    await connection.close()
