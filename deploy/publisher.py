"""Publishes at QoS 1 over one connection that keeps the order, bounded in flight, until the broker has all of it."""

import logging
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote, urlsplit

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from deploy.problem import Problem

logger = logging.getLogger(__name__)

WINDOW = 1000  # messages that may wait here and on the wire for their PUBACK: bounds the memory
IN_FLIGHT = 100  # of them on the wire; with more, every publish wakes the network thread (half the speed)
PATIENCE = 60.0  # seconds; a broker that restarts is back sooner
Status = tuple[str, bytes]  # topic, payload


class Publisher:
    """A context manager: leaving it waits for the last acknowledgement; paho reconnects and repeats by itself."""

    def __init__(self, url: str, will: Status | None = None) -> None:
        """Connect to `mqtt://` or `mqtts://[user:password@]host[:port]`; `will` is retained. Raises Problem."""
        self._change = threading.Condition()
        self._unanswered = 0
        self._answered = threading.Event()
        self._refusal = ""
        self._client = _client(will)
        self._client.on_connect = self._on_connect
        self._client.on_publish = self._on_publish
        self._connect(url)

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> None:
        """Hand over one message; blocks while the broker owes too many acknowledgements. Raises Problem."""
        self._wait_until_at_most(WINDOW - 1, PATIENCE)
        with self._change:
            self._unanswered += 1
        self._client.publish(topic, payload, qos=1, retain=retain)

    def drain(self, patience: float = PATIENCE) -> None:
        """Wait until everything is acknowledged. Raises Problem when that takes longer than `patience` seconds."""
        self._wait_until_at_most(0, patience)

    def close(self) -> None:
        """Leave the broker; what is not acknowledged by now may be lost, and no will is sent."""
        self._client.disconnect()
        self._client.loop_stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        try:
            if kind is None:
                self.drain()
        finally:
            self.close()

    def _wait_until_at_most(self, unanswered: int, patience: float) -> None:
        with self._change:
            if self._change.wait_for(lambda: self._unanswered <= unanswered, patience):
                return
        what = f"消息服务器 {patience:.0f} 秒没有确认 · the broker has not acknowledged within {patience:.0f} s"
        raise Problem("broker-silent", what, "用 hotgrid status 看它是否在运行 · see whether it runs: hotgrid status")

    def _connect(self, url: str) -> None:
        parts = urlsplit(url)
        shown = f"{parts.hostname}:{_port(parts.scheme, parts.port)}"
        fix = "先运行 hotgrid up，或检查 HOTGRID_MQTT_URL · run hotgrid up first, or check HOTGRID_MQTT_URL"
        if parts.scheme == "mqtts":
            self._client.tls_set()
        if parts.username:
            self._client.username_pw_set(unquote(parts.username), unquote(parts.password or ""))
        try:
            self._client.connect(parts.hostname or "127.0.0.1", _port(parts.scheme, parts.port))
        except OSError as error:
            raise Problem("broker", f"连不上消息服务器 · no broker answers at {shown}: {error}", fix) from error
        self._client.loop_start()
        if not self._answered.wait(10) or self._refusal:
            self.close()
            why = self._refusal or "no CONNACK"
            raise Problem("broker", f"消息服务器 {shown} 拒绝连接 · the broker refuses us: {why}", fix)

    def _on_connect(self, _c: mqtt.Client, _u: Any, _f: Any, reason: Any, _p: Any) -> None:
        self._refusal = str(reason) if reason.is_failure else ""
        self._answered.set()

    def _on_publish(self, *_: Any) -> None:
        with self._change:
            self._unanswered -= 1
            self._change.notify()


def _port(scheme: str, port: int | None) -> int:
    return port or (8883 if scheme == "mqtts" else 1883)


def _client(will: Status | None) -> mqtt.Client:
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.max_inflight_messages_set(IN_FLIGHT)
    client.reconnect_delay_set(1, 5)
    if will:
        client.will_set(*will, qos=1, retain=True)
    return client


Progress = Callable[[float], None]
"""Told the share that is done, 0…1."""
