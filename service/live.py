"""The live feed of a process: one LISTEN connection, a ring of the newest events, any number of readers."""

import asyncio
import logging
from bisect import bisect_right
from collections.abc import AsyncIterator, Callable
from typing import NamedTuple

import asyncpg
from prometheus_client import Counter
from sse_starlette import ServerSentEvent

from service.database import Database
from service.settings import ServiceSettings
from sql.pool import connect
from sql.queries import Queries, Record

logger = logging.getLogger(__name__)
ALERT_VIEW = Queries("alert_view")
CHANNEL = "alert_event"
BATCH = 500
TIMEOUT_S = 10.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 5.0

RECONNECTS = Counter("hotgrid_feed_reconnects", "Times that the feed had to connect to the database anew")


class Event(NamedTuple):
    """A transition as it goes over the wire, made once for all readers."""

    seq: int
    frame: bytes


class Live:
    """Keeps up with the event log; readers take from its ring, and from the database what the ring has let go."""

    def __init__(self, settings: ServiceSettings, database: Database) -> None:
        self._settings, self._database = settings, database
        self._ring: list[Event] = []
        self._floor = 0  # the ring has every event after this one
        self._moved = asyncio.Event()
        self._called = asyncio.Event()
        self.head: int | None = None
        """Number of the newest event known here, None until the log was read for the first time."""
        self.era = 0
        """Counts the times that the numbers began anew, as after the restore of a backup."""
        self.begun = asyncio.Event()
        self.listening = False
        self.ended = False
        self.readers = 0

    async def run(self) -> None:
        """Listen for ever; a lost connection is made anew and what was missed is read."""
        pause = FIRST_PAUSE_S
        while True:
            try:
                await self._listen()
            except Exception as error:  # noqa: BLE001 - whatever the driver raises, the feed goes on
                pause = FIRST_PAUSE_S if self.listening else min(2 * pause, LONGEST_PAUSE_S)
                self.listening = False
                RECONNECTS.inc()
                logger.warning("feed: lost the database (%r), trying again in %.1f s", error, pause)
            await asyncio.sleep(pause)

    async def _listen(self) -> None:
        async with asyncio.timeout(TIMEOUT_S):
            connection = await connect(self._settings.database_url, "serve feed")
        try:
            connection.add_termination_listener(lambda _: self._called.set())
            await connection.add_listener(CHANNEL, lambda *_: self._called.set())
            await self._begin(connection)
            while True:
                await self._read(connection)
                await self._call()
        finally:
            connection.terminate()

    async def _begin(self, connection: asyncpg.Connection) -> None:
        newest = await ALERT_VIEW.head.fetchval(connection)
        if self.head is None or newest < self.head:
            self.era += self.head is not None
            self._ring, self._floor, self.head = [], newest, newest
            self.wake()
        self.listening = True
        self.begun.set()

    async def _call(self) -> None:
        """Wait until there may be something new; now and then look without being called."""
        try:
            async with asyncio.timeout(self._settings.feed_check_s):
                await self._called.wait()
        except TimeoutError:
            pass
        self._called.clear()

    async def _read(self, connection: asyncpg.Connection) -> None:
        while events := await _events_after(connection, self.head or 0):
            self._ring += events
            if (excess := len(self._ring) - self._settings.feed_ring) > 0:
                self._floor = self._ring[excess - 1].seq
                del self._ring[:excess]
            self.head = events[-1].seq
            self.wake()

    def end(self) -> None:
        """End every reader's stream in an orderly way: the process is about to stop."""
        self.ended = True
        self.wake()

    def wake(self) -> None:
        """Have every reader look whether there is something new, or whether it is over."""
        self._moved.set()
        self._moved = asyncio.Event()

    async def follow(self, seq: int, until: float, is_over: Callable[[], bool]) -> AsyncIterator[Event]:
        """Every event after number `seq`, in order, each once, until that time of the loop's clock.

        Ends early where its reader may read no longer and where the numbers began anew; raises the driver's error where
        older events cannot be read.
        """
        era, clock = self.era, asyncio.get_running_loop().time
        while not self.ended and not is_over() and era == self.era and clock() < until:
            moved = self._moved
            events = await self._events(seq)
            for event in events:
                yield event
                seq = event.seq
            if not events:
                try:
                    async with asyncio.timeout_at(until):
                        await moved.wait()
                except TimeoutError:
                    return

    async def _events(self, seq: int) -> list[Event]:
        if seq >= (self.head or 0):
            return []
        if seq >= self._floor:
            start = bisect_right(self._ring, seq, key=lambda event: event.seq)
            return self._ring[start : start + BATCH]
        async with (await self._database.pool()).acquire(timeout=TIMEOUT_S) as connection:
            return await _events_after(connection, seq)


async def _events_after(connection: asyncpg.Connection, seq: int) -> list[Event]:
    async with asyncio.timeout(TIMEOUT_S):
        rows = await ALERT_VIEW.events_after.fetch(connection, seq=seq, limit=BATCH)
    return [_event(row) for row in rows]


def _event(row: Record) -> Event:
    frame = ServerSentEvent(row["body"], id=str(row["seq"]), event=row["action"], sep="\n").encode()
    return Event(row["seq"], frame)
