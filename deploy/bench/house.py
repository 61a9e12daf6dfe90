"""Servers of a benchmark's own, and the processes started against them."""

import asyncio
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg

from deploy import servers
from deploy.bench.city import City
from deploy.problem import Problem
from deploy.process import until
from deploy.servers import DATABASE_VARIABLE, MQTT_VARIABLE, Servers
from ingest.importer import REGISTRY
from service.account import book, key
from service.account.book import NewAccount
from service.account.key import Wish
from sql.migrate import migrate
from sql.queries import Queries

BENCH = Queries("bench")
READY = {"ingest": ": subscribed", "detect": ": at work", "notify": ": channels", "serve": "serving on "}
PATIENCE_S = 120.0
UNLIMITED = {f"HOTGRID_LIMIT_{whose}": str(10**9) for whose in ("ADDRESS", "UNKNOWN", "REFUSED", "ACCOUNT")}
"""Settings of a service that is asked as fast as can be."""


@dataclass(frozen=True)
class House:
    """`database` is the owner's connection."""

    servers: Servers
    database: asyncpg.Connection
    folder: Path

    async def key(self) -> dict[str, str]:
        """The header by which a program with every right is let in: each request pays for its admission."""
        name, now = f"bench-{secrets.token_hex(4)}", datetime.now(UTC)
        async with self.database.transaction():
            await book.add(self.database, NewAccount(name, "admin"), "bench", now)
            made = await key.add(self.database, Wish(name, "bench", True, None, timedelta(days=1)), "bench", now)
        return {"Authorization": f"Bearer {made.key}"}

    @contextmanager
    def runs(self, name: str, ready: str | None = None, **env: str) -> Iterator["Child"]:
        """`hotgrid NAME` at work until the block is left, from when it has said that it is ready, or `ready`."""
        variables = UNLIMITED | {DATABASE_VARIABLE: self.servers.database_url, MQTT_VARIABLE: self.servers.mqtt_url}
        with tempfile.NamedTemporaryFile(dir=self.folder, prefix=f"{name}-", suffix=".log", delete=False) as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "deploy", name], env={**os.environ, **variables, **env}, stderr=out, stdout=out
            )
        child = Child(process, Path(out.name))
        try:
            child.said(READY[name] if ready is None else ready)
            yield child
        finally:
            process.terminate()
            process.wait(30)


@dataclass(frozen=True)
class Child:
    """A process and its log."""

    process: "subprocess.Popen[bytes]"
    log: Path

    def said(self, text: str) -> str:
        """Wait for `text` in its log; what follows it on the line. Raises Problem."""

        def there() -> bool:
            return text in self.log.read_text(errors="replace") or self.process.poll() is not None

        until(there, PATIENCE_S)
        _, found, rest = self.log.read_text(errors="replace").partition(text)
        if not found:
            raise Problem("bench", f"{self.log.stem}: {self.log.read_text(errors='replace')[-2000:]}", "see above")
        return rest.splitlines()[0] if rest else ""


@asynccontextmanager
async def house(city: City | None = None) -> AsyncIterator[House]:
    """Durable servers with the schema and the registry of a city; gone afterwards. Raises Problem."""
    if servers.status().private is False or os.environ.get(DATABASE_VARIABLE) or os.environ.get(MQTT_VARIABLE):
        raise Problem(
            "configured", "benchmarks need servers of their own", f"unset {DATABASE_VARIABLE}, {MQTT_VARIABLE}"
        )
    folder = Path(tempfile.mkdtemp(prefix="hotgrid-bench-"))
    folder.chmod(0o755)  # noqa: ASYNC240 - as root the servers run as somebody else, who must get there
    try:
        running = servers.up(folder / "state")
        await migrate(running.database_url)
        connection = await asyncpg.connect(running.database_url)
        try:
            if city is not None:
                await _settle(connection, city)
            yield House(running, connection, folder)
        finally:
            await connection.close()
    finally:
        servers.down(folder / "state")
        shutil.rmtree(folder, ignore_errors=True)


async def _settle(connection: asyncpg.Connection, city: City) -> None:
    registry = city.registry()
    await connection.set_type_codec("jsonb", encoder=_text, decoder=_text, schema="pg_catalog")
    await REGISTRY.put_grid.execute(connection, rows=f"[{registry.grid.model_dump_json()}]")
    rows = registry.stations
    await BENCH.put_registry.execute(
        connection, id=[row.station_id for row in rows], lon=[row.lon for row in rows], lat=[row.lat for row in rows]
    )
    await REGISTRY.put_enterprises.execute(
        connection, rows=f"[{','.join(row.model_dump_json() for row in registry.enterprises)}]"
    )


def _text(value: str) -> str:
    return value


async def eventually(condition: Callable[[], Awaitable[bool]], every_s: float = 0.2) -> None:
    """Wait until a condition holds. Raises TimeoutError."""
    async with asyncio.timeout(PATIENCE_S):
        while not await condition():  # noqa: ASYNC110 - who commits does not tell
            await asyncio.sleep(every_s)
