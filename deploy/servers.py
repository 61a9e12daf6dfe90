"""`hotgrid up`, `down` and `status`: the private TimescaleDB and Mosquitto of one state folder."""

import contextlib
import fcntl
import os
import socket
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dotenv import dotenv_values

from deploy import broker, cluster, place, ports, process, record
from deploy.engine import build, programs
from deploy.engine.apt import Say
from deploy.listener import NOWHERE, asked
from deploy.place import Account
from deploy.problem import Problem
from deploy.record import Programs, Record
from ingest.trust import AUTHORITY

DATABASE_VARIABLE, MQTT_VARIABLE = "HOTGRID_DATABASE_URL", "HOTGRID_MQTT_URL"
CONTROL_VARIABLE = "HOTGRID_MQTT_CONTROL_URL"


@dataclass(frozen=True, slots=True)
class Servers:
    """Where the two servers are and how they are.

    ``private`` says that at least one is ours to start and stop; the URL of one of ours is empty before its first
    start; PIDs and ``programs`` are known of ours only.
    """

    database_url: str
    mqtt_url: str
    running: bool
    private: bool
    state: Path
    database_running: bool
    mqtt_running: bool
    database_pid: int | None
    mqtt_pid: int | None
    programs: Programs


def _silent(_: str) -> None:
    """Say nothing."""


def status(state: Path | None = None) -> Servers:
    """How the servers of ``state`` are, or those that the environment names. Starts nothing."""
    folder = _resolved(state)
    kept = record.load(folder)
    database_url, mqtt_url = _configured(DATABASE_VARIABLE), _configured(MQTT_VARIABLE)
    database_runs = _answers(database_url, 5432) if database_url else _database_runs(folder, kept)
    mqtt_runs = _answers(mqtt_url, 1883) if mqtt_url else _mqtt_runs(folder, kept)
    return Servers(
        database_url=database_url or (kept.database_url if kept else ""),
        mqtt_url=mqtt_url or (kept.mqtt_url if kept else ""),
        running=database_runs and mqtt_runs,
        private=not (database_url and mqtt_url),
        state=folder,
        database_running=database_runs,
        mqtt_running=mqtt_runs,
        database_pid=None if database_url else cluster.pid(folder / "postgres"),
        mqtt_pid=None if mqtt_url else broker.pid(folder),
        programs=kept.programs if kept else Programs(),
    )


def use() -> Servers:
    """The configured or private servers, put into the environment for the settings of each package. Raises Problem."""
    found = status()
    if not (found.database_url and found.mqtt_url):
        raise Problem(
            "not-up",
            "数据库和消息服务器还没有启动 · no database and broker yet",
            f"先运行 hotgrid up，或设置 {DATABASE_VARIABLE} 和 {MQTT_VARIABLE} · run `hotgrid up`, or set these two",
        )
    _must_be_address(DATABASE_VARIABLE, found.database_url, ("postgresql", "postgres"))
    _must_be_address(MQTT_VARIABLE, found.mqtt_url, ("mqtt", "mqtts"))
    os.environ.setdefault(DATABASE_VARIABLE, found.database_url)
    os.environ.setdefault(MQTT_VARIABLE, found.mqtt_url)
    if authority := _configured(AUTHORITY):
        os.environ.setdefault(AUTHORITY, _readable(authority))
    return found


def _must_be_address(variable: str, url: str, schemes: Sequence[str]) -> None:
    """Here and not where it is used: there it would be repeated, with a piece of the password perhaps."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in schemes and (parts.port is None or bool(parts.hostname))
    except ValueError:
        usable = False
    if not usable:
        fix = f"{schemes[0]}://USER:PASSWORD@HOST:PORT; 口令中 · in a password / # @ : % → %2F %23 %40 %3A %25"
        raise Problem("address", f"{variable} 不是地址 · is no address", fix)


def control_url(found: Servers) -> str:
    """Where the broker is told who may come in; "" for a broker that is not ours and of which nobody has said it."""
    kept = _of_private_broker(found)
    return kept.control_url if kept else _configured(CONTROL_VARIABLE)


def device_rules() -> str:
    """What the settings add to the broker's rules for devices. Raises Problem."""
    return asked(NOWHERE, _configured).rules()


def _of_private_broker(found: Servers) -> Record | None:
    """The memory of the state folder, if the broker is its own."""
    kept = record.load(found.state)
    return kept if kept and kept.mqtt_url == found.mqtt_url else None


def _readable(authority: str) -> str:
    try:
        ssl.create_default_context(cafile=authority)
    except OSError as error:
        what = f"{AUTHORITY}={authority}: 不能用 · cannot be used: {error}"
        raise Problem("certificate", what, "需要 PEM 文件 · a PEM file is needed") from error
    return authority


def up(state: Path | None = None, say: Say = _silent, throwaway: bool = False) -> Servers:
    """Start what does not run and return where everything is; called again, it heals what has died.

    ``throwaway`` is for tests: faster, but a crash of the machine may cost the data. Raises Problem.
    """
    now = status(state)
    for variable, runs in ((DATABASE_VARIABLE, now.database_running), (MQTT_VARIABLE, now.mqtt_running)):
        if _configured(variable) and not runs:
            what = f"连不上 {variable} 所指的服务 · the server that {variable} names cannot be reached"
            raise Problem("configured", what, f"更正或去掉它 · correct {variable}, or unset it for a private server")
    kept = record.load(now.state)
    if now.running and (_configured(MQTT_VARIABLE) or _is_current(now.state, kept)):
        return now
    with _alone(now.state) as who:
        kept = kept or record.new(now.state)
        kept = record.save(now.state, replace(kept, listener=asked(kept.listener, _configured)))
        if not _configured(DATABASE_VARIABLE):
            kept = _start_database(now.state, kept, who, say, throwaway)
        if not _configured(MQTT_VARIABLE):
            _start_broker(now.state, kept, who, say)
    return status(state)


def down(state: Path | None = None, say: Say = _silent) -> bool:
    """Stop the private servers of ``state``, the broker's backlog saved; True when something was stopped."""
    folder = _resolved(state)
    if not (folder / "state.json").exists():
        return False
    with _alone(folder):
        stopped = {"Mosquitto": broker.stop(folder), "PostgreSQL": cluster.stop(folder / "postgres")}
    for name in (name for name, ran in stopped.items() if ran):
        say(f"已停止 · stopped: {name}")
    return any(stopped.values())


def _start_database(folder: Path, kept: Record, who: Account | None, say: Say, throwaway: bool) -> Record:
    data = folder / "postgres"
    if _database_runs(folder, kept):
        return kept
    found = _database_programs(kept.programs if data.exists() else None, who, say)
    number = cluster.pid(data)
    if number is None:
        kept = replace(kept, database_port=_still_free(folder, kept.database_port, kept.mqtt_port, say))
        kept = record.save(folder, replace(kept, programs=_described(kept.programs, found)))
        if not data.exists():
            say("新建数据库 · making a new database")
            cluster.create(found, data, kept.superuser_password, who, throwaway)
        name = f"PostgreSQL {found.postgres}, TimescaleDB {found.timescaledb} ({found.license})"
        say(f"启动 · starting {name}, 端口 · port {kept.database_port}")
        number = cluster.start(found, data, kept.database_port, who, throwaway)
    cluster.wait(data, number)
    if not kept.prepared:
        cluster.prepare(found, kept.database_port, kept.superuser_password, kept.owner_password)
    return record.save(folder, replace(kept, prepared=True))


def _start_broker(folder: Path, kept: Record, who: Account | None, say: Say) -> None:
    if broker.is_current(folder, kept) and broker.pid(folder) and process.until(lambda: _mqtt_runs(folder, kept), 10):
        return
    found = _broker_programs(kept, who, say)
    broker.stop(folder)  # one that runs but does not answer, or by other settings
    told = replace(kept.programs, mosquitto=found.version, mqtt_programs=str(found.program.parent))
    port = _still_free(folder, kept.mqtt_port, kept.database_port, say)
    kept = record.save(folder, replace(kept, mqtt_port=port, programs=told))
    also = f", {kept.listener.address}" if kept.listener.address else ""
    say(f"启动 · starting Mosquitto {found.version}, 端口 · port {port}{also}")
    broker.start(found, folder, kept, who)


def let_in(found: Servers, devices: Sequence[Any], say: Say) -> bool:
    """Have the private broker know exactly these devices, by restarting it; False for a broker that is not ours."""
    kept = _of_private_broker(found)
    if kept is None:
        return False
    with _alone(found.state) as who:
        broker.stop(found.state)
        broker.let_in(found.state, devices, who)
        _start_broker(found.state, kept, who, say)
    return True


def _is_current(folder: Path, kept: Record | None) -> bool:
    return kept is not None and asked(kept.listener, _configured) == kept.listener and broker.is_current(folder, kept)


def _database_programs(kept: Programs | None, who: Account | None, say: Say) -> programs.Database:
    """The installed TimescaleDB, else the private one; where data exist, one that can serve them."""
    for found in programs.installed_databases():
        if kept is None or (kept.engine == "installed" and found.serves(kept.postgres, kept.timescaledb)):
            return found
    found = build.database(build.ensure(place.cache_folder(), True, say, who))
    if kept is None or found.serves(kept.postgres, kept.timescaledb):
        return found
    needed = f"PostgreSQL {kept.postgres}, TimescaleDB {kept.timescaledb}"
    raise Problem("major", f"数据需要 · the data need {needed}", f"安装它 · install {needed}")


def _broker_programs(kept: Record, who: Account | None, say: Say) -> programs.Broker:
    """The private Mosquitto beside a private database; beside any other database an installed one will do."""
    beside_private = not _configured(DATABASE_VARIABLE) and kept.programs.engine == "private"
    installed = None if beside_private else programs.installed_broker()
    return installed or build.broker(build.ensure(place.cache_folder(), beside_private, say, who))


def _described(kept: Programs, found: programs.Database) -> Programs:
    engine = "private" if found.private else "installed"
    versions = {"postgres": found.postgres, "timescaledb": found.timescaledb, "license": found.license}
    return replace(kept, engine=engine, database_programs=str(found.bin), **versions)


def _still_free(folder: Path, port: int, other: int, say: Say) -> int:
    if ports.is_free(port):
        return port
    chosen = ports.choose(folder, taken=other)
    say(f"端口 {port} 已被占用，改用 {chosen} · port {port} is taken, using {chosen}")
    return chosen


def _database_runs(folder: Path, kept: Record | None) -> bool:
    return kept is not None and kept.prepared and cluster.is_ready(folder / "postgres")


def _mqtt_runs(folder: Path, kept: Record | None) -> bool:
    return kept is not None and broker.pid(folder) is not None and broker.accepts(kept.mqtt_port, kept.mqtt_password)


def _resolved(state: Path | None) -> Path:
    return (state or place.state_folder()).resolve()


def _configured(variable: str) -> str:
    """The variable's value, from the environment or else from ``.env``; "" when it is not set."""
    return os.environ.get(variable) or dotenv_values(".env").get(variable) or ""


def _answers(url: str, usual_port: int) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port or (8883 if parts.scheme == "mqtts" else usual_port)
        with socket.create_connection((parts.hostname or "127.0.0.1", port), timeout=3):
            return True
    except (OSError, ValueError):
        return False


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[Account | None]:
    """Hold the state folder against every other ``up`` and ``down``; gives the account that runs its servers."""
    try:
        place.make_passable(folder)
        lock = (folder / "lock").open("w")
    except OSError as error:
        other = "用 HOTGRID_STATE 换一处 · name another folder with HOTGRID_STATE"
        raise Problem("state-unwritable", f"{folder}: {error.strerror}", other) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        who = place.account(folder)
        place.check_reach(folder, who, "HOTGRID_STATE")
        place.make(folder / "log", who)
        yield who
