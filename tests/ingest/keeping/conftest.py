"""The district of `tests.support.registry_folder`, imported."""

from pathlib import Path

import pytest

from ingest.importer import import_folder
from tests.support.kept import LATER
from tests.support.registry_folder import write


@pytest.fixture
async def district(database: str, tmp_path: Path) -> str:
    """The address of a database that knows S1, S2, W1 and M1, without marks."""
    await import_folder(write(tmp_path, marks=None), database, LATER)
    return database
