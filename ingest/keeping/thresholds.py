"""What the checks go by, and what is judged again when that has changed."""

from datetime import datetime

import asyncpg

from ingest.importer import REGISTRY
from ingest.keeping.minutes import KEEP
from ingest.quality import Thresholds, shipped


async def load_thresholds(on: asyncpg.Connection) -> Thresholds:
    """The district's own thresholds, before those that come with the program."""
    return shipped().merged(_read(await REGISTRY.quality.fetchval(on)))


async def follow_thresholds(on: asyncpg.Connection) -> None:
    """Bring up the hours since the first day for which the district now says something else.

    What comes with the program is not followed: another version of it judges what comes in from then on.
    """
    async with on.transaction():
        judged, told = await KEEP.judged_thresholds.fetchval(on), await REGISTRY.quality.fetchval(on)
        if judged == told:
            return
        since = first_changed(_read(judged), _read(told))
        if since is not None:
            await KEEP.touch_since.execute(on, since=since)
        await KEEP.put_judged_thresholds.execute(on, text=told)


def first_changed(old: Thresholds, new: Thresholds) -> datetime | None:
    """From when on two tables differ, None if they say the same."""
    differing = set(old.lines) ^ set(new.lines)
    return min((line.valid_from for line in differing), default=None)


def _read(text: str | None) -> Thresholds:
    return Thresholds(()) if text is None else Thresholds.read(text)
