"""An archive is verified at any machine, without a server: intact, or the first thing that is wrong."""

import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from alerts.evidence.archive import Archive
from alerts.evidence.manifest import MANIFEST, PUBLIC_KEY, SIGNATURE, fingerprint, new_private, pem, private_of, written
from deploy.command import app
from deploy.problem import Problem

KEY = private_of(new_private())


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """An archive of one file."""
    file = io.BytesIO()
    with Archive(file, 10_000) as made:
        made.put(PUBLIC_KEY, "key", pem(KEY.public_key()))
        made.put("alert/alert.ndjson", "alert", b'{"alert_id": "A1"}\n')
        about = {"alert_id": "A1", "made_at": "2026-11-21T00:30:00+00:00", "made_by": "P1"}
        manifest = written(about, made.members, KEY.public_key())
        made.put(MANIFEST, "manifest", manifest)
        made.put(SIGNATURE, "signature", KEY.sign(manifest))
    path = tmp_path / "case.zip"
    path.write_bytes(file.getvalue())
    return path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["evidence", "verify", *arguments], catch_exceptions=False)


def test_one_that_is_intact_says_so_and_by_which_key(archive: Path, tmp_path: Path) -> None:
    told = run(str(archive))
    assert told.exit_code == 0
    assert "intact" in told.stdout
    assert fingerprint(KEY.public_key()) in told.stdout
    public = tmp_path / "key.pem"
    public.write_bytes(pem(KEY.public_key()))
    assert json.loads(run(str(archive), "--key", str(public), "--json").stdout)["pinned"] is True


def test_one_that_was_changed_is_told_with_what(archive: Path) -> None:
    archive.write_bytes(archive.read_bytes().replace(b'"A1"}\n', b'"A2"}\n', 1))
    with pytest.raises(Problem, match=r"alert/alert\.ndjson"):
        run(str(archive))


def test_a_key_that_is_none_or_another_ones_is_told(archive: Path, tmp_path: Path) -> None:
    public = tmp_path / "key.pem"
    public.write_bytes(b"none")
    with pytest.raises(Problem, match="key"):
        run(str(archive), "--key", str(public))
    public.write_bytes(pem(private_of(new_private()).public_key()))
    with pytest.raises(Problem, match="another key"):
        run(str(archive), "--key", str(public))
