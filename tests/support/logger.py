"""A logger's end of a connection to the gateway, byte by byte."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta, timezone

from ingest.protocols.hj212 import Frame, Splitter, build, parse
from tests.support.messages import MINUTE

PATIENCE_S = 20.0
BEIJING = timezone(timedelta(hours=8))
PW = "123456"


def upload(number: int, mn: str = "M1", pw: str = PW, flag: int = 5, newest: datetime = MINUTE) -> bytes:
    """Frame `number` of a logger: NMHC, so many minutes before the newest, with a QN of its own."""
    at = f"{(newest - timedelta(minutes=number)).astimezone(BEIJING):%Y%m%d%H%M%S}"
    cp = f"DataTime={at};a24088-Rtd={number}.5,a24088-Flag=N"
    return build(Frame(2011, mn, cp.encode(), qn(number), "31", pw, flag))


def qn(number: int) -> str:
    """By what the answer to frame `number` is told."""
    return f"20261121163{number:06d}"


class Logger:
    """Sends bytes; what is answered is heard in order."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        self.heard: asyncio.Queue[Frame] = asyncio.Queue()
        self.ended = asyncio.Event()
        self._task = asyncio.create_task(self._hear(reader))

    async def _hear(self, reader: asyncio.StreamReader) -> None:
        splitter = Splitter()
        try:
            while data := await reader.read(1 << 16):
                for frame in splitter.feed(data):
                    self.heard.put_nowait(parse(frame))
        except OSError:
            pass  # a reset is an end too
        self.ended.set()

    def send(self, *data: bytes) -> None:
        """These bytes, in one piece."""
        self.writer.write(b"".join(data))

    async def answers(self, count: int = 1, patience: float = PATIENCE_S) -> list[tuple[int, str]]:
        """CN and QN of the next answers; raises TimeoutError."""
        async with asyncio.timeout(patience):
            frames = [await self.heard.get() for _ in range(count)]
        return [(frame.cn, frame.qn) for frame in frames]

    async def end(self, patience: float = PATIENCE_S) -> None:
        """Wait until the gateway has ended the connection; raises TimeoutError."""
        async with asyncio.timeout(patience):
            await self.ended.wait()

    def close(self) -> None:
        """Hang up."""
        self._task.cancel()
        self.writer.close()


@asynccontextmanager
async def calling(port: int) -> AsyncIterator[Logger]:
    """A connection to the gateway on this machine."""
    logger = Logger(*await asyncio.open_connection("127.0.0.1", port))
    try:
        yield logger
    finally:
        logger.close()


def answered(*numbers: int, cn: int = 9014) -> list[tuple[int, str]]:
    """The answers to these frames."""
    return [(cn, qn(number)) for number in numbers]
