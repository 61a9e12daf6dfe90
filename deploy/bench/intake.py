"""Ingest: from a backlog at the broker to committed rows."""

import asyncio
import io
import os
import time
from contextlib import ExitStack

from deploy.bench.backlog import START, STATIONS, Publish, batches, frames, hj212, publish_halves, subscribed
from deploy.bench.city import City
from deploy.bench.flood import flood
from deploy.bench.house import BENCH, House, eventually, house
from deploy.bench.row import Row, memory
from deploy.process import until

MINUTES, BATCH, ASKED, SHARED = 25, 60, 10, 15  # minutes of every station: 100,000 messages or fewer
COUNT = "SELECT coalesce(sum(devices), 0) FROM arrival"


async def intake() -> list[Row]:
    """Single frames, batches of an hour and HJ 212, against `mosquitto_sub` and raw COPY; a flood; two processes."""
    async with house(City(STATIONS, START)) as here:
        with here.runs("ingest"):
            pass  # its session stays at the broker and keeps what comes now
        rate, most = await _taken(here, frames, MINUTES)
        copied = await _copied(here)
        alone = await asyncio.to_thread(subscribed, here, MINUTES)
        batched, _ = await _taken(here, batches, BATCH)
        asked, _ = await _taken(here, hj212, ASKED)
        rows = [
            Row(f"ingest, {STATIONS * MINUTES:,} single frames to committed rows", rate, "messages/s", ">= 8000"),
            Row("ingest, single frames / mosquitto_sub alone", rate / alone, "x", ">= 0.4"),
            Row("mosquitto_sub alone, the same backlog", alone, "messages/s"),
            Row("ingest, single frames / raw COPY", rate / copied, "x"),
            Row("raw COPY of the same rows", copied, "rows/s"),
            Row(f"ingest, batches of {BATCH} frames", batched, "frames/s", ">= 60000"),
            Row("ingest, HJ 212 frames, every one answered", asked, "frames/s", ">= 5000"),
            Row(f"ingest, most memory while taking {STATIONS * MINUTES:,} messages", most, "MB", "< 300"),
            Row("Mosquitto, most memory while keeping them", memory(here.servers.mqtt_pid or 0, "VmHWM"), "MB"),
        ]
        with here.runs("ingest"):
            rows += await flood(here)
        await _share(here)
        shared, _ = await _taken(here, frames, SHARED, processes=2)
        return [
            *rows,
            Row(
                f"ingest, two processes / one, {os.cpu_count()} cores for all",
                shared / rate,
                "x",
                ">= 1.6 if they allow",
            ),
        ]


async def _taken(here: House, publish: Publish, minutes: int, processes: int = 1) -> tuple[float, float]:
    """Frames a second between the first and the last commit of a backlog, and the most memory of one process."""
    await BENCH.forget_readings.execute(here.database)
    await asyncio.to_thread(publish_halves, here.servers.mqtt_url, publish, minutes)

    async def all_there() -> bool:
        return bool(await here.database.fetchval(COUNT) == STATIONS * minutes)

    with ExitStack() as stack:
        children = [stack.enter_context(here.runs("ingest", ready=" INFO ")) for _ in range(processes)]
        await eventually(all_there)
        most = max(memory(child.process.pid, "VmHWM") for child in children)
    row = await BENCH.committed.fetchrow(here.database)
    assert row is not None
    return (STATIONS * minutes - row["first"]) / float(row["seconds"]), most


async def _share(here: House) -> None:
    """Have two sessions at the broker that share what comes."""

    with here.runs("ingest") as one, here.runs("ingest"):
        # once for itself, once with the other
        await asyncio.to_thread(until, lambda: one.log.read_text().count(": subscribed") == 2, 30)


async def _copied(here: House) -> float:
    """Rows a second of a COPY of the readings that are there, out of memory into a table like theirs."""
    rows = io.BytesIO()
    await here.database.copy_from_query(BENCH.readings.text, output=rows, format="binary")
    await BENCH.make_copy_target.execute(here.database)
    await BENCH.make_copy_hypertable.execute(here.database)
    rows.seek(0)
    began = time.perf_counter()
    await here.database.copy_to_table("copied", source=rows, format="binary")
    return STATIONS * MINUTES / (time.perf_counter() - began)
