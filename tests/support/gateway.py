"""A gateway in this process, and what it has let in."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from ingest.gateway import gateway
from ingest.settings import GatewaySettings
from tests.support.messages import NOW
from tests.support.registry_folder import FILES

MONITORS = FILES["monitors.csv"] + (
    "M2,E1,二号,119.96,31.77,abcdef,nmhc,mg/m³,60,hour\nOPEN,E1,三号,119.96,31.77,,nmhc,mg/m³,60,hour\n"
)
SETTLED = "SELECT device_id, reason, detail FROM reject ORDER BY 1, 2"
VALUES = """
    SELECT device_id, value::float FROM monitor_reading JOIN device USING (device) WHERE channel = 'nmhc' ORDER BY 1, 2
"""


class _Port(logging.Handler):
    """Hears where the gateway is."""

    def __init__(self) -> None:
        super().__init__()
        self.told: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def emit(self, record: logging.LogRecord) -> None:
        if record.msg.startswith("gateway on") and isinstance(record.args, tuple):
            self.told.set_result(int(str(record.args[1])))


@asynccontextmanager
async def running(database: str, **settings: object) -> AsyncIterator[tuple[int, asyncio.Event]]:
    """`hotgrid gateway` until the block is left: its port, and what stops it."""
    stop, port = asyncio.Event(), _Port()
    told = GatewaySettings(
        database_url=database,
        mqtt_url="",
        gateway_port=0,
        batch_ms=20,
        _env_file=None,
        **settings,  # type: ignore[arg-type]
    )
    listening = logging.getLogger("ingest.gateway")
    listening.addHandler(port)
    listening.setLevel(logging.INFO)
    task = asyncio.ensure_future(gateway(told, lambda: NOW, stop))
    try:
        either: list[asyncio.Future[Any]] = [task, port.told]
        await asyncio.wait(either, timeout=20, return_when=asyncio.FIRST_COMPLETED)
        if not port.told.done():
            task.result()
        yield port.told.result(), stop
    finally:
        stop.set()
        listening.removeHandler(port)
        _, unfinished = await asyncio.wait([task], timeout=15)
        assert not unfinished
        task.result()


async def values(pool: asyncpg.Pool) -> list[tuple[str, float]]:
    """What is stored of NMHC."""
    return [tuple(row) for row in await pool.fetch(VALUES)]


async def rejects(pool: asyncpg.Pool) -> list[tuple[str, str]]:
    """Whose frames were refused, and why."""
    return [(row["device_id"], row["reason"]) for row in await pool.fetch(SETTLED)]
