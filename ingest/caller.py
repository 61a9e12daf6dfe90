"""One connection of a logger: frames out of its bytes, a few at a time, and the answers back."""

import asyncio
import logging
import socket
from collections import deque
from time import monotonic
from typing import Protocol, cast

from ingest.link import bound_silence
from ingest.protocols.hj212 import Splitter
from ingest.throttle import site_of

logger = logging.getLogger(__name__)

WINDOW = 32  # frames that may be on their way into the database; a logger waits for an answer after one or a few
STRIKES = 5  # frames in a row of which none is taken
RUBBISH_BYTES = 8 << 10  # since the last frame that was taken; modems greet and send heartbeats of their own
READ_BYTES = 16 << 10
VANISHED_S = 120.0
GOODBYE_S = 1.0
KEEPALIVE = {"TCP_KEEPIDLE": 60, "TCP_KEEPINTVL": 20, "TCP_KEEPCNT": 3}  # seconds, seconds, probes (Linux)


class Desk(Protocol):
    """Where callers come in."""

    def came(self, caller: "Caller") -> None:
        """Somebody is there."""

    def enter(self, caller: "Caller", frame: bytes) -> bool:
        """Let a frame in, or have the caller wait for `read_on`."""

    def settle(self) -> None:
        """Some frames have entered."""

    def left(self, caller: "Caller") -> None:
        """The connection is gone."""


class Caller(asyncio.BufferedProtocol):
    """A logger, or a modem before several of them; a stranger until a frame of it was taken.

    Nothing is read while a frame waits or too many are on their way, nor from somebody who reads no answers.
    """

    def __init__(self, desk: Desk, buffer: bytearray) -> None:
        """`buffer` may be that of all callers."""
        self._desk, self._buffer = desk, buffer
        self._splitter, self._frames = Splitter(), deque[bytes]()
        self.inside = 0
        """Frames that are on their way."""
        self.is_known = False
        self._strikes = self._forgiven = 0
        self._is_reading, self._is_choked, self._is_finished = True, False, False
        self.site = self.name = "?"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody has called."""
        self._transport = cast(asyncio.Transport, transport)  # that of uvloop is none by descent
        self.came_at = self.entered_at = self._heard_at = monotonic()
        if peer := transport.get_extra_info("peername"):
            self.site, self.name = site_of(peer[0]), f"{peer[0]}:{peer[1]}"
        _notice_silence(transport)
        self._desk.came(self)

    def connection_lost(self, _: Exception | None) -> None:
        """It is over; what is on its way is stored, and sent again by a logger that gets no answer."""
        self._is_finished = True
        self._frames.clear()
        self._desk.left(self)

    def get_buffer(self, _: int) -> bytearray:
        """Where bytes may be put: not many, which bounds what waits here."""
        return self._buffer

    def buffer_updated(self, size: int) -> None:
        """Take in what has come."""
        self._heard_at = monotonic()
        self._frames.extend(self._splitter.feed(bytes(memoryview(self._buffer)[:size])))
        if self._splitter.rubbish - self._forgiven > RUBBISH_BYTES:
            self.end("sends what is not HJ 212", logging.WARNING)
        else:
            self.read_on()
            self._desk.settle()

    def read_on(self) -> None:
        """Let in frames as long as there is room for them, and read more or not."""
        while self._frames and self.inside < (WINDOW if self.is_known else 1):
            if not self._desk.enter(self, self._frames[0]):
                break
            self._frames.popleft()
            self.inside += 1
            self.entered_at = monotonic()
        if not self._is_finished:
            self._read(not self._frames and self.inside < WINDOW and not self._is_choked)
        elif not self._frames and not self.inside:
            self._transport.close()

    def _read(self, wanted: bool) -> None:
        if wanted != self._is_reading and not self._transport.is_closing():
            self._is_reading = wanted
            self._heard_at = monotonic()
            (self._transport.resume_reading if wanted else self._transport.pause_reading)()

    def eof_received(self) -> bool:
        """Some end their side when they have sent everything, and wait for the answers."""
        self._is_finished = True
        return bool(self._frames or self.inside)

    def pause_writing(self) -> None:
        """Answers pile up."""
        self._is_choked = True
        self.read_on()

    def resume_writing(self) -> None:
        """They are read again."""
        self._is_choked = False
        self.read_on()

    def taken(self) -> None:
        """A frame of it was taken: it is who it says."""
        self.is_known, self._strikes, self._forgiven = True, 0, self._splitter.rubbish

    def refused(self) -> bool:
        """A frame of it was not taken; whether that was one too many."""
        self._strikes += 1
        return self._strikes >= STRIKES

    def answer(self, reply: bytes) -> None:
        """What is owed to it, if it is still there."""
        if not self._transport.is_closing():
            self._transport.write(reply)

    def waits_for_us(self) -> bool:
        """Whether the turn is ours: its silence means nothing."""
        return bool(self._frames or self.inside)

    def silent_s(self, now: float) -> float:
        """For how long nothing has come, or no answer was read; 0 while we do not listen."""
        return now - self._heard_at if self._is_reading or self._is_choked else 0.0

    def end(self, why: str, level: int = logging.INFO) -> None:
        """We do not want it any more."""
        if not self._transport.is_closing():
            logger.log(level, "%s ended: %s", self.name, why)
            self.leave()

    def leave(self) -> None:
        """End it when the last answer is gone, or does not go."""
        self._is_finished = True
        self._frames.clear()
        self._transport.close()
        asyncio.get_running_loop().call_later(GOODBYE_S, self._transport.abort)


def _notice_silence(transport: asyncio.BaseTransport) -> None:
    """Have the system find out when the other side is gone without a word."""
    connected = transport.get_extra_info("socket")
    if connected is None:
        return
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in KEEPALIVE.items():
        if (option := getattr(socket, name, None)) is not None:
            connected.setsockopt(socket.IPPROTO_TCP, option, value)
    bound_silence(transport, VANISHED_S)
