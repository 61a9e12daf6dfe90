"""The proxy is the network that it says it is."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tests.support.proxy import Proxy, proxied

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send back what comes."""
    try:
        while data := await reader.read(1000):
            writer.write(data)
    except ConnectionError:
        pass
    finally:
        writer.close()


@pytest.fixture
async def proxy() -> AsyncIterator[Proxy]:
    """A proxy before an echo."""
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with proxied(f"tcp://user@127.0.0.1:{port}") as (one, url):
        assert url == f"tcp://user@127.0.0.1:{one.port}"
        yield one
    server.close()


Open = Callable[[], Awaitable[Streams]]


@pytest.fixture
async def opened(proxy: Proxy) -> AsyncIterator[Open]:
    """Opens connections through the proxy, closed in the end."""
    writers = []

    async def one() -> Streams:
        streams = await asyncio.open_connection("127.0.0.1", proxy.port)
        writers.append(streams[1])
        return streams

    yield one
    for writer in writers:
        writer.transport.abort()


@pytest.fixture
async def connected(opened: Open) -> Open:
    """Opens connections that have been answered."""

    async def one() -> Streams:
        streams = await opened()
        assert await answer(streams) == b"?"
        return streams

    return one


async def answer(streams: Streams, patience: float = 5.0) -> bytes:
    """What comes back for a question; raises TimeoutError, ConnectionError."""
    reader, writer = streams
    writer.write(b"?")
    async with asyncio.timeout(patience):
        return await reader.read(1000)


async def ended(streams: Streams) -> bool:
    """Whether the other side has ended it."""
    try:
        return await answer(streams) == b""
    except ConnectionError:
        return True


async def test_a_proxy_passes_both_ways_and_the_end_too(connected: Open) -> None:
    reader, writer = await connected()
    writer.close()
    assert await reader.read() == b""


async def test_a_cut_resets_connections_and_new_ones_until_it_is_mended(
    proxy: Proxy, opened: Open, connected: Open
) -> None:
    streams = await connected()
    proxy.cut()
    assert await ended(streams)
    assert await ended(await opened())
    proxy.mend()
    await connected()


async def test_a_half_open_connection_says_nothing_and_new_ones_pass(proxy: Proxy, connected: Open) -> None:
    streams = await connected()
    proxy.half_open()
    assert proxy.links == 0
    with pytest.raises(TimeoutError):
        await answer(streams, patience=0.2)
    await connected()
    with pytest.raises(TimeoutError):
        await answer(streams, patience=0.2)


async def test_a_network_that_swallows_takes_new_connections_and_says_nothing(
    proxy: Proxy, opened: Open, connected: Open
) -> None:
    proxy.swallow()
    streams = await opened()
    with pytest.raises(TimeoutError):
        await answer(streams, patience=0.2)
    proxy.mend()
    await connected()


async def test_latency_delays_what_comes_and_its_order_stays(proxy: Proxy, connected: Open) -> None:
    streams = await connected()
    proxy.latency_s = 0.2
    loop = asyncio.get_running_loop()
    began = loop.time()
    assert await answer(streams) == b"?"
    assert loop.time() - began >= 0.4


async def test_a_narrow_network_takes_its_time(proxy: Proxy, connected: Open) -> None:
    reader, writer = await connected()
    proxy.bytes_per_s = 10_000
    loop = asyncio.get_running_loop()
    began = loop.time()
    for _ in range(3):
        writer.write(bytes(1000))
        assert await reader.readexactly(1000)
    assert loop.time() - began >= 0.2
