"""A private apt: indexes, dependency closure and downloads in a folder of its own, signatures on."""

import hashlib
import os
import re
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from deploy.engine.sources import Source
from deploy.place import filled
from deploy.problem import ELSEWHERE, Problem

Say = Callable[[str], None]

# Only libraries: what the servers are linked to. The rest of a Debian system is already there or not needed.
FOLLOWED = re.compile(r"lib|zlib1g$|gcc-\d+-base$")
LEFT_OUT = re.compile(r"libllvm|libz3|libperl|.*-perl$|libpython|libtcl|libpam-modules")

_RETRY = "再运行一次，已下载的会保留 · run again, what has arrived is kept"
# What apt writes, in the order of trust: code, pattern, what happened, what to do.
_KINDS = [
    ("disk-full", "No space left|enough free space", "磁盘已满 · the disk is full", "腾出 400 MB · free 400 MB"),
    (
        "signature",
        "NO_PUBKEY|not signed|GPG error|signatures? (could|were)",
        "软件包索引的签名无法核验 · the signature of the package index cannot be verified",
        "更新 debian-archive-keyring 后重试 · update debian-archive-keyring and run again",
    ),
    (
        "expired",
        "expired|not valid yet",
        "镜像索引已过期，或本机时钟不准 · the mirror's index is out of date, or this machine's clock is wrong",
        "检查时钟和镜像 · check the clock and the mirror",
    ),
    (
        "offline",
        "resolv|[Cc]ould not connect|[Cc]annot initiate|refused|timed out|unreachable",
        "连不上软件包镜像 · the package mirror cannot be reached",
        f"检查网络与代理；或 · check network and proxy; or: {ELSEWHERE}",
    ),
    (
        "no-package",
        "404|does not have a Release file|Unable to locate",
        "镜像里没有所需的软件包 · the mirror lacks the packages needed",
        ELSEWHERE,
    ),
    ("download", "", "下载失败 · the download failed", _RETRY),
]


@dataclass(frozen=True, slots=True)
class Package:
    """One Debian package of the closure."""

    name: str
    version: str
    architecture: str
    sha256: str
    size: int
    depends: tuple[str, ...]

    @property
    def file(self) -> str:
        """The file name that apt-get gives its download."""
        return f"{self.name}_{self.version.replace(':', '%3a')}_{self.architecture}.deb"


def prepare(folder: Path, way: Iterable[Source], architecture: str) -> None:
    """Write the private apt of ``folder``: an empty system whose only sources are ``way``."""
    for name in ("state", "lists/partial", "cache/archives/partial", "log", "sources"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "status").touch()
    (folder / "apt.conf").write_text(filled("apt.conf", folder=folder, architecture=architecture))
    (folder / "sources" / "debian.sources").write_text("\n".join(map(_paragraph, way)))


def _paragraph(source: Source) -> str:
    signed_by = f"Signed-By: {source.signed_by}\n" if source.signed_by else ""
    return (
        f"Types: deb\nURIs: {source.uri}\nSuites: {' '.join(source.suites)}\nComponents: main\n"
        f"Targets: Packages\n{signed_by}"
    )


def update(folder: Path, say: Say) -> None:
    """Fetch and verify the indexes. Raises Problem when any of them is missing or badly signed."""
    _watched(folder, ["update"], folder, "读取软件包索引 · reading the package index", say)


def closure(folder: Path, seeds: Iterable[str]) -> list[Package]:
    """``seeds`` and every library package they need, newest version each. Raises Problem "no-package"."""
    found: dict[str, Package] = {}
    asked: set[str] = set()
    wanted = seeds = set(seeds)
    while wanted:
        asked |= wanted
        command = ["apt-cache", "-c", str(folder / "apt.conf"), "show", "--no-all-versions", *sorted(wanted)]
        shown = subprocess.run(command, capture_output=True, text=True, check=False, env=_environment())
        level = [_package(block) for block in shown.stdout.split("\n\n") if block.strip()]
        found |= {package.name: package for package in level}
        wanted = {name for package in level for name in package.depends if _is_followed(name)} - asked
    if absent := seeds - found.keys():
        raise problem(f"Unable to locate {' '.join(sorted(absent))}")
    return sorted(found.values(), key=lambda package: package.name)


def _is_followed(name: str) -> bool:
    return bool(FOLLOWED.match(name)) and not LEFT_OUT.match(name)


def _package(block: str) -> Package:
    fields = dict(re.findall(r"(?m)^([\w-]+): (.*)$", block))
    depends = f"{fields.get('Pre-Depends', '')},{fields.get('Depends', '')}"
    names = tuple(found[0] for part in depends.split(",") if (found := re.match(r"[^\s:|(]+", part.strip())))
    return Package(
        fields["Package"], fields["Version"], fields["Architecture"], fields["SHA256"], int(fields["Size"]), names
    )


def download(folder: Path, packages: list[Package], say: Say) -> list[Path]:
    """Fetch ``packages``; what an interrupted run had fetched is used again. Returns the verified files."""
    into = folder / "debs"
    into.mkdir(exist_ok=True)
    size = sum(package.size for package in packages) / 1e6
    step = f"下载 {len(packages)} 个软件包 · downloading {len(packages)} packages, {size:.0f} MB"
    _watched(folder, ["download", *(f"{p.name}={p.version}" for p in packages)], into, step, say)
    for package in packages:
        path = into / package.file
        if not path.exists() or hashlib.sha256(path.read_bytes()).hexdigest() != package.sha256:
            path.unlink(missing_ok=True)
            raise problem(f"{package.file} is missing or damaged")
    return [into / package.file for package in packages]


def _watched(folder: Path, arguments: list[str], cwd: Path, step: str, say: Say) -> None:
    """Run apt-get and say ``step`` with every quarter of the way."""
    command = ["apt-get", "-qq", "-c", str(folder / "apt.conf"), "-o", "APT::Status-Fd=1", *arguments]
    say(step)
    told, errors = 0, []
    with subprocess.Popen(
        command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=_environment()
    ) as apt:
        for line in apt.stdout or ():
            progress = re.match(r"dlstatus:\d+:([\d.]+):", line)
            if progress and float(progress[1]) >= told + 25:
                told = int(float(progress[1]) // 25 * 25)
                say(f"  {told} %")
            elif not progress:
                errors.append(line)
    if apt.returncode:
        raise problem("".join(errors))


def _environment() -> dict[str, str]:
    return {**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}


def problem(output: str) -> Problem:
    """The clear error for what apt wrote; hosts are masked because people paste logs."""
    lines = [line for line in output.splitlines() if line.startswith(("E:", "W:"))] or output.splitlines()
    code, _, what, fix = next(kind for kind in _KINDS if re.search(kind[1], output))
    return Problem(code, "\n    ".join([what, *map(mask, lines[-4:])]), fix)


def mask(text: str) -> str:
    """``text`` without the names and addresses of hosts."""
    text = re.sub(r"(?<=/lists/)[^\s']+", "…", text)
    text = re.sub(r"(?<=//)[^/\s'\"]+", "…", text)
    text = re.sub(r"(?<=['\s(])[\w-]+(\.[\w-]+)+(:\d+)?(?=['\s:)])", "…", text)  # names and IPv4 addresses
    return re.sub(r"(?<=\()[0-9a-fA-F:]+:[0-9a-fA-F:]*(?=\))", "…", text)  # IPv6
