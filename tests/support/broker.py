"""A broker's other side: publishes, and takes messages as ingest does."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from deploy.publisher import Publisher
from ingest.broker import Broker
from ingest.frame import Message
from ingest.link import Link
from ingest.packet import SUBACK, Answer
from tests.support.deadline import until_true

AGE_S = 0.02


async def publish(url: str, topic: str, payloads: Sequence[bytes]) -> int:
    """All of these at QoS 1, in order; the broker has them when this returns how many went to nobody."""

    def send() -> int:
        with Publisher(url) as publisher:
            for payload in payloads:
                publisher.publish(topic, payload)
        return publisher.unheard

    return await asyncio.to_thread(send)


class Taker:
    """Takes batches one after the other, and acknowledges what it is told to."""

    def __init__(self, broker: Broker, topic: str, most: int = 100) -> None:
        self.broker = broker
        self._topic = topic
        self.subscribed: list[object] = []
        self.stop = asyncio.Event()
        self._batches = broker.batches(most, AGE_S, self.stop)

    async def next(self, patience: float = 15) -> list[Message]:
        """The next batch; raises TimeoutError when none comes."""
        async with asyncio.timeout(patience):
            return await anext(self._batches)

    async def take(self, count: int, ack: bool = True) -> list[bytes]:
        """The payloads of the next `count` messages."""
        payloads: list[bytes] = []
        while len(payloads) < count:
            batch = await self.next()
            payloads += [message.payload for message in batch]
            if ack:
                self.broker.ack(batch)
        return payloads

    async def settle(self) -> None:
        """Wait until the broker has read everything that was sent to it, acknowledgements too: it answers in order."""
        before = len(self.subscribed)
        assert self.broker._link
        self.broker._ask(self.broker._link)
        await until_true(lambda: len(self.subscribed) > before)

    async def close(self) -> None:
        """No more."""
        self.stop.set()
        await self._batches.aclose()  # type: ignore[attr-defined]


@asynccontextmanager
async def taking(url: str, client_id: str, topic: str, most: int = 100) -> AsyncIterator[Taker]:
    """A session on a broker, subscribed: what is published from now on is heard or kept."""
    broker = Broker(url, client_id, [topic])
    taker = Taker(broker, topic, most)
    hear: Any = broker._hear

    def overhear(link: Link, answer: Answer) -> None:
        hear(link, answer)
        if answer.kind == SUBACK:
            taker.subscribed.append(answer)

    broker._hear = overhear  # type: ignore[method-assign]
    async with broker:
        # Of a session with a backlog the answer to the subscription may wait behind what there is no room for.
        await until_true(lambda: taker.subscribed or broker._room)
        try:
            yield taker
        finally:
            await taker.close()
