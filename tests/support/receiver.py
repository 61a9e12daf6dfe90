"""Another platform: a real HTTP server that keeps what is posted to it and answers as it is told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus


@dataclass(slots=True)
class Posted:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Receiver:
    """`answers` are given one after the other, then 200 for ever; 0 hangs up without one."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    posted: list[Posted] = field(default_factory=list)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, one request."""
        line, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines if line)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        self.posted.append(Posted(line.split()[1], headers, body))
        status = self.answers.pop(0) if self.answers else 200
        if status:
            head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nLocation: {self.url}\r\n"
            writer.write(f"{head}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())
            await writer.drain()
        writer.close()
        await writer.wait_closed()


@asynccontextmanager
async def receiving(*answers: int) -> AsyncIterator[Receiver]:
    """A server on the loopback until the block is left."""
    receiver = Receiver(answers=list(answers))
    server = await asyncio.start_server(receiver.handle, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    receiver.url = f"http://{host}:{port}/hook"
    async with server:
        yield receiver
