"""The broker as ingest sees it: a session that is kept, batches to be acknowledged, answers to devices.

Memory is bounded by not reading the socket: when the room is full, TCP pushes back and the broker keeps what we have
not taken. A message is acknowledged only by `ack`, after its rows are committed.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from time import monotonic
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from ingest import packet as mqtt
from ingest import trust
from ingest.frame import Message
from ingest.link import Link, bound_silence
from ingest.packet import Answer, Publish
from ingest.room import Room, weight

logger = logging.getLogger(__name__)

KEEPALIVE_S = 20
SESSION_EXPIRY_S = 7 * 24 * 3600  # how long the broker keeps our backlog while we are away
RECONNECT_S = (1.0, 30.0)
GREETING_S = 10.0


Handle = tuple[int, int]
"""What a message is acknowledged by: the number of the connection, since on another one ids are others, and its id."""


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


class Broker:
    """A persistent session on a broker; `async with`, then `async for messages in broker.batches(…)`."""

    def __init__(
        self, url: str, client_id: str, topic_filters: Sequence[str] = (), leaving: bool = False, keepalive_s: int = 0
    ) -> None:
        """`leaving` the session of somebody who is gone: nothing new is subscribed, what the broker has kept comes.

        A connection that has died in silence is noticed after twice `keepalive_s` (0: KEEPALIVE_S) at the latest.
        """
        self._address = Address.parse(url)
        self._client_id, self._filters = client_id, topic_filters
        self._unwanted: Sequence[str] = ()
        self._leaving, self._left = leaving, False
        self._room = Room()
        self._connection = 0
        self._link: Link | None = None  # while the broker is there
        self._goodbye = mqtt.disconnect()
        self._asked_s = self._keepalive_s = keepalive_s or KEEPALIVE_S  # the broker may want another

    async def __aenter__(self) -> "Broker":
        self._staying = asyncio.create_task(self._stay())
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._staying.cancel()
        with suppress(asyncio.CancelledError):
            await self._staying

    @property
    def connected(self) -> bool:
        """Whether the broker is there."""
        return self._link is not None

    def is_empty(self, quiet_s: float) -> bool:
        """Whether a session that is being left has got everything that was kept for it."""
        return self._left and self.connected and self._room.idle_s() >= quiet_s

    def end_session(self) -> None:
        """Leave for good, when the block is left: the broker forgets the session."""
        self._goodbye = mqtt.disconnect(expiry_s=0)

    def listen(self, topic_filters: Sequence[str], unwanted: Sequence[str]) -> None:
        """From now on these topics, and no longer those."""
        self._filters, self._unwanted = topic_filters, unwanted
        if self._link:
            self._ask(self._link)

    async def batches(self, most: int, age_s: float, stop: asyncio.Event) -> AsyncIterator[list[Message]]:
        """Up to `most` messages at a time, gathered for `age_s` seconds at the longest, until `stop` is set."""
        ends = asyncio.ensure_future(stop.wait()), self._staying
        try:
            while not stop.is_set():
                await _first(self._room.holding(1), *ends)
                if self._staying.done():
                    self._staying.result()  # which raises: never be without a connection for a fault of our own
                if stop.is_set():
                    return
                await _first(self._room.holding(most), *ends, timeout_s=age_s)
                if batch := self._room.take(most):
                    yield batch
        finally:
            ends[0].cancel()

    def ack(self, messages: Sequence[Message]) -> None:
        """Tell the broker that these are committed, and make room for as many."""
        self._room.leave(len(messages), weight(messages))
        if self._link:
            handles = [message.handle for message in messages if isinstance(message.handle, tuple)]
            self._link.acknowledge(mid for connection, mid in handles if mid and connection == self._connection)
            self._link.read_on()

    def publish(self, topic: str, payload: bytes) -> None:
        """Send at QoS 0, without waiting: what cannot go out now is dropped, and whoever misses it asks again."""
        if self._link and not self._link.is_choked:
            self._link.write(mqtt.publish(topic, payload))

    async def _stay(self) -> None:
        """Be connected, again and again, until cancelled."""
        wait = RECONNECT_S[0]
        while True:
            before = self._connection
            try:
                why = await self._visit()
            except OSError as error:
                why = str(error) or "no answer"
            if self._connection > before:
                wait = RECONNECT_S[0]
            where = f"{self._address.host}:{self._address.port}"
            logger.warning("connection to the broker lost: %s: %s; trying again in %.0f s", where, why, wait)
            await asyncio.sleep(wait)
            wait = min(2 * wait, RECONNECT_S[1])

    async def _visit(self) -> str:
        """One connection, until it is lost; why it was. Raises OSError."""
        host, port, user, password, tls = self._address
        greeting = mqtt.connect(self._client_id, user, password, self._asked_s, SESSION_EXPIRY_S)
        link = Link(
            greeting, self._accept, lambda: self._room.settle(monotonic()), lambda answer: self._hear(link, answer)
        )
        context = trust.context() if tls else None
        async with asyncio.timeout(GREETING_S):
            transport, _ = await asyncio.get_running_loop().create_connection(lambda: link, host, port, ssl=context)
        bound_silence(transport, 1.5 * self._asked_s)
        try:
            await _first(link.greeted, link.lost, timeout_s=GREETING_S)
            if not link.greeted.done():
                link.end("no answer to our greeting")
            while not link.lost.done():
                link.beat(1.5 * self._keepalive_s)
                await _first(link.lost, timeout_s=self._keepalive_s / 2)
            return link.lost.result()
        finally:
            await self._part(link)

    async def _part(self, link: Link) -> None:
        """Whatever happened: from now on no handle that is out may be acknowledged."""
        self._link = None
        if not link.lost.done():
            await link.leave(self._goodbye)

    def _accept(self, message: Publish) -> bool:
        topic, payload, mid = message
        return self._room.enter(Message(topic, payload, (self._connection, mid)), monotonic())

    def _hear(self, link: Link, answer: Answer) -> None:
        """What the broker says beside messages."""
        if answer.kind == mqtt.CONNACK:
            self._greeted(link, answer)
        elif answer.kind == mqtt.SUBACK and answer.refusals:
            logger.error("broker refuses the subscription: %s; check its access rules", ", ".join(answer.refusals))
        elif answer.kind == mqtt.SUBACK:
            logger.info("subscribed")
        elif answer.kind == mqtt.UNSUBACK:
            self._left = self._leaving
        elif answer.kind == mqtt.DISCONNECT:
            link.end(f"the broker says: {mqtt.said(answer.reasons[0])}")

    def _greeted(self, link: Link, answer: Answer) -> None:
        if answer.refusals:
            logger.error("broker refuses the connection: %s; check HOTGRID_MQTT_URL", answer.refusals[0])
            link.end(answer.refusals[0])
            return
        self._connection += 1
        self._link = link
        link.greeted.set_result(None)
        self._keepalive_s = answer.keepalive_s or self._asked_s
        logger.info("connected to the broker, session %s", "resumed" if answer.session else "new")
        self._ask(link)

    def _ask(self, link: Link) -> None:
        if self._leaving:
            link.write(mqtt.unsubscribe(1, self._filters))
        elif self._filters:
            link.write(mqtt.subscribe(1, self._filters))
            if self._unwanted:  # in this order: nothing falls between
                link.write(mqtt.unsubscribe(2, self._unwanted))


async def _first(*futures: "asyncio.Future[Any]", timeout_s: float | None = None) -> None:
    """Wait until one of these is done, or for so long."""
    await asyncio.wait(futures, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
