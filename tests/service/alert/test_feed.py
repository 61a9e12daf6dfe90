"""The live feed: every transition once and in order, whatever happens on the way."""

import asyncio
import json
import os
import random
import signal
import socket
from urllib.parse import urlsplit

import asyncpg
import httpx2
import pytest

from deploy.servers import Servers, up
from service.serve import GRACE_S
from sql.pool import connect
from tests.service import seed
from tests.service.conftest import Serving, Start
from tests.service.stream import listening, take

pytestmark = pytest.mark.system


async def test_new_event_reaches_a_listening_client_with_its_alert(start: Start, pool: asyncpg.Pool) -> None:
    told = seed.body("a1")
    service = await start()
    async with listening(service) as events:
        hello = await anext(events)
        await seed.alert(pool, told)
        (event,) = await take(events, 1)
    assert (hello.id, hello.action) == (0, "")
    assert (event.id, event.action) == (1, "opened")
    about = {"seq": 1, "at": seed.NOW.isoformat(), "who": "detector", "action": "opened", "why": "", "place": ""}
    assert event.data == told | about | {"details": {}, "handling": seed.handling(told)}


async def test_without_a_last_event_the_feed_begins_now_and_can_be_resumed_before_anything_came(
    start: Start, pool: asyncpg.Pool
) -> None:
    await seed.alert(pool, seed.body("old"))
    service = await start()
    async with listening(service) as events:
        hello = await anext(events)
    await seed.alert(pool, seed.body("missed"))
    async with listening(service, hello.id) as events:
        (event,) = await take(events, 1)
    assert event.data["id"] == "missed"


async def test_an_event_still_uncommitted_is_never_overtaken(start: Start, database: str, pool: asyncpg.Pool) -> None:
    told = seed.body("a1")
    await seed.alert(pool, told)
    service = await start()
    first = await connect(database, "slow writer")
    try:
        async with listening(service) as events:
            await anext(events)
            async with first.transaction():
                slow = await seed.event(first, told, why="slow")
                overtaking = asyncio.create_task(seed.event(pool, told, why="quick"))
                await _waits_for_a_lock(pool)
            quick = await overtaking
            seen = await take(events, 2)
    finally:
        await first.close()
    assert [event.id for event in seen] == [slow, quick]
    assert [event.data["why"] for event in seen] == ["slow", "quick"]


async def _waits_for_a_lock(pool: asyncpg.Pool) -> None:
    async with asyncio.timeout(10):
        while not await pool.fetchval("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"):
            pass


async def test_a_client_that_keeps_coming_back_misses_nothing_and_sees_nothing_twice(
    start: Start, database: str, pool: asyncpg.Pool
) -> None:
    told = seed.body("a1")
    await seed.alert(pool, told)
    # A small ring makes some of the resumptions go to the database.
    service = await start(feed_ring=5)
    writing = asyncio.gather(*(_write(database, told, number) for number in range(6)))
    seen: list[int] = []
    rounds = random.Random(5)
    while not writing.done():
        async with listening(service, seen[-1] if seen else 0) as events:
            seen += [event.id for event in await take(events, rounds.randint(1, 4))]
            if await pool.fetchval("SELECT max(seq) FROM alert_event") == seen[-1]:
                await seed.event(pool, told)
    await writing
    written = [row["seq"] for row in await pool.fetch("SELECT seq FROM alert_event ORDER BY seq")]
    async with listening(service, seen[-1]) as events:
        seen += [event.id for event in await take(events, len(written) - len(seen))]
    assert seen == written
    assert len(written) > 6 * 15


async def _write(database: str, told: dict[str, object], number: int) -> None:
    """Transactions of one to three events; some are rolled back and leave a gap in the numbers."""
    chance = random.Random(number)
    connection = await connect(database, "writer")
    try:
        for _ in range(25):
            transaction = connection.transaction()
            await transaction.start()
            for _ in range(chance.randint(1, 3)):
                await seed.event(connection, told)
            await (transaction.rollback() if chance.random() < 0.3 else transaction.commit())
    finally:
        await connection.close()


async def test_header_goes_before_the_parameter_and_either_resumes(start: Start, pool: asyncpg.Pool) -> None:
    for name in ("a1", "a2", "a3"):
        await seed.alert(pool, seed.body(name))
    service = await start()
    async with (
        httpx2.AsyncClient(auth=service.auth) as client,
        client.stream("GET", f"{service.url}/api/v1/alerts/stream?last_event_id=1") as by_parameter,
        client.stream(
            "GET", f"{service.url}/api/v1/alerts/stream?last_event_id=1", headers={"Last-Event-ID": "2"}
        ) as by_header,
    ):
        assert [await _first_data(answer) for answer in (by_parameter, by_header)] == ["a2", "a3"]


async def _first_data(answer: httpx2.Response) -> object:
    async for line in answer.aiter_lines():
        if line.startswith("data: "):
            return json.loads(line.removeprefix("data: "))["id"]
    raise AssertionError("the stream ended")


async def test_a_number_beyond_the_log_is_told_and_the_feed_goes_on_from_now(start: Start, pool: asyncpg.Pool) -> None:
    await seed.alert(pool, seed.body("a1"))
    service = await start()
    async with listening(service, 4711) as events:
        (reset,) = await take(events, 1)
        await seed.alert(pool, seed.body("a2"))
        (event,) = await take(events, 1)
    assert (reset.action, reset.data) == ("reset", {"head": 1})
    assert event.data["id"] == "a2"


async def test_clients_stay_connected_while_the_database_is_killed_and_miss_nothing(
    start: Start, database: str, servers: Servers
) -> None:
    service = await start()
    told = seed.body("a1")
    async with listening(service) as events, httpx2.AsyncClient(auth=service.auth) as client:
        await anext(events)
        await _insert(database, told)
        assert servers.database_pid
        os.kill(servers.database_pid, signal.SIGKILL)
        try:
            away = await _until(client, f"{service.url}/api/v1/alerts", 503)
        finally:
            await asyncio.to_thread(up, servers.state, throwaway=True)
        assert away.json()["type"] == "urn:hotgrid:problem:database-away"
        assert int(away.headers["Retry-After"]) > 0
        await _insert(database, seed.body("a2"))
        seen = await take(events, 2)
        back = await _until(client, f"{service.url}/api/v1/alerts", 200)
    assert [event.data["id"] for event in seen] == ["a1", "a2"]
    assert [alert["id"] for alert in back.json()["alerts"]] == ["a2", "a1"]


async def _insert(database: str, told: dict[str, object]) -> None:
    connection = await connect(database, "writer")
    try:
        async with connection.transaction():
            # The servers of the tests may lose their last commits when killed; a real one does not.
            await connection.execute("SET LOCAL synchronous_commit TO on")
            await seed.alert(connection, told)
    finally:
        await connection.close()


async def _until(client: httpx2.AsyncClient, url: str, status: int) -> httpx2.Response:
    async with asyncio.timeout(20):
        while (answer := await client.get(url)).status_code != status:
            pass
    return answer


@pytest.mark.parametrize("clients", [0, 20])
async def test_sigterm_ends_the_process_at_once_with_clients_listening(start: Start, clients: int) -> None:
    service = await start()
    async with asyncio.TaskGroup() as group:
        ready = asyncio.Semaphore(0)
        for _ in range(clients):
            group.create_task(_listen_to_the_end(service, ready))
        for _ in range(clients):
            await ready.acquire()
        async with httpx2.AsyncClient(auth=service.auth) as client:
            assert (await client.get(f"{service.url}/healthz")).status_code == 200
        service.process.terminate()
        # Less than the time after which the server would cut them off.
        async with asyncio.timeout(GRACE_S - 0.5):
            assert await service.process.wait() == 0


async def _listen_to_the_end(service: Serving, ready: asyncio.Semaphore) -> None:
    async with listening(service) as events:
        await anext(events)
        ready.release()
        async for _ in events:
            pass


async def test_a_client_that_takes_nothing_is_cut_and_the_others_get_everything(
    start: Start, pool: asyncpg.Pool
) -> None:
    service = await start(feed_send_timeout_s=2)
    told = seed.body("a1")
    await seed.alert(pool, told)
    address = urlsplit(service.url)
    with socket.create_connection((address.hostname or "", address.port or 0)) as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        cookie = await service.auth.cookie()
        slow.sendall(
            f"GET /api/v1/alerts/stream?last_event_id=0 HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\n\r\n".encode()
        )
        async with listening(service, 0) as events, httpx2.AsyncClient(auth=service.auth) as client:
            for _ in range(200):
                await seed.event(pool, told, why="x" * 100_000)
            assert len(await take(events, 201)) == 201
            async with asyncio.timeout(20):
                while "hotgrid_feed_clients 1.0" not in (await client.get(f"{service.url}/metrics")).text:
                    pass


async def test_a_stream_is_ended_after_its_life_and_resumes(start: Start, pool: asyncpg.Pool) -> None:
    service = await start(feed_life_s=0.2)
    async with listening(service) as events:
        hello = await anext(events)
        assert [event async for event in events] == []
    await seed.alert(pool, seed.body("a1"))
    async with listening(service, hello.id) as events:
        assert (await take(events, 1))[0].data["id"] == "a1"


async def test_more_clients_than_allowed_are_told_to_come_later(start: Start) -> None:
    service = await start(feed_clients=1)
    async with listening(service) as events, httpx2.AsyncClient(auth=service.auth) as client:
        await anext(events)
        answer = await client.get(f"{service.url}/api/v1/alerts/stream")
    assert answer.status_code == 503
    assert answer.json()["type"] == "urn:hotgrid:problem:feed-full"
