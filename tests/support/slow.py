"""A receiver that takes what is posted and answers nobody until it is let: for what happens in mid-send."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.support.receiver import Posted, Receiver


class Slow(Receiver):
    """Takes what is posted, and answers when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.answering = asyncio.Event()

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, one request."""
        line, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines if line)}
        self.posted.append(Posted(line.split()[1], headers, await reader.readexactly(int(headers["content-length"]))))
        await self.answering.wait()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        writer.close()


@asynccontextmanager
async def slow() -> AsyncIterator[Slow]:
    """A server on the loopback that answers nobody yet."""
    receiver = Slow()
    server = await asyncio.start_server(receiver.handle, "127.0.0.1", 0)
    receiver.url = "http://127.0.0.1:{1}/hook".format(*server.sockets[0].getsockname())
    try:
        yield receiver
    finally:
        receiver.answering.set()
        server.close()
