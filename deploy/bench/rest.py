"""Memory of each process while nothing happens."""

import asyncio
from contextlib import ExitStack
from datetime import UTC, datetime

from deploy.bench.city import City
from deploy.bench.house import READY, house
from deploy.bench.row import Row, memory
from deploy.cluster import pid

START = datetime(2026, 1, 1, tzinfo=UTC)


async def rest() -> list[Row]:
    """All four and their servers, with a district of 305 stations that sends nothing."""
    async with house(City(305, START)) as here:
        with ExitStack() as stack:
            children = {name: stack.enter_context(here.runs(name, HOTGRID_PORT="0")) for name in READY}
            await asyncio.to_thread(children["serve"].said, "startup complete")
            rows = [Row(f"{name} at rest", memory(child.process.pid), "MB") for name, child in children.items()]
        postmaster = pid(here.servers.state / "postgres")
        assert postmaster
        assert here.servers.mqtt_pid
        rows.append(Row("PostgreSQL at rest, its first process", memory(postmaster), "MB"))
        return [*rows, Row("Mosquitto at rest", memory(here.servers.mqtt_pid), "MB")]
