"""How long the frames of others take while one device floods."""

import asyncio
import json
import time
from datetime import timedelta
from multiprocessing import get_context
from threading import Event

import numpy as np

from deploy.bench.backlog import START, STATIONS
from deploy.bench.city import name_of
from deploy.bench.house import BENCH, House
from deploy.bench.row import Row
from deploy.publisher import Publisher

FLOOD, OTHERS, SECONDS = 1000, 10, 15  # messages a second of the one and of all others
QUIET = timedelta(days=30)  # after START: minutes that the flood does not bring


async def flood(here: House) -> list[Row]:
    """The time from publishing to being there for a query, of others' frames; needs an ingest that runs."""
    spawn = get_context("spawn")
    loud = spawn.Process(target=_flood, args=(here.servers.mqtt_url,))
    loud.start()
    try:
        delays = await _delays(here)
    finally:
        await asyncio.to_thread(loud.join)
    return [
        Row(f"ingest, others' delay while one sends {FLOOD:,}/s, p50", float(np.median(delays)), "s"),
        Row(f"ingest, others' delay while one sends {FLOOD:,}/s, most", max(delays), "s", "< 1"),
    ]


def _flood(mqtt_url: str) -> None:
    tick = Event()
    with Publisher(mqtt_url) as publisher:
        began = time.perf_counter()
        for number in range(FLOOD * SECONDS):
            tick.wait(max(0.0, began + number / FLOOD - time.perf_counter()))
            publisher.publish(f"hotgrid/v1/station/{name_of(0)}/reading", _frame(number, timedelta(0)))


def _frame(minute: int, after: timedelta) -> bytes:
    ts = START + after + timedelta(minutes=minute)
    return json.dumps({"ts": ts.isoformat(), "values": {"pm25": 30.0}}).encode()


async def _delays(here: House) -> list[float]:
    published: dict[int, float] = {}
    sending = asyncio.create_task(asyncio.to_thread(_send, here.servers.mqtt_url, published))
    delays: dict[int, float] = {}
    while len(delays) < OTHERS * SECONDS:
        there = await BENCH.quiet.fetchval(here.database, since=START + QUIET)
        for minute in range(len(delays), there):
            delays[minute] = time.perf_counter() - published[minute]
        await asyncio.sleep(0.005)
    await sending
    return list(delays.values())


def _send(mqtt_url: str, published: dict[int, float]) -> None:
    """Frames of the others, each of a minute of its own."""
    tick = Event()
    with Publisher(mqtt_url) as publisher:
        began = time.perf_counter()
        for number in range(OTHERS * SECONDS):
            tick.wait(max(0.0, began + number / OTHERS - time.perf_counter()))
            published[number] = time.perf_counter()
            name = name_of(1 + number % (STATIONS - 1))
            publisher.publish(f"hotgrid/v1/station/{name}/reading", _frame(number, QUIET))
