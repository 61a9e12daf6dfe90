"""The archive: a ZIP whose every byte follows from its members, so that not one can be changed unseen.

Members are stored, not compressed: what a compressor makes of them differs from version to version. Times, rights and
all that a ZIP may carry beside its members are always the same.
"""

import hashlib
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, NamedTuple, Self

NAME = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9._-]{0,99}/){0,3}[A-Za-z0-9][A-Za-z0-9._-]{0,119}")
EPOCH = (1980, 1, 1, 0, 0, 0)


class TooLargeError(ValueError):
    """More than an archive may hold."""


class Member(NamedTuple):
    """A file of the archive; `what` it is, in a word."""

    name: str
    what: str
    bytes: int
    sha256: str


class Part:
    """A member that is being written: counted and hashed as it comes."""

    def __init__(self, file: Any, left: int) -> None:
        self._file, self._left = file, left
        self.bytes = 0
        self.hash = hashlib.sha256()

    def write(self, data: bytes) -> None:
        """Append; raises TooLargeError."""
        self.bytes += len(data)
        if self.bytes > self._left:
            raise TooLargeError("the evidence is larger than one archive may be")
        self.hash.update(data)
        self._file.write(data)


class Archive:
    """Members one after the other into a file that can be sought; `most` bytes of them at most."""

    def __init__(self, file: BinaryIO, most: int) -> None:
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_STORED)
        self._left = most
        self.members: list[Member] = []
        self._names: set[str] = set()

    @contextmanager
    def part(self, name: str, what: str) -> Iterator[Part]:
        """A member to write into; none of its name is there yet. Raises ValueError for a name that is not safe."""
        if not NAME.fullmatch(name) or name in self._names:
            raise ValueError(f"{name!r} cannot be the name of a file of the archive")
        self._names.add(name)
        with self._zip.open(_info(name), "w") as file:
            part = Part(file, self._left)
            yield part
        self._left -= part.bytes
        self.members.append(Member(name, what, part.bytes, part.hash.hexdigest()))

    def put(self, name: str, what: str, data: bytes) -> None:
        """A member that is there already."""
        with self.part(name, what) as part:
            part.write(data)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Write the directory at the end."""
        self._zip.close()


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, EPOCH)
    info.create_system, info.external_attr = 3, 0o600 << 16
    return info


def plain(text: str) -> str:
    """A text as part of a name: anything but letters, digits, `.`, `_` and `-` is `_`."""
    name = re.sub(r"[^A-Za-z0-9._-]", "_", text)[:80]
    return name if name[:1].isalnum() else f"x{name}"
