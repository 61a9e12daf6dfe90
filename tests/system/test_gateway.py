"""Loggers over TCP while gateway and database are killed: what was answered is stored, and stored once."""

import asyncio
import os
import random
import re
import signal
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

from deploy import ports
from deploy.line import Line
from ingest.importer import import_folder
from tests.support.holding import IN_COMMIT, held, until_held
from tests.support.logger import answered, calling, upload
from tests.support.processes import Child
from tests.support.registry_folder import FILES, write
from tests.support.scenario import START
from tests.system.conftest import House

LOGGERS = 20
COUNT = "SELECT count(*) FROM monitor_reading"
COUNTED = "SELECT sum(devices) FROM arrival"
MEMORY_KB = 15_000  # more than before, whatever is sent
send = partial(upload, newest=START)


def started(house: House, port: int = 0) -> tuple[Child, int]:
    """`hotgrid gateway`, and where."""
    child = house.hotgrid.start("gateway", HOTGRID_GATEWAY_PORT=str(port)).says("gateway on ")
    found = re.search(r"gateway on 127\.0\.0\.1:(\d+)", child.text())
    assert found
    return child, int(found[1])


async def register(house: House, folder: Path) -> None:
    """M1 and twenty loggers L0 …, with passwords of their own."""
    lines = [f"L{i},E1,{i},119.96,31.77,pw{i},nmhc,mg/m³,60,hour\n" for i in range(LOGGERS)]
    (folder / "registry").mkdir()
    await import_folder(write(folder / "registry", monitors=FILES["monitors.csv"] + "".join(lines)), house.url, START)


def resident_kb(child: Child) -> int:
    """The memory of a process."""
    found = re.search(r"VmRSS:\s*(\d+)", Path(f"/proc/{child.pid}/status").read_text())
    assert found
    return int(found[1])


async def test_frames_committed_but_not_answered_are_sent_again_and_stored_once(
    bare_house: House, tmp_path: Path
) -> None:
    await register(bare_house, tmp_path)
    child, port = started(bare_house)
    async with calling(port) as logger:
        logger.send(send(0))
        assert await logger.answers() == answered(0)
        async with held(bare_house.url, IN_COMMIT, "arrival"):
            logger.send(*map(send, range(1, 6)))
            await until_held(bare_house.url)
            child.kill()
            await logger.end()
            assert logger.heard.empty()
    await bare_house.until("SELECT count(*) > 1 FROM monitor_reading")
    before = await bare_house.value(COUNT)

    _, port = started(bare_house)
    async with calling(port) as logger:
        logger.send(*map(send, range(6)))
        assert await logger.answers(6) == answered(*range(6))
    assert before in range(2, 7)
    assert await bare_house.value(COUNT) == await bare_house.value(COUNTED) == 6


async def test_a_gateway_killed_again_and_again_under_load_takes_everything_once(
    bare_house: House, tmp_path: Path
) -> None:
    await register(bare_house, tmp_path)
    child, port = started(bare_house, ports.choose(tmp_path, 0))
    frames = 150
    async with AsyncExitStack() as stack:
        lines = [await stack.enter_async_context(Line("127.0.0.1", port)) for _ in range(LOGGERS)]
        loads = [[send(n, f"L{i}", f"pw{i}") for n in range(frames)] for i in range(LOGGERS)]
        uploading = asyncio.gather(*(line.upload(load) for line, load in zip(lines, loads, strict=True)))
        for stored in sorted(random.Random(4).sample(range(200, LOGGERS * frames - 200), 3)):
            await bare_house.until("SELECT count(*) >= $1 FROM monitor_reading", stored)
            child.kill()
            child, _ = started(bare_house, port)
        await uploading
        assert sum(line.calls for line in lines) > LOGGERS
    assert await bare_house.value(COUNT) == LOGGERS * frames
    assert await bare_house.value(COUNTED) == LOGGERS * frames
    assert await bare_house.value("SELECT count(*) FROM reject") == 0


async def test_while_the_database_is_away_nothing_is_answered_and_memory_is_bounded(
    lasting_house: House, tmp_path: Path
) -> None:
    await register(lasting_house, tmp_path)
    child, port = started(lasting_house)
    async with calling(port) as logger, AsyncExitStack() as stack:
        flood = [await stack.enter_async_context(calling(port)) for _ in range(LOGGERS)]
        for i, one in enumerate(flood):
            one.send(send(0, f"L{i}", f"pw{i}"))
            assert await one.answers() == answered(0)
        before = resident_kb(child)
        os.kill(lasting_house.servers.database_pid or 0, signal.SIGKILL)
        logger.send(send(1))
        sending = [asyncio.create_task(_flood(one.writer, f"L{i}", f"pw{i}")) for i, one in enumerate(flood)]
        await asyncio.to_thread(child.says, "trying again in", times=5)
        assert logger.heard.empty()
        assert not any(task.done() for task in sending)
        assert resident_kb(child) < before + MEMORY_KB
        for task in sending:
            task.cancel()
        await asyncio.to_thread(lasting_house.heal)
        assert await logger.answers(patience=60) == answered(1)
        assert not any(one.ended.is_set() for one in flood)


async def _flood(writer: asyncio.StreamWriter, mn: str, pw: str) -> None:
    """Twenty megabytes."""
    block = 50 * b"".join(send(number, mn, pw) for number in range(1, 100))
    for _ in range(25):
        writer.write(block)
        await writer.drain()


async def test_a_gateway_that_is_asked_to_stop_ends_its_connections(bare_house: House, tmp_path: Path) -> None:
    await register(bare_house, tmp_path)
    child, port = started(bare_house)
    async with calling(port) as logger:
        logger.send(send(0))
        assert await logger.answers() == answered(0)
        assert await asyncio.to_thread(child.stop) == 0
        await logger.end()


async def test_a_port_that_is_taken_is_said_with_the_variable_to_change(bare_house: House) -> None:
    _, port = started(bare_house)
    second = bare_house.hotgrid.start("gateway", HOTGRID_GATEWAY_PORT=str(port))
    assert second.ended() == 1
    assert f"127.0.0.1:{port}" in second.text()
    assert "HOTGRID_GATEWAY_PORT" in second.text()
    assert "Traceback" not in second.text()
