"""Where ingest is tested on the loop it runs on."""

import asyncio
from collections.abc import Callable, Mapping

import pytest
import uvloop

Loops = Mapping[str, Callable[[], asyncio.AbstractEventLoop]]
ON_UVLOOP = {"test_broker.py", "test_connection.py", "test_fairness.py", "test_gateway.py"}


def pytest_asyncio_loop_factories(item: pytest.Item) -> Loops:
    """What talks to the broker or to loggers runs on uvloop, as under `hotgrid ingest` and `hotgrid gateway`."""
    return {"uvloop": uvloop.new_event_loop} if item.path.name in ON_UVLOOP else {"asyncio": asyncio.new_event_loop}
