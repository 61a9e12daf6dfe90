"""A real HTTP server on the loopback that answers as a function says and keeps what it was asked."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple

CERTIFICATE = Path(__file__).parents[1] / "data/tls/localhost.pem"
"""Of `localhost`, and of nothing else."""


class Asked(NamedTuple):
    """One request."""

    target: str
    headers: Mapping[str, str]
    body: bytes


class Reply(NamedTuple):
    """What is answered."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = {}


@dataclass(slots=True)
class Server:
    """Where it listens and what came."""

    port: int = 0
    asked: list[Asked] = field(default_factory=list)


@asynccontextmanager
async def answering(reply: Callable[[Asked], Reply], tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    """A server until the block is left."""
    told = Server()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            line, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        except (asyncio.IncompleteReadError, ssl.SSLError):
            writer.close()
            return
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines if line)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        asked = Asked(line.split()[1], headers, body)
        told.asked.append(asked)
        answer = reply(asked)
        head = {"Content-Length": str(len(answer.body)), "Connection": "close", **answer.headers}
        lines = [
            f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}",
            *(f"{k}: {v}" for k, v in head.items()),
        ]
        writer.write("\r\n".join([*lines, "", ""]).encode() + answer.body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=tls)
    told.port = server.sockets[0].getsockname()[1]
    async with server:
        yield told


def server_side() -> ssl.SSLContext:
    """TLS with the certificate of `localhost`."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE)
    return context


def client_side() -> ssl.SSLContext:
    """Trusts that certificate."""
    return ssl.create_default_context(cafile=str(CERTIFICATE))
