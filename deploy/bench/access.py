"""What it costs to be let in: signing in, the check of every request, and the second wall in the database."""

import asyncio
import http.client
import json
import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit

import asyncpg

from deploy.bench.city import City
from deploy.bench.client import API, WARM
from deploy.bench.enterprise import ENTERPRISE, ENTERPRISES, MONITORS
from deploy.bench.house import BENCH, House, house
from deploy.bench.row import Row, spread
from service.account import book
from service.account.book import NewAccount
from service.account.password import Passwords, hashed
from service.database import ALL, Reach
from service.resources.air.stations import NAMES, REASONS, STATION_VIEW
from sql.pool import connect

DEVICES, REQUESTS, PAIRS, SIGN_INS = 4_000, 1_000, 200, 20
NAME, PASSWORD = "bench", "seven unrelated words"
TOWNSHIP = Reach(ALL.role, "{" + ",".join(f"E{n:04}" for n in range(1, 101)) + "}")
START = datetime(2026, 1, 1, tzinfo=UTC)


async def access() -> list[Row]:
    """Over HTTP on one connection, and in the database one way and the other in turn."""
    async with house(City(DEVICES, START)) as here:
        await BENCH.put_latest.execute(here.database)
        await ENTERPRISE.put_enterprises.execute(here.database, enterprises=ENTERPRISES, accounts=0)
        await ENTERPRISE.put_monitors.execute(here.database, monitors=MONITORS, owners=MONITORS)
        await ENTERPRISE.settled.execute(here.database)
        async with here.database.transaction():
            account = NewAccount(NAME, "duty", password_hash=hashed(PASSWORD))
            await book.add(here.database, account, "bench", datetime.now(UTC))
        rows = await _walls(here)
        key = await here.key()
        with here.runs("serve", HOTGRID_PORT="0") as child:
            url = child.said("serving on ")
            rows += await asyncio.to_thread(_door, url, key)
            return rows + await _sign_in(url)


async def _walls(here: House) -> list[Row]:
    """The newest values of all stations: as the owner, whom no policy binds, and as the service asks for them."""
    app = await connect(here.servers.database_url, "bench")
    try:
        rows = []
        for name, reach in (("everybody", ALL), ("a township", TOWNSHIP)):
            await reach.enter(app)
            behind, before = await _in_turn(lambda: _latest(app), lambda: _latest(here.database))
            ratio = statistics.median(behind) / statistics.median(before)
            rows += spread(f"newest values of {DEVICES:,} devices in the database, reaching {name}", behind, "ms")
            rows += spread("the same without row-level security", before, "ms")
            rows.append(Row(f"row-level security, reaching {name} / without it", ratio, "x", "<= 1.1"))
        return rows
    finally:
        await app.close()


async def _latest(on: asyncpg.Connection) -> None:
    await STATION_VIEW.latest.fetchval(on, channels=NAMES, reasons=REASONS)


async def _in_turn(*ways: Callable[[], Awaitable[None]]) -> list[list[float]]:
    """Seconds of each way, one after the other, so that what else the machine does meets them all."""
    times: list[list[float]] = [[] for _ in ways]
    for turn in range(PAIRS + WARM):
        for way, taken in zip(ways, times, strict=True):
            began = time.perf_counter()
            await way()
            if turn >= WARM:
                taken.append(time.perf_counter() - began)
    return times


def _door(url: str, key: dict[str, str]) -> list[Row]:
    """A request that is nothing but the check who asks, against one that nobody checks, in turn."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    checked, free = [], []
    for _ in range(REQUESTS + WARM):
        checked.append(_took(connection, "GET", f"{API}/auth/me", key))
        free.append(_took(connection, "GET", "/healthz", {}))
    connection.close()
    added = 1000 * (statistics.median(checked) - statistics.median(free))
    return [
        *spread("GET /auth/me, nothing but the check", checked[WARM:], "ms"),
        *spread("GET /healthz, which nobody checks", free[WARM:], "ms"),
        Row("the check adds, difference of the medians", added, "ms", "<= 1"),
    ]


async def _sign_in(url: str) -> list[Row]:
    """Signing in against the check of the password alone, in turn."""
    parts, body = urlsplit(url), json.dumps({"name": NAME, "password": PASSWORD})
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    passwords, kept = Passwords(), hashed(PASSWORD)
    headers = {"Content-Type": "application/json"}
    whole, alone = [], []
    for _ in range(SIGN_INS):
        whole.append(await asyncio.to_thread(_took, connection, "POST", f"{API}/auth/login", headers, body))
        began = time.perf_counter()
        await passwords.verify(PASSWORD, kept)
        alone.append(time.perf_counter() - began)
    connection.close()
    passwords.close()
    ratio = statistics.median(whole) / statistics.median(alone)
    return [
        *spread("POST /auth/login", whole, "ms"),
        *spread("its hash alone (argon2id)", alone, "ms"),
        Row("signing in / its hash alone", ratio, "x", "only its hash"),
    ]


def _took(
    connection: http.client.HTTPConnection, method: str, path: str, headers: dict[str, str], body: str | None = None
) -> float:
    began = time.perf_counter()
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    answer.read()
    if answer.status != http.client.OK:
        raise OSError(f"{path}: HTTP {answer.status}")
    return time.perf_counter() - began
