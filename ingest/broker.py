"""The MQTT client: paho in its own thread, seen from asyncio as batches to be acknowledged.

Memory is bounded by not reading the socket: when the room is full, paho's callback waits, TCP pushes back and the
broker keeps what we have not taken. A message is acknowledged only by `ack`, after its rows are committed.
"""

import asyncio
import logging
import ssl
import threading
from collections import deque
from collections.abc import AsyncIterator, Sequence
from time import monotonic
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from ingest.frame import Message

logger = logging.getLogger(__name__)

QOS = 1
KEEPALIVE_S = 60
SESSION_EXPIRY_S = 7 * 24 * 3600  # how long the broker keeps our backlog while we are away
RECONNECT_S = (1, 30)
ROOM_MESSAGES = 4000
ROOM_BYTES = 16 << 20
BATCH_BYTES = 2 << 20


class Handle(NamedTuple):
    """What a message is acknowledged by; `connection` tells a handle of an older connection, where ids were others."""

    connection: int
    mid: int


class Address(NamedTuple):
    """A broker's address."""

    host: str
    port: int
    user: str | None
    password: str | None
    tls: bool

    @classmethod
    def parse(cls, url: str) -> "Address":
        """From `mqtt://` or `mqtts://user:password@host:port`; raises ValueError."""
        parts = urlsplit(url)
        if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
            raise ValueError("HOTGRID_MQTT_URL: must be mqtt://user:password@host:port or mqtts://…")
        tls = parts.scheme == "mqtts"
        user, password = (unquote(part) if part else None for part in (parts.username, parts.password))
        return cls(parts.hostname, parts.port or (8883 if tls else 1883), user, password, tls)


def new_client(address: Address, client_id: str, **options: Any) -> paho.Client:
    """An MQTT 5 client for this address, not yet connected."""
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id, protocol=paho.MQTTv5, **options)
    client.username_pw_set(address.user, address.password)
    client.reconnect_delay_set(*RECONNECT_S)
    if address.tls:
        client.tls_set_context(ssl.create_default_context())
    return client


class _Room:
    """Space for messages that are out and not acknowledged; one that is larger than the room gets it for itself."""

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._messages = self._bytes = 0
        self._closed = False
        self._changed_at = monotonic()

    def enter(self, size: int) -> bool:
        """Wait for space; False when the room was closed meanwhile."""
        with self._change:
            self._change.wait_for(lambda: self._closed or self._fits(size))
            self._messages, self._bytes = self._messages + 1, self._bytes + size
            self._changed_at = monotonic()
            return not self._closed

    def idle_s(self) -> float:
        """For how long nobody has come or gone, 0 while somebody is inside."""
        with self._change:
            return 0.0 if self._messages else monotonic() - self._changed_at

    def _fits(self, size: int) -> bool:
        return self._messages == 0 or (self._messages < ROOM_MESSAGES and self._bytes + size <= ROOM_BYTES)

    def leave(self, messages: int, size: int) -> None:
        with self._change:
            self._messages, self._bytes = self._messages - messages, self._bytes - size
            self._changed_at = monotonic()
            self._change.notify_all()

    def close(self) -> None:
        with self._change:
            self._closed = True
            self._change.notify_all()


class Broker:
    """A persistent session on a broker; `async with`, then `async for messages in broker.batches(…)`."""

    def __init__(self, url: str, client_id: str, topic_filters: Sequence[str], leaving: bool = False) -> None:
        """`leaving` the session of somebody who is gone: nothing new is subscribed, what the broker has kept comes."""
        self._address = Address.parse(url)
        self._leaving, self._left = leaving, False
        self._filters = [(topic, SubscribeOptions(qos=QOS)) for topic in topic_filters]
        self._taken: deque[Message] = deque()
        self._room = _Room()
        self._closing = False
        self._connection = 0
        self._client = new_client(self._address, client_id, manual_ack=True)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message
        self._client.on_subscribe = self._on_subscribe
        self._client.on_unsubscribe = self._on_unsubscribe

    async def __aenter__(self) -> "Broker":
        self._loop = asyncio.get_running_loop()
        self._arrived = asyncio.Event()
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = SESSION_EXPIRY_S
        self._client.connect_async(
            self._address.host, self._address.port, KEEPALIVE_S, clean_start=False, properties=properties
        )
        self._client.loop_start()
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._closing = True
        self._client.disconnect()
        self._room.close()  # what waits there was never acknowledged: the broker keeps it
        await asyncio.to_thread(self._client.loop_stop)

    @property
    def connected(self) -> bool:
        """Whether the broker is there."""
        return bool(self._client.is_connected())

    def is_empty(self, quiet_s: float) -> bool:
        """Whether a session that is being left has got everything that was kept for it."""
        return self._left and self.connected and self._room.idle_s() >= quiet_s

    def end_session(self) -> None:
        """Leave for good: the broker forgets the session."""
        properties = Properties(PacketTypes.DISCONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = 0
        self._closing = True
        self._client.disconnect(properties=properties)

    async def batches(self, most: int, age_s: float, stop: asyncio.Event) -> AsyncIterator[list[Message]]:
        """Up to `most` messages at a time, gathered for `age_s` seconds at the longest, until `stop` is set."""
        stopped = asyncio.ensure_future(stop.wait())
        try:
            while not stop.is_set():
                arrived = asyncio.ensure_future(self._arrived.wait())
                await asyncio.wait([arrived, stopped], return_when=asyncio.FIRST_COMPLETED)
                arrived.cancel()
                if stop.is_set():
                    return
                if len(self._taken) < most:
                    await asyncio.wait([stopped], timeout=age_s)
                self._arrived.clear()
                batch = self._take(most)
                if self._taken:
                    self._arrived.set()
                if batch:
                    yield batch
        finally:
            stopped.cancel()

    def _take(self, most: int) -> list[Message]:
        """The oldest messages, no more than `most` and not much more than BATCH_BYTES."""
        batch: list[Message] = []
        size = 0
        while self._taken and len(batch) < most and size < BATCH_BYTES:
            batch.append(self._taken.popleft())
            size += len(batch[-1].payload)
        return batch

    def publish(self, topic: str, payload: bytes) -> None:
        """Hand over a message without waiting; nobody may be listening."""
        self._client.publish(topic, payload)

    def ack(self, messages: Sequence[Message]) -> None:
        """Tell the broker that these are committed, and make room for as many."""
        for message in messages:
            handle = message.handle
            if isinstance(handle, Handle) and handle.connection == self._connection:
                self._client.ack(handle.mid, QOS)
        self._room.leave(len(messages), sum(len(message.payload) for message in messages))

    def _on_connect(self, client: paho.Client, _: Any, flags: Any, reason: Any, __: Any) -> None:
        if reason.is_failure:
            logger.error("broker refuses the connection: %s; check HOTGRID_MQTT_URL", reason)
            return
        self._connection += 1
        logger.info("connected to the broker, session %s", "resumed" if flags.session_present else "new")
        if self._leaving:
            client.unsubscribe([topic for topic, _ in self._filters])
        else:
            client.subscribe(self._filters)

    def _on_disconnect(self, _: paho.Client, __: Any, ___: Any, reason: Any, ____: Any) -> None:
        self._connection += 1  # from now on no handle that is out may be acknowledged
        if not self._closing:
            logger.warning("connection to the broker lost: %s; trying again", reason)

    def _on_subscribe(self, _: paho.Client, __: Any, ___: Any, reasons: Any, ____: Any) -> None:
        refused = [str(reason) for reason in reasons if reason.is_failure]
        if refused:
            logger.error("broker refuses the subscription: %s; check its access rules", ", ".join(refused))
        else:
            logger.info("subscribed")

    def _on_unsubscribe(self, *_: object) -> None:
        self._left = True

    def _on_message(self, _: paho.Client, __: Any, message: paho.MQTTMessage) -> None:
        if not self._room.enter(len(message.payload)):
            return
        self._taken.append(Message(message.topic, bytes(message.payload), Handle(self._connection, message.mid)))
        if not self._arrived.is_set():
            self._loop.call_soon_threadsafe(self._arrived.set)
