"""`hotgrid ca`: an authority once, certificates as often as wanted, keys for the owner alone."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from typer.testing import CliRunner, Result

from deploy.authority import ROOT_DAYS, SERVER_DAYS
from deploy.command import app
from deploy.problem import Problem

HOUR = timedelta(hours=1)


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["ca", str(folder), *arguments], catch_exceptions=False)


def certificate(folder: Path, stem: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate((folder / f"{stem}.crt").read_bytes())


def life(one: x509.Certificate) -> timedelta:
    return one.not_valid_after_utc - one.not_valid_before_utc - HOUR


def test_a_server_gets_a_certificate_of_its_names_and_addresses(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    assert run(folder, "broker.example", "10.0.0.5", "2001:db8::1", "*.local").exit_code == 0
    made, root = certificate(folder, "broker.example"), certificate(folder, "ca")
    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["broker.example", "*.local"]
    assert [str(one) for one in names.get_values_for_type(x509.IPAddress)] == ["10.0.0.5", "2001:db8::1"]
    made.verify_directly_issued_by(root)
    assert (life(root).days, life(made).days) == (ROOT_DAYS, SERVER_DAYS)
    assert not made.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_keys_are_for_the_owner_alone(tmp_path: Path) -> None:
    run(tmp_path, "localhost")
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert modes == {"ca.key": 0o600, "localhost.key": 0o600, "ca.crt": 0o644, "localhost.crt": 0o644}


def test_again_is_a_new_certificate_of_the_same_authority(tmp_path: Path) -> None:
    run(tmp_path, "localhost", "--days", "1")
    root, first = certificate(tmp_path, "ca"), certificate(tmp_path, "localhost")
    run(tmp_path, "localhost")
    assert certificate(tmp_path, "ca") == root
    assert certificate(tmp_path, "localhost") != first
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(tmp_path / "localhost.crt", tmp_path / "localhost.key")
    assert first.not_valid_after_utc - datetime.now(UTC) < timedelta(days=1)  # noqa: TID251 - the command asks it too


@pytest.mark.parametrize("name", ["", "a b", "站点", "a_b", "..", "https://a", "a/b"])
def test_what_is_no_name_of_a_host_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Problem, match="no host name"):
        run(tmp_path, name)


def test_the_authority_is_not_overwritten_and_half_of_one_is_not_made_whole(tmp_path: Path) -> None:
    assert run(tmp_path, "ca").exit_code == 2
    run(tmp_path, "localhost")
    (tmp_path / "ca.key").unlink()
    with pytest.raises(FileNotFoundError):
        run(tmp_path, "localhost")
    assert not (tmp_path / "ca.key").exists()


def test_what_is_no_authority_is_said(tmp_path: Path) -> None:
    for name in ("ca.crt", "ca.key"):
        (tmp_path / name).write_text("broken")
    with pytest.raises(Problem, match=str(tmp_path)):
        run(tmp_path, "localhost")
