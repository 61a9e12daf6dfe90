"""When the clock on the wall shows a time: local handovers and hours of the day as moments."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


@lru_cache(maxsize=1 << 14)
def instant(shown: datetime, zone: ZoneInfo) -> datetime:
    """The first moment (UTC) at which the zone's clock shows a naive local time or a later one.

    A time that is shown twice is taken the first time, a time that is skipped is the moment of the jump: so turns
    that follow one another on the clock follow one another in fact, without a gap and without an overlap.
    """
    first = shown.replace(tzinfo=zone)
    again = first.replace(fold=1)
    if first.utcoffset() == again.utcoffset():
        return first.astimezone(UTC)
    before, after = sorted((first.astimezone(UTC), again.astimezone(UTC)))
    # Of a skipped time PEP 495 makes two moments, one on each side of the jump; neither shows it.
    return before if before.astimezone(zone).replace(tzinfo=None) == shown else _jump(before, after, zone)


def _jump(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The moment between two at which the offset changes, to the second."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > SECOND:
        middle = before + (after - before) // 2 // SECOND * SECOND
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after


def daily(
    begins: time, ends: time, zone: ZoneInfo, start: datetime, end: datetime
) -> Iterator[tuple[date, datetime, datetime]]:
    """The same hours of every local day, each with its date, whole, as far as they overlap a span.

    Hours that end before they begin go over midnight; the same time twice is a day and its night.
    """
    on = start.astimezone(zone).date() - DAY
    while (first := instant(datetime.combine(on, begins), zone)) < end:
        last = instant(datetime.combine(on if begins < ends else on + DAY, ends), zone)
        if max(first, start) < last:
            yield on, first, last
        on += DAY
