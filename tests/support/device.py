"""A device as the broker sees one: MQTT 3.1.1 or 5, what it is told, what it gets, whether it is cut off."""

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from deploy.publisher import Status
from ingest import trust
from ingest.broker import Address

PATIENCE_S = 15.0
Version = MQTTProtocolVersion
V311, V5 = Version.MQTTv311, Version.MQTTv5


def as_user(url: str, user: str, password: str, **other: Any) -> str:
    """The address of a broker for somebody else."""
    parts = urlsplit(url)
    netloc = f"{quote(user, safe='')}:{quote(password, safe='')}@{parts.hostname}:{other.pop('port', parts.port)}"
    return urlunsplit(parts._replace(netloc=netloc, **other))


class Device:
    """Connected once; it does not come back by itself."""

    def __init__(
        self,
        url: str,
        version: MQTTProtocolVersion = V5,
        client_id: str = "",
        expiry_s: int = 0,
        will: Status | None = None,
    ) -> None:
        self.refusal = ""
        self.is_resumed = False
        self.cut = threading.Event()
        self.why_cut = ""
        self.got: list[paho.MQTTMessage] = []
        self._greeted = threading.Event()
        self._answers: dict[int | None, Any] = {}
        self._answered = threading.Condition()
        address = Address.parse(url)
        client = self._client = paho.Client(
            CallbackAPIVersion.VERSION2, client_id, protocol=version, reconnect_on_failure=False
        )
        client.username_pw_set(address.user, address.password)
        if address.tls:
            client.tls_set_context(trust.context())
        if will:
            client.will_set(*will, qos=1, retain=True)
        client.on_connect, client.on_disconnect = self._on_connect, self._on_disconnect
        client.on_publish = lambda _c, _u, mid, reason, _p: self._answer(mid, str(reason))
        client.on_subscribe = lambda _c, _u, mid, reasons, _p: self._answer(mid, [r.is_failure for r in reasons])
        client.on_message = lambda _c, _u, message: self.got.append(message)
        client.connect(address.host, address.port, **_options(version, expiry_s))
        client.loop_start()
        assert self._greeted.wait(PATIENCE_S)

    def publish(self, topic: str, payload: bytes = b"{}", retain: bool = False) -> str:
        """The reason of the PUBACK; in MQTT 3.1.1 there is none, and it is "Success"."""
        return str(self._wait(self._client.publish(topic, payload, qos=1, retain=retain).mid))

    def refused(self, topics: Sequence[str]) -> list[str]:
        """Of these subscriptions the ones that are refused."""
        answers = {topic: self._wait(self._client.subscribe(topic, 1)[1]) for topic in topics}
        return [topic for topic, refusals in answers.items() if refusals[0]]

    def die(self) -> None:
        """As when the power goes: no goodbye."""
        connection = self._client.socket()
        assert isinstance(connection, socket.socket)
        connection.shutdown(socket.SHUT_RDWR)

    def leave(self) -> None:
        """Say goodbye."""
        self._client.disconnect()
        self._client.loop_stop()

    def payloads(self) -> list[bytes]:
        """What has come so far."""
        return [bytes(message.payload) for message in self.got]

    def _on_connect(self, _client: paho.Client, _user: Any, flags: Any, reason: Any, _properties: Any) -> None:
        self.refusal = str(reason) if reason.is_failure else ""
        self.is_resumed = flags.session_present
        self._greeted.set()

    def _on_disconnect(self, _client: paho.Client, _user: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        self.why_cut = str(reason)
        self.cut.set()
        self._greeted.set()

    def _answer(self, mid: int, answer: Any) -> None:
        with self._answered:
            self._answers[mid] = answer
            self._answered.notify()

    def _wait(self, mid: int | None) -> Any:
        with self._answered:
            assert self._answered.wait_for(lambda: mid in self._answers, PATIENCE_S)
            return self._answers.pop(mid)


def _options(version: MQTTProtocolVersion, expiry_s: int) -> dict[str, Any]:
    if version != V5:
        return {}
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    properties.SessionExpiryInterval = expiry_s
    return {"clean_start": expiry_s == 0, "properties": properties}


@contextmanager
def connected(url: str, version: MQTTProtocolVersion = V5, **options: Any) -> Iterator[Device]:
    """A device that leaves in the end."""
    device = Device(url, version, **options)
    try:
        yield device
    finally:
        device.leave()
