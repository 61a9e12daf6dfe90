"""A batch into the database in one transaction; what failed for a passing reason is tried again."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

import asyncpg
import numpy as np

from ingest.batch import Batch
from ingest.channel import CHANNELS
from ingest.clock import GAP, JUMP, KEPT, SHORT, clock_errors
from ingest.frame import Reject
from sql.failure import FAILURES, is_passing
from sql.queries import Queries

logger = logging.getLogger(__name__)

READING = Queries("reading")
RETRY_S = (0.2, 10.0)
T = TypeVar("T")


def is_of_the_data(error: asyncpg.PostgresError) -> bool:
    """Whether it is what was sent that the database refuses, and not our schema or our rights."""
    # 22 data exception, 23 constraint, 54 a limit exceeded
    return (error.sqlstate or "")[:2] in {"22", "23", "54"}


async def patiently(work: Callable[[], Awaitable[T]]) -> T:
    """Try again for as long as the database is away; raises what will not pass."""
    wait = RETRY_S[0]
    while True:
        try:
            return await work()
        except FAILURES as error:
            if not is_passing(error):
                raise
            logger.warning("database: %s; trying again in %.1f s", error or type(error).__name__, wait)
        await asyncio.sleep(wait)
        wait = min(2 * wait, RETRY_S[1])


async def commit(pool: asyncpg.Pool, batch: Batch, now: datetime) -> int:
    """Store a batch; returns how many station-minutes and monitor values were new.

    Tries again for as long as the database is away: nothing is acknowledged meanwhile. Raises what will not pass.
    """
    return await patiently(lambda: _transaction(pool, batch, now))


async def _transaction(pool: asyncpg.Pool, batch: Batch, now: datetime) -> int:
    async with pool.acquire() as connection, connection.transaction():
        new = 0
        if batch.devices:
            new += await READING.put_station_readings.fetchval(connection, now=now, **_station_columns(batch))
        if batch.monitor:
            new += await READING.put_monitor_readings.fetchval(connection, now=now, **_monitor_columns(batch))
        if batch.rejects:
            await READING.put_rejects.execute(connection, now=now, **_reject_columns(batch.rejects))
        if wrong := clock_errors(batch, now):
            await _put_clock_errors(connection, wrong, now)
        if batch.devices or batch.monitor:
            await READING.announce.execute(connection)
        return new


async def _put_clock_errors(on: asyncpg.Connection, wrong: dict[int, float], now: datetime) -> None:
    devices = sorted(wrong)  # in one order, so that two processes do not wait for each other's rows
    times = {"now": now, "before": now - GAP}
    await READING.drop_clock_errors.execute(on, device=devices, old=now - KEPT, short=SHORT, before=times["before"])
    seconds = [wrong[device] for device in devices]
    await READING.put_clock_errors.execute(on, device=devices, seconds=seconds, jump=JUMP.total_seconds(), **times)


def _station_columns(batch: Batch) -> dict[str, list[object]]:
    columns: dict[str, list[object]] = {channel.name: batch.values[:, i].tolist() for i, channel in enumerate(CHANNELS)}
    qc: list[object] = [None] * len(batch.devices)
    for row in np.flatnonzero(np.any(batch.qc, axis=1)):
        qc[row] = batch.qc[row].tobytes()
    columns["qc"] = qc
    return {"device": list(batch.devices), "ts": list(batch.minutes), **columns}


def _monitor_columns(batch: Batch) -> dict[str, list[object]]:
    names = ("device", "ts", "channel", "value", "qc")
    return {name: list(column) for name, column in zip(names, zip(*batch.monitor, strict=True), strict=True)}


def _reject_columns(rejects: list[Reject]) -> dict[str, list[object]]:
    counted = Counter(rejects)
    columns = {name: [getattr(reject, name) for reject in counted] for name in Reject._fields}
    return {**columns, "times": list(counted.values())}
