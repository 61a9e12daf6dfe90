"""Whoever sends or reads slowly, or asks for one file after the other, keeps nobody else from theirs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import asyncpg
import httpx2
import pytest

from service.problems import BusyError
from service.resources.enterprise import files
from service.spool import Spools
from tests.service import seed
from tests.support import papers
from tests.support.deadline import until

PATH = "/api/v1/enterprise/files"
A, B = {"X-Hotgrid-Actor": "enterprise:EA"}, {"X-Hotgrid-Actor": "enterprise:EB"}


async def test_slow_files_of_one_account_leave_room_for_others(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    for name in ("EA", "EB"):
        await seed.enterprise(pool, name, name)
    go, begun = asyncio.Event(), 0

    async def slow() -> AsyncIterator[bytes]:
        nonlocal begun
        begun += 1
        yield papers.PDF
        await go.wait()

    async def send(who: dict[str, str], content: AsyncIterator[bytes] | bytes) -> int:
        answer = await client.post(PATH, content=content, params={"name": "a.pdf"}, headers=who)
        return answer.status_code

    async def is_share_taken() -> bool:
        return begun == files.UNDER_WAY // 2

    crowd = [asyncio.create_task(send(A, slow())) for _ in range(files.UNDER_WAY // 2)]
    await until(is_share_taken)
    assert await send(A, papers.PDF) == 503
    assert await send(B, papers.PDF) == 201
    go.set()
    assert set(await asyncio.gather(*crowd)) == {201}
    assert await send(A, papers.PDF) == 201


async def test_files_that_one_account_does_not_take_leave_room_for_others() -> None:
    spools = Spools(2, 16)
    async with AsyncExitStack() as kept:
        for _ in range(4):
            async with spools.making("wang") as spool:
                kept.callback(spool.close)
        with pytest.raises(BusyError):
            await kept.enter_async_context(spools.making("wang"))
        for name in ("li", "zhao", "jiangyu"):
            for _ in range(4):
                async with spools.making(name) as spool:
                    kept.callback(spool.close)
        with pytest.raises(BusyError):
            await kept.enter_async_context(spools.making("anybody"))
    async with spools.making("wang") as spool:
        spool.close()


async def test_an_account_makes_one_file_at_a_time() -> None:
    spools = Spools(2, 16)
    async with spools.making("wang") as first:
        with pytest.raises(BusyError):
            async with spools.making("wang"):
                pass
        async with spools.making("li") as other:
            other.close()
        first.close()
    async with spools.making("wang") as again:
        again.close()
