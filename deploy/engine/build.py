"""Builds the private engine once, atomically, and finds it again."""

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import platform
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from deploy.engine import apt, programs, sources, unpack
from deploy.engine.apt import Say
from deploy.place import Account, check_reach, make_passable
from deploy.problem import Problem

SUITE = "trixie"
BROKER_PACKAGES = ("mosquitto", "mosquitto-clients", "patchelf")
DATABASE_PACKAGES = ("postgresql-17", "postgresql-client-17", "postgresql-17-timescaledb")
RECIPE = 2  # raise it when the layout of an engine changes
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
ROOM = 400_000_000
OLD_DAYS = 60
OTHER_CACHE = "用 HOTGRID_CACHE 指定另一个目录 · name another folder with HOTGRID_CACHE"


def find(cache: Path, with_database: bool) -> Path | None:
    """The newest whole engine in ``cache`` that has what is asked for, or None."""
    whole = [path.parent for path in cache.glob("*/engine.json") if _is_whole(path, with_database)]
    return max(whole, key=lambda path: (path / "engine.json").stat().st_mtime, default=None)


def _is_whole(record: Path, with_database: bool) -> bool:
    try:
        told = json.loads(record.read_text())
    except (OSError, ValueError):  # half written, or not ours
        return False
    fits = told["recipe"] == RECIPE and told["home"] == str(record.parent) and told["database"] >= with_database
    sizes: dict[str, int] = told["files"]
    return fits and all(_size(record.parent / name) == size for name, size in sizes.items())


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else -1


def ensure(cache: Path, with_database: bool, say: Say, who: Account | None = None) -> Path:
    """The engine's folder, built when there is none yet (about 10 s and 42 MB of downloads), for ``who`` to run.

    Raises Problem where it cannot be built, or cannot be reached by ``who``.
    """
    if engine := find(cache, with_database):
        check_reach(engine, who, "HOTGRID_CACHE")
        _remind(engine, say)
        return engine
    architecture = _check_machine()
    _check_folder(cache)
    check_reach(cache, who, "HOTGRID_CACHE")
    with _alone(cache, say):
        if engine := find(cache, with_database):
            return engine
        for left in cache.glob(".building-*"):
            shutil.rmtree(left)
        try:
            return _build(cache, architecture, with_database, say)
        except OSError as error:
            code = "disk-full" if error.errno == errno.ENOSPC else "cache-unwritable"
            raise Problem(code, f"{cache}: {error.strerror}", OTHER_CACHE) from error


def _remind(engine: Path, say: Say) -> None:
    days = int(time.time() - (engine / "engine.json").stat().st_mtime) // 86_400
    if days > OLD_DAYS:
        say(f"程序已 {days} 天没有安全更新 · no security updates for {days} days: down, remove {engine}, up")


def database(engine: Path) -> programs.Database:
    """The database programs of ``engine``. Raises Problem "build" when they do not run."""
    folder = next(engine.glob("lib/postgresql/*/bin"), engine)
    return _runnable(programs.database(folder, private=True), engine)


def broker(engine: Path) -> programs.Broker:
    """The broker program of ``engine``. Raises Problem "build" when it does not run."""
    return _runnable(programs.broker(engine / "bin/mosquitto", private=True), engine)


Found = TypeVar("Found", programs.Database, programs.Broker)


def _runnable(found: Found | None, engine: Path) -> Found:
    if found is None:
        what = f"解包后的程序不能运行 · the unpacked programs do not run: {engine}"
        raise Problem("build", what, "删除这个目录后重试 · remove that folder and run again")
    return found


def _check_machine() -> str:
    """The Debian name of the architecture; raises Problem where the engine cannot be built."""
    if platform.system() != "Linux" or not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        raise Problem("not-debian", "私有服务只能在 Debian 12/13 上自动获取 · the private servers need Debian 12 or 13")
    if platform.freedesktop_os_release().get("ID") != "debian":
        name = platform.freedesktop_os_release().get("PRETTY_NAME", "?")
        raise Problem(
            "not-debian", f"私有服务需要 Debian 12/13，本机是 · the private servers need Debian 12/13: {name}"
        )
    if platform.machine() not in ARCHITECTURES:
        raise Problem("arch", f"不支持的处理器架构 · unsupported architecture: {platform.machine()}")
    if not Path("/usr/share/zoneinfo/Asia/Shanghai").exists():
        raise Problem("tzdata", "缺少时区数据 · no time zone data", "安装 tzdata · apt-get install tzdata")
    return ARCHITECTURES[platform.machine()]


def _check_folder(cache: Path) -> None:
    try:
        make_passable(cache)
    except OSError as error:
        raise Problem("cache-unwritable", f"{cache}: {error.strerror}", OTHER_CACHE) from error
    if not os.access(cache, os.W_OK):
        raise Problem("cache-unwritable", f"不能写入 · cannot write to {cache}", OTHER_CACHE)
    room = os.statvfs(cache)
    if room.f_flag & os.ST_NOEXEC:
        raise Problem("noexec", f"所在分区不许执行程序 · mounted noexec: {cache}", OTHER_CACHE)
    if room.f_bavail * room.f_frsize < ROOM:
        raise Problem("disk-full", f"剩余空间不足 400 MB · less than 400 MB free: {cache}", OTHER_CACHE)


@contextlib.contextmanager
def _alone(cache: Path, say: Say) -> Iterator[None]:
    with (cache / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("等待另一个进程准备好 · waiting for another process to finish this")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build(cache: Path, architecture: str, with_database: bool, say: Say) -> Path:
    seeds = BROKER_PACKAGES + (DATABASE_PACKAGES if with_database else ())
    work = cache / "work"
    packages = _closure(work, architecture, seeds, say)
    debs = apt.download(work, packages, say)
    digest = hashlib.sha256(repr((RECIPE, packages)).encode()).hexdigest()[:12]
    final = cache / f"{SUITE}-{digest}"
    building = Path(tempfile.mkdtemp(prefix=".building-", dir=cache))
    say("解包并校验 · unpacking and checking")
    unpack.unpack(debs, building)
    unpack.relocate(building, final)
    _publish(building, final, with_database)
    shutil.rmtree(work)
    return final


def _closure(work: Path, architecture: str, seeds: tuple[str, ...], say: Say) -> list[apt.Package]:
    """The packages to fetch, with security updates where the machine's keys and mirror allow it."""
    codename = platform.freedesktop_os_release().get("VERSION_CODENAME", "")
    ways = sources.debian(sources.machine(), codename, SUITE)
    failed = Problem(
        "no-mirror", "本机的软件源里没有 Debian 镜像 · this machine's package sources name no Debian mirror"
    )
    for way in ways:
        try:
            apt.prepare(work, way, architecture)
            apt.update(work, say)
            return apt.closure(work, seeds)
        except Problem as problem:
            failed = problem
            say(f"此路不通，换一个来源 · this source will not do, trying the next: [{problem.code}]")
    raise failed


def _publish(building: Path, final: Path, with_database: bool) -> None:
    """Move the engine to its place, try it there, and only then write the record that makes it count."""
    if final.exists():
        shutil.rmtree(final)
    for path in (building, *building.rglob("*")):
        if path.is_dir():
            path.chmod(0o755)  # whatever the umask: the servers may run as another user
    building.rename(final)
    broker(final)
    if with_database:
        database(final)
    patterns = "bin/*", "lib/*.so*", "lib/mosquitto/lib/*", "lib/*/*/*/*"
    files = [path for pattern in patterns for path in final.glob(pattern)]
    sizes = {str(path.relative_to(final)): _size(path) for path in files if path.is_file()}
    told = {"recipe": RECIPE, "home": str(final), "database": with_database, "files": sizes}
    (final / "engine.tmp").write_text(json.dumps(told))
    (final / "engine.tmp").rename(final / "engine.json")
