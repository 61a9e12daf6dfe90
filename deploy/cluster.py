"""The private PostgreSQL cluster: made, configured, started, stopped."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

from deploy import place, process
from deploy.engine.programs import ENVIRONMENT, Database
from deploy.place import Account
from deploy.problem import Problem

# Larger than any PID that can be: PostgreSQL then sees that nobody holds the data folder.
NOBODYS_PID = "4194303"

_SETTINGS = """\
# Written anew at every start. Settings of your own: ALTER SYSTEM SET … (as the superuser).
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
max_connections = 100
password_encryption = 'scram-sha-256'
shared_preload_libraries = 'timescaledb'
timescaledb.telemetry_level = 'off'
timescaledb.max_background_workers = {workers}
dynamic_shared_memory_type = mmap    # POSIX segments of an ordinary user go when he logs out (logind RemoveIPC)
shared_buffers = {buffers}MB
effective_cache_size = {cache}MB
maintenance_work_mem = 128MB
max_locks_per_transaction = 256      # a hypertable locks every chunk it touches
max_wal_size = 4GB
wal_compression = on
checkpoint_completion_target = 0.9
random_page_cost = 1.1
jit = off                            # its library is 26 MB and left out
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C.UTF-8'
default_text_search_config = 'pg_catalog.simple'
logging_collector = on
log_directory = '{log}'
log_filename = 'postgresql-%a.log'   # a week of logs, each day over last week's
log_rotation_age = 1d
log_rotation_size = 0
log_truncate_on_rotation = on
log_line_prefix = '%m [%p] %u@%d '
log_lock_waits = on
"""
_THROWAWAY = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"


def pid(data: Path) -> int | None:
    """The PID of the postmaster that runs on ``data``, or None; a stale or a stranger's PID is None."""
    lines = _pid_file(data)
    number = int(lines[0]) if lines and lines[0].strip().isdigit() else 0
    return number if number and process.is_alive(number, data) else None


def is_ready(data: Path) -> bool:
    """Whether the running postmaster takes connections (it says so in line 8 of its PID file)."""
    lines = _pid_file(data)
    return pid(data) is not None and len(lines) > 7 and lines[7].strip() == "ready"


def _pid_file(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return []


def create(programs: Database, data: Path, password: str, who: Account | None) -> None:
    """Make a new cluster at ``data`` whose superuser ``postgres`` has ``password``; all of it or nothing."""
    fresh = data.with_name(data.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    place.make(fresh, who)
    secret = data.with_name("initdb.password")
    place.write(secret, password, who)
    # The builtin provider has no collation version of glibc or ICU that another engine could contradict.
    options = ["--locale-provider=builtin", "--locale=C.UTF-8", "--encoding=UTF8", "--data-checksums", "--no-sync"]
    command: list[str | Path] = [
        programs.bin / "initdb",
        "-D",
        fresh,
        "-U",
        "postgres",
        "-A",
        "scram-sha-256",
        *options,
    ]
    made = subprocess.run(
        [*command, f"--pwfile={secret}"],
        capture_output=True,
        text=True,
        check=False,
        cwd=data.parent,
        env=ENVIRONMENT,
        **place.run_as(who),
    )
    secret.unlink()
    if made.returncode:
        raise Problem("initdb", f"initdb 失败 · initdb failed:\n{made.stdout[-800:]}{made.stderr[-800:]}")
    os.sync()
    fresh.rename(data)


def start(programs: Database, data: Path, port: int, who: Account | None, throwaway: bool = False) -> None:
    """Start the cluster at ``data`` on ``port`` of the loopback and wait till it takes connections."""
    log = data.parent / "log"
    _settle(data, who)
    place.write(data / "postgresql.conf", _settings(programs, port, log) + (_THROWAWAY if throwaway else ""), who)
    number = process.launch([programs.bin / "postgres", "-D", data], log / "postgres-start.log", who)
    # A long recovery is no failure, so the limit is generous; a process that has gone is noticed at once.
    process.until(lambda: is_ready(data) or not process.is_alive(number, data), 600)
    if not is_ready(data):
        newest = max(log.glob("postgres*.log"), key=lambda path: path.stat().st_mtime)
        raise Problem("postgres", f"PostgreSQL 没有启动 · PostgreSQL did not start:\n{process.tail(newest)}", f"{log}")


def _settings(programs: Database, port: int, log: Path) -> str:
    memory = _memory() // 2**20
    workers = 0 if programs.license == "apache" else 8  # Apache has no policies to run, and a scheduler blocks clones
    buffers = max(32, min(memory // 8, 1024))
    return _SETTINGS.format(port=port, workers=workers, buffers=buffers, cache=max(64, memory // 2), log=_quoted(log))


def _quoted(path: Path) -> str:
    return str(path).replace("\\", "\\\\").replace("'", "''")


def _memory() -> int:
    """Bytes of memory that this machine, or the container around us, has."""
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    limit = Path("/sys/fs/cgroup/memory.max")
    told = limit.read_text().strip() if limit.exists() else ""
    return min(machine, int(told)) if told.isdigit() else machine


def _settle(data: Path, who: Account | None) -> None:
    """After a kill -9, wait for the children to go, and free the PID file from a zombie's or a stranger's number.

    PostgreSQL refuses to start while any process of its user has the number of the dead postmaster. Only the first
    line is replaced: by the shared memory key in another one PostgreSQL itself checks that no child is left.
    """
    lines = _pid_file(data)
    if lines:
        process.until(lambda: not any(_works_in(one, data) for one in Path("/proc").glob("[0-9]*")), 30)
        place.write(data / "postmaster.pid", "\n".join([NOBODYS_PID, *lines[1:], ""]), who)


def _works_in(entry: Path, data: Path) -> bool:
    try:
        return (entry / "cwd").readlink() == data
    except OSError:
        return False


def prepare(programs: Database, port: int, superuser_password: str, owner_password: str) -> None:
    """Make the extension, the roles and the database that the first migration needs (``cluster.sql``)."""
    secrets = {"PGPASSWORD": superuser_password, "HOTGRID_OWNER_PASSWORD": owner_password}
    server = ["-h", "127.0.0.1", "-p", str(port), "-U", "postgres", "-d", "template1"]
    script = Path(__file__).with_name("cluster.sql")
    done = subprocess.run(
        [programs.bin / "psql", "-X", "-q", *server, "-f", script],
        capture_output=True,
        text=True,
        check=False,
        env={**ENVIRONMENT, **secrets},
    )
    if done.returncode:
        raise Problem("postgres", f"数据库初始化失败 · the database could not be prepared:\n{done.stderr[-800:]}")


def stop(data: Path) -> bool:
    """Stop the cluster at ``data`` (fast, clean); True when one ran."""
    number = pid(data)
    if number:
        process.stop(number, data, signal.SIGINT)
    return number is not None
