"""What becomes of old rows: put into order, then dropped: chunks as a whole, rows of plain tables some at a time."""

import logging
from datetime import datetime, timedelta

import asyncpg

from ingest.keeping import metrics
from ingest.keeping.minutes import KEEP
from ingest.keeping.settings import KeepSettings
from sql.queries import Query

logger = logging.getLogger(__name__)

CHUNKED = (
    *("station_reading", "monitor_reading", "mobile_reading", "statistic", "verdict", "quality_flag"),
    *("hour_mean", "day_mean"),
)
PLAIN = {"device_note": KEEP.drop_notes, "hj212_part": KEEP.drop_hj212_parts, "refused": KEEP.drop_refused}
MOST = 5000  # rows a statement
MEGABYTE = 1 << 20
SETTLED = timedelta(days=2)  # after so long hardly anything comes for a day any more


async def order_old(on: asyncpg.Connection, now: datetime) -> bool:
    """Put a day of readings that is over into the order of its devices; True if there was one.

    They come in minute by minute and are asked for device by device: then a day of one lies together, not page by page.
    """
    try:
        chunk = await KEEP.order_chunk.fetchval(on, before=now - SETTLED)
    except asyncpg.LockNotAvailableError:
        return False  # somebody reads it: the next time
    if chunk:
        logger.info("%s: put into the order of its devices", chunk)
    return chunk is not None


async def drop_old(on: asyncpg.Connection, settings: KeepSettings, now: datetime) -> None:
    """Drop what is older than the settings say. Alerts and their log are never dropped."""
    for what in CHUNKED:
        if (kept := settings.kept(what)) is not None:
            count = await KEEP.drop_chunks.fetchval(on, what=what, before=now - kept)
            _tell(what, count, "chunks")
    for what, query in PLAIN.items():
        if (kept := settings.kept(what)) is not None:
            _tell(what, await _until_none(on, query, before=now - kept), "rows")


async def cap_refused(on: asyncpg.Connection, settings: KeepSettings) -> None:
    """Of refused messages only so many MB are kept, the newest; seldom is there anything to do."""
    most = int(settings.keep_mb_refused * MEGABYTE)
    if await KEEP.refused_pages.fetchval(on) > most:
        _tell("refused", await _until_none(on, KEEP.drop_refused_beyond, bytes=most), "rows")


async def _until_none(on: asyncpg.Connection, query: Query, **which: object) -> int:
    total = 0
    while gone := await query.fetchval(on, most=MOST, **which):
        total += gone
    return total


def _tell(what: str, count: int, of: str) -> None:
    if count:
        metrics.DROPPED.labels(what).inc(count)
        logger.info("%s: %d old %s dropped", what, count, of)
