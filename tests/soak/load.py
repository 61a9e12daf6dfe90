"""Stations that publish at a steady rate and remember exactly what the broker has acknowledged, and when."""

import asyncio
import time
from collections import deque
from collections.abc import Iterable
from typing import Any, Protocol

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from tests.support.fleet import Fleet

WINDOW = 2000  # messages that wait here for their PUBACK: beyond that the stations hold their breath
IN_FLIGHT = 100
KEEPALIVE_S = 3
TICK_S = 0.02
AGAIN_S = 0.5
UNHEARD = "No matching subscribers"
ENOUGH_S = 60.0


class Load(Protocol):
    """A kind of load: numbered messages on their way, by number the time at which the other side took them."""

    fleet: Fleet
    taken: dict[int, float]
    resent: int
    unheard: int

    async def run(self, seconds: float) -> None:
        """Send for so long, then until everything is taken."""

    def resend(self, numbers: Iterable[int]) -> None:
        """Send these again, as stations do that are in doubt."""

    async def close(self) -> None:
        """Leave nothing open."""


class MqttLoad:
    """`rate` messages a second of a fleet at QoS 1; a context manager.

    `taken` holds numbers and the time of the first PUBACK that says that somebody will get them. `unheard` counts the
    PUBACKs that say that nobody will, as Mosquitto does after a restart until a shared subscription is made anew: such
    messages are sent again.
    """

    def __init__(self, account: tuple[str | None, str | None], port: int, fleet: Fleet, rate: float) -> None:
        self.fleet, self.rate = fleet, rate
        self.taken: dict[int, float] = {}
        self.resent = self.unheard = 0
        self.next = 0
        self._number: dict[int, int] = {}  # by message id
        self._pubacks: deque[tuple[int, float, bool]] = deque()
        self._again: deque[int] = deque()
        self._later: deque[tuple[float, int]] = deque()
        self._client = paho.Client(CallbackAPIVersion.VERSION2, "soak", protocol=paho.MQTTv5)
        self._client.username_pw_set(*account)
        self._client.reconnect_delay_set(1, 1)
        self._client.max_inflight_messages_set(IN_FLIGHT)
        self._client.on_publish = self._on_publish
        self._client.connect("127.0.0.1", port, KEEPALIVE_S)
        self._client.loop_start()

    async def close(self) -> None:
        """Leave the broker."""
        self._client.disconnect()
        await asyncio.to_thread(self._client.loop_stop)

    async def run(self, seconds: float) -> None:
        """Publish for so long, then wait until everything is acknowledged; raises TimeoutError."""
        last = began = time.monotonic()
        due = 0.0
        while last - began < seconds:
            await asyncio.sleep(TICK_S)
            now = time.monotonic()
            due = min(due + (now - last) * self.rate, WINDOW)
            last = now
            due -= self._publish_some(int(due))
        await self.settled()

    async def burst(self, count: int) -> None:
        """Publish so many as fast as the broker takes them."""
        end = self.next + count
        while self.next < end:
            self._publish_some(end - self.next)
            await asyncio.sleep(TICK_S)
        await self.settled()

    async def settled(self) -> None:
        """Wait until everything is acknowledged, what is sent again too; raises TimeoutError."""
        async with asyncio.timeout(ENOUGH_S):
            while self._collect() or self._again or self._later:
                self._publish_some(0)
                await asyncio.sleep(TICK_S)

    def resend(self, numbers: Iterable[int]) -> None:
        """Publish these again before anything new."""
        before = len(self._again)
        self._again.extend(numbers)
        self.resent += len(self._again) - before

    def _publish_some(self, count: int) -> int:
        """What is to be sent again, then up to `count` new ones, as far as the window has room; how many new."""
        room = WINDOW - self._collect()
        while self._later and self._later[0][0] <= time.monotonic():
            self._again.append(self._later.popleft()[1])
        while self._again and room > 0:
            self._publish(self._again.popleft())
            room -= 1
        new = max(0, min(count, room))
        for _ in range(new):
            self._publish(self.next)
            self.next += 1
        return new

    def _publish(self, number: int) -> None:
        self._number[self._client.publish(*self.fleet.message(number), qos=1).mid] = number

    def _collect(self) -> int:
        """Write down the acknowledgements that have come; how many are still owed.

        Done by the one that publishes: the callback may come before `publish` has returned the message's id.
        """
        while self._pubacks:
            mid, at, unheard = self._pubacks.popleft()
            number = self._number.pop(mid)
            if unheard:
                self.unheard += 1
                self._later.append((time.monotonic() + AGAIN_S, number))
            else:
                self.taken.setdefault(number, at)
        return len(self._number)

    def _on_publish(self, _c: paho.Client, _u: Any, mid: int, reason: Any, _p: Any) -> None:
        self._pubacks.append((mid, time.time(), str(reason) == UNHEARD))
