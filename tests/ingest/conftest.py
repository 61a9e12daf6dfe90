"""The loop on which ingest is tested, and a gateway for loggers."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

import pytest
import uvloop

from ingest.importer import import_folder
from tests.support.gateway import MONITORS, running
from tests.support.messages import NOW
from tests.support.registry_folder import write

Loops = Mapping[str, Callable[[], asyncio.AbstractEventLoop]]
ON_UVLOOP = {"test_broker.py", "test_connection.py", "test_fairness.py", "test_gateway.py", "test_gateway_ends.py"}


def pytest_asyncio_loop_factories(item: pytest.Item) -> Loops:
    """What talks to the broker or to loggers runs on uvloop, as under `hotgrid ingest` and `hotgrid gateway`."""
    return {"uvloop": uvloop.new_event_loop} if item.path.name in ON_UVLOOP else {"asyncio": asyncio.new_event_loop}


@pytest.fixture
async def registered(database: str, tmp_path: Path) -> str:
    """The address of a database that knows M1 (123456), M2 (abcdef), and OPEN, which has no password."""
    await import_folder(write(tmp_path, monitors=MONITORS), database, NOW)
    return database


@pytest.fixture
async def port(registered: str) -> AsyncIterator[int]:
    """Where a gateway listens."""
    async with running(registered) as (port, _):
        yield port
