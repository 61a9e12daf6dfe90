"""Where the private servers live, and which account runs them."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.problem import Problem


@dataclass(frozen=True, slots=True)
class Account:
    """The account that the servers run as when root starts them (PostgreSQL refuses to be root)."""

    name: str
    uid: int
    gid: int


def state_folder() -> Path:
    """Where data and passwords are kept: ``HOTGRID_STATE``, else the usual place for root or a user."""
    return _folder("HOTGRID_STATE", "/var/lib/hotgrid", "XDG_DATA_HOME", ".local/share/hotgrid")


def cache_folder() -> Path:
    """Where unpacked programs are kept, for all states together: ``HOTGRID_CACHE``, else the usual place."""
    return _folder("HOTGRID_CACHE", "/var/cache/hotgrid/engine", "XDG_CACHE_HOME", ".cache/hotgrid/engine")


def _folder(variable: str, of_root: str, xdg: str, of_user: str) -> Path:
    if named := os.environ.get(variable):
        return Path(named).expanduser().absolute()
    if os.geteuid() == 0:  # root's own home is closed to the account that the servers run as
        return Path(of_root)
    base = os.environ.get(xdg, "")
    _, _, below = of_user.partition("/hotgrid")
    return Path(base) / f"hotgrid{below}" if base.startswith("/") else Path.home() / of_user


def account(state: Path) -> Account | None:
    """Who runs the servers of ``state``; None for whoever calls. Raises Problem when that cannot be."""
    if os.geteuid() != 0:
        return _known(os.geteuid()) and None
    kept = [path.stat().st_uid for path in (state / "postgres", state / "mosquitto") if path.exists()]
    sudo = int(os.environ.get("SUDO_UID", "0"))
    entry = _known(kept[0] if kept else sudo or pwd.getpwnam("nobody").pw_uid)
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _known(uid: int) -> pwd.struct_passwd:
    try:
        return pwd.getpwuid(uid)
    except KeyError as error:
        fix = "给它一个账户 (useradd)，或换一个用户运行 · give it an account (useradd), or run as another user"
        what = f"用户 {uid} 没有账户，PostgreSQL 不能以它运行 · user {uid} has no account, PostgreSQL cannot run as it"
        raise Problem("no-passwd-entry", what, fix) from error


def run_as(who: Account | None) -> dict[str, Any]:
    """The arguments that make ``subprocess`` run a program as ``who``."""
    return {"user": who.uid, "group": who.gid, "extra_groups": []} if who else {}


def make(folder: Path, who: Account | None, mode: int = 0o700) -> None:
    """Make ``folder`` and give it to ``who``."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(mode)
    if who:
        os.chown(folder, who.uid, who.gid)


def write(path: Path, text: str, who: Account | None) -> None:
    """Write a file that only ``who`` can read, in one step: readers see the old text or the new."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    fresh.touch(0o600)
    fresh.write_text(text)
    if who:
        os.chown(fresh, who.uid, who.gid)
    fresh.replace(path)


def check_reach(folder: Path, who: Account | None, variable: str) -> None:
    """Raise Problem when ``who`` cannot enter ``folder``; ``variable`` is what names another one."""
    entered = subprocess.run(
        ["/bin/sh", "-c", 'cd "$1"', "sh", folder], capture_output=True, check=False, **run_as(who)
    )
    if entered.returncode:
        name = who.name if who else "this user"
        what = f"服务以 {name} 运行，进不了这个目录 · the servers run as {name}, who cannot enter {folder}"
        fix = f"开放各级目录的 x 权限，或用 {variable} 换一处 · chmod a+x its parents, or set {variable}"
        raise Problem("unreachable", what, fix)
