"""The minute loop as a process has it: one works, the others stand by, and neither database nor registry stops it."""

import asyncio

import asyncpg
import pytest

from alerts.detect import turn
from alerts.minute import take_post
from sql.pool import connect
from tests.support.deadline import until, until_true
from tests.support.loop import DAY, bodies, detecting, final, judged, judged_until, log, script, send, settings, settle
from tests.support.scene import district


async def register(database: str) -> None:
    """Import the little district."""
    connection = await connect(database, "import")
    await settle(connection, district())
    await connection.close()


async def test_a_detector_without_a_registry_waits_for_one(
    pool: asyncpg.Pool, database: str, caplog: pytest.LogCaptureFixture
) -> None:
    frames = script(20)
    async with detecting(database):
        await until_true(lambda: "no registry yet" in caplog.text)
        await register(database)
        await send(pool, frames)
        await until(judged_until(pool, frames[-1].minute))


async def test_of_two_detectors_one_works_and_the_other_takes_over(
    pool: asyncpg.Pool, database: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    await register(database)
    frames = script()
    stop = asyncio.Event()
    async with detecting(database, stop) as first:
        await until_true(lambda: "at work" in caplog.text)
        async with detecting(database) as second:
            await until_true(lambda: "standing by" in caplog.text)
            await send(pool, frames[:290])
            await until(judged_until(pool, frames[289].minute))
            stop.set()
            await first
            await until_true(lambda: "taking over" in caplog.text)
            await send(pool, frames[290:])
            await until(judged_until(pool, frames[-1].minute))
            assert not second.done()
    told = [(change.alert.id, change.what, "") for change in judged(frames)]
    assert [(name, action, why) for name, action, _, why in await log(pool)] == told


async def test_after_its_connection_was_cut_a_detector_goes_on(pool: asyncpg.Pool, database: str) -> None:
    await register(database)
    frames = script()
    async with detecting(database) as task:
        await send(pool, frames[:290])
        await until(judged_until(pool, frames[289].minute))
        cut = await asyncpg.connect(database)
        await cut.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'hotgrid detect' AND datname = current_database()"
        )
        await cut.close()
        await send(pool, frames[290:])
        await until(judged_until(pool, frames[-1].minute))
        assert not task.done()
    assert set(await bodies(pool)) == set(final(judged(frames)))


async def test_a_station_that_is_imported_while_we_run_is_judged(pool: asyncpg.Pool, database: str) -> None:
    await register(database)
    frames = script(40)
    async with detecting(database):
        await send(pool, frames[:20])
        await until(judged_until(pool, frames[19].minute))
        more = district().stations[0].model_copy(update={"station_id": "A00"})
        connection = await connect(database, "import")
        await settle(connection, district().model_copy(update={"stations": (*district().stations, more)}))
        await connection.close()
        for frame in frames[20:]:
            await send(pool, [frame])
        await until(judged_until(pool, frames[-1].minute))
    query = "SELECT DISTINCT cardinality(devices) AS n FROM verdict JOIN layout USING (layout) ORDER BY 1"
    sizes = await pool.fetch(query)
    assert [row["n"] for row in sizes] == [37, 38]


async def test_a_turn_with_nothing_to_do_does_nothing(pool: asyncpg.Pool, database: str) -> None:
    connection = await connect(database, "detect")
    await settle(connection, district())
    post = await take_post(connection, settings(database), district())
    assert await turn(post, DAY) is False
    assert await pool.fetchval("SELECT count(*) FROM watermark") == 0
    await send(pool, script(1))
    assert await turn(post, DAY) is True
    assert await turn(post, DAY) is False
    await connection.close()
