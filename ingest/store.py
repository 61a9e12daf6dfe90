"""A batch into the database in one transaction; what failed for a passing reason is tried again."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, TypeVar

import asyncpg
import numpy as np

from ingest.batch import Batch, Rows, Value
from ingest.channel import CHANNELS
from ingest.clock import GAP, JUMP, KEPT, SHORT, clock_errors
from ingest.frame import Message, Note, Part, Reject
from ingest.period import Period
from sql.failure import FAILURES, is_passing
from sql.queries import Queries

logger = logging.getLogger(__name__)

READING = Queries("reading")
RETRY_S = (0.2, 2.0)
KEPT_BYTES = 256 << 10  # of a refused message: any batch that a device may send fits in
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
            new += await READING.put_station_readings.fetchval(connection, now=now, live=True, **_row_columns(batch))
        if batch.monitor:
            new += await READING.put_monitor_readings.fetchval(connection, now=now, **_columns(Value, batch.monitor))
        if batch.mobile.devices:
            new += await READING.put_mobile_readings.fetchval(connection, now=now, **_track_columns(batch))
        await _put_rest(connection, batch, now)
        if wrong := clock_errors(batch, now):
            await _put_clock_errors(connection, wrong, now)
        if batch.devices or batch.monitor:
            await READING.announce.execute(connection)
        return new


async def _put_rest(on: asyncpg.Connection, batch: Batch, now: datetime) -> None:
    """What comes seldom."""
    if batch.periods:
        await READING.put_statistics.execute(on, **_columns(Period, batch.periods))
    if batch.notes:
        await READING.put_notes.execute(on, **_note_columns(batch.notes))
    if batch.parts:
        await READING.put_parts.execute(on, now=now, **_part_columns(batch.parts))
    if batch.rejects:
        await put_rejects(on, batch.rejects, now)


async def _put_clock_errors(on: asyncpg.Connection, wrong: dict[int, float], now: datetime) -> None:
    devices = sorted(wrong)  # in one order, so that two processes do not wait for each other's rows
    times = {"now": now, "before": now - GAP}
    await READING.drop_clock_errors.execute(on, device=devices, old=now - KEPT, short=SHORT, before=times["before"])
    seconds = [wrong[device] for device in devices]
    await READING.put_clock_errors.execute(on, device=devices, seconds=seconds, jump=JUMP.total_seconds(), **times)


async def put_rejects(on: asyncpg.Connection, rejects: Sequence[Reject], now: datetime) -> None:
    """What was refused: every message once, and whole if it is not absurdly long; the reasons counted."""
    topics = {digest_of(reject.message): reject.message for reject in rejects}
    stored = await READING.put_refused.fetch(
        on,
        now=now,
        digest=list(topics),
        topic=[message.topic for message in topics.values()],
        payload=[message.payload[:KEPT_BYTES] for message in topics.values()],
        bytes=[len(message.payload) for message in topics.values()],
    )
    numbers = {row["digest"]: row["message"] for row in stored}
    counted = Counter((numbers[digest_of(r.message)], r.device_id, r.reason, r.detail) for r in rejects)
    lines = sorted(
        counted.items(), key=lambda line: (line[0][0], str(line[0]))
    )  # in one order: no deadlock of two processes
    columns = zip(*((*line, times) for line, times in lines), strict=True)
    names = ("message", "device_id", "reason", "detail", "times")
    await READING.put_rejects.execute(on, now=now, **{n: list(c) for n, c in zip(names, columns, strict=True)})


def digest_of(message: Message) -> bytes:
    """What a message is known by among the refused ones."""
    return sha256(message.topic.encode() + b"\0" + message.payload).digest()


def _row_columns(rows: Rows) -> dict[str, list[object]]:
    """What nobody sent is an empty column: `unnest` fills it up with nulls."""
    sent = np.asarray(np.isfinite(rows.values).any(axis=0))
    flagged = np.flatnonzero(rows.qc.any(axis=1))
    columns: dict[str, list[object]] = {
        channel.name: rows.values[:, i].tolist() if sent[i] else [] for i, channel in enumerate(CHANNELS)
    }
    qc: list[object] = [None] * len(rows.devices) if len(flagged) else []
    for row in flagged:
        qc[row] = rows.qc[row].tobytes()
    return {"device": list(rows.devices), "ts": list(rows.minutes), **columns, "qc": qc}


def _track_columns(batch: Batch) -> dict[str, list[object]]:
    """Of samples with places of their own: those, and their cells."""
    rows = batch.mobile
    lon, lat = zip(*rows.places, strict=True)
    cells = [batch.grid.cell(*place) if batch.grid else None for place in rows.places]
    places = {"lon": list(lon), "lat": list(lat), "ix": [c and c[0] for c in cells], "iy": [c and c[1] for c in cells]}
    return {**_row_columns(rows), **places}


def _columns(row: type[Any], rows: Sequence[tuple[Any, ...]]) -> dict[str, list[object]]:
    """Rows of a named tuple as columns by its fields."""
    return {name: list(column) for name, column in zip(row._fields, zip(*rows, strict=True), strict=True)}


def _note_columns(notes: Sequence[tuple[int, Note]]) -> dict[str, list[object]]:
    names = ("at", "command", "code", "name", "text")
    columns: dict[str, list[object]] = {name: [getattr(note, name) for _, note in notes] for name in names}
    return {"device": [device for device, _ in notes], **columns}


def _part_columns(parts: Sequence[tuple[int, Part]]) -> dict[str, list[object]]:
    names = ("command", "data_time", "total", "number")
    columns: dict[str, list[object]] = {name: [getattr(part, name) for _, part in parts] for name in names}
    messages = [part.message for _, part in parts]
    sent: dict[str, list[object]] = {"topic": [m.topic for m in messages], "payload": [m.payload for m in messages]}
    return {"device": [device for device, _ in parts], **columns, **sent}
