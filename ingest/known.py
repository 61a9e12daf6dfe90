"""The directory of devices as the database has it, read again when it has changed."""

import asyncio
from collections import defaultdict

import asyncpg

from ingest.directory import Directory
from ingest.grid import Grid
from ingest.importer import REGISTRY
from ingest.store import patiently
from ingest.unit import multiplier


class Known:
    """Keeps a directory; looks at every turn, but not more often than that, whether an import has changed it."""

    LOOK_S = 2.0

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._directory = Directory()
        self._version = -1
        self._looked_at = float("-inf")

    async def directory(self) -> Directory:
        """The directory as it was at most two seconds ago."""
        now = asyncio.get_running_loop().time()
        if now - self._looked_at > self.LOOK_S:
            await patiently(self._look)
            self._looked_at = now
        return self._directory

    async def _look(self) -> None:
        version = await REGISTRY.version.fetchval(self._pool)
        if version != self._version:
            self._directory = await load_directory(self._pool)
            self._version = version


async def load_directory(on: asyncpg.Connection | asyncpg.Pool) -> Directory:
    """All devices of the registry."""
    numbers = {row["device_id"]: row["device"] for row in await REGISTRY.devices.fetch(on)}
    rows = await REGISTRY.stations.fetch(on)
    stations = {row["station_id"]: numbers[row["station_id"]] for row in rows}
    mobile = frozenset(stations[row["station_id"]] for row in rows if row["kind"] == "mobile")
    monitors = await REGISTRY.monitors.fetch(on)
    secrets = {row["mn"]: row["password"] for row in monitors if row["password"]}
    for row in await REGISTRY.loggers.fetch(on):
        stations[row["mn"]] = numbers[row["device_id"]]
        if row["password"]:
            secrets[row["mn"]] = row["password"]
    units: dict[int, dict[str, float]] = defaultdict(dict)
    for row in await REGISTRY.station_channels.fetch(on):
        units[numbers[row["station_id"]]][row["channel"]] = multiplier(row["channel"], row["unit"])
    grid = await REGISTRY.grid.fetchrow(on)
    return Directory(
        stations=stations,
        monitors={row["mn"]: numbers[row["mn"]] for row in monitors},
        channels={(row["mn"], row["channel"]): multiplier(row["channel"], row["unit"]) for row in monitors},
        units=units,
        mobile=mobile,
        secrets=secrets,
        grid=grid and Grid(**grid),
    )
