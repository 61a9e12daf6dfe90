"""From an alert's commit to the phone: the first push of each of 100 alerts at once, and a thousand people told."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import asyncpg

from alerts.alert import Alert, Stay
from alerts.store import put_alert
from deploy.bench.house import BENCH, eventually, house
from deploy.bench.row import Row, spread
from sql.pool import connect

ALERTS, RECIPIENTS = 100, 1000
CITY = "/city"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@dataclass
class Phones:
    """A server that is all phones and the platform; when each alert was heard of first, by anybody and by a person."""

    url: str = ""
    alerts: dict[str, float] = field(default_factory=dict)
    persons: dict[str, float] = field(default_factory=dict)
    paths: dict[str, float] = field(default_factory=dict)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, one request."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        came = time.monotonic()
        length = head.lower().partition("content-length: ")[2].partition("\r\n")[0]
        body = json.loads(await reader.readexactly(int(length)))
        path = head.split()[1]
        self.paths.setdefault(path, came)
        for alert_id in body.get("alerts", [body.get("id")]):
            self.alerts.setdefault(alert_id, came)
            if path != CITY:
                self.persons.setdefault(alert_id, came)
        writer.write(ANSWER)
        writer.close()


@asynccontextmanager
async def ringing() -> AsyncIterator[Phones]:
    """Phones on the loopback until the block is left."""
    phones = Phones()
    server = await asyncio.start_server(phones.handle, "127.0.0.1", 0, backlog=2 * RECIPIENTS)
    phones.url = "http://127.0.0.1:{1}".format(*server.sockets[0].getsockname())
    async with server:
        yield phones


async def push() -> list[Row]:
    """Both, against a receiver that answers at once; no channel's limit is in the way."""
    return [*await _first(), *await _many()]


async def _first() -> list[Row]:
    async with house() as here, ringing() as phones:
        on = await connect(here.servers.database_url, "bench")
        await BENCH.put_officers.execute(on, count=3, url=phones.url)
        with here.runs("notify", HOTGRID_WEBHOOK_URL=phones.url + CITY, HOTGRID_PUSH_ALLOW="127.0.0.1"):
            await _warm(on, phones)
            committed = [await _raise(on, f"burst-{number}") for number in range(1, ALERTS + 1)]
            await eventually(lambda: _heard(phones, ALERTS + 1))
        await on.close()
    first, person = (
        [heard[f"burst-{number}"] - at for number, at in enumerate(committed, 1)]
        for heard in (phones.alerts, phones.persons)
    )
    return [
        *spread(f"alert committed to its first push, {ALERTS} alerts at once", first, "ms", "≤ 1000 ms"),
        *spread("the same to an officer's phone, the burst in few messages", person, "ms"),
    ]


async def _many() -> list[Row]:
    async with house() as here, ringing() as phones:
        on = await connect(here.servers.database_url, "bench")
        await BENCH.put_officers.execute(on, count=RECIPIENTS, url=phones.url)
        with here.runs("notify", HOTGRID_PUSH_ALLOW="127.0.0.1"):
            began = await _raise(on, "one")
            await eventually(lambda: _reached(phones))
            took = max(phones.paths.values()) - began
            repeats: float = await BENCH.repeated.fetchval(here.database)
        await on.close()
    return [
        Row(f"{RECIPIENTS:,} people told of an alert", took, "s", "≤ 10 s"),
        Row("of them told twice", repeats, "", "0"),
    ]


async def _warm(on: asyncpg.Connection, phones: Phones) -> None:
    """The first of all loads what a worker needs."""
    await _raise(on, "first")
    await eventually(lambda: _heard(phones, 1))


async def _heard(phones: Phones, count: int) -> bool:
    return min(len(phones.alerts), len(phones.persons)) >= count


async def _reached(phones: Phones) -> bool:
    return len(phones.paths) >= RECIPIENTS


async def _raise(on: asyncpg.Connection, name: str) -> float:
    """An alert; when it was committed."""
    now = datetime.now(UTC)
    alert = Alert(
        id=name,
        kind="hotspot",
        profile="grid",
        pollutant="pm25",
        pollutants=("pm25",),
        source=name,
        opened_at=now,
        closed_at=None,
        severity=3,
        cells=(Stay(3, 4, now, None),),
        lon=120.05,
        lat=31.7,
        peak_at=now,
        peak_value=182.4,
        background=41.2,
        excess=141.2,
        score=9.7,
        candidates=(),
        attribution="none",
        detector="bench",
    )
    async with on.transaction():
        await put_alert(on, alert, "opened", now)
    return time.monotonic()
