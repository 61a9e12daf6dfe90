"""The audit log: what a line costs who waits for it, alone and among others, and how fast the chain is verified."""

import asyncio
import time
from datetime import UTC, datetime

from deploy.bench.city import City
from deploy.bench.house import house
from deploy.bench.row import Row, spread
from service.audit.chain import verify
from service.audit.journal import Journal
from service.audit.line import line

LINES, WRITERS, MANY = 500, 8, 100_000
START = datetime(2026, 1, 1, tzinfo=UTC)
SAID = {"account": "wangfang", "role": "duty", "who": "P04", "address": "192.0.2.7", "operation": "acknowledgeAlert"}


async def audit() -> list[Row]:
    """Each line is on the disk before its writer goes on."""
    text = line("asked", START, SAID | {"path": {"alert_id": "hotspot-pm25-20261121T0830Z-3-4"}})
    async with house(City(1, START)) as here:
        journals = [Journal(here.servers.database_url) for _ in range(WRITERS)]
        await asyncio.gather(*(journal.append(text) for journal in journals))
        alone = await _times(journals[0], text)
        among = [one for times in await asyncio.gather(*(_times(one, text) for one in journals)) for one in times]
        begun = time.perf_counter()
        await asyncio.gather(*(journals[0].append(text) for _ in range(MANY)))
        rate = MANY / (time.perf_counter() - begun)
        begun = time.perf_counter()
        head = await verify(here.database)
        checked = head.seq / (time.perf_counter() - begun)
        for journal in journals:
            await journal.close()
    return [
        *spread("audit, a line, one writer", alone, "ms"),
        *spread(f"audit, a line, {WRITERS} processes at once", among, "ms"),
        Row("audit, lines written by one process, many waiting", rate, "/s"),
        Row("audit, lines verified", checked, "/s"),
    ]


async def _times(journal: Journal, text: str) -> list[float]:
    times = []
    for _ in range(LINES):
        begun = time.perf_counter()
        await journal.append(text)
        times.append(time.perf_counter() - begun)
    return times
