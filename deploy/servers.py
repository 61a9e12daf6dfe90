"""`hotgrid up`, `down` and `status`: the private TimescaleDB and Mosquitto of one state folder."""

import contextlib
import fcntl
import os
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values

from deploy import broker, cluster, place, ports, record
from deploy.engine import build, programs
from deploy.place import Account
from deploy.problem import Problem
from deploy.record import Record

Say = Callable[[str], None]
DATABASE_VARIABLE, MQTT_VARIABLE = "HOTGRID_DATABASE_URL", "HOTGRID_MQTT_URL"


@dataclass(frozen=True, slots=True)
class Servers:
    """Where the two servers are and how they are; before the first ``up`` the private ones have no URL yet.

    ``private`` says that at least one of them is ours to start and stop; ``engine`` whose programs ours run from
    ("private", "installed", "" before the first start); versions and PIDs are known of our own only.
    """

    database_url: str
    mqtt_url: str
    running: bool
    private: bool
    state: Path
    database_running: bool
    mqtt_running: bool
    database_pid: int | None = None
    mqtt_pid: int | None = None
    engine: str = ""
    postgres: str = ""
    timescaledb: str = ""
    license: str = ""
    mosquitto: str = ""
    database_programs: str = ""
    mqtt_programs: str = ""


def _silent(_: str) -> None:
    """Say nothing."""


def status(state: Path | None = None) -> Servers:
    """How the servers of ``state`` are, or those that the environment names. Starts nothing."""
    folder = _resolved(state)
    kept = record.load(folder)
    database_url, mqtt_url = _configured(DATABASE_VARIABLE), _configured(MQTT_VARIABLE)
    database = _answers(database_url, 5432) if database_url else _database_runs(folder, kept)
    mqtt = _answers(mqtt_url, 8883 if mqtt_url.startswith("mqtts") else 1883) if mqtt_url else _mqtt_runs(folder, kept)
    servers = Servers(
        database_url=database_url or (kept.database_url if kept else ""),
        mqtt_url=mqtt_url or (kept.mqtt_url if kept else ""),
        running=database and mqtt,
        private=not (database_url and mqtt_url),
        state=folder,
        database_running=database,
        mqtt_running=mqtt,
    )
    if kept and not database_url:
        servers = replace(
            servers,
            database_pid=cluster.pid(folder / "postgres"),
            engine=kept.engine,
            postgres=kept.postgres,
            timescaledb=kept.timescaledb,
            license=kept.license,
            database_programs=kept.database_programs,
        )
    if kept and not mqtt_url:
        pid = broker.pid(folder / "mosquitto")
        servers = replace(servers, mqtt_pid=pid, mosquitto=kept.mosquitto, mqtt_programs=kept.mqtt_programs)
    return servers


def up(state: Path | None = None, say: Say = _silent, throwaway: bool = False) -> Servers:
    """Start what does not run yet and return where everything is; called again, it heals what has died.

    ``throwaway`` is for tests: faster, and a crash of the machine may cost the data. Raises Problem.
    """
    folder = _resolved(state)
    now = status(folder)
    if not now.running and now.private:
        with _alone(folder) as who:
            _start_missing(folder, who, say, throwaway)
        now = status(folder)
    for variable, runs in ((DATABASE_VARIABLE, now.database_running), (MQTT_VARIABLE, now.mqtt_running)):
        if not runs:
            what = f"连不上 {variable} 所指的服务 · the server that {variable} names cannot be reached"
            raise Problem(
                "configured", what, f"检查 {variable}，或去掉它以启用私有服务 · check {variable}, or unset it"
            )
    return now


def down(state: Path | None = None, say: Say = _silent) -> bool:
    """Stop the private servers of ``state``, the broker's backlog saved; True when something was stopped."""
    folder = _resolved(state)
    if not (folder / "state.json").exists():
        return False
    with _alone(folder):
        stopped = [
            name for name, stop in (("mosquitto", broker.stop), ("postgres", cluster.stop)) if stop(folder / name)
        ]
    for name in stopped:
        say(f"已停止 · stopped: {name}")
    return bool(stopped)


def _start_missing(folder: Path, who: Account | None, say: Say, throwaway: bool) -> None:
    now = status(folder)
    kept = record.load(folder) or record.new(folder)
    record.save(folder, kept)
    ours = not _configured(DATABASE_VARIABLE)
    if ours and not now.database_running:
        kept = _start_database(folder, kept, who, say, throwaway)
    if not _configured(MQTT_VARIABLE) and not now.mqtt_running:
        _start_broker(folder, kept, who, say, ours and kept.engine == "private")


def _start_database(folder: Path, kept: Record, who: Account | None, say: Say, throwaway: bool) -> Record:
    data = folder / "postgres"
    found = _database_programs(kept if data.exists() else None, say)
    place.check_reach(found.bin, who, "HOTGRID_CACHE")
    if not data.exists():
        say("新建数据库 · making a new database")
        cluster.create(found, data, kept.superuser_password, who)
    if cluster.pid(data) is None:
        port = _still_free(folder, kept.database_port, kept.mqtt_port, say)
        engine = "private" if found.private else "installed"
        kept = replace(kept, database_port=port, engine=engine, postgres=found.postgres, license=found.license)
        kept = replace(kept, timescaledb=found.timescaledb, database_programs=str(found.bin))
        record.save(folder, kept)
        say(f"启动 · starting PostgreSQL {found.postgres}, TimescaleDB {found.timescaledb} ({found.license}): {port}")
        cluster.start(found, data, port, who, throwaway)
    if not kept.prepared:
        cluster.prepare(found, kept.database_port, kept.superuser_password, kept.owner_password)
        kept = replace(kept, prepared=True)
        record.save(folder, kept)
    return kept


def _start_broker(folder: Path, kept: Record, who: Account | None, say: Say, beside_ours: bool) -> None:
    """Start the broker, from the programs that the database runs from when those are our own."""
    found = None if beside_ours else programs.installed_broker()
    found = found or build.broker(build.ensure(place.cache_folder(), beside_ours, say))
    place.check_reach(found.program.parent, who, "HOTGRID_CACHE")
    broker.stop(folder / "mosquitto")  # one that runs but does not answer
    port = _still_free(folder, kept.mqtt_port, kept.database_port, say)
    kept = replace(kept, mqtt_port=port, mosquitto=found.version, mqtt_programs=str(found.program.parent))
    record.save(folder, kept)
    say(f"启动 · starting Mosquitto {found.version}: {port}")
    broker.start(found, folder / "mosquitto", port, kept.mqtt_password, who)


def _database_programs(kept: Record | None, say: Say) -> programs.Database:
    """The installed TimescaleDB, else the private one; with data there already, only one that can serve them."""
    for found in programs.installed_databases():
        if kept is None or (kept.engine == "installed" and found.serves(kept.major, kept.timescaledb)):
            return found
    found = build.database(build.ensure(place.cache_folder(), True, say))
    if kept is None or found.serves(kept.major, kept.timescaledb):
        return found
    raise Problem(
        "major", f"数据属于另一版本 · the data belong to PostgreSQL {kept.postgres}, TimescaleDB {kept.timescaledb}"
    )


def _still_free(folder: Path, port: int, other: int, say: Say) -> int:
    if ports.is_free(port):
        return port
    chosen = ports.choose(folder, taken=other)
    say(f"端口 {port} 已被占用，改用 {chosen} · port {port} is taken, using {chosen}")
    return chosen


def _database_runs(folder: Path, kept: Record | None) -> bool:
    return kept is not None and kept.prepared and cluster.is_ready(folder / "postgres")


def _mqtt_runs(folder: Path, kept: Record | None) -> bool:
    running = kept is not None and broker.pid(folder / "mosquitto") is not None
    return running and kept is not None and broker.accepts(kept.mqtt_port, kept.mqtt_password)


def _resolved(state: Path | None) -> Path:
    return (state or place.state_folder()).resolve()


def _configured(variable: str) -> str:
    """The variable's value, from the environment or else from ``.env``; "" when it is not set."""
    return os.environ.get(variable) or dotenv_values(".env").get(variable) or ""


def _answers(url: str, usual_port: int) -> bool:
    try:
        parts = urlsplit(url)
        with socket.create_connection((parts.hostname or "127.0.0.1", parts.port or usual_port), timeout=3):
            return True
    except (OSError, ValueError):
        return False


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[Account | None]:
    """Hold the state folder against other ``up`` and ``down``; gives the account that runs its servers."""
    other = "用 HOTGRID_STATE 换一处 · name another folder with HOTGRID_STATE"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("w")
    except OSError as error:
        raise Problem("state-unwritable", f"{folder}: {error.strerror}", other) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        who = place.account(folder)
        place.make(folder / "log", who)
        place.check_reach(folder, who, "HOTGRID_STATE")
        yield who
