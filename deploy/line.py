"""A logger's line to the gateway: frames out, answers back, and again what was not answered."""

import asyncio
import re
from collections.abc import Iterable
from types import TracebackType
from typing import Self

from ingest.protocols.hj212 import Splitter

WINDOW = 8  # frames that wait for their answers at a time
ANSWER_S = 10.0  # HJ 212-2017 table 2: over a mobile network
AGAIN_S = 0.2
READ_BYTES = 1 << 16
_QN = re.compile(rb"QN=(\d+);")


class Line:
    """A context manager; the connection is made when it is needed, and made again when it is lost."""

    def __init__(self, host: str, port: int, window: int = WINDOW) -> None:
        self._host, self._port, self._window = host, port, window
        self._stream: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._splitter = Splitter()
        self.calls = 0
        """How often it was connected."""

    async def upload(self, frames: Iterable[bytes]) -> None:
        """Send frames that ask for an answer, each with a QN of its own, until all are answered."""
        left = {qn_of(frame): frame for frame in frames}
        while left:
            try:
                await self._talk(left)
            except (OSError, TimeoutError, EOFError):
                self.close()
                await asyncio.sleep(AGAIN_S)

    async def _talk(self, left: dict[bytes, bytes]) -> None:
        """Send all that is left; raises OSError, EOFError, and TimeoutError when no answer comes."""
        reader, writer = await self._connected()
        ahead, owed = iter(list(left.items())), set[bytes]()
        while left:
            while len(owed) < self._window and (new := next(ahead, None)) is not None:
                owed.add(new[0])
                writer.write(new[1])
            for answer in await self._answers(reader):
                owed.discard(answer)
                left.pop(answer, None)

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._stream is None:
            self._stream = await asyncio.open_connection(self._host, self._port)
            self._splitter = Splitter()
            self.calls += 1
        return self._stream

    async def _answers(self, reader: asyncio.StreamReader) -> list[bytes]:
        """The QN of what is answered next."""
        async with asyncio.timeout(ANSWER_S):
            data = await reader.read(READ_BYTES)
        if not data:
            raise EOFError("the gateway has ended the connection")
        return [qn_of(frame) for frame in self._splitter.feed(data)]

    def close(self) -> None:
        """Hang up."""
        if self._stream is not None:
            self._stream[1].close()
            self._stream = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def qn_of(frame: bytes) -> bytes:
    """By what an answer is told; raises ValueError where there is none."""
    if found := _QN.search(frame):
        return found[1]
    raise ValueError("a frame without QN")
