"""HJ 212 over TCP: which connections are ended, and how the gateway itself ends."""

import asyncio
from contextlib import AsyncExitStack

import asyncpg
import pytest

from ingest import metrics
from ingest.gateway import ListenError, gateway
from ingest.settings import GatewaySettings
from tests.support.deadline import until, until_true
from tests.support.gateway import running, values
from tests.support.holding import IN_COMMIT, held, until_held
from tests.support.logger import answered, calling, upload
from tests.support.messages import NOW
from tests.support.proxy import proxied


async def test_who_is_silent_is_ended_and_who_is_not_stays(registered: str) -> None:
    async with running(registered, gateway_idle_s=1) as (port, _), calling(port) as silent, calling(port) as other:
        silent.send(upload(1))
        assert await silent.answers() == answered(1)
        number = 0
        while not silent.ended.is_set():
            number += 1
            other.send(upload(number, "M2", "abcdef"))
            assert await other.answers() == answered(number)
            await asyncio.sleep(0.1)
        assert not other.ended.is_set()
        assert number > 5


async def test_who_never_says_who_it_is_is_ended(registered: str) -> None:
    async with running(registered, gateway_first_s=0.5) as (port, _), calling(port) as stranger, calling(port) as other:
        other.send(upload(1))
        assert await other.answers() == answered(1)
        stranger.send(b"AT+HEARTBEAT\r\n")
        await stranger.end()
        assert not other.ended.is_set()


async def test_a_connection_that_the_network_has_forgotten_is_ended(registered: str) -> None:
    ended = metrics.GATEWAY_ENDED.labels("idle")
    async with AsyncExitStack() as stack:
        port, _ = await stack.enter_async_context(running(registered, gateway_idle_s=1))
        proxy, _ = await stack.enter_async_context(proxied(f"tcp://127.0.0.1:{port}"))
        logger = await stack.enter_async_context(calling(proxy.port))
        logger.send(upload(1))
        assert await logger.answers() == answered(1)
        before = ended._value.get()
        proxy.half_open()
        await until_true(lambda: ended._value.get() > before)


async def test_what_is_not_hj_212_ends_the_connection_but_the_greetings_of_a_modem_do_not(port: int) -> None:
    async with calling(port) as modem, calling(port) as stranger:
        for number in range(20):
            modem.send(b"+REG:460001234567890\r\n" * 30, upload(number))
            assert await modem.answers() == answered(number)
        stranger.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 1000)
        await stranger.end()
        assert not modem.ended.is_set()


async def test_there_are_only_so_many_and_the_stranger_has_to_go_first(registered: str) -> None:
    async with (
        running(registered, gateway_connections=2) as (port, _),
        calling(port) as known,
        calling(port) as stranger,
    ):
        known.send(upload(1))
        assert await known.answers() == answered(1)
        async with calling(port) as third:
            third.send(upload(2))
            assert await third.answers() == answered(2)
            await stranger.end()
            async with calling(port) as fourth:
                await fourth.end()
            known.send(upload(3))
            assert await known.answers() == answered(3)


async def refused(port: int) -> bool:
    """Whether nobody is let in any more."""
    try:
        async with calling(port):
            return False
    except OSError:
        return True


async def test_what_is_on_its_way_when_we_stop_is_answered(registered: str, pool: asyncpg.Pool) -> None:
    async with running(registered) as (port, stop), calling(port) as logger:
        logger.send(upload(0))
        assert await logger.answers() == answered(0)
        async with held(registered, IN_COMMIT, "arrival"):
            logger.send(*map(upload, range(1, 4)))
            await until_held(registered)
            stop.set()
            await until(lambda: refused(port))
            assert not logger.ended.is_set()
        assert await logger.answers(3) == answered(1, 2, 3)
        await logger.end()
    assert len(await values(pool)) == 4


async def test_a_port_that_is_taken_is_named_with_its_variable(registered: str, port: int) -> None:
    taken = GatewaySettings(database_url=registered, mqtt_url="", gateway_port=port, _env_file=None)
    with pytest.raises(ListenError, match=rf"127.0.0.1:{port} .*HOTGRID_GATEWAY_PORT"):
        await gateway(taken, lambda: NOW, asyncio.Event())
