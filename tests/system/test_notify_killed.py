"""`hotgrid notify` killed with -9 in mid-send, its database restarted, two at once: nothing lost, nothing twice."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from datetime import datetime

import asyncpg
import pytest

from deploy.process import until
from sql.pool import open_pool
from tests.support.deadline import until_true
from tests.support.processes import Child, is_alive
from tests.support.pushing import LOCAL, contact, happens, keys, many, people, told
from tests.support.receiver import receiving
from tests.support.slow import slow
from tests.system.conftest import House

AT_WORK = "alerts.notify: at work"
SETTLED = "SELECT count(*) = $1 FROM push WHERE state = 'delivered'"


@pytest.fixture
async def pool(bare_house: House) -> AsyncIterator[asyncpg.Pool]:
    """Connections to the house's database."""
    async with await open_pool(bare_house.url, "test") as pool:
        yield pool


async def notify(house: House) -> Child:
    """`hotgrid notify`, at work."""
    child = house.hotgrid.start("notify", HOTGRID_PUSH_ALLOW=LOCAL)
    return await asyncio.to_thread(child.says, AT_WORK)


async def now(pool: asyncpg.Pool) -> datetime:
    """What the clock of the processes shows too."""
    at: datetime = await pool.fetchval("SELECT now()")
    return at


async def test_killed_in_mid_send_it_loses_nothing_and_the_repeat_is_known_by_its_key(
    bare_house: House, pool: asyncpg.Pool
) -> None:
    await people(pool, P1="duty", P2="duty")
    async with slow() as phone:
        await contact(pool, "P1", f"{phone.url}/1")
        await contact(pool, "P2", f"{phone.url}/2")
        first = await notify(bare_house)
        await happens(pool, opened_at=await now(pool))
        await until_true(lambda: len(phone.posted) == 2)
        first.kill()
        await many(pool, 3, opened_at=await now(pool))
        phone.answering.set()
        await notify(bare_house)
        await bare_house.until(SETTLED, 8)
    repeated, again = keys(phone.posted[:2]), keys(phone.posted[2:])
    assert set(repeated) <= set(again)
    assert len(again) == len(set(again))
    counted = await pool.fetch("SELECT key, attempts FROM push ORDER BY attempts DESC")
    assert {row["key"] for row in counted if row["attempts"] == 2} == set(repeated)
    assert {row["attempts"] for row in counted} == {1, 2}


async def test_two_at_once_send_everything_once(bare_house: House, pool: asyncpg.Pool) -> None:
    names = [f"P{number}" for number in range(20)]
    await people(pool, (), **dict.fromkeys(names, "duty"))
    async with receiving() as phones:
        for name in names:
            await contact(pool, name, f"{phones.url}/{name}")
        await contact(pool, None, f"{phones.url}/city")
        await asyncio.gather(notify(bare_house), notify(bare_house))
        for number in range(10):
            await happens(pool, id=f"a{number}", source=f"{number}-1", opened_at=await now(pool))
        await bare_house.until("SELECT count(*) = 210 FROM push WHERE state = 'delivered'")
    assert len(keys(phones.posted)) == len(set(keys(phones.posted)))
    city = [one for one, post in zip(told(phones), phones.posted, strict=True) if post.path.endswith("/city")]
    assert [one["id"] for one in city] == [f"a{number}" for number in range(10)]
    assert await pool.fetchval("SELECT max(attempts) FROM push") == 1


async def test_a_database_that_restarts_costs_nothing(lasting_house: House) -> None:
    house = lasting_house
    async with receiving() as phone:
        child = await notify(house)
        async with await open_pool(house.url, "test") as pool:
            await people(pool, T1="duty")
            await contact(pool, "T1", phone.url)
            await many(pool, 3, opened_at=await now(pool))
            await house.until("SELECT count(*) = 3 FROM push WHERE person_id = 'T1' AND state = 'delivered'")
        pid = house.servers.database_pid
        assert pid
        os.kill(pid, signal.SIGKILL)
        assert until(lambda: not is_alive(pid), 10)
        house.heal()
        async with await open_pool(house.url, "test") as pool:
            await happens(pool, opened_at=await now(pool))
            await house.until("SELECT count(*) = 4 FROM push WHERE person_id = 'T1' AND state = 'delivered'")
        assert child.is_running()
    assert len(keys(phone.posted)) == len(set(keys(phone.posted)))
