"""A database on a small disk of its own: a real ENOSPC, for root and for ordinary users.

The disk is a tmpfs in a mount namespace (an ordinary user needs a user namespace for it, which some kernels refuse),
and so it is gone with the last process that lives in it. `python -m tests.soak.disk FOLDER MEGABYTES` is the process
that makes it; it is told what to do line by line.
"""

import asyncio
import ctypes
import errno
import json
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from deploy import servers

NEW_MOUNTS, NEW_USER = 0x0002_0000, 0x1000_0000  # CLONE_NEWNS, CLONE_NEWUSER
PRIVATE = 0x4_4000  # MS_REC | MS_PRIVATE
BALLAST = "ballast"
_libc = ctypes.CDLL(None, use_errno=True)


class NoDiskError(OSError):
    """This machine cannot have one."""


@dataclass
class Disk:
    """The process that lives on the disk."""

    process: asyncio.subprocess.Process
    database_url: str = ""
    database_pid: int = 0

    @classmethod
    async def make(cls, folder: Path, megabytes: int, env: Mapping[str, str]) -> "Disk":
        """A disk of this size at `folder`; raises NoDiskError where the kernel allows no such thing."""
        command = [sys.executable, "-m", "tests.soak.disk", str(folder), str(megabytes)]
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, env={**os.environ, **env})
        disk = cls(process)
        told = await disk._answer()
        if "error" in told:
            raise NoDiskError(told["error"])
        return disk

    async def up(self) -> None:
        """Start the database, or heal it."""
        told = await self.tell("up")
        self.database_url, self.database_pid = str(told["url"]), int(told["pid"])

    async def tell(self, what: str) -> dict[str, str | int]:
        """`fill` the disk to the last byte, `free` it, `up`; returns when it is done."""
        assert self.process.stdin
        self.process.stdin.write(f"{what}\n".encode())
        return await self._answer()

    async def close(self) -> None:
        """Stop the database and leave: the disk is gone."""
        with suppress(OSError):
            await self.tell("down")
        assert self.process.stdin
        self.process.stdin.close()
        await self.process.wait()

    async def _answer(self) -> dict[str, str | int]:
        assert self.process.stdout
        line = await self.process.stdout.readline()
        if not line:
            raise OSError("the process on the small disk has ended: see above")
        told: dict[str, str | int] = json.loads(line)
        return told


def main() -> None:
    """Make the disk, then do what is told on standard input."""
    folder, megabytes = Path(sys.argv[1]), int(sys.argv[2])
    try:
        _mount(folder, megabytes)
    except OSError as error:
        _say({"error": f"no small disk here: {error}; needs root, or a kernel that lets users have namespaces"})
        return
    _say({})
    deeds: dict[str, Callable[[Path], dict[str, str | int]]] = {"up": _up, "down": _down, "fill": _fill, "free": _free}
    try:
        for line in sys.stdin:
            _say(deeds[line.strip()](folder))
    finally:  # whoever told us is gone
        _down(folder)


def _say(told: dict[str, str | int]) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


def _mount(folder: Path, megabytes: int) -> None:
    """A tmpfs at `folder` that only this process and its children see."""
    user, group = os.geteuid(), os.getegid()
    _checked(_libc.unshare(NEW_MOUNTS | (NEW_USER if user else 0)))
    if user:  # we stay who we are: PostgreSQL refuses to be root
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    _checked(_libc.mount(b"none", b"/", None, ctypes.c_ulong(PRIVATE), None))
    size = f"size={megabytes}m,mode=0755".encode()
    _checked(_libc.mount(b"none", os.fsencode(folder), b"tmpfs", ctypes.c_ulong(0), size))


def _checked(status: int) -> None:
    if status:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _up(folder: Path) -> dict[str, str | int]:
    found = servers.up(folder)
    return {"url": found.database_url, "pid": found.database_pid or 0}


def _down(folder: Path) -> dict[str, str | int]:
    servers.down(folder)
    return {}


def _fill(folder: Path) -> dict[str, str | int]:
    """Write until there is no room for another page."""
    with (folder / BALLAST).open("ab", buffering=0) as ballast:
        for size in (1 << 20, 1 << 12):
            while _written(ballast, size):
                pass
    return {}


def _written(ballast: FileIO, size: int) -> bool:
    try:
        return ballast.write(bytes(size)) == size
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        return False


def _free(folder: Path) -> dict[str, str | int]:
    (folder / BALLAST).unlink()
    return {}


if __name__ == "__main__":
    main()
