"""Finds, in the machine's own package sources, where Debian's packages come from."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
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
    """The ways to reach suite ``wanted`` from a machine that runs ``codename``, the best first.

    A way is the main archive with its updates and the security archive, or the main archive alone.
    """
    names = ALIASES | {codename, wanted}
    listed = list(found)
    mains = [source for source in listed if names.intersection(source.suites)]
    secures = [s for s in listed if names.intersection(n.removesuffix("-security") for n in s.suites if "-sec" in n)]
    ways = []
    for main in dict.fromkeys((source.uri, source.signed_by) for source in mains):
        beside = main[0].rstrip("/")
        secure = [(s.uri, s.signed_by) for s in secures]
        if beside.endswith("/debian"):
            secure.append((beside + "-security", main[1]))
        ways += [
            [Source(main[0], (wanted, f"{wanted}-updates"), main[1]), Source(uri, (f"{wanted}-security",), keys)]
            for uri, keys in secure[:1]
        ]
        ways.append([Source(main[0], (wanted,), main[1])])
    return ways
