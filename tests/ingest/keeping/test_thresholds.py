"""Thresholds of the district that change: what was judged by others is judged again."""

from pathlib import Path

import asyncpg

from ingest.flag import Qc
from ingest.importer import import_folder
from tests.support.kept import LATER, MINUTE, START, Reading, store, tables, work
from tests.support.registry_folder import write

SPANS = "valid_from,channel,kind,span\n{day},pm25,micro,20\n"


async def _flags(pool: asyncpg.Pool) -> list[tuple[object, ...]]:
    rows = await pool.fetch("SELECT hour, reason, from_at, to_at FROM quality_flag ORDER BY from_at")
    return [tuple(row) for row in rows]


async def test_hours_are_judged_again_from_the_day_for_which_something_else_is_said(
    district: str, pool: asyncpg.Pool, tmp_path: Path
) -> None:
    midnight = START.replace(hour=0)
    before, on = (Reading("S1", at, {"pm25": 30.0}, {}) for at in (midnight - MINUTE, midnight))
    await store(pool, [before, on])
    await work(district)
    whole = await tables(pool)
    assert await _flags(pool) == []

    await import_folder(write(tmp_path, quality=SPANS.format(day="2026-11-20"), marks=None), district, LATER)
    await work(district)
    assert await _flags(pool) == [(midnight, Qc.BEYOND_SPAN, midnight, midnight + MINUTE)]
    written = await pool.fetchval("SELECT max(xmin::text::bigint) FROM hour_mean")

    await import_folder(write(tmp_path, quality=SPANS.format(day="2026-11-20"), marks=None), district, LATER)
    await work(district)
    assert await pool.fetchval("SELECT max(xmin::text::bigint) FROM hour_mean") == written

    await import_folder(write(tmp_path, quality=SPANS.format(day="2026-12-20"), marks=None), district, LATER)
    await work(district)
    assert await tables(pool) == whole
