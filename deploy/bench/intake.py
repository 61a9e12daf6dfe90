"""Ingest: from a backlog at the broker to committed rows."""

import asyncio
import io
import subprocess
import time
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

from deploy.bench.city import SENT, City, name_of
from deploy.bench.house import BENCH, House, eventually, house
from deploy.bench.row import Row, memory
from deploy.publisher import Publisher
from ingest.broker import Address

STATIONS, MINUTES, BATCH = 4_000, 15, 60
START = datetime(2026, 1, 1, tzinfo=UTC)
COUNT = "SELECT coalesce(sum(devices), 0) FROM arrival"


async def intake() -> list[Row]:
    """Single frames and batches of an hour, one process, against `mosquitto_sub` and raw COPY."""
    async with house(City(STATIONS, START)) as here:
        with here.runs("ingest"):
            pass  # its session stays at the broker and keeps what comes now
        single = STATIONS * MINUTES
        seconds, most = await _taken(here, MINUTES, 1)
        copied = await _copied(here)
        subscribed = await asyncio.to_thread(_subscribed, here)
        await BENCH.forget_readings.execute(here.database)
        batched, _ = await _taken(here, BATCH, BATCH)
        rate = single / seconds
        return [
            Row(f"ingest, {single:,} single frames to committed rows", rate, "messages/s", ">= 5000"),
            Row("ingest, single frames / mosquitto_sub alone", rate / subscribed, "x"),
            Row("mosquitto_sub alone, the same backlog", subscribed, "messages/s"),
            Row("ingest, single frames / raw COPY", rate / copied, "x"),
            Row("raw COPY of the same rows", copied, "rows/s"),
            Row(f"ingest, batches of {BATCH} frames", STATIONS * BATCH / batched, "frames/s", ">= 30000"),
            Row("ingest, most memory while taking the backlog", most, "MB"),
            Row("Mosquitto, most memory while keeping it", memory(here.servers.mqtt_pid or 0, "VmHWM"), "MB"),
        ]


async def _taken(here: House, minutes: int, batch: int) -> tuple[float, float]:
    """Seconds from the first to the last commit of a backlog, scaled to all of it, and the most memory of ingest."""
    publish_backlog(here.servers.mqtt_url, minutes, batch, "hotgrid/v1/station")
    frames = STATIONS * minutes

    async def all_there() -> bool:
        return bool(await here.database.fetchval(COUNT) == frames)

    with here.runs("ingest") as child:
        await eventually(all_there)
        most = memory(child.process.pid, "VmHWM")
    row = await BENCH.committed.fetchrow(here.database)
    assert row is not None
    return float(row["seconds"]) * frames / (frames - row["first"]), most


def publish_backlog(mqtt_url: str, minutes: int, batch: int, topic: str) -> None:
    """A frame of every station and minute, `batch` minutes in a message, from two processes."""
    spawn = get_context("spawn")
    halves = [spawn.Process(target=_publish, args=(mqtt_url, minutes, batch, topic, half)) for half in (0, 1)]
    for half in halves:
        half.start()
    for half in halves:
        half.join()


def _publish(mqtt_url: str, minutes: int, batch: int, topic: str, half: int) -> None:
    city = City(STATIONS, START)
    with Publisher(mqtt_url) as publisher:
        for first in range(0, minutes, batch):
            frames = [_frames(city, minute) for minute in range(first, first + batch)]
            for cell in range(half, STATIONS, 2):
                sent = [minute[cell] for minute in frames]
                payload = sent[0] if batch == 1 else '{"readings":[' + ",".join(sent) + "]}"
                publisher.publish(f"{topic}/{name_of(cell)}/reading", payload.encode())


def _frames(city: City, minute: int) -> list[str]:
    ts = city.at(minute).isoformat()
    names = ",".join(f'"{name}":%.4g' for name in SENT)
    return [f'{{"ts":"{ts}","values":{{{names % tuple(values)}}}}}' for values in city.values(minute).tolist()]


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


def _subscribed(here: House) -> float:
    """Messages a second that `mosquitto_sub` takes of the same backlog, and does nothing with."""
    count = STATIONS * MINUTES
    command = _mosquitto_sub(here)
    subprocess.run([*command, "-W", "3"], check=False, capture_output=True)  # opens its session
    publish_backlog(here.servers.mqtt_url, MINUTES, 1, "bench")
    began = time.perf_counter()
    subprocess.run([*command, "-C", str(count)], check=True, stdout=subprocess.DEVNULL)
    return count / (time.perf_counter() - began)


def _mosquitto_sub(here: House) -> list[str]:
    assert here.servers.mqtt_pid
    program = Path(f"/proc/{here.servers.mqtt_pid}/exe").resolve().with_name("mosquitto_sub")
    address = Address.parse(here.servers.mqtt_url)
    where = ["-h", address.host, "-p", str(address.port), "-u", str(address.user), "-P", str(address.password)]
    return [str(program), *where, "-V", "5", "-i", "bench", "-c", "-x", "3600", "-q", "1", "-t", "bench/#"]
