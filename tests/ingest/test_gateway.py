"""HJ 212 over TCP: what is answered is committed, who is not known is not let in, and nobody is in another's way."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import asyncpg
import pytest

from ingest import caller
from ingest.importer import import_folder
from ingest.protocols.hj212 import Frame, build
from tests.support.deadline import until
from tests.support.gateway import rejects, running, values
from tests.support.holding import IN_COMMIT, held, until_held
from tests.support.logger import Logger, answered, calling, upload
from tests.support.messages import NOW
from tests.support.registry_folder import FILES, write


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
