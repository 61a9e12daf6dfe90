"""An archive that was changed in any byte is found out, and what is said is the first thing that is wrong."""

import io
import json
import shutil
import struct
import subprocess
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from alerts.evidence.archive import Archive, TooLargeError, plain
from alerts.evidence.manifest import MANIFEST, PUBLIC_KEY, SIGNATURE, new_private, pem, private_of, written
from alerts.evidence.verify import Tampered, Verified, verify

FILES = {
    "alert/alert.ndjson": b'{"alert_id": "A1"}\n',
    "alert/log.ndjson": b'{"seq": 1}\n{"seq": 2}\n',
    "readings/minutes.csv": b"device_id,ts\r\nM1,1\r\n",
    "raw/refused/1.bin": b"##0123\x00\xff",
    "marks/marks.ndjson": b"",
    "letters/files/ab": b"%PDF-1.7",
    "photos/ab.jpg": b"\xff\xd8\xff\xd9",
    "duty/00-P1.json": b"{}",
}
KEY = private_of(new_private())
ABOUT = {"alert_id": "A1", "made_at": "2026-11-21T00:30:00+00:00", "made_by": "P1"}


def packed(files: Mapping[str, bytes] = FILES, key: Ed25519PrivateKey = KEY) -> bytes:
    file = io.BytesIO()
    with Archive(file, 10**6) as archive:
        archive.put(PUBLIC_KEY, "key", pem(key.public_key()))
        for name, data in files.items():
            archive.put(name, "x", data)
        manifest = written(ABOUT, archive.members, key.public_key())
        archive.put(MANIFEST, "manifest", manifest)
        archive.put(SIGNATURE, "signature", key.sign(manifest))
    return file.getvalue()


def tried(data: bytes, tmp_path: Path, pinned: Ed25519PrivateKey | None = None) -> Verified:
    file = tmp_path / "case.zip"
    file.write_bytes(data)
    return verify(file, pinned.public_key() if pinned else None)


def rezipped(change: Callable[[dict[str, bytes]], object], compression: int = zipfile.ZIP_STORED) -> bytes:
    """As somebody would who unpacks it, changes something and packs it again."""
    with zipfile.ZipFile(io.BytesIO(packed())) as old:
        files = {name: old.read(name) for name in old.namelist()}
    change(files)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as new:
        for name, data in files.items():
            new.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, compression)
    return file.getvalue()


def test_one_that_is_whole_says_whose_it_is(tmp_path: Path) -> None:
    told = tried(packed(), tmp_path, KEY)
    assert (told.alert_id, told.made_by, told.files, told.pinned) == ("A1", "P1", len(FILES) + 1, True)
    assert not tried(packed(), tmp_path).pinned


def test_the_same_files_are_the_same_archive() -> None:
    assert packed() == packed()


def test_a_changed_byte_anywhere_is_found(tmp_path: Path) -> None:
    whole = packed({name: FILES[name] for name in ("alert/alert.ndjson", "raw/refused/1.bin", "marks/marks.ndjson")})
    unseen = []
    for at in range(len(whole)):
        changed = bytearray(whole)
        changed[at] ^= 0x41
        try:
            tried(bytes(changed), tmp_path)
        except Tampered:
            continue
        unseen.append(at)
    assert unseen == []


@pytest.mark.parametrize("name", [*FILES, PUBLIC_KEY, MANIFEST, SIGNATURE])
def test_a_changed_file_of_each_kind_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(Tampered) as told:
        tried(rezipped(lambda files: files.update({name: files[name] + b"x"})), tmp_path)
    assert name in str(told.value) or name in (MANIFEST, SIGNATURE)


@pytest.mark.parametrize("name", [*FILES, PUBLIC_KEY, MANIFEST, SIGNATURE])
def test_a_file_that_is_missing_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(Tampered, match=name):
        tried(rezipped(lambda files: files.pop(name)), tmp_path)


def test_a_file_more_is_found(tmp_path: Path) -> None:
    with pytest.raises(Tampered, match=r"alert/more\.ndjson"):
        tried(rezipped(lambda files: files.update({"alert/more.ndjson": b""})), tmp_path)


def test_who_signs_anew_with_his_own_key_is_found_by_the_key_that_is_known(tmp_path: Path) -> None:
    forged = packed({**FILES, "alert/alert.ndjson": b'{"alert_id": "A2"}\n'}, private_of(new_private()))
    with pytest.raises(Tampered, match="another key"):
        tried(forged, tmp_path, KEY)
    assert tried(forged, tmp_path).pinned is False


def test_a_manifest_that_is_rewritten_is_not_signed(tmp_path: Path) -> None:
    def rewrite(files: dict[str, bytes]) -> None:
        files[MANIFEST] = files[MANIFEST].replace(b'"made_by": "P1"', b'"made_by": "P2"')

    with pytest.raises(Tampered, match="signature"):
        tried(rezipped(rewrite), tmp_path)


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "a\\b", "a/../b", "C:x", ".hidden", "a//b"])
def test_a_name_that_leads_elsewhere_is_refused_on_both_sides(tmp_path: Path, name: str) -> None:
    with pytest.raises(Tampered, match="name"):
        tried(rezipped(lambda files: files.update({name: b""})), tmp_path)
    with Archive(io.BytesIO(), 100) as archive, pytest.raises(ValueError, match="name"):
        archive.put(name, "x", b"")


def test_the_same_name_twice_is_refused_on_both_sides(tmp_path: Path) -> None:
    file = io.BytesIO(packed())
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(file, "a") as archive:
        archive.writestr("alert/alert.ndjson", b"{}")
    with pytest.raises(Tampered, match="2 times"):
        tried(file.getvalue(), tmp_path)
    with Archive(io.BytesIO(), 100) as own:
        own.put("a", "x", b"")
        with pytest.raises(ValueError, match="name"):
            own.put("a", "x", b"")


@pytest.mark.parametrize(
    "changed",
    [
        lambda whole: whole + b"x",
        lambda whole: b"x" + whole,
        lambda whole: whole[:-1],
        lambda whole: whole[: len(whole) // 2],
        lambda whole: whole[:-2] + struct.pack("<H", 3) + b"abc",  # a comment
        lambda _: b"",
        lambda _: b"no archive",
        lambda _: rezipped(dict, zipfile.ZIP_DEFLATED),
    ],
)
def test_what_stands_around_the_files_counts_too(tmp_path: Path, changed: Callable[[bytes], bytes]) -> None:
    with pytest.raises(Tampered):
        tried(changed(packed()), tmp_path)


def test_files_in_another_order_are_found(tmp_path: Path) -> None:
    def turn(files: dict[str, bytes]) -> None:
        files["alert/alert.ndjson"] = files.pop("alert/alert.ndjson")

    with pytest.raises(Tampered, match="order"):
        tried(rezipped(turn), tmp_path)


def test_more_than_may_be_is_not_written() -> None:
    with Archive(io.BytesIO(), 10) as archive:
        archive.put("a", "x", b"12345")
        with pytest.raises(TooLargeError):
            archive.put("b", "x", b"123456")


@pytest.mark.parametrize("text", ["", "..", "../x", "值班", "a b", "-x", "P1"])
def test_any_text_can_be_a_part_of_a_name(text: str) -> None:
    with Archive(io.BytesIO(), 10) as archive:
        archive.put(f"duty/00-{plain(text)}.json", "x", b"")
        archive.put(f"photos/{plain(text)}", "x", b"")


def test_other_programs_verify_the_signature_too(tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    assert openssl
    with zipfile.ZipFile(io.BytesIO(packed())) as archive:
        archive.extractall(tmp_path)
    command = [openssl, "pkeyutl", "-verify", "-pubin", "-inkey", PUBLIC_KEY, "-rawin"]
    done = subprocess.run(
        [*command, "-in", MANIFEST, "-sigfile", SIGNATURE], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert "Success" in done.stdout, done.stderr
    assert json.loads((tmp_path / MANIFEST).read_text())["alert_id"] == "A1"
