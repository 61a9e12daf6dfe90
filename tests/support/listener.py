"""Hears what is published on a broker."""

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import paho.mqtt.client as paho

from deploy.publisher import new_client
from ingest.broker import Address

PATIENCE_S = 30


class Heard(NamedTuple):
    """One message."""

    topic: str
    payload: bytes
    retained: bool


class Listener:
    """Messages in the order they came."""

    def __init__(self) -> None:
        self._heard: queue.Queue[Heard] = queue.Queue()

    def put(self, message: Heard) -> None:
        """Called by the network thread."""
        self._heard.put(message)

    def next(self, count: int) -> list[Heard]:
        """The next `count` messages; raises queue.Empty when they do not come."""
        return [self._heard.get(timeout=PATIENCE_S) for _ in range(count)]

    def is_silent(self) -> bool:
        """Whether everything that came has been taken."""
        return self._heard.empty()


@contextmanager
def listening(url: str, topic_filter: str) -> Iterator[Listener]:
    """Subscribed until the block is left; what is published inside it is heard."""
    listener, subscribed = Listener(), threading.Event()

    def hear(_c: paho.Client, _u: Any, message: paho.MQTTMessage) -> None:
        listener.put(Heard(message.topic, bytes(message.payload), message.retain))

    address = Address.parse(url)
    client = new_client(address, "")
    client.on_message = hear
    client.on_subscribe = lambda *_: subscribed.set()
    client.connect(address.host, address.port)
    client.subscribe(topic_filter, qos=1)
    client.loop_start()
    try:
        assert subscribed.wait(PATIENCE_S)
        yield listener
    finally:
        client.disconnect()
        client.loop_stop()
