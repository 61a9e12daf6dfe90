"""Where the private servers live, which account runs them, and how files are given to it."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

from deploy.problem import Problem

ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


@dataclass(frozen=True, slots=True)
class Account:
    """The account that the servers run as when root starts them (PostgreSQL refuses to be root)."""

    name: str
    uid: int
    gid: int


def state_folder() -> Path:
    """Where data and passwords are kept: ``HOTGRID_STATE``, else the usual place for root or a user."""
    return _named("HOTGRID_STATE") or _base("/var/lib", "XDG_DATA_HOME", ".local/share") / "hotgrid"


def cache_folder() -> Path:
    """Where unpacked programs are kept, for all states together: ``HOTGRID_CACHE``, else the usual place."""
    return _named("HOTGRID_CACHE") or _base("/var/cache", "XDG_CACHE_HOME", ".cache") / "hotgrid/engine"


def _named(variable: str) -> Path | None:
    named = os.environ.get(variable)
    return Path(named).expanduser().resolve() if named else None


def _base(of_root: str, xdg: str, below_home: str) -> Path:
    if os.geteuid() == 0:  # root's own home is closed to the account that the servers run as
        return Path(of_root)
    named = Path(os.environ.get(xdg, ""))
    return named if named.is_absolute() else Path.home() / below_home


def account(state: Path) -> Account | None:
    """Who runs the servers of ``state``; None for whoever calls. Raises Problem for a user without an account."""
    us = os.geteuid()
    if us == 0:
        kept = [path.stat().st_uid for path in (state / "postgres", state / "mosquitto") if path.exists()]
        us = kept[0] if kept else int(os.environ.get("SUDO_UID", "0")) or pwd.getpwnam("nobody").pw_uid
    try:
        entry = pwd.getpwuid(us)
    except KeyError as error:
        what = f"用户 {us} 没有账户，PostgreSQL 不能以它运行 · user {us} has no account, PostgreSQL cannot run as it"
        raise Problem("no-passwd-entry", what, "换一个用户运行 · run as another user") from error
    return None if os.geteuid() == us else Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def run_as(who: Account | None) -> dict[str, Any]:
    """The arguments that make ``subprocess`` run a program as ``who``."""
    return {"user": who.uid, "group": who.gid, "extra_groups": []} if who else {}


def make_passable(folder: Path) -> None:
    """Make ``folder`` and its missing parents, whatever the umask: the servers may run as somebody else."""
    for one in [*reversed(folder.parents), folder]:
        if not one.exists():
            one.mkdir(exist_ok=True)
            one.chmod(0o755)


def make(folder: Path, who: Account | None) -> None:
    """Make ``folder``, open to ``who`` only."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if who:
        os.chown(folder, who.uid, who.gid)


def write(path: Path, text: str, who: Account | None) -> None:
    """Write a file that only ``who`` can read, in one step: readers see the old text or the new."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    # O_EXCL: in a folder of another account, root must not follow a link laid there.
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        if who:
            os.fchown(file.fileno(), who.uid, who.gid)
    fresh.replace(path)


def filled(name: str, **values: object) -> str:
    """The text of ``private/NAME`` with its ``$`` placeholders filled in."""
    return Template(text(name)).substitute(values)


def text(name: str) -> str:
    """The text of ``private/NAME``."""
    return (Path(__file__).parent / "private" / name).read_text()


def check_reach(folder: Path, who: Account | None, variable: str) -> None:
    """Raise Problem when ``who`` cannot enter ``folder``; ``variable`` is what names another one."""
    enter: list[str | Path] = ["/bin/sh", "-c", 'cd "$1"', "sh", folder]
    if who and subprocess.run(enter, capture_output=True, check=False, **run_as(who)).returncode:
        what = f"服务以 {who.name} 运行，进不了 · the servers run as {who.name}, who cannot enter {folder}"
        raise Problem(
            "unreachable", what, f"chmod a+x 其上级目录，或设置 {variable} · chmod a+x its parents, or set {variable}"
        )
