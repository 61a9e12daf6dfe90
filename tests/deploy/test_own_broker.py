"""Settings for brokers that are not ours to start, on a real Mosquitto: the container's, and those of `export`."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from deploy import broker, own_broker, place, ports
from deploy.control import Control
from deploy.credential import CONTROL, SERVICE, Credential, hashed
from deploy.engine.programs import broker as program
from deploy.servers import Servers
from ingest.trust import AUTHORITY
from tests.support.certificates import Certificates
from tests.support.deadline import wait_for
from tests.support.device import Device, as_user, connected

COMPOSE = Path(place.__file__).parent / "compose"
OWN = Path("/etc/mosquitto/hotgrid")
SALT = bytes(12)


@contextmanager
def running(servers: Servers, folder: Path, settings: str) -> Iterator[None]:
    """A Mosquitto with these settings."""
    found = program(Path(servers.programs.mqtt_programs) / "mosquitto")
    assert found
    lines = [f"plugin {found.plugin}" if line.startswith("plugin ") else line for line in settings.splitlines()]
    user = f"user {os.environ.get('USER', 'root')}" if os.geteuid() == 0 else ""
    (folder / "test.conf").write_text("\n".join([*lines, user, ""]))
    port = next(int(line.split()[1]) for line in lines if line.startswith("listener"))
    with subprocess.Popen([found.program, "-c", folder / "test.conf"], stderr=subprocess.DEVNULL) as process:
        try:
            wait_for(lambda: broker.accepts(port, "service"))
            yield
        finally:
            process.terminate()


@pytest.fixture
def free(tmp_path: Path) -> tuple[int, int]:
    """Two ports."""
    first = ports.choose(tmp_path, taken=0)
    return first, ports.choose(tmp_path, taken=first)


def lets_only_devices_in(ours: str, theirs: str) -> None:
    """One that a command lets in publishes as itself, in TLS."""
    with Control(as_user(ours, CONTROL, "control")) as control:
        device = {"command": "createClient", "username": "S1", "password": "s1"}
        control.run([device | {"roles": [{"rolename": "device"}]}])
    with connected(ours) as service, connected(as_user(theirs, "S1", "s1"), client_id="x") as station:
        service.refused(["#"])
        assert station.publish("hotgrid/v1/station/S1/reading") == "Success"
        assert station.publish("hotgrid/v1/station/S2/reading") == "Not authorized"
        assert station.refused(["#", "$share/ingest/#"]) == ["#", "$share/ingest/#"]
        wait_for(lambda: [message.topic for message in service.got] == ["hotgrid/v1/station/S1/reading"])


@pytest.fixture
def certificates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Certificates:
    """An authority of this test, which clients know."""
    made = Certificates(tmp_path)
    monkeypatch.setenv(AUTHORITY, str(made.authority))
    return made


def test_the_container_lets_devices_in(
    servers: Servers, tmp_path: Path, free: tuple[int, int], certificates: Certificates
) -> None:
    certificates.good("broker")
    users = ((SERVICE, "service"), (CONTROL, "control"))
    place.write(tmp_path / "passwords", "".join(f"{user}:{hashed(word, SALT)}\n" for user, word in users), None)
    for name in ("acl", "dynamic-security.json"):
        place.write(tmp_path / name, place.text(name), None)
    settings = "".join((COMPOSE / name).read_text() for name in ("mosquitto.conf", "devices.conf"))
    settings = settings.replace("/mosquitto/data", str(tmp_path))
    for port, chosen in zip(("1883", "8883"), free, strict=True):
        settings = settings.replace(f"listener {port}", f"listener {chosen} 127.0.0.1")
    with running(servers, tmp_path, settings):
        ours = f"mqtt://{SERVICE}:service@127.0.0.1:{free[0]}"
        lets_only_devices_in(ours, f"mqtts://{SERVICE}:service@127.0.0.1:{free[1]}")


def test_a_broker_with_the_exported_files_knows_the_devices_and_takes_commands(
    servers: Servers, tmp_path: Path, free: tuple[int, int], certificates: Certificates
) -> None:
    folder = tmp_path / "export"
    ours = f"mqtt://{SERVICE}:service@127.0.0.1:{free[0]}"
    holding = [Credential("站 3", hashed("s3", SALT))]
    told = own_broker.write(folder, holding, ours, f"mqtt://{CONTROL}:control@127.0.0.1:{free[0]}")
    assert f"HOTGRID_MQTT_CONTROL_URL=mqtt://{CONTROL}:control@" in told
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    pair = certificates.good()
    for path, name in zip(pair, ("broker.crt", "broker.key"), strict=True):
        (folder / name).write_bytes(path.read_bytes())
    settings = (folder / "mosquitto.conf").read_text().replace(str(OWN), str(folder))
    settings = settings.replace("listener 1883", f"listener {free[0]}")
    settings = settings.replace("listener 8883 0.0.0.0", f"listener {free[1]} 127.0.0.1")
    with running(servers, folder, settings):
        theirs = f"mqtts://{SERVICE}:service@127.0.0.1:{free[1]}"
        with connected(as_user(theirs, "站 3", "s3")) as station:
            assert station.publish("hotgrid/v1/station/站 3/reading") == "No matching subscribers"
        lets_only_devices_in(ours, theirs)


def test_the_names_of_ones_own_users_are_in_the_exported_rules(tmp_path: Path) -> None:
    told = own_broker.write(tmp_path, [], "mqtts://services:a%2Fb@broker.example", "", "pattern write x/%u\n")
    rules = (tmp_path / "acl").read_text()
    assert "user services\n" in rules
    assert rules.endswith("pattern write x/%u\n")
    assert {line.split(":")[0] for line in (tmp_path / "passwords").read_text().splitlines()} == {"services", CONTROL}
    control = urlsplit(told.split("HOTGRID_MQTT_CONTROL_URL=")[1].split()[0])
    assert (control.scheme, control.hostname, control.port, control.username) == (
        "mqtts",
        "broker.example",
        8883,
        CONTROL,
    )


def test_a_device_that_has_been_let_in_by_nobody_stays_out(servers: Servers) -> None:
    assert Device(as_user(servers.mqtt_url, "S-unknown", "x")).refusal
