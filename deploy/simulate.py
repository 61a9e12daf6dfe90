"""`hotgrid simulate`: a fleet of stations on the live clock, each its own MQTT client with its own last will."""

import asyncio
import contextlib
import json
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import numpy as np

from deploy.files import allow_files
from deploy.fleet import Fleet
from deploy.problem import Problem
from deploy.publisher import Progress, Publisher

MINUTE = timedelta(minutes=1)
JITTER_S = 5.0  # a station sends within this time after its minute has ended
ZONE = timezone(timedelta(hours=8))
FILES_A_CLIENT = 3
FAREWELL_S = 5.0
FAREWELLS = 64  # at a time

Topics = dict[str, str]
"""Device → the topic of its readings."""


async def simulate(
    fleet: Fleet,
    mqtt_url: str,
    stop: asyncio.Event,
    since: datetime | None = None,
    elsewhere: Collection[str] = (),
) -> None:
    """Publish every minute shortly after it has ended, from the minute `since` (or the running one) until `stop`.

    Minutes that have ended already are sent at once; who sends `elsewhere` is left out. Raises Problem when the broker
    cannot be reached or stays away for hours; a restart of it is bridged.
    """
    topics = {device: topic for device, topic in topics_of(fleet).items() if device not in elsewhere}
    allow_files(len(topics) * FILES_A_CLIENT)
    stations: dict[str, Publisher] = {}
    try:
        for device in topics:
            stations[device] = await asyncio.to_thread(_arrive, mqtt_url, device)
        await _run(fleet, stations, since or datetime.now(UTC), stop)
    finally:
        with ThreadPoolExecutor(FAREWELLS) as pool:
            await asyncio.gather(*(asyncio.wrap_future(pool.submit(_leave, *item)) for item in stations.items()))


async def _run(fleet: Fleet, stations: dict[str, Publisher], since: datetime, stop: asyncio.Event) -> None:
    topics = topics_of(fleet)
    delays = _delays(fleet, list(stations))
    minute = since.replace(second=0, microsecond=0)
    while True:
        readings = fleet.minute(minute)
        for delay, device in delays:
            if not await _until(minute + MINUTE + delay, stop):
                return
            if device in readings:
                stations[device].publish(topics[device], _frame(minute, readings[device]))
        minute += MINUTE


def publish_history(
    fleet: Fleet, mqtt_url: str, since: datetime, until: datetime, progress: Progress | None = None
) -> int:
    """Publish the minutes from `since` to before `until` as fast as the broker takes them; returns the messages.

    Minute after minute: whole hours of one device after the other would look as if the others had fallen silent.
    """
    minutes = int((until - since) / MINUTE)
    sent = 0
    with Publisher(mqtt_url, considerate=True) as publisher:
        for i in range(minutes):
            for topic, payload in messages_of(fleet, since + i * MINUTE):
                publisher.publish(topic, payload)
                sent += 1
            if progress is not None:
                progress((i + 1) / minutes)
    return sent


def messages_of(fleet: Fleet, minute: datetime) -> list[tuple[str, bytes]]:
    """Topic and payload of everything that is sent for a minute."""
    topics = topics_of(fleet)
    return [(topics[device], _frame(minute, values)) for device, values in fleet.minute(minute).items()]


def topics_of(fleet: Fleet) -> Topics:
    """Where every device of the fleet publishes its readings."""
    kinds = dict.fromkeys((row.station_id for row in fleet.registry.stations), "station")
    kinds |= dict.fromkeys((row.mn for row in fleet.registry.monitors), "monitor")
    return {device: f"hotgrid/v1/{kind}/{device}/reading" for device, kind in sorted(kinds.items())}


def _frame(minute: datetime, values: dict[str, float]) -> bytes:
    return json.dumps({"ts": minute.astimezone(ZONE).isoformat(), "values": values}, separators=(",", ":")).encode()


def _arrive(mqtt_url: str, device: str) -> Publisher:
    topic = f"hotgrid/v1/status/{device}"
    station = Publisher(mqtt_url, will=(topic, b"offline"))
    station.publish(topic, b"online", retain=True)
    return station


def _leave(device: str, station: Publisher) -> None:
    """Say goodbye if somebody listens: a broker that is gone already sends the last will itself."""
    with contextlib.suppress(Problem):
        station.publish(f"hotgrid/v1/status/{device}", b"offline", retain=True)
        station.drain(FAREWELL_S)
    station.close()


def _delays(fleet: Fleet, devices: list[str]) -> list[tuple[timedelta, str]]:
    """How long after the end of a minute every device sends, in that order; the clocks of stations are not one."""
    delays = np.random.default_rng([fleet.seed, *b"clock"]).uniform(0, JITTER_S, len(devices))
    return sorted((timedelta(seconds=s), device) for s, device in zip(delays.tolist(), devices, strict=True))


async def _until(due: datetime, stop: asyncio.Event) -> bool:
    """Wait for `due` or `stop`; False when it was `stop`."""
    wait = (due - datetime.now(UTC)).total_seconds()
    if wait > 0:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), wait)
    return not stop.is_set()
