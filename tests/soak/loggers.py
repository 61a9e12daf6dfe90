"""Loggers that call the HJ 212 gateway, and send again what was not answered; a second kind of load."""

import asyncio
import time
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta, timezone

from ingest.protocols.hj212 import Frame, Splitter, build, parse
from tests.support.fleet import PASSWORD, Fleet

MODEMS = 10  # connections, each for several loggers
WINDOW = 30  # frames of a modem that wait for their answer
AGAIN_S = 3.0  # without an answer: the connection is taken for dead
CALL_S = 0.5
TICK_S = 0.05
READ_BYTES = 1 << 16
ANSWER = 9014
ENOUGH_S = 60.0
BEIJING = timezone(timedelta(hours=8))


def frame(fleet: Fleet, number: int) -> bytes:
    """Message `number` as a real-time upload (2011) that wants an answer, its QN told by the number."""
    device_id, ts, pm25, no2 = fleet.reading(number)
    cp = (
        f"DataTime={ts.astimezone(BEIJING):%Y%m%d%H%M%S};a34004-Rtd={pm25},a34004-Flag=N;a21004-Rtd={no2},a21004-Flag=N"
    )
    return build(Frame(2011, device_id, cp.encode(), f"{number:017d}", "22", PASSWORD, 5))


class Loggers:
    """`rate` frames a second of a fleet; `taken` holds numbers and the time at which 9014 came first."""

    def __init__(self, port: int, fleet: Fleet, rate: float) -> None:
        self.fleet, self.rate = fleet, rate
        self.taken: dict[int, float] = {}
        self.resent = self.unheard = 0
        self._next = 0
        self._modems = [_Modem(self, port) for _ in range(MODEMS)]

    async def run(self, seconds: float) -> None:
        """Send for so long, then until everything is answered; raises TimeoutError."""
        async with asyncio.TaskGroup() as group:
            calls = [group.create_task(modem.call()) for modem in self._modems]
            await self._measure(seconds)
            async with asyncio.timeout(ENOUGH_S):
                while any(modem.owed for modem in self._modems):  # noqa: ASYNC110 - answers come to the modems
                    await asyncio.sleep(TICK_S)
            for call in calls:
                call.cancel()

    async def _measure(self, seconds: float) -> None:
        """Give the modems their numbers, as long as they are not too far behind."""
        began = time.monotonic()
        while (now := time.monotonic()) - began < seconds:
            for modem in self._modems:
                if len(modem.owed) < self.rate and self._next < (now - began) * self.rate:
                    modem.owed.append(self._next)
                    self._next += 1
            await asyncio.sleep(0 if self._next < (now - began) * self.rate - MODEMS else TICK_S)

    def resend(self, numbers: Iterable[int]) -> None:
        """Answered is committed: there is nothing that would have to be sent again."""

    def answered(self, number: int) -> None:
        """9014 has come."""
        self.taken.setdefault(number, time.time())

    async def close(self) -> None:
        """Nothing is left open."""


class _Modem:
    """One connection at a time; `owed` are the numbers not answered yet, the oldest first."""

    def __init__(self, loggers: Loggers, port: int) -> None:
        self.owed: deque[int] = deque()
        self._loggers, self._port = loggers, port

    async def call(self) -> None:
        """Connect again and again, and send what is owed."""
        while True:
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(AGAIN_S):
                    reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
                try:
                    await self._talk(reader, writer)
                finally:
                    writer.transport.abort()
            await asyncio.sleep(CALL_S)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Send and hear until the connection ends, or an answer takes too long. Raises OSError, TimeoutError."""
        splitter, sent = Splitter(), set[int]()
        while True:
            self._send(writer, sent)
            try:
                async with asyncio.timeout(AGAIN_S if sent else TICK_S):
                    data = await reader.read(READ_BYTES)
            except TimeoutError:
                if sent:
                    self._loggers.resent += len(sent)
                    raise
                continue
            if not data:
                self._loggers.resent += len(sent)
                return
            for answer in map(parse, splitter.feed(data)):
                if answer.cn == ANSWER:
                    self._heard(int(answer.qn), sent)

    def _send(self, writer: asyncio.StreamWriter, sent: set[int]) -> None:
        new = [number for number in list(self.owed)[:WINDOW] if number not in sent]
        sent.update(new)
        writer.write(b"".join(frame(self._loggers.fleet, number) for number in new))

    def _heard(self, number: int, sent: set[int]) -> None:
        if number in sent:
            sent.remove(number)
            self.owed.remove(number)
            self._loggers.answered(number)
