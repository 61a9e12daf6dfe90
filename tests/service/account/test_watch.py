"""An open stream ends within a second of the session, key or account that it is of."""

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg
import httpx2
import pytest

from service.account import watch
from service.account.identity import Identity
from service.account.watch import Watch
from service.database import Database
from tests.service.account.conftest import API, House
from tests.service.conftest import Start
from tests.support.deadline import until_true

Way = Callable[[House, httpx2.AsyncClient], Awaitable[object]]


async def _signed_out(_: House, browser: httpx2.AsyncClient) -> object:
    return await browser.post("/auth/logout")


async def _shut_out(house: House, _: httpx2.AsyncClient) -> object:
    return await (await house.signed_in("chief")).post("/accounts/wang/disable")


async def _cut_off(house: House, _: httpx2.AsyncClient) -> object:
    return await (await house.signed_in("chief")).delete("/accounts/wang/sessions")


async def _too_old(house: House, _: httpx2.AsyncClient) -> object:
    return await house.pool.execute("UPDATE session SET expires_at = now() WHERE account = 'wang'")


async def _revoked(_: House, browser: httpx2.AsyncClient) -> object:
    prefix = (await browser.get("/auth/keys")).json()["keys"][0]["prefix"]
    return await browser.delete(f"/auth/keys/{prefix}")


class Reader:
    """Reads a stream to its end."""

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        self.opened = asyncio.Event()
        self.ended_at = 0.0
        self.task = asyncio.create_task(self._read(url, headers))

    async def _read(self, url: str, headers: dict[str, str]) -> None:
        async with (
            httpx2.AsyncClient(timeout=httpx2.Timeout(10, read=None)) as client,
            client.stream("GET", f"{url}{API}/alerts/stream", headers=headers) as answer,
        ):
            assert answer.status_code == 200
            async for _ in answer.aiter_raw():
                self.opened.set()
        self.ended_at = asyncio.get_running_loop().time()


@pytest.mark.parametrize("way", [_signed_out, _shut_out, _cut_off, _too_old, _revoked])
async def test_a_stream_ends_with_what_it_is_of_and_the_others_go_on(house: House, start: Start, way: Way) -> None:
    await house.account("wang")
    await house.account("li")
    await house.account("chief", "admin")
    browser, other = await house.signed_in("wang"), await house.signed_in("li")
    headers = {"Cookie": f"hotgrid={browser.cookies['hotgrid']}"}
    if way is _revoked:
        made = await browser.post("/auth/keys", json={"name": "screen"})
        headers = {"Authorization": f"Bearer {made.json()['key']}"}
    url = (await start()).url
    mine, theirs = Reader(url, headers), Reader(url, {"Cookie": f"hotgrid={other.cookies['hotgrid']}"})
    await mine.opened.wait()
    await theirs.opened.wait()
    began = asyncio.get_running_loop().time()
    await way(house, browser)
    await mine.task
    assert mine.ended_at - began < 1.0 + 0.5  # of which a hash, where an admin signs in first
    assert not theirs.task.done()
    theirs.task.cancel()
    await asyncio.gather(theirs.task, return_exceptions=True)


def _somebody(number: int) -> Identity:
    return Identity("wang", "duty", "wang", None, "", (), None, None, session_id=number)


async def test_all_streams_of_a_process_are_asked_for_in_one_query_a_round(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    fetch = asyncpg.Connection.fetch

    async def counted(self: asyncpg.Connection, query: str, *arguments: object, **more: object) -> object:
        asked.append(query)
        return await fetch(self, query, *arguments, **more)

    monkeypatch.setattr(asyncpg.Connection, "fetch", counted)
    woken = asyncio.Event()
    kept = Database(database, 2)
    watching = Watch(kept, woken.set)
    task = asyncio.create_task(watching.run())
    with watching.stay(_somebody(7)) as one, watching.stay(_somebody(8)) as other:
        await asyncio.wait_for(woken.wait(), 5)
        assert one.over
        assert other.over
        assert len(asked) == 1
    task.cancel()
    kept.close()


async def test_streams_go_on_while_the_database_is_away_and_end_once_it_is_back(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "EVERY_S", 0.02)
    kept = Database("postgresql://127.0.0.1:1/none", 1)
    watching = Watch(kept, lambda: None)
    task = asyncio.create_task(watching.run())
    with watching.stay(_somebody(7)) as stay:
        for _ in range(10):
            await asyncio.sleep(0.02)
        assert not stay.over
        assert not task.done()
        kept._url = database
        await until_true(lambda: stay.over)
    task.cancel()
    kept.close()
