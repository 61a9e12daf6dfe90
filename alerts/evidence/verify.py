"""Whether an archive is what the installation has signed, byte by byte; needs nothing but the archive."""

import hashlib
import json
import struct
import tempfile
import zipfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from alerts.evidence.archive import NAME, Archive, Member
from alerts.evidence.manifest import FORMAT, MANIFEST, PUBLIC_KEY, SIGNATURE, fingerprint, is_signed, public_of

PIECE = 1024 * 1024
LONGEST_MANIFEST = 16 * 1024 * 1024
MOST_MEMBERS = 100_000


# What Python's reader says of archives that are broken in one way or another.
_BROKEN = (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, OverflowError, struct.error)


class Tampered(ValueError):  # noqa: N818
    """It is not what was signed; the message is the first thing that is wrong."""


class Verified(NamedTuple):
    """What is certain of an archive; `pinned`: it was signed by the key that was given, and not just by its own."""

    alert_id: str
    made_at: str
    made_by: str
    files: int
    bytes: int
    fingerprint: str
    pinned: bool


def verify(path: Path, pinned: Ed25519PublicKey | None = None) -> Verified:
    """Raises Tampered, OSError where it cannot be read.

    Looked at in this order: that it is an archive, its names, who signed the manifest, each file in the order of the
    manifest, and at last that not one byte of the archive is another than follows from its files.
    """
    try:
        with path.open("rb") as raw, zipfile.ZipFile(raw) as archive:
            return _verify(raw, archive, pinned)
    except Tampered:
        raise
    except _BROKEN as error:
        raise Tampered(f"不是完整的证据包 · it is no archive, or broken: {error}") from error


def _verify(raw: BinaryIO, archive: zipfile.ZipFile, pinned: Ed25519PublicKey | None) -> Verified:
    names = _names(archive)
    manifest, key = _signed(archive, names, pinned)
    members = _members(manifest)
    wanted = [*(one.name for one in members), MANIFEST, SIGNATURE]
    for name in sorted(set(names) - set(wanted)):
        raise Tampered(f"多出文件 · {name} is there, and not in the manifest")
    for member in members:
        _check(archive, names, member)
    if names != wanted:
        raise Tampered("文件次序不同 · the files are in another order than in the manifest")
    _same_bytes(raw, archive, names)
    told = {name: str(manifest.get(name, "")) for name in ("alert_id", "made_at", "made_by")}
    total = sum(member.bytes for member in members)
    return Verified(**told, files=len(members), bytes=total, fingerprint=fingerprint(key), pinned=pinned is not None)


def _names(archive: zipfile.ZipFile) -> list[str]:
    infos = archive.infolist()
    if len(infos) > MOST_MEMBERS:
        raise Tampered(f"{len(infos)} files are more than an archive has")
    names = [info.filename for info in infos]
    for info in infos:
        if not NAME.fullmatch(info.orig_filename):
            raise Tampered(f"文件名不安全 · {info.orig_filename!r} is no name of a file of an archive")
        if info.header_offset < 0:
            raise Tampered("压缩包结构已改动 · the directory of the archive is not as it was")
        if info.compress_type != zipfile.ZIP_STORED or info.file_size != info.compress_size:
            raise Tampered(f"{info.filename} is compressed: an archive's files are not")
    twice, times = Counter(names).most_common(1)[0] if names else ("", 0)
    if times > 1:
        raise Tampered(f"文件重复 · {twice} is there {times} times")
    return names


def _signed(
    archive: zipfile.ZipFile, names: Sequence[str], pinned: Ed25519PublicKey | None
) -> tuple[dict[str, Any], Ed25519PublicKey]:
    for name in (MANIFEST, SIGNATURE, PUBLIC_KEY):
        if name not in names:
            raise Tampered(f"缺少 · {name} is missing")
        if archive.getinfo(name).file_size > LONGEST_MANIFEST:
            raise Tampered(f"{name} is too large")
    text = archive.read(MANIFEST)
    try:
        own = public_of(archive.read(PUBLIC_KEY))
    except ValueError as error:
        raise Tampered(f"公钥无效 · {PUBLIC_KEY} cannot be read: {error}") from error
    if pinned is not None and fingerprint(pinned) != fingerprint(own):
        raise Tampered(f"不是由此密钥签名 · it names another key, {fingerprint(own)}, than {fingerprint(pinned)}")
    if not is_signed(text, archive.read(SIGNATURE), own):
        raise Tampered("签名不符 · the signature is not of this manifest by this key")
    manifest = json.loads(text)
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise Tampered(f"the manifest is not of the format {FORMAT}")
    return manifest, own


def _members(manifest: dict[str, Any]) -> list[Member]:
    try:
        return [Member(**one) for one in manifest["files"]]
    except (KeyError, TypeError) as error:
        raise Tampered("the manifest's list of files cannot be read") from error


def _check(archive: zipfile.ZipFile, names: Sequence[str], member: Member) -> None:
    if member.name not in names:
        raise Tampered(f"缺少文件 · {member.name} is missing")
    found = hashlib.sha256()
    size = 0
    try:
        with archive.open(member.name) as file:
            while piece := file.read(PIECE):
                found.update(piece)
                size += len(piece)
    except (zipfile.BadZipFile, EOFError) as error:
        raise Tampered(f"文件已改动 · {member.name} is not as it was: {error}") from error
    if (size, found.hexdigest()) != (member.bytes, member.sha256):
        raise Tampered(f"文件已改动 · {member.name} is not as it was: its hash is another")


def _same_bytes(raw: BinaryIO, archive: zipfile.ZipFile, names: Sequence[str]) -> None:
    """Whether the whole archive, made anew of its files, is the same: nothing stands before, between or after them."""
    with tempfile.TemporaryFile() as made:
        with Archive(made, 2**62) as anew:
            for name in names:
                with archive.open(name) as file, anew.part(name, "") as part:
                    while piece := file.read(PIECE):
                        part.write(piece)
        made.seek(0)
        raw.seek(0)
        at = 0
        while True:
            ours, theirs = made.read(PIECE), raw.read(PIECE)
            if ours != theirs:
                at += next((i for i, pair in enumerate(zip(ours, theirs, strict=False)) if pair[0] != pair[1]), 0)
                raise Tampered(f"压缩包结构已改动 · byte {at} of the archive, outside its files, is not as it was")
            if not ours:
                return
            at += len(ours)
