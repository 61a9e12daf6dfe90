"""A TCP proxy that is a network going wrong: cut, half-open, slow, narrow."""

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from time import monotonic
from urllib.parse import urlsplit, urlunsplit

CHUNK = 16_384
AHEAD = 16  # chunks on their way in one direction; with more of them TCP pushes back
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends RST at once


class Link:
    """One connection through the proxy; `dead` it swallows what either side sends, its end too."""

    def __init__(self, *writers: asyncio.StreamWriter) -> None:
        self.writers = writers
        self.dead = False

    def cut(self) -> None:
        """Reset both sides."""
        for writer in self.writers:
            with suppress(OSError):  # of a side that has gone already
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            writer.transport.abort()


class Proxy:
    """Passes connections on to `host:port`, as long as it is not told otherwise."""

    def __init__(self, host: str, port: int) -> None:
        self._target = host, port
        self._links: set[Link] = set()
        self._down = self._deaf = False
        self.port = 0
        self.latency_s = 0.0
        self.bytes_per_s = 0.0  # 0 is no limit
        self.came = 0  # bytes, from both sides, what was swallowed too

    @property
    def links(self) -> int:
        """Connections that are open and not dead."""
        return sum(not link.dead for link in self._links)

    def cut(self) -> None:
        """Reset every connection, and new ones until `mend`."""
        self._down = True
        self.drop()

    def drop(self) -> None:
        """Reset every connection; new ones pass."""
        for link in list(self._links):
            link.cut()

    def half_open(self) -> None:
        """Forget every connection, as a router does that restarts: neither side is told; new ones pass."""
        for link in self._links:
            link.dead = True

    def swallow(self) -> None:
        """Forget every connection, and new ones until `mend`: they are taken, and nothing comes back."""
        self._deaf = True
        self.half_open()

    def mend(self) -> None:
        """New connections pass, as fast as they can; the dead stay dead."""
        self._down = self._deaf = False
        self.latency_s = self.bytes_per_s = 0.0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, to its end."""
        link = Link(writer)
        try:
            if self._down:
                return
            link.dead = self._deaf
            self._links.add(link)
            target_reader, target = await asyncio.open_connection(*self._target)
            link.writers = (writer, target)
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pump(link, reader, target))
                both.create_task(self._pump(link, target_reader, writer))
        except* OSError:
            pass  # either side has gone, or nobody is there
        finally:
            self._links.discard(link)
            for one in link.writers:
                one.close()

    async def _pump(self, link: Link, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One direction; its end is the end of the link, so that the other side is told."""
        on_the_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(AHEAD)
        sending = asyncio.create_task(self._send(link, on_the_way, writer))
        try:
            while data := await _read(reader, link):
                self.came += len(data)
                await on_the_way.put((monotonic(), data))
            await on_the_way.put((monotonic(), b""))
            await sending
        finally:
            sending.cancel()

    async def _send(self, link: Link, chunks: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter) -> None:
        while True:
            came, data = await chunks.get()
            await asyncio.sleep(came + self.latency_s - monotonic())
            if link.dead:
                continue
            if not data:
                raise ConnectionResetError("this side has ended")
            writer.write(data)
            await writer.drain()
            if self.bytes_per_s:
                await asyncio.sleep(len(data) / self.bytes_per_s)


async def _read(reader: asyncio.StreamReader, link: Link) -> bytes:
    """The next bytes, b"" at the end; of a dead link nobody learns that a side has ended."""
    try:
        data = await reader.read(CHUNK)
    except OSError:
        data = b""
    if not data and link.dead:
        await asyncio.Future()
    return data


@asynccontextmanager
async def proxied(url: str, tls: ssl.SSLContext | None = None) -> AsyncIterator[tuple[Proxy, str]]:
    """A proxy before the server of a URL, and the URL that leads through it; with `tls` it is spoken to in TLS."""
    parts = urlsplit(url)
    assert parts.hostname
    assert parts.port
    proxy = Proxy(parts.hostname, parts.port)
    tasks: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(proxy.serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=tls)
    proxy.port = server.sockets[0].getsockname()[1]
    account = parts.netloc.rpartition("@")[0]
    try:
        yield proxy, urlunsplit(parts._replace(netloc=f"{account}@127.0.0.1:{proxy.port}"))
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
