"""The room for messages that are taken and not yet committed: bounded, and fair between devices."""

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Sequence
from time import monotonic

from ingest import metrics
from ingest.fairness import Rates
from ingest.frame import Message

logger = logging.getLogger(__name__)

ROOM_MESSAGES = 8000
ROOM_BYTES = 16 << 20
BATCH_BYTES = 2 << 20
SHARE = 0.1  # of a batch is for devices that flood, when the others alone would fill it


class Room:
    """Messages wait here until they are handed out, and count until they are acknowledged.

    Those of devices that flood wait apart: they fill what the others leave of a batch.
    """

    def __init__(self) -> None:
        self._waiting: deque[Message] = deque()
        self._apart: deque[Message] = deque()
        self._slow: Counter[str] = Counter()  # of each topic, how many are apart
        self._messages = self._bytes = 0
        self._rates = Rates(monotonic())
        self._changed_at = monotonic()
        self._is_full = False
        self._hoped = 0  # for how many messages `_enough` waits
        self._enough: asyncio.Future[None] | None = None

    def __len__(self) -> int:
        """How many messages wait to be handed out."""
        return len(self._waiting) + len(self._apart)

    def enter(self, message: Message, now: float) -> bool:
        """Let a message in; False when there is no room. One that is larger than the room gets it for itself."""
        size = len(message.payload)
        if self._messages and (self._messages >= ROOM_MESSAGES or self._bytes + size > ROOM_BYTES):
            self._is_full = True
            return False
        self._messages, self._bytes = self._messages + 1, self._bytes + size
        floods = self._rates.is_beyond(message.topic, now)
        if floods and message.topic not in self._slow:
            self._set_apart(message.topic)
        if floods or message.topic in self._slow:  # what a device has sent before comes before
            self._slow[message.topic] += 1
            self._apart.append(message)
        else:
            self._waiting.append(message)
        return True

    def _set_apart(self, topic: str) -> None:
        """What a device has sent before it was found to flood goes ahead of what it sends from now on."""
        before = [message for message in self._waiting if message.topic == topic]
        self._waiting = deque(message for message in self._waiting if message.topic != topic)
        self._apart += before
        self._slow[topic] += len(before)

    def settle(self, now: float) -> None:
        """After some have entered: wake who hopes for them, and name who floods."""
        self._changed_at = now
        if self._enough and not self._enough.done() and self._has(self._hoped):
            self._enough.set_result(None)
        for topic in self._rates.to_name(now) if self._apart else ():
            logger.warning("%s sends more than a device should: its messages wait behind the others'", topic)

    def leave(self, messages: int, size: int) -> None:
        """So many messages and bytes are acknowledged."""
        self._messages, self._bytes = self._messages - messages, self._bytes - size
        self._changed_at, self._is_full = monotonic(), False

    def idle_s(self) -> float:
        """For how long nobody has come or gone, 0 while somebody is inside."""
        return 0.0 if self._messages else monotonic() - self._changed_at

    def holding(self, count: int) -> "asyncio.Future[None]":
        """Done when `count` messages can be handed out, or as many as there is room for."""
        self._hoped, self._enough = count, asyncio.get_running_loop().create_future()
        if self._has(count):
            self._enough.set_result(None)
        return self._enough

    def _has(self, count: int) -> bool:
        return len(self) >= count or (self._is_full and len(self) > 0)

    def take(self, most: int) -> list[Message]:
        """The oldest messages, no more than `most` and not much more than BATCH_BYTES."""
        batch = _taken(self._waiting, most - min(len(self._apart), int(most * SHARE)), BATCH_BYTES)
        slow = _taken(self._apart, most - len(batch), BATCH_BYTES - weight(batch))
        for topic, count in Counter(message.topic for message in slow).items():
            metrics.SLOWED.labels(topic).inc(count)
            self._slow[topic] -= count
            if not self._slow[topic]:
                del self._slow[topic]
        return batch + slow


def _taken(queue: deque[Message], most: int, size: int) -> list[Message]:
    """The first of a queue, as long as there is some of `size` left."""
    taken: list[Message] = []
    while queue and len(taken) < most and size > 0:
        taken.append(queue.popleft())
        size -= len(taken[-1].payload)
    return taken


def weight(messages: Sequence[Message]) -> int:
    """The bytes that count."""
    return sum(len(message.payload) for message in messages)
