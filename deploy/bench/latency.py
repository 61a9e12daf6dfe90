"""From the last frame of a minute to its alert on the live feed, over broker, database, detector and HTTP.

Most frames of a minute are put into the database at once; the last ones go over MQTT, and the clock starts when the
very last is handed to the broker. Every device reports, so that no minute waits for its grace.
"""

import asyncio
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

from alerts.detector import DETECTOR
from alerts.frames import MINUTE
from alerts.watch import Watch
from alerts.watch import compile as compile_kernels
from deploy.bench.city import SENT, City, Floats, name_of
from deploy.bench.client import Ear
from deploy.bench.detector import prime
from deploy.bench.house import BENCH, House, eventually, house
from deploy.bench.row import Row, memory, spread
from deploy.publisher import Publisher
from ingest.registry import Registry

WARM, UNMEASURED = 30, 3
LAST_FRAMES = 300  # over MQTT
PATIENCE_S = 0.5  # after the minute's commit


async def latency_305() -> list[Row]:
    """A district of 305 stations."""
    return await _latency(City(305, _begin(), emissions=3.0), 40)


async def latency_36793() -> list[Row]:
    """The hot grid of the "2+26" cities, 36,793 cells."""
    return await _latency(City(36_793, _begin()), 20)


def _begin() -> datetime:
    """Midnight of yesterday: near enough to be taken, long enough ago to be over."""
    return datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)


async def _latency(city: City, minutes: int) -> list[Row]:
    async with house(city) as here:
        await asyncio.to_thread(compile_kernels)
        await _hand_over(here, city)
        # Nothing may close a minute but the last of its frames.
        grace = {"HOTGRID_GRACE_S": "60"}
        with ExitStack() as stack:
            detect, notify, serve = (
                stack.enter_context(here.runs(name, HOTGRID_PORT="0", **grace))
                for name in ("detect", "notify", "serve")
            )
            stack.enter_context(here.runs("ingest"))
            ear = Ear(serve.said("serving on "), await here.key())
            waits = [await _minute(here, city, WARM + m, ear) for m in range(minutes)][UNMEASURED:]
            most, told = (memory(child.process.pid, "VmHWM") for child in (detect, notify))
    heard = [wait for wait in waits if wait is not None]
    name = f"last frame to alert on the feed, {city.cells:,} stations"
    return [
        *spread(name, heard, "s", "<= 2"),
        Row(f"{name}: minutes without news", len(waits) - len(heard), ""),
        Row(f"detect, most memory with {city.cells:,} stations", most, "MB"),
        Row(f"notify, most memory with {city.cells:,} stations", told, "MB"),
    ]


async def _hand_over(here: House, city: City) -> None:
    """A detector that has seen some minutes, as the checkpoint from which the process goes on."""
    registry = city.registry()
    watch = Watch(Registry.model_construct(**dict(registry)))
    for minute in range(WARM):
        watch.close(city.frame(watch.layout, minute))
    prime(watch)
    last = city.at(WARM - 1)
    await MINUTE.put_checkpoint.execute(here.database, minute=last, detector=DETECTOR, state=watch.dump())
    await MINUTE.set_watermark.execute(here.database, minute=last)


async def _minute(here: House, city: City, minute: int, ear: Ear) -> float | None:
    """Seconds from the last frame of a minute to its first event, None where it has none."""
    values = city.values(minute)
    early = max(0, city.cells - LAST_FRAMES)
    columns = {name: values[:early, i].tolist() for i, name in enumerate(SENT)}
    if early:
        ids = [name_of(cell) for cell in range(early)]
        await BENCH.put_minute.execute(here.database, ts=city.at(minute), id=ids, **columns)
    handed = await asyncio.to_thread(_publish, here.servers.mqtt_url, city.at(minute), values, early)

    async def judged() -> bool:
        return bool(await MINUTE.watermark.fetchval(here.database) >= city.at(minute))

    if minute == WARM:
        return None  # the detector learns from it for how many devices to wait: the next minute closes it
    await eventually(judged, 0.05)
    closed = (city.at(minute) + timedelta(minutes=1)).isoformat()
    heard = await asyncio.to_thread(ear.heard, closed, PATIENCE_S)
    return None if heard is None else heard - handed


def _publish(mqtt_url: str, at: datetime, values: Floats, first: int) -> float:
    """The frames of the stations from `first` on; when (perf_counter) the last was handed over."""
    with Publisher(mqtt_url) as publisher:
        for cell in range(first, len(values)):
            sent = ",".join(f'"{name}":{value:.4g}' for name, value in zip(SENT, values[cell].tolist(), strict=True))
            payload = f'{{"ts":"{at.isoformat()}","values":{{{sent},"wind_speed":2.5,"wind_direction":270}}}}'
            handed = time.perf_counter()
            publisher.publish(f"hotgrid/v1/station/{name_of(cell)}/reading", payload.encode())
        return handed
