"""The directory of devices as the database has it, read again when it may have changed."""

import asyncio

import asyncpg

from ingest.directory import Directory
from ingest.importer import REGISTRY
from ingest.store import patiently
from ingest.unit import multiplier


class Known:
    """Keeps a directory; reads it again when somebody unknown sends, or when it is old."""

    LONGEST_S = 60.0
    SHORTEST_S = 2.0

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._directory = Directory()
        self._read_at = float("-inf")

    async def directory(self, device_ids: set[str]) -> Directory:
        """A directory that is fresh enough for these devices."""
        age = asyncio.get_running_loop().time() - self._read_at
        if age > self.LONGEST_S or (age > self.SHORTEST_S and not self._directory.knows(device_ids)):
            self._directory = await patiently(lambda: load_directory(self._pool))
            self._read_at = asyncio.get_running_loop().time()
        return self._directory


async def load_directory(on: asyncpg.Connection | asyncpg.Pool) -> Directory:
    """All devices of the registry."""
    numbers = {row["device_id"]: row["device"] for row in await REGISTRY.devices.fetch(on)}
    stations = {row["station_id"]: numbers[row["station_id"]] for row in await REGISTRY.stations.fetch(on)}
    rows = await REGISTRY.monitors.fetch(on)
    channels = {(row["mn"], row["channel"]): multiplier(row["channel"], row["unit"]) for row in rows}
    return Directory(stations, {row["mn"]: numbers[row["mn"]] for row in rows}, channels)
