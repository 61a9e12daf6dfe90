"""Marks that come, end or are taken back when their minutes are judged already: those minutes are judged again."""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime

from alerts.frames import MINUTE
from alerts.minute import MINUTE_LONG, Post, rejudge
from alerts.store import MARKS
from ingest.marks import first_changed
from ingest.registry import Mark

logger = logging.getLogger(__name__)


async def follow_marks(post: Post) -> None:
    """Judge again since the first minute that was judged under other marks than the registry has now.

    Under which marks was judged is kept in the database, so it is the same whether the detector ran meanwhile or not.
    """
    lines = await MINUTE.judged_marks.fetchval(post.connection)
    judged = [Mark.model_validate(line) for line in lines or ()]
    minutes = _within_reach(post)
    kept = _lasting(post.registry.marks, minutes[0] if minutes else None)
    since = first_changed(judged, kept, minutes)
    async with post.connection.transaction():
        if since is not None:
            logger.info("marks have changed since %s: judging again", since.isoformat())
            await rejudge(post, since, MARKS)
        if judged != kept:
            lines = [mark.model_dump(mode="json") for mark in kept]
            await MINUTE.put_judged_marks.execute(post.connection, marks=lines)


def _within_reach(post: Post) -> Sequence[datetime]:
    """The minutes that can be judged again: within the lateness window, and those since the last checkpoint."""
    if post.saved is None:  # nothing is judged yet, or all of it was judged anew just now
        return []
    reach = max(post.settings.lateness, post.last - post.saved)
    return [post.last - i * MINUTE_LONG for i in reversed(range(-(-reach // MINUTE_LONG)))]


def _lasting(marks: Iterable[Mark], since: datetime | None) -> list[Mark]:
    """The marks that may be in force in a minute from `since` on."""
    return [mark for mark in marks if since is None or mark.end is None or mark.end > since]
