"""Takes the few files that the servers need out of Debian packages, and re-points them to their new home."""

import os
import re
import subprocess
import tarfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

from deploy.engine import elf, programs
from deploy.problem import Problem

# The layout under the new prefix keeps lib/postgresql/17/bin beside share/postgresql/17, which PostgreSQL relies on.
_LIBRARY = re.compile(r"\./(?:usr/)?lib/[^/]+-linux-gnu/([^/]+\.so[^/]*)$")
_PLUGIN = re.compile(r"\./usr/lib/[^/]+-linux-gnu/(mosquitto_dynamic_security\.so)$")
_PROGRAM = re.compile(r"\./usr/s?bin/(mosquitto|mosquitto_pub|mosquitto_sub|patchelf)$")
_POSTGRES = re.compile(
    r"\./usr/((?:lib/postgresql/\d+/bin/(?:postgres|initdb|psql|pg_dump|pg_restore|pg_basebackup)"
    r"|lib/postgresql/\d+/lib/(?!llvmjit)[^/]+\.so|share/postgresql/\d+/(?!man/).+))$"
)
# Scripts that come from versions older than the oldest private engine.
_STALE = re.compile(r".*/timescaledb--.*--.*\.sql$")


def home(name: str) -> str | None:
    """Where the package file ``name`` goes under the prefix; None for what is not wanted."""
    if found := _PLUGIN.match(name):
        return f"{programs.PLUGINS}/{found[1]}"
    if found := _LIBRARY.match(name):
        return f"lib/{found[1]}"
    if found := _PROGRAM.match(name):
        return f"bin/{found[1]}"
    if (found := _POSTGRES.match(name)) and not _STALE.match(name):
        return found[1]
    return None


def unpack(debs: Iterable[Path], prefix: Path) -> None:
    """Put the wanted files of ``debs`` under ``prefix``. Raises Problem "build" for a package that cannot be read."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda deb: _unpack_one(deb, prefix), debs))


def _unpack_one(deb: Path, prefix: Path) -> None:
    with subprocess.Popen(
        ["dpkg-deb", "--fsys-tarfile", deb], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as opened:
        try:
            _extract(opened.stdout, prefix)
        except tarfile.TarError as error:
            what = f"软件包损坏 · damaged package: {deb.name}: {error}"
            raise Problem("build", what, f"删除后重试 · remove it and run again: {deb}") from error


def _extract(stream: IO[bytes] | None, prefix: Path) -> None:
    with tarfile.open(fileobj=stream, mode="r|") as tar:
        tar.extraction_filter = getattr(tarfile, "data_filter", lambda member, _: member)
        for member in tar:
            place = home(member.name)
            if place and not member.isdir():
                member.name = place
                tar.extract(member, prefix)


def relocate(prefix: Path, final: Path) -> None:
    """Make everything under ``prefix`` run from ``final`` with its own loader and its own libraries only."""
    files = [path for path in prefix.rglob("*") if path.is_file() and not path.is_symlink()]
    found = {path: read for path in files if path.parent.name in ("bin", "lib") and (read := elf.read(path))}
    libraries = prefix / "lib"
    programs = [path for path, read in found.items() if path.parent.name == "bin" and path.name != "patchelf"]
    modules = [path for path in found if path.parent.name == "lib" and path.parent != libraries]
    _drop_unneeded(libraries, needed(libraries, [*programs, *modules]))
    loader = next(libraries.glob("ld-linux*.so.*"))
    patchelf: list[str | Path] = [loader, "--library-path", libraries, prefix / "bin/patchelf"]
    for folder in {path.parent for path in programs}:
        # DT_RPATH, not DT_RUNPATH: it also rules where the libraries of libraries and of extensions are looked for.
        rpath = f"$ORIGIN/{os.path.relpath(libraries, folder)}"
        own = [path for path in programs if path.parent == folder]
        interpreter = str(final / "lib" / loader.name)
        _run([*patchelf, "--set-interpreter", interpreter, "--force-rpath", "--set-rpath", rpath, *own])
    if strays := [path for path, read in found.items() if read.search_path and path.exists() and path not in programs]:
        _run([*patchelf, "--remove-rpath", *strays])
    (prefix / "bin/patchelf").unlink()


def needed(libraries: Path, roots: Iterable[Path]) -> set[str]:
    """Names of all libraries that ``roots`` load, directly or not. Raises Problem "build" when one is missing.

    The host's loader cache would fill such a gap in silence, so this is read from the files and never tried out.
    """
    reached: set[str] = {path.name for path in libraries.glob("ld-linux*")}
    todo = list(roots)
    while todo:
        path = todo.pop()
        read = elf.read(path)
        for name in read.needed if read else ():
            if not (libraries / name).exists():
                raise Problem("build", f"缺少库 · missing library: {name} ({path.name})")
            if name not in reached:
                reached.add(name)
                todo.append(libraries / name)
    return reached


def _drop_unneeded(libraries: Path, names: set[str]) -> None:
    kept = names | {(libraries / name).resolve().name for name in names}
    for path in libraries.iterdir():
        if path.name not in kept and not path.is_dir():
            path.unlink()


def _run(command: list[str | Path]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Problem("build", f"patchelf: {done.stderr.strip()}")
