"""Finds, in the machine's own package sources, where Debian's packages come from."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

ALIASES = frozenset({"stable", "oldstable", "oldoldstable", "testing", "unstable", "sid"})


@dataclass(frozen=True, slots=True)
class Source:
    """One archive: its address, the suites taken from it, and the keys it is signed by ("" = apt's own)."""

    uri: str
    suites: tuple[str, ...]
    signed_by: str = ""


def one_line(text: str) -> Iterator[Source]:
    """Sources of a ``sources.list`` (one a line, options in brackets)."""
    for line in text.splitlines():
        found = re.match(r"\s*deb\s+(?:\[(.*?)\]\s+)?(\S+)\s+(\S+)", line)
        if found and not found[2].startswith("cdrom:"):
            signed_by = re.search(r"signed-by=(\S+)", found[1] or "", re.IGNORECASE)
            yield Source(found[2], (found[3],), signed_by[1] if signed_by else "")


def deb822(text: str) -> Iterator[Source]:
    """Sources of a ``*.sources`` file (paragraphs of ``Field: value``)."""
    for paragraph in re.split(r"\n\s*\n", re.sub(r"(?m)^#.*\n?", "", text)):
        fields = {name.lower(): value.strip("\n") for name, value in _fields(paragraph)}
        if "deb" in fields.get("types", "").split() and fields.get("enabled", "yes").strip().lower() != "no":
            for uri in fields.get("uris", "").split():
                suites = tuple(fields.get("suites", "").split())
                yield Source(uri, suites, fields.get("signed-by", "").strip())


def _fields(paragraph: str) -> Iterator[tuple[str, str]]:
    for field in re.finditer(r"(?m)^([\w-]+):[ \t]*(.*(?:\n[ \t]+.*)*)", paragraph):
        yield field[1], field[2]


def machine(folder: Path = Path("/etc/apt")) -> list[Source]:
    """Every enabled binary source of this machine, in apt's order."""
    lists = [folder / "sources.list", *sorted((folder / "sources.list.d").glob("*.list"))]
    found = [source for path in lists if path.is_file() for source in one_line(path.read_text())]
    for path in sorted((folder / "sources.list.d").glob("*.sources")):
        found += deb822(path.read_text())
    return found


def debian(found: Iterable[Source], codename: str, wanted: str) -> list[list[Source]]:
    """The ways to reach suite ``wanted`` from the sources of a machine that runs ``codename``, the best first.

    A way is an archive with its updates and the security archive, or (old keys, partial mirror) the archive alone.
    """
    listed = list(found)
    names = ALIASES | {codename, wanted}
    archives = [one for one in listed if names.intersection(one.suites)]
    secured = [one for one in listed if {f"{name}-security" for name in names}.intersection(one.suites)]
    ways = []
    for archive in sorted(archives, key=lambda one: not _looks_like_debian(one)):
        plain = replace(archive, suites=(wanted,))
        beside = [replace(archive, uri=f"{archive.uri.rstrip('/')}-security")] * _looks_like_debian(archive)
        for security in [*secured, *beside][:1]:
            updated = replace(archive, suites=(wanted, f"{wanted}-updates"))
            ways.append([updated, replace(security, suites=(f"{wanted}-security",))])
        ways.append([plain])
    return ways


def _looks_like_debian(source: Source) -> bool:
    """Other people's archives use Debian's suite names too; those are tried last."""
    return source.uri.rstrip("/").endswith("/debian")
