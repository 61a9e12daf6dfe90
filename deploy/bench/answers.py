"""The API: newest values of 4,000 devices, and alerts while their history grows."""

import asyncio
import json
from datetime import UTC, datetime

from deploy.bench.city import City
from deploy.bench.client import timed
from deploy.bench.house import BENCH, House, house
from deploy.bench.row import Row, memory, spread
from service.resources.alert.evidence import EXAMPLE
from service.resources.desk.handled import EXAMPLE as HANDLED

DEVICES = 4_000
REQUESTS = 300
START = datetime(2026, 1, 1, tzinfo=UTC)
OPEN = 100
HISTORIES = ((1, 100_000), (100_001, 1_000_000))
ASKED = {
    "newest": "/alerts",
    "open": "/alerts?status=open",
    "of a kind": "/alerts?kind=hotspot",
}


async def answers() -> list[Row]:
    """Asked one after the other over one connection."""
    async with house(City(DEVICES, START)) as here:
        await BENCH.put_latest.execute(here.database)
        with here.runs("serve", HOTGRID_PORT="0") as child:
            url = child.said("serving on ")
            key = await here.key()
            name = f"GET /stations/latest, {DEVICES:,} devices"
            plain = await asyncio.to_thread(timed, url, "/stations/latest", REQUESTS, key)
            small = await asyncio.to_thread(
                timed, url, "/stations/latest", REQUESTS, {**key, "Accept-Encoding": "gzip"}
            )
            rows = [*spread(name, plain, "ms", "<= 20"), *spread(f"{name}, gzip", small, "ms")]
            rows += await _alerts(here, url, key)
            return [*rows, Row("serve, most memory while answering", memory(child.process.pid, "VmHWM"), "MB")]


async def _alerts(here: House, url: str, key: dict[str, str]) -> list[Row]:
    rows: list[Row] = []
    medians: dict[str, list[float]] = {what: [] for what in ASKED}
    await _grow(here, "open", 1, OPEN)
    for first, last in HISTORIES:
        await _grow(here, "closed", first, last)
        for what, path in ASKED.items():
            times = await asyncio.to_thread(timed, url, path, REQUESTS, key)
            rows += spread(f"GET /alerts ({what}), {last:,} old alerts", times, "ms", "<= 20")
            medians[what].append(rows[-2].value)
    return [
        *rows,
        *(Row(f"GET /alerts ({what}), ten times the history", b / a, "x", "flat") for what, (a, b) in medians.items()),
    ]


async def _grow(here: House, status: str, first: int, last: int) -> None:
    span = {"first": first, "last": last, "until": START}
    await BENCH.put_alerts.execute(
        here.database, body=json.dumps(EXAMPLE), handling=json.dumps(HANDLED), status=status, **span
    )
    await BENCH.settle.execute(here.database)
