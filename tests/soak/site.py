"""One run's servers, `hotgrid ingest` processes and the networks between them."""

import asyncio
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from deploy import ports, servers
from deploy.bench.row import memory
from deploy.servers import DATABASE_VARIABLE, MQTT_VARIABLE, Servers
from ingest.importer import import_folder
from sql.failure import FAILURES
from sql.migrate import migrate
from tests.soak.disk import Disk
from tests.soak.load import Load, MqttLoad
from tests.soak.loggers import Loggers
from tests.support import database
from tests.support.deadline import until, until_true
from tests.support.fleet import START, Fleet
from tests.support.processes import Child, Hotgrid, descendants, hotgrid, is_alive
from tests.support.proxy import Proxy, proxied

SETTINGS = {"HOTGRID_MAX_AGE_DAYS": "36500"}  # however old the readings grow
AGAIN_S = 1.0  # until a process that has ended is started again, as its service manager does
PATIENCE_S = 60.0
STOP_S = 15.0  # `hotgrid run` kills what takes longer
DISK_MB = 192
READY = {"ingest": ": subscribed", "gateway": "gateway on "}


@dataclass
class Site:
    """`command` takes the `load` in; `to_database` and `to_broker` are its networks, `of_stations` that of the load."""

    servers: Servers
    hotgrid: Hotgrid
    command: str
    load: Load
    to_database: Proxy
    to_broker: Proxy
    of_stations: Proxy
    ingests: list[Child] = field(default_factory=list)
    disk: Disk | None = None
    most_mb: float = 0.0
    failed: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The database, straight."""
        return self.servers.database_url

    @property
    def saved(self) -> Path:
        """What the broker keeps on disk."""
        return self.servers.state / "mosquitto/mosquitto.db"

    async def begin(self, ingests: int) -> None:
        """Ingest at work, its session saved by the broker: from now on a crash of the broker does not forget it."""
        for number in range(ingests):
            await self.start(number)
        await self.save()

    async def start(self, number: int) -> None:
        """Start ingest `number`, as often as it takes: while the database is away it ends with an error."""
        for _ in range(int(PATIENCE_S / AGAIN_S)):
            child = self.hotgrid.start(self.command)
            self.ingests[number : number + 1] = [child]
            await until_true(partial(_has_begun, child), PATIENCE_S)
            if child.is_running():
                return
            await asyncio.sleep(AGAIN_S)
        raise AssertionError(f"ingest does not start:\n{child.text()[-4000:]}")

    async def revive(self) -> None:
        """Start again what has ended by itself; that is a failure."""
        for number, child in enumerate(list(self.ingests)):
            self.weigh(number)
            if not child.is_running():
                self.failed.append(f"ingest ended by itself with status {child.ended()}: {child.text()[-500:]}")
                await self.start(number)

    def weigh(self, number: int) -> None:
        """Note the most memory that an ingest has had so far."""
        child = self.ingests[number]
        if child.is_running() and is_alive(child.pid):
            self.most_mb = max(self.most_mb, memory(child.pid, "VmHWM"))

    async def end(self) -> None:
        """Stop ingest as its user does; what does not end well is a failure."""
        await self.revive()
        for child in self.ingests:
            child.send(signal.SIGTERM)
            try:
                await until_true(partial(_has_ended, child), STOP_S)
            except AssertionError:
                self.failed.append(f"ingest asked to stop did not within {STOP_S:.0f} s")
                child.kill()
            else:
                if status := child.ended():
                    self.failed.append(f"ingest asked to stop ended with status {status}")

    async def save(self) -> None:
        """Let the broker save what it has, as it does every 15 s by itself."""
        before = self.saved.stat().st_mtime_ns if self.saved.exists() else 0
        self.signal_broker(signal.SIGUSR1)
        await until_true(lambda: self.saved.exists() and self.saved.stat().st_mtime_ns > before)

    def signal_broker(self, number: signal.Signals) -> None:
        """A signal to the broker."""
        assert self.servers.mqtt_pid
        os.kill(self.servers.mqtt_pid, number)

    def signal_database(self, number: signal.Signals) -> None:
        """A signal to the postmaster and all its processes."""
        assert self.servers.database_pid
        for pid in (self.servers.database_pid, *descendants(self.servers.database_pid)):
            try:
                os.kill(pid, number)
            except ProcessLookupError:  # a worker that has just ended
                continue

    async def heal(self) -> None:
        """Start again what was killed of the servers, until they answer.

        A postmaster restarts its processes by itself, but gives up when it is the recovery that was killed.
        """

        async def is_healed() -> bool:
            self.servers = await asyncio.to_thread(servers.up, self.servers.state)
            return await self.answers()

        await until(is_healed, PATIENCE_S)

    async def answers(self) -> bool:
        """Whether the database can be asked."""
        try:
            return bool(await database.value(self.url, "SELECT true"))
        except FAILURES:
            return False

    async def execute(self, statement: str) -> None:
        """A statement of the owner."""
        connection = await asyncpg.connect(self.url)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    def mend(self) -> None:
        """All networks as they should be."""
        for proxy in (self.to_database, self.to_broker, self.of_stations):
            proxy.mend()


def _has_begun(child: Child) -> bool:
    return READY[child.name] in child.text() or not child.is_running()


def _has_ended(child: Child) -> bool:
    return not child.is_running()


async def gone(pid: int | None) -> None:
    """Kill a process as a power cut would, and wait until it is gone."""
    assert pid
    os.kill(pid, signal.SIGKILL)
    await until_true(lambda: not is_alive(pid))


@asynccontextmanager
async def site(
    fleet: Fleet, rate: float, command: str, env: Mapping[str, str], small_disk: bool
) -> AsyncIterator[Site]:
    """Durable servers with the fleet's registry, proxies, stations; `hotgrid COMMAND` is not started yet."""
    folder = Path(tempfile.mkdtemp(prefix="hotgrid-soak-"))
    folder.chmod(0o755)  # noqa: ASYNC240 - as root the servers run as somebody else, who must get there
    disk: Disk | None = None
    try:
        running = await asyncio.to_thread(servers.up, folder / "state")
        if small_disk:
            disk = await _database_on_a_small_disk(folder / "disk", running.mqtt_url)
            running = replace(running, database_url=disk.database_url, database_pid=disk.database_pid)
        await migrate(running.database_url)
        await import_folder(fleet.write(folder / "registry"), running.database_url, START)
        async with _wired(running, folder, command, env) as (processes, to_database, to_broker, of_stations):
            load = await _load(command, of_stations, running, fleet, rate)
            try:
                yield Site(running, processes, command, load, to_database, to_broker, of_stations, disk=disk)
            finally:
                await load.close()
    finally:
        if disk:
            await disk.close()
        await asyncio.to_thread(servers.down, folder / "state")
        shutil.rmtree(folder, ignore_errors=True)


async def _database_on_a_small_disk(folder: Path, mqtt_url: str) -> Disk:
    folder.mkdir()  # noqa: ASYNC240
    disk = await Disk.make(folder, DISK_MB, {MQTT_VARIABLE: mqtt_url})
    await disk.up()
    return disk


@asynccontextmanager
async def _wired(
    running: Servers, folder: Path, command: str, env: Mapping[str, str]
) -> AsyncIterator[tuple[Hotgrid, Proxy, Proxy, Proxy]]:
    """Processes that reach the servers through networks, and the stations' network."""
    port = ports.choose(folder, taken=0)
    called = f"tcp://gateway@127.0.0.1:{port}" if command == "gateway" else running.mqtt_url
    async with (
        proxied(running.database_url) as (to_database, database_url),
        proxied(running.mqtt_url) as (to_broker, broker_url),
        proxied(called) as (of_stations, _),
    ):
        where = {DATABASE_VARIABLE: database_url, MQTT_VARIABLE: broker_url, "HOTGRID_GATEWAY_PORT": str(port)}
        with hotgrid({**where, **SETTINGS, **env}, folder) as processes:
            yield processes, to_database, to_broker, of_stations


async def _load(command: str, network: Proxy, running: Servers, fleet: Fleet, rate: float) -> Load:
    if command == "gateway":
        return Loggers(network.port, fleet, rate)
    where = urlsplit(running.mqtt_url)
    return await asyncio.to_thread(MqttLoad, (where.username, where.password), network.port, fleet, rate)
