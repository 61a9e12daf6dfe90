"""Tests of deploy.engine.apt: real apt against archives that will not do."""

import os
from email.utils import formatdate
from pathlib import Path

import pytest

from deploy.engine import apt
from deploy.engine.sources import Source
from deploy.problem import Problem

NOWHERE = "http://127.0.0.1:9/debian"


def silent(_: str) -> None:
    """Say nothing."""


def refused(folder: Path, uri: str) -> Problem:
    apt.prepare(folder, [Source(uri, ("trixie",))], "amd64")
    with pytest.raises(Problem) as raised:
        apt.update(folder, silent)
    return raised.value


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine whose apt does not retry and has no proxy, so that a dead mirror is told at once."""
    (tmp_path / "machine.conf").write_text('Acquire::Retries "0"; Acquire::http::Proxy "DIRECT";')
    monkeypatch.setenv("APT_CONFIG", str(tmp_path / "machine.conf"))


def archive(folder: Path, valid_until: str = "") -> str:
    """An unsigned archive in ``folder``."""
    place = folder / "archive/dists/trixie"
    place.mkdir(parents=True)
    (place / "Release").write_text(f"Suite: trixie\nComponents: main\nDate: {formatdate(usegmt=True)}\n{valid_until}")
    return f"file:{folder}/archive"


def test_a_mirror_out_of_reach_is_told_without_its_name(tmp_path: Path) -> None:
    problem = refused(tmp_path / "apt", NOWHERE)

    assert problem.code == "offline"
    assert "127.0.0.1" not in str(problem)
    assert "HOTGRID_DATABASE_URL" in problem.fix
    assert "compose" in problem.fix


def test_a_name_that_does_not_resolve_is_told_without_the_name(tmp_path: Path) -> None:
    problem = refused(tmp_path / "apt", "http://mirror.invalid/debian")

    assert problem.code == "offline"
    assert "mirror.invalid" not in str(problem)


def test_an_unsigned_archive_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "apt", archive(tmp_path)).code == "signature"


def test_an_archive_without_the_suite_is_told(tmp_path: Path) -> None:
    (tmp_path / "archive").mkdir()

    assert refused(tmp_path / "apt", f"file:{tmp_path}/archive").code == "no-package"


def test_packages_that_the_index_lacks_are_named(tmp_path: Path) -> None:
    apt.prepare(tmp_path / "apt", [], "amd64")

    with pytest.raises(Problem, match=r"\[no-package\](.|\n)*mosquitto"):
        apt.closure(tmp_path / "apt", ["mosquitto"])


def test_the_private_apt_leaves_the_machines_alone(tmp_path: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in Path("/var/lib/apt").glob("lists*")}

    refused(tmp_path / "apt", NOWHERE)

    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert os.access(tmp_path / "apt/lists", os.W_OK)


@pytest.mark.parametrize(
    ("output", "code"),
    [
        ("E: You don't have enough free space in /x", "disk-full"),
        ("W: GPG error: http://h/d trixie InRelease: NO_PUBKEY 0E98404D386FA1D9", "signature"),
        ("W: signatures were invalid: EXPKEYSIG 0E98404D386FA1D9", "signature"),
        ("E: Release file for http://h/d/InRelease is expired (invalid since 3d)", "expired"),
        ("E: Release file for http://h/d/InRelease is not valid yet", "expired"),
        ("Err: Temporary failure resolving 'h.example'", "offline"),
        ("E: Failed to fetch http://h/d.deb  404  Not Found [IP: 192.0.2.1 80]", "no-package"),
        ("E: Hash Sum mismatch", "download"),
    ],
)
def test_what_apt_writes_becomes_one_clear_problem(output: str, code: str) -> None:
    assert apt.problem(output).code == code


@pytest.mark.parametrize(
    "text",
    [
        "Failed to fetch http://mirror.example:8080/debian/x.deb",
        "Could not resolve 'mirror.example'",
        "Could not connect to mirror.example:80 (192.0.2.7), connection timed out",
        "Cannot initiate the connection to mirror.example:80 (2001:db8::1). - connect (101)",
        "[IP: 192.0.2.7 80]",
        "http://user:secret@mirror.example/debian trixie",
    ],
)
def test_no_message_names_a_host(text: str) -> None:
    shown = apt.mask(text)

    assert not [part for part in ("mirror.example", "192.0.2.7", "2001:db8", "secret") if part in shown]
