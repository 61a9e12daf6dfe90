"""HJ 212 over TCP: what is answered is committed, who is not known is not let in, and nobody is in another's way."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from ingest import caller, metrics
from ingest.gateway import ListenError, gateway
from ingest.importer import import_folder
from ingest.protocols.hj212 import Frame, build
from ingest.settings import GatewaySettings
from tests.support.deadline import until, until_true
from tests.support.holding import IN_COMMIT, held, until_held
from tests.support.logger import Logger, answered, calling, upload
from tests.support.messages import NOW
from tests.support.proxy import proxied
from tests.support.registry_folder import FILES, write

MONITORS = FILES["monitors.csv"] + (
    "M2,E1,二号,119.96,31.77,abcdef,nmhc,mg/m³,60,hour\nOPEN,E1,三号,119.96,31.77,,nmhc,mg/m³,60,hour\n"
)
SETTLED = "SELECT device_id, reason, detail FROM reject ORDER BY 1, 2"
VALUES = """
    SELECT device_id, value::float FROM monitor_reading JOIN device USING (device) WHERE channel = 'nmhc' ORDER BY 1, 2
"""


class _Port(logging.Handler):
    """Hears where the gateway is."""

    def __init__(self) -> None:
        super().__init__()
        self.told: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def emit(self, record: logging.LogRecord) -> None:
        if record.msg.startswith("gateway on") and isinstance(record.args, tuple):
            self.told.set_result(int(str(record.args[1])))


@asynccontextmanager
async def running(database: str, **settings: object) -> AsyncIterator[tuple[int, asyncio.Event]]:
    """`hotgrid gateway` until the block is left: its port, and what stops it."""
    stop, port = asyncio.Event(), _Port()
    told = GatewaySettings(
        database_url=database,
        mqtt_url="",
        gateway_port=0,
        batch_ms=20,
        _env_file=None,
        **settings,  # type: ignore[arg-type]
    )
    listening = logging.getLogger("ingest.gateway")
    listening.addHandler(port)
    listening.setLevel(logging.INFO)
    task = asyncio.ensure_future(gateway(told, lambda: NOW, stop))
    try:
        either: list[asyncio.Future[Any]] = [task, port.told]
        await asyncio.wait(either, timeout=20, return_when=asyncio.FIRST_COMPLETED)
        if not port.told.done():
            task.result()
        yield port.told.result(), stop
    finally:
        stop.set()
        listening.removeHandler(port)
        _, unfinished = await asyncio.wait([task], timeout=15)
        assert not unfinished
        task.result()


@pytest.fixture
async def registered(database: str, tmp_path: Path) -> str:
    """The address of a database that knows M1 (123456), M2 (abcdef), and OPEN, which has no password."""
    await import_folder(write(tmp_path, monitors=MONITORS), database, NOW)
    return database


@pytest.fixture
async def port(registered: str) -> AsyncIterator[int]:
    """Where a gateway listens."""
    async with running(registered) as (port, _):
        yield port


async def values(pool: asyncpg.Pool) -> list[tuple[str, float]]:
    """What is stored of NMHC."""
    return [tuple(row) for row in await pool.fetch(VALUES)]


async def rejects(pool: asyncpg.Pool) -> list[tuple[str, str]]:
    """Whose frames were refused, and why."""
    return [(row["device_id"], row["reason"]) for row in await pool.fetch(SETTLED)]


async def test_a_frame_is_answered_with_its_qn_and_is_a_row_then(port: int, pool: asyncpg.Pool) -> None:
    async with calling(port) as logger:
        logger.send(upload(1))
        assert await logger.answers() == answered(1)
        assert await values(pool) == [("M1", 1.5)]


async def test_nothing_is_answered_before_the_commit(registered: str, port: int, pool: asyncpg.Pool) -> None:
    async with calling(port) as logger:
        async with held(registered, IN_COMMIT, "arrival"):
            logger.send(upload(1))
            await until_held(registered)
            with pytest.raises(TimeoutError):
                await logger.answers(patience=0.3)
            assert await values(pool) == []
        assert await logger.answers() == answered(1)
        assert await values(pool) == [("M1", 1.5)]


async def test_it_does_not_matter_how_tcp_cuts_the_stream(port: int, pool: asyncpg.Pool) -> None:
    async with calling(port) as logger:
        logger.send(*map(upload, range(50)))
        assert await logger.answers(50) == answered(*range(50))
        for byte in upload(50):
            logger.send(bytes([byte]))
            await logger.writer.drain()
            await asyncio.sleep(0)
        assert await logger.answers() == answered(50)
    assert len(await values(pool)) == 51


async def test_who_asks_for_no_answer_gets_none(port: int, pool: asyncpg.Pool) -> None:
    async with calling(port) as logger:
        logger.send(upload(1, flag=4), upload(2))
        assert await logger.answers() == answered(2)
    assert len(await values(pool)) == 2


async def test_several_loggers_behind_one_connection_are_each_asked_for_their_own_password(
    port: int, pool: asyncpg.Pool
) -> None:
    async with calling(port) as modem:
        modem.send(upload(1), upload(2, "M2", "abcdef"), upload(3, "M2", "123456"), upload(4))
        assert await modem.answers(3) == answered(1, 2, 4)
    assert await values(pool) == [("M1", 1.5), ("M1", 4.5), ("M2", 2.5)]
    assert await rejects(pool) == [("M2", "password")]


@pytest.mark.parametrize(
    ("mn", "pw", "reason"),
    [("M1", "654321", "password"), ("M9", "123456", "device"), ("OPEN", "", "password"), ("a/b", "x", "device")],
)
async def test_who_is_not_known_gets_no_answer_and_is_shown_out(
    port: int, pool: asyncpg.Pool, mn: str, pw: str, reason: str
) -> None:
    async with calling(port) as logger:
        logger.send(*(upload(number, mn, pw) for number in range(caller.STRIKES + 3)))
        await logger.end()
        assert logger.heard.empty()
    assert await values(pool) == []
    assert {row[1] for row in await rejects(pool)} == {reason}
    assert await pool.fetchval("SELECT count(*) FROM refused") == caller.STRIKES


async def test_a_device_without_a_password_is_told_so_in_the_reject(port: int, pool: asyncpg.Pool) -> None:
    async with calling(port) as logger:
        logger.send(upload(1, "OPEN", ""))
        await until(lambda: pool.fetchval("SELECT count(*) = 1 FROM reject"))
    assert "no PW in the registry" in await pool.fetchval("SELECT detail FROM reject")


async def test_an_address_that_has_tried_too_often_is_not_even_heard(
    port: int, pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.throttle.TRIES", 7)
    async with calling(port) as known:
        known.send(upload(1))
        assert await known.answers() == answered(1)
        for expected in (caller.STRIKES, 7):
            async with calling(port) as guesser:
                guesser.send(*(upload(number, pw=f"{expected}-{number}") for number in range(20)))
                await guesser.end()
            assert await pool.fetchval("SELECT count(*) FROM refused") == expected
        async with calling(port) as guesser:
            guesser.send(upload(2))
            with pytest.raises(TimeoutError):
                await guesser.answers(patience=0.3)
            known.send(upload(3))
            assert await known.answers() == answered(3)


async def test_packets_of_one_frame_may_come_over_two_connections(port: int, pool: asyncpg.Pool) -> None:
    def packet(number: int, fields: str) -> bytes:
        cp = f"DataTime=20261121162900;{fields}".encode()
        return build(Frame(2011, "M1", cp, f"2026112116300000{number}", "31", "123456", 7, 2, number))

    async with calling(port) as first, calling(port) as second:
        second.send(packet(2, "a25002-Rtd=0.25,a25002-Flag=N"))
        assert len(await second.answers()) == 1
        first.send(packet(1, "a24088-Rtd=12.5,a24088-Flag=N"))
        assert len(await first.answers()) == 1
    rows = await pool.fetch("SELECT channel, value::float FROM monitor_reading ORDER BY 1")
    assert [tuple(row) for row in rows] == [("a25002", 0.25), ("nmhc", 12.5)]


async def test_who_ends_its_side_still_gets_its_answers(port: int) -> None:
    async with calling(port) as logger:
        logger.send(*map(upload, range(5)))
        logger.writer.write_eof()
        assert await logger.answers(5) == answered(*range(5))
        await logger.end()


async def test_a_flood_over_one_connection_is_slowed_and_does_not_delay_another(
    port: int, pool: asyncpg.Pool, caplog: pytest.LogCaptureFixture
) -> None:
    async with calling(port) as flood, calling(port) as other:
        flood.send(upload(0))
        assert await flood.answers() == answered(0)
        flooding = asyncio.create_task(_flood(flood))
        await flood.answers(300)
        for number in range(10):
            other.send(upload(number, "M2", "abcdef"))
            assert await other.answers(patience=1) == answered(number)
        flooding.cancel()
        await until(lambda: pool.fetchval("SELECT count(*) > 300 FROM monitor_reading"))
    assert any("hotgrid/v1/hj212/M1 sends more" in record.getMessage() for record in caplog.records)


async def test_when_the_room_is_full_those_come_first_who_have_least_in_it(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.room.ROOM_MESSAGES", 40)
    async with AsyncExitStack() as stack:
        floods = [await stack.enter_async_context(calling(port)) for _ in range(6)]
        other = await stack.enter_async_context(calling(port))
        flooding = [asyncio.create_task(_flood(flood)) for flood in floods]
        for flood in floods:
            await flood.answers(50)
        for number in range(5):
            other.send(upload(number, "M2", "abcdef"))
            assert await other.answers(patience=1) == answered(number)
        for task in flooding:
            task.cancel()


async def test_loggers_that_are_not_registered_yet_do_not_lock_out_their_neighbours(port: int) -> None:
    for first in range(0, 80, 5):
        async with calling(port) as unknown:
            unknown.send(*(upload(number, "M9") for number in range(first, first + 5)))
            await unknown.end()
    async with calling(port) as logger:
        logger.send(upload(1))
        assert await logger.answers(patience=1) == answered(1)


async def _flood(logger: Logger) -> None:
    while True:
        logger.send(*map(upload, range(1, 500)))
        await logger.writer.drain()


async def test_two_hundred_loggers_come_at_once(registered: str, pool: asyncpg.Pool, tmp_path: Path) -> None:
    lines = [f"L{i},E1,{i},119.96,31.77,pw{i},nmhc,mg/m³,60,hour\n" for i in range(200)]
    await import_folder(write(tmp_path, monitors=FILES["monitors.csv"] + "".join(lines)), registered, NOW)
    async with running(registered) as (port, _), AsyncExitStack() as stack:
        loggers = [await stack.enter_async_context(calling(port)) for _ in range(200)]
        for i, logger in enumerate(loggers):
            logger.send(upload(i, f"L{i}", f"pw{i}"))
        for i, logger in enumerate(loggers):
            assert await logger.answers() == answered(i)
    assert len(await values(pool)) == 200


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
