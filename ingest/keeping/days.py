"""A natural day summed up again from its hours, of the devices whose hours have changed."""

from datetime import date

import asyncpg

from ingest.keeping.minutes import KEEP
from ingest.keeping.summary import COVERED
from ingest.validity import HOUR_MINUTES, span_of

CREW = 1000
"""Devices at a time: 24 hours of 14 channels of so many are 340,000 rows."""


async def settle_day(on: asyncpg.Connection, day: date) -> None:
    """Deal with what the ledger says of a day, in one transaction."""
    first, until = span_of(day)
    async with on.transaction():
        devices = await KEEP.take_day.fetchval(on, day=day) or []
        for start in range(0, len(devices), CREW):
            crew = devices[start : start + CREW]
            span = {"day": day, "first": first, "until": until}
            await KEEP.put_day_means.execute(on, devices=crew, hour_minutes=HOUR_MINUTES, covered=COVERED, **span)
