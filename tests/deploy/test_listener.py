"""Where devices come in: in TLS, by certificates that hold, each as itself."""

import socket
import ssl
import warnings
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy import listener, ports, record
from deploy.broker import pid
from deploy.control import Control
from deploy.listener import CERTIFICATE, KEY, LISTEN, TOPICS
from deploy.problem import Problem
from deploy.publisher import Publisher
from deploy.servers import DATABASE_VARIABLE, MQTT_VARIABLE, Servers, status, up, use
from ingest.broker import Broker
from ingest.trust import AUTHORITY
from tests.support.certificates import Certificates, Pair
from tests.support.deadline import until_true
from tests.support.device import V5, V311, Device, Version, as_user, connected

READING = "hotgrid/v1/station/{}/reading"


@pytest.fixture
def certificates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Certificates:
    """An authority of this test, which clients know."""
    made = Certificates(tmp_path)
    monkeypatch.setenv(AUTHORITY, str(made.authority))
    return made


@dataclass
class Beside:
    """A broker of this test's own, which devices reach at a port besides."""

    state: Path
    port: int
    set: pytest.MonkeyPatch

    def listen(self, pair: Pair) -> str:
        """Let the devices S1 and S2 in; the address of S1."""
        self.set.setenv(LISTEN, f"127.0.0.1:{self.port}")
        self.set.setenv(CERTIFICATE, str(pair.certificate))
        self.set.setenv(KEY, str(pair.key))
        found = up(self.state)
        kept = record.load(self.state)
        assert kept
        with Control(kept.control_url) as control:
            for name in ("S1", "S2"):
                device = {"command": "createClient", "username": name, "password": name}
                control.run([device | {"roles": [{"rolename": "device"}]}])
        return as_user(found.mqtt_url, "S1", "S1", port=self.port, scheme="mqtts")


@pytest.fixture
def beside(state: Path, servers: Servers, monkeypatch: pytest.MonkeyPatch) -> Beside:
    """It has the database of the run."""
    monkeypatch.setenv(DATABASE_VARIABLE, servers.database_url)
    return Beside(state, ports.choose(state / "tls", taken=0), monkeypatch)


@pytest.mark.parametrize("version", [V5, V311])
def test_a_station_that_knows_the_authority_publishes_over_tls(
    certificates: Certificates, beside: Beside, version: Version
) -> None:
    url = beside.listen(certificates.good())
    with connected(status(beside.state).mqtt_url) as service, connected(url, version) as station:
        service.refused(["#"])
        station.publish(READING.format("S1"), b"1")
        station.publish(READING.format("S2"), b"2")
        assert service.publish("last") == "Success"
        assert service.payloads() == [b"1", b"{}"]


@pytest.mark.parametrize("wrong", ["authority", "host", "expired"])
async def test_ingest_does_not_talk_to_whose_certificate_does_not_hold(
    wrong: str,
    certificates: Certificates,
    beside: Beside,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    pair = {"host": certificates.of_another_host, "expired": certificates.expired}.get(wrong, certificates.good)
    url = beside.listen(pair())
    if wrong == "authority":
        monkeypatch.setenv(AUTHORITY, str(certificates.stranger))
    async with Broker(url, "tls", [READING.format("+")]) as broker:
        await until_true(lambda: "certificate verify failed" in caplog.text)
        assert not broker.connected


def test_publishers_know_the_authority_too(certificates: Certificates, beside: Beside) -> None:
    url = beside.listen(certificates.good())
    with Publisher(url) as publisher:
        publisher.publish(READING.format("S1"), b"1")
    assert publisher.unheard == 1


@pytest.mark.parametrize("text", [None, "broken"])
def test_an_authority_that_cannot_be_read_is_said_before_anything_runs(
    text: str | None, certificates: Certificates, beside: Beside, tmp_path: Path
) -> None:
    beside.set.setenv(MQTT_VARIABLE, beside.listen(certificates.good()))
    other = tmp_path / "other.pem"
    if text is not None:
        other.write_text(text)
    beside.set.setenv(AUTHORITY, str(other))
    with pytest.raises(Problem, match=AUTHORITY):
        use()


def test_who_does_not_speak_tls_is_refused(certificates: Certificates, beside: Beside) -> None:
    url = beside.listen(certificates.good())
    plain = Device(url.replace("mqtts", "mqtt"))
    assert plain.refusal or plain.cut.is_set()
    with pytest.raises(OSError, match=r"alert|version|EOF|reset"):
        old_handshake(beside.port)


def old_handshake(port: int) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("DEFAULT@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection, context.wrap_socket(connection):
        pass


def test_nobody_takes_over_the_session_of_another(certificates: Certificates, beside: Beside) -> None:
    """On one listener with our own processes a device could: the broker would throw their messages away."""
    url = beside.listen(certificates.good())
    ours = status(beside.state).mqtt_url
    ingest = Device(ours, client_id="hotgrid-ingest-1", expiry_s=3600)
    ingest.refused([READING.format("+")])
    ingest.leave()
    with connected(url) as station:
        station.publish(READING.format("S1"), b"kept")
    thief = Device(as_user(url, "S2", "S2"), client_id="hotgrid-ingest-1", expiry_s=3600)
    assert not thief.is_resumed
    thief.leave()
    with connected(ours, client_id="hotgrid-ingest-1", expiry_s=3600) as back:
        assert back.is_resumed
        back.refused([READING.format("+")])
        assert back.payloads() == [b"kept"]


def test_it_is_remembered_renewed_and_switched_off(certificates: Certificates, beside: Beside) -> None:
    url = beside.listen(certificates.good("one"))
    for name in (LISTEN, CERTIFICATE, KEY):
        beside.set.delenv(name)
    first = pid(beside.state)
    assert up(beside.state).running
    assert pid(beside.state) == first
    before = ssl.get_server_certificate(("127.0.0.1", beside.port))
    certificates.good("one")
    up(beside.state)
    assert pid(beside.state) != first
    assert ssl.get_server_certificate(("127.0.0.1", beside.port)) != before
    with connected(url) as station:
        assert not station.refusal
    beside.set.setenv(LISTEN, "off")
    up(beside.state)
    with pytest.raises(ConnectionRefusedError):
        Device(url)


def test_the_key_is_copied_to_where_only_the_broker_reads_it(certificates: Certificates, beside: Beside) -> None:
    beside.listen(certificates.good())
    folder = beside.state / "mosquitto"
    for name in ("listener.key", "passwords", "acl", "dynamic-security.json"):
        told = (folder / name).stat()
        assert told.st_mode & 0o777 == 0o600
        assert told.st_uid == folder.stat().st_uid


def settings(**told: str) -> listener.Listener:
    names = {"listen": LISTEN, "certificate": CERTIFICATE, "key": KEY, "topics": TOPICS}
    values = {names[name]: value for name, value in told.items()}
    return listener.asked(listener.NOWHERE, lambda name: values.get(name, ""))


@pytest.mark.parametrize("address", ["0.0.0.0:8883", "[::]:8883", "broker.example:8883", "192.0.2.1:1883"])
def test_beyond_this_machine_there_is_no_listening_without_tls(address: str) -> None:
    with pytest.raises(Problem, match="travel in clear"):
        settings(listen=address)


@pytest.mark.parametrize("address", ["8883", ":8883", "0.0.0.0", "0.0.0.0:0", "0.0.0.0:65536", "0.0.0.0:x"])
def test_what_is_no_address_is_said(address: str) -> None:
    with pytest.raises(Problem, match="host:port"):
        settings(listen=address)


def test_half_a_certificate_and_one_with_a_foreign_key_are_said(certificates: Certificates) -> None:
    one, other = certificates.good("one"), certificates.good("other")
    with pytest.raises(Problem, match="TLS"):
        settings(listen="127.0.0.1:8883", certificate=str(one.certificate))
    for key in (other.key, Path("/nowhere")):
        with pytest.raises(Problem, match="cannot be used"):
            settings(listen="0.0.0.0:8883", certificate=str(one.certificate), key=str(key))


def test_on_this_machine_it_may_be_plain() -> None:
    assert settings(listen="127.0.0.1:1884").lines(Path()) == "listener 1884 127.0.0.1\nuse_username_as_clientid true\n"
    assert settings() == settings(listen="off") == listener.NOWHERE
    assert listener.NOWHERE.lines(Path()) == ""


def test_a_vendors_topics_are_open_to_the_device_that_they_name(certificates: Certificates, beside: Beside) -> None:
    beside.set.setenv(TOPICS, "acme/%u/up, other/v2/%u")
    url = beside.listen(certificates.good())
    with connected(url) as station:
        answers = [station.publish(topic) for topic in ("acme/S1/up", "other/v2/S1", "acme/S2/up", "acme/S1", "acme")]
    assert answers == ["No matching subscribers"] * 2 + ["Not authorized"] * 3
    first = pid(beside.state)
    beside.set.delenv(TOPICS)
    up(beside.state)
    assert pid(beside.state) == first


@pytest.mark.parametrize(
    "topics", ["acme/up", "acme/+/%u", "%u/up", "hotgrid/v1/%u", "a/%u/%u", "$SYS/%u", "a/x%u", "a b/%u"]
)
def test_other_topics_are_not_opened(topics: str) -> None:
    with pytest.raises(Problem, match="%u"):
        settings(topics=topics)
