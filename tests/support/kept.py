"""Readings of a small district for the keeper, its turns, and what an hour comes to, minute by minute."""

import asyncio
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import asyncpg
import numpy as np

from ingest.batch import Batch, Value
from ingest.channel import CHANNELS, COLUMN
from ingest.flag import Grade, Qc, grade
from ingest.keep import Desk, turn
from ingest.keeping.settings import KeepSettings
from ingest.quality import Window, judge_hour, shipped
from ingest.store import commit
from sql.pool import connect

START = datetime(2026, 11, 20, 14, tzinfo=UTC)  # two hours before midnight in Beijing
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LATER = START + timedelta(days=2)  # when all of it is over
STATIONS, MONITOR = ("S1", "S2"), "M1"
MONITORED = ("a25002", "nmhc")
NAMES = tuple(COLUMN)
Tables = dict[str, list[tuple[Any, ...]]]


class Reading(NamedTuple):
    """What one device sent for one minute: values, and the gate's reasons, by channel."""

    device: str
    minute: datetime
    values: dict[str, float]
    qc: dict[str, Qc]


def fabricate(seed: int, hours: int, devices: Sequence[str] = (*STATIONS, MONITOR)) -> list[Reading]:
    """Minutes with gaps, flags, and now and then a fault of the kinds that the checks look for."""
    random = np.random.default_rng(seed)
    told = []
    for device in devices:
        names = NAMES if device in STATIONS else MONITORED
        level = {name: 20 + 20 * random.random() for name in names} | {"humidity": 75 + 20 * random.random()}
        for minute in range(60 * hours):
            if random.random() < 0.15:
                continue
            values = {name: float(np.float32(level[name] + random.normal())) for name in names if random.random() < 0.9}
            if "wind_direction" in values:
                values["wind_direction"] = float(np.float32(random.normal(0, 40) % 360))
            if "no2" in values and 60 <= minute < 140:
                values["no2"] = 33.25  # stuck
            if "o3" in values and random.random() < 0.01:
                values["o3"] += 500.0
            qc = {name: Qc(random.choice([2, 5, 17])) for name in values if random.random() < 0.02}
            told.append(Reading(device, START + minute * MINUTE, values, qc))
    return told


async def numbers(pool: asyncpg.Pool) -> dict[str, int]:
    """The number of each device."""
    return {row["device_id"]: row["device"] for row in await pool.fetch("SELECT device, device_id FROM device")}


async def store(pool: asyncpg.Pool, readings: Iterable[Reading]) -> None:
    """Readings in one batch, as the gate commits it."""
    known, batch = await numbers(pool), Batch()
    rows, qc = [], []
    for reading in readings:
        if reading.device in STATIONS:
            batch.devices.append(known[reading.device])
            batch.minutes.append(reading.minute)
            rows.append([reading.values.get(name, math.nan) for name in NAMES])
            qc.append([reading.qc.get(name, 0) for name in NAMES])
        else:
            batch.monitor += [
                Value(known[reading.device], reading.minute, name, value, int(reading.qc.get(name, 0)))
                for name, value in reading.values.items()
            ]
    batch.values = np.array(rows, np.float32).reshape(-1, len(CHANNELS))
    batch.qc = np.array(qc, np.uint8).reshape(-1, len(CHANNELS))
    await commit(pool, batch, LATER)


async def work(url: str, now: datetime = LATER, **changed: Any) -> None:
    """A keeper that comes, takes turns until there is nothing left to do, and goes."""
    connection = await connect(url, "keep")
    try:
        desk = Desk(connection, KeepSettings(database_url=url, _env_file=None, **changed))
        while await turn(desk, now, asyncio.Event()):
            pass
    finally:
        await connection.close()


async def tables(pool: asyncpg.Pool) -> Tables:
    """All that the keeper has made, and what it still has to do."""
    made = ("hour_mean", "day_mean", "quality_flag")
    queries = {name: f"SELECT t.*::text FROM {name} AS t ORDER BY 1" for name in made}  # noqa: S608
    left = {"touched": "SELECT hour FROM touched", "day_due": "SELECT day FROM day_due"}
    return {name: [tuple(row) for row in await pool.fetch(query)] for name, query in (queries | left).items()}


class Mean(NamedTuple):
    """An hour of a device and channel."""

    mean: float | None
    valid: int
    suspect: int
    sent: int


def expected(readings: Sequence[Reading], stopped: Mapping[str, tuple[datetime, datetime]]) -> dict[Any, Mean]:
    """By device, hour and channel, one minute after the other; `stopped` devices were so from a time to another."""
    told = {(reading.device, reading.minute): reading for reading in readings}
    hours: dict[Any, dict[str, list[tuple[float, Qc]]]] = {}
    for device, hour in sorted({(device, minute.replace(minute=0)) for device, minute in told}):
        span = [hour + i * MINUTE for i in range(-60, 60)]
        names = NAMES if device in STATIONS else MONITORED
        windows = {name: _window([told.get((device, at)) for at in span], name, stopped) for name in names}
        kind = "micro" if device in STATIONS else "monitor"
        judged = judge_hour(windows, shipped(), [kind], hour)
        for name in names:
            sent = [
                (float(value), Qc(int(qc)))
                for value, qc in zip(windows[name].values[60:, 0], judged[name][:, 0], strict=True)
                if not math.isnan(value)
            ]
            hours.setdefault((device, hour), {})[name] = sent
    return {(*key, name): _mean(name, sent) for key, of in hours.items() for name, sent in of.items() if sent}


def _window(sent: Sequence[Reading | None], name: str, stopped: Mapping[str, tuple[datetime, datetime]]) -> Window:
    values, reasons = [], []
    for reading in sent:
        value = math.nan if reading is None else reading.values.get(name, math.nan)
        reason = Qc.GOOD if reading is None else reading.qc.get(name, Qc.GOOD)
        if reading and reading.device in stopped and reason == Qc.GOOD and not math.isnan(value):
            begin, end = stopped[reading.device]
            reason = Qc.STOPPED if begin < reading.minute + MINUTE and reading.minute < end else Qc.GOOD
        values.append([value])
        reasons.append([reason])
    return Window(np.array(values, np.float32), np.array(reasons, np.uint8))


def _mean(name: str, sent: Sequence[tuple[float, Qc]]) -> Mean:
    usable = [(value, qc) for value, qc in sent if grade(qc) in (Grade.GOOD, Grade.SUSPECT)]
    values = [value for value, _ in usable]
    mean = math.fsum(values) / len(values) if values else None
    if name == "wind_direction" and values:
        east, north = (math.fsum(f(math.radians(v)) for v in values) for f in (math.sin, math.cos))
        mean = math.degrees(math.atan2(east, north)) % 360
    return Mean(mean, len(usable), sum(grade(qc) is Grade.SUSPECT for _, qc in usable), len(sent))


MADE = (
    "station_reading",
    "monitor_reading",
    "touched",
    "hour_mean",
    "day_mean",
    "quality_flag",
    "day_due",
    "drift_due",
)


async def cleared(url: str) -> None:
    """The database as it was before anything came in."""
    owner = await asyncpg.connect(url)
    try:
        await owner.execute(f"TRUNCATE mark, mark_due, {', '.join(MADE)}")
    finally:
        await owner.close()


async def hours(pool: asyncpg.Pool) -> dict[object, Mean]:
    """What is stored, by device, hour and channel."""
    rows = await pool.fetch("SELECT device_id, h.* FROM hour_mean AS h JOIN device USING (device)")
    return {
        (row["device_id"], row["ts"], row["channel"]): Mean(row["mean"], row["valid"], row["suspect"], row["sent"])
        for row in rows
    }


async def at_once(url: str, pool: asyncpg.Pool, readings: list[Reading]) -> Tables:
    await cleared(url)
    await store(pool, readings)
    await work(url)
    return await tables(pool)
