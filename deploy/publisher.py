"""Publishes at QoS 1 over one connection that keeps the order, bounded in flight, until the broker has all of it."""

import logging
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from deploy.problem import Problem
from ingest import trust
from ingest.broker import Address

logger = logging.getLogger(__name__)

WINDOW = 1000  # messages that may wait here and on the wire for their PUBACK: bounds the memory
IN_FLIGHT = 20  # of them on the wire: any broker takes that many, and more is slower
BACKLOG = 100_000  # messages that the broker may keep for slow readers: beyond its own limit it drops them in silence
STORED, TICK = "$SYS/broker/store/messages/count", "$SYS/broker/uptime"
RECONNECT = (1, 5)  # seconds
PATIENCE = 60.0  # seconds; a broker that restarts is back sooner
Status = tuple[str, bytes]  # topic, payload


def new_client(address: Address, client_id: str) -> paho.Client:
    """An MQTT 5 client for this address, not yet connected."""
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id, protocol=paho.MQTTv5)
    client.username_pw_set(address.user, address.password)
    client.reconnect_delay_set(*RECONNECT)
    if address.tls:
        client.tls_set_context(trust.context())
    return client


class Publisher:
    """A context manager: leaving it waits for the last acknowledgement; paho reconnects and repeats by itself.

    `unheard` counts the messages that went to nobody, as far as the broker says so (Mosquitto does).
    """

    def __init__(self, url: str, will: Status | None = None, considerate: bool = False) -> None:
        """Connect to `mqtt[s]://[user:password@]host[:port]`; `will` is retained. Raises Problem, ValueError.

        A `considerate` publisher waits while the broker keeps a large backlog for slow readers (Mosquitto tells).
        """
        self._change = threading.Condition()
        self.unheard = self._sent = self._unanswered = 0
        self._counted = self._mark = 0
        self._stored: int | None = None  # as long as the broker does not tell
        self._considerate = considerate
        self._answered = threading.Event()
        self._refusal = ""
        address = Address.parse(url)
        self._client = new_client(address, "")
        self._client.max_inflight_messages_set(IN_FLIGHT)
        if will:
            self._client.will_set(*will, qos=1, retain=True)
        self._client.on_connect = self._on_connect
        self._client.on_publish = self._on_publish
        self._client.on_message = self._on_tick
        self._connect(address)

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> None:
        """Hand over one message; blocks while the broker owes too many acknowledgements. Raises Problem."""
        self._wait(lambda: self._unanswered < WINDOW and not self._is_full(), PATIENCE)
        with self._change:
            self._unanswered += 1
            self._sent += 1
        self._client.publish(topic, payload, qos=1, retain=retain)

    def drain(self, patience: float = PATIENCE) -> None:
        """Wait until everything is acknowledged. Raises Problem when that takes longer than `patience` seconds."""
        self._wait(lambda: self._unanswered == 0, patience)

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
                if self.unheard:
                    logger.warning("%d messages went to nobody: start `hotgrid ingest` first", self.unheard)
        finally:
            self.close()

    def _is_full(self) -> bool:
        return self._stored is not None and self._stored + self._sent - self._counted >= BACKLOG

    def _wait(self, condition: Callable[[], bool], patience: float) -> None:
        with self._change:
            met = self._change.wait_for(condition, patience)
        if self._refusal:
            fix = "检查账户的发布权限 · check what this account may publish"
            raise Problem("broker-refused", f"消息服务器拒收 · the broker refuses a message: {self._refusal}", fix)
        if not met:
            what = f"消息服务器 {patience:.0f} 秒没有收下 · the broker has taken nothing for {patience:.0f} s"
            raise Problem(
                "broker-silent", what, "看 hotgrid status 和 ingest 是否在运行 · see whether it and ingest run"
            )

    def _connect(self, address: Address) -> None:
        shown = f"{address.host}:{address.port}"
        fix = "先运行 hotgrid up，或检查 HOTGRID_MQTT_URL · run hotgrid up first, or check HOTGRID_MQTT_URL"
        try:
            self._client.connect(address.host, address.port)
        except OSError as error:
            raise Problem("broker", f"连不上消息服务器 · no broker answers at {shown}: {error}", fix) from error
        self._client.loop_start()
        if not self._answered.wait(10) or self._refusal:
            self.close()
            why = self._refusal or "no answer"
            raise Problem("broker", f"消息服务器 {shown} 拒绝连接 · the broker refuses us: {why}", fix)

    def _on_connect(self, _c: paho.Client, _u: Any, _f: Any, reason: Any, _p: Any) -> None:
        self._refusal = str(reason) if reason.is_failure else ""
        self._answered.set()
        if self._considerate:
            self._client.subscribe([(STORED, 0), (TICK, 0)])

    def _on_tick(self, _c: paho.Client, _u: Any, message: paho.MQTTMessage) -> None:
        """Learn how much the broker keeps; a count that has not changed is not told again, only that time goes on.

        What was acknowledged before a tick is in the count that follows it, or in the old one if none follows.
        """
        with self._change:
            self._counted = self._mark
            if message.topic == STORED:
                self._stored = int(message.payload)
            else:
                self._mark = self._sent - self._unanswered
            self._change.notify()

    def _on_publish(self, _c: paho.Client, _u: Any, _m: int, reason: Any, _p: Any) -> None:
        with self._change:
            self._unanswered -= 1
            self.unheard += reason == "No matching subscribers"
            self._refusal = str(reason) if reason.is_failure else self._refusal
            self._change.notify()


Progress = Callable[[float], None]
"""Told the share that is done, 0…1."""
