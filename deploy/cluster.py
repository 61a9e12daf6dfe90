"""The private PostgreSQL cluster: made, started, prepared, stopped."""

import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

from deploy import place, process
from deploy.engine.programs import Database
from deploy.place import Account
from deploy.problem import Problem

# The largest PID there can be: with it in the PID file PostgreSQL sees that nobody holds the data folder.
NOBODYS_PID = "4194303"


def pid(data: Path) -> int | None:
    """The PID of the postmaster that runs on ``data``, or None."""
    return process.recorded(data / "postmaster.pid", data)


def is_ready(data: Path) -> bool:
    """Whether the postmaster runs and takes connections (it says so in line 8 of its PID file)."""
    return pid(data) is not None and _pid_file(data)[7:8] == ["ready"]


def _pid_file(data: Path) -> list[str]:
    path = data / "postmaster.pid"
    return [line.strip() for line in path.read_text().splitlines()] if path.exists() else []


def create(programs: Database, data: Path, password: str, who: Account | None, throwaway: bool) -> None:
    """Make a cluster at ``data`` whose superuser ``postgres`` has ``password``: all of it or nothing."""
    fresh, secret = data.with_name("postgres.new"), data.with_name("initdb.password")
    shutil.rmtree(fresh, ignore_errors=True)
    place.make(fresh, who)
    place.write(secret, password, who)
    # The builtin provider: no collation version of glibc or ICU that another engine could contradict.
    options = ["--locale-provider=builtin", "--locale=C.UTF-8", "--encoding=UTF8", "--data-checksums"]
    options += ["--auth=scram-sha-256", f"--pwfile={secret}", "--username=postgres", *["--no-sync"] * throwaway]
    try:
        _run([programs.bin / "initdb", *options, "-D", fresh], cwd=data.parent, **place.run_as(who))
    finally:
        secret.unlink()
    fresh.rename(data)


def start(programs: Database, data: Path, port: int, who: Account | None, throwaway: bool) -> int:
    """Start the cluster at ``data`` on ``port`` of the loopback; returns its PID at once."""
    memory = _memory() // 2**20
    # Workers run policies, which Apache has none of; and a database that a worker sits in cannot be cloned for a test.
    settings = place.filled(
        "postgresql.conf",
        port=port,
        workers=0 if throwaway or programs.license == "apache" else 8,
        buffers=max(32, min(memory // 8, 1024)),
        cache=max(64, memory // 2),
        durable="off" if throwaway else "on",
        log=str(data.parent / "log").replace("'", "''"),
    )
    _settle(data, who)
    place.write(data / "postgresql.conf", settings, who)
    return process.launch([programs.bin / "postgres", "-D", data], data.parent / "log/postgres-start.log", who)


def wait(data: Path, number: int) -> None:
    """Wait till postmaster ``number`` takes connections, through a long recovery too. Raises Problem if it dies."""
    process.until(lambda: is_ready(data) or not process.is_alive(number, data), 600)
    if not is_ready(data):
        newest = max((data.parent / "log").glob("postgres*.log"), key=lambda path: path.stat().st_mtime)
        what = f"PostgreSQL 没有启动 · PostgreSQL did not start:\n{process.tail(newest)}"
        raise Problem("postgres", what, f"日志 · its log: {newest}")


def prepare(programs: Database, port: int, superuser_password: str, owner_password: str) -> None:
    """Make the extension, the roles and the database that the first migration needs (``private/cluster.sql``)."""
    secrets = {"PGPASSWORD": superuser_password, "HOTGRID_OWNER_PASSWORD": owner_password}
    server = ["-h", "127.0.0.1", "-p", str(port), "-U", "postgres", "-d", "template1"]
    script = Path(__file__).parent / "private/cluster.sql"
    _run([programs.bin / "psql", "-X", "-q", *server, "-f", script], env=place.ENVIRONMENT | secrets)


def stop(data: Path) -> bool:
    """Stop the cluster at ``data`` (fast and clean); True when one ran."""
    return process.stop(pid(data), data, signal.SIGINT)


def _run(command: list[str | Path], **options: Any) -> None:
    options = {"env": place.ENVIRONMENT, **options}
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if done.returncode:
        name = Path(command[0]).name
        raise Problem(name, f"{name} 失败 · {name} failed:\n{done.stdout[-800:]}{done.stderr[-800:]}")


def _memory() -> int:
    """Bytes of memory that this machine has, or the container around us."""
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    limit = Path("/sys/fs/cgroup/memory.max")
    told = limit.read_text().strip() if limit.exists() else ""
    return min(machine, int(told)) if told.isdigit() else machine


def _settle(data: Path, who: Account | None) -> None:
    """After a kill -9, wait for the children to go and free the PID file from a zombie's or a stranger's number.

    PostgreSQL refuses to start while any process of its user has the number of the dead postmaster. Only the first
    line is replaced: by the shared memory key in another one PostgreSQL itself checks that no child is left.
    """
    if lines := _pid_file(data):
        process.until(lambda: not any(_works_in(entry, data) for entry in Path("/proc").glob("[0-9]*")), 30)
        place.write(data / "postmaster.pid", "\n".join([NOBODYS_PID, *lines[1:], ""]), who)


def _works_in(entry: Path, data: Path) -> bool:
    try:
        return (entry / "cwd").readlink() == data
    except OSError:
        return False
