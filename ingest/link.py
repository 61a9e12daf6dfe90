"""One connection to the broker: read as long as there is room, written in large pieces, ended when it falls silent."""

import asyncio
import logging
import socket
from collections import deque
from collections.abc import Callable, Iterable
from time import monotonic
from typing import cast

from ingest import packet as mqtt
from ingest.packet import Answer, Publish

logger = logging.getLogger(__name__)

UNSENT_BYTES = 4 << 20  # what may wait for a broker that does not read, before answers to devices are dropped
GOODBYE_S = 2.0


class Link(asyncio.Protocol):
    """`accept` takes a message or says that there is no room: then nothing is read until `read_on`."""

    def __init__(
        self,
        greeting: bytes,
        accept: Callable[[Publish], bool],
        settle: Callable[[], None],
        hear: Callable[[Answer], None],
    ) -> None:
        loop = asyncio.get_running_loop()
        self.greeted: asyncio.Future[None] = loop.create_future()  # by whoever hears it
        self.lost: asyncio.Future[str] = loop.create_future()
        self._greeting = greeting
        self._accept, self._settle, self._hear = accept, settle, hear
        self._why, self._rest = "", b""
        self._out: list[bytes] = []
        self._reading = True
        self._owed: deque[int] = deque()  # acknowledgements, in the order in which they must be sent [4.6]
        self._due: set[int] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Say who we are."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by inheritance
        self._heard = monotonic()
        self.write(self._greeting)

    def connection_lost(self, error: Exception | None) -> None:
        """Tell why, once."""
        self._reading = False
        if not self.lost.done():
            self.lost.set_result(self._why or str(error or "closed by the broker"))

    def data_received(self, data: bytes) -> None:
        """Take in what has come."""
        self._heard = monotonic()
        self._rest = self._rest + data if self._rest else data
        self.read_on()

    def read_on(self) -> None:
        """Take the packets out of what has come, as long as there is room, and read more or not."""
        at, room = 0, True
        try:
            for packet, end in mqtt.packets(self._rest):
                if isinstance(packet, Answer):
                    self._hear(packet)
                elif not (room := self._accept(packet)):
                    break
                elif packet[2]:
                    self._owed.append(packet[2])
                at = end
        except ValueError as error:
            self.end(f"not MQTT 5: {error}")
            return
        self._rest = self._rest[at:]
        self._settle()
        self._read(room)

    def _read(self, wanted: bool) -> None:
        """Read the socket, or leave what comes to TCP and the broker."""
        if wanted != self._reading and not self.lost.done():
            self._reading = wanted
            self._heard = monotonic()
            (self._transport.resume_reading if wanted else self._transport.pause_reading)()

    def acknowledge(self, ids: Iterable[int]) -> None:
        """These are done; what was received before them is acknowledged before them."""
        self._due.update(ids)
        while self._owed and self._owed[0] in self._due:
            self._due.remove(self._owed[0])
            self.write(mqtt.puback(self._owed.popleft()))

    def write(self, data: bytes) -> None:
        """Send soon, together with what else is written until then."""
        if not self._out:
            asyncio.get_running_loop().call_soon(self._flush)
        self._out.append(data)

    def _flush(self) -> None:
        out, self._out = b"".join(self._out), []
        if out and not self._transport.is_closing():
            self._transport.write(out)

    @property
    def is_choked(self) -> bool:
        """Whether the broker does not read what we send."""
        return self._transport.get_write_buffer_size() > UNSENT_BYTES

    def beat(self, silence_s: float) -> None:
        """Show that we are alive; end a connection on which nothing was heard for `silence_s`, though we listened."""
        if self._reading and monotonic() - self._heard > silence_s:
            self.end(f"nothing heard for {silence_s:.0f} s")
        else:
            self.write(mqtt.PINGREQ)

    def end(self, why: str) -> None:
        """Cut the connection."""
        self._why = why
        self._transport.abort()

    async def leave(self, goodbye: bytes) -> None:
        """Send what is still to be sent and the goodbye, and wait until that is gone."""
        self.write(goodbye)
        self._flush()
        self._transport.close()
        await asyncio.wait([self.lost], timeout=GOODBYE_S)
        self._transport.abort()


def bound_silence(transport: asyncio.BaseTransport, seconds: float) -> None:
    """Have the system end a connection whose other side has vanished, also while we do not read (Linux)."""
    connected, option = transport.get_extra_info("socket"), getattr(socket, "TCP_USER_TIMEOUT", None)
    if connected is not None and option is not None:
        connected.setsockopt(socket.IPPROTO_TCP, option, int(seconds * 1000))
