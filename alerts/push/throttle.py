"""The earliest time at which one more message may go, by what has gone before."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from alerts.push.policy import Bucket

MINUTE = timedelta(minutes=1)


def earliest(bucket: Bucket, sent: Iterable[datetime], now: datetime) -> datetime:
    """When a person may get the next message, `now` or later: a token bucket over all that the person was sent.

    All messages are counted, each is asked for by the bucket of its own severity: what is severe still goes when what
    is light has used up its few, and after a flood of the severe one light message waits no longer than one refill.
    The bucket's own messages are never more than `burst` + T / `seconds` in any time T.

    Times in the future come from a clock that was set back: those within one refill count as now, later ones not at
    all, so that nobody is left untold until the clock has caught up.
    """
    refill = timedelta(seconds=bucket.seconds)
    level, last = 0.0, None
    for at in sorted(min(at, now) for at in sent if at <= now + refill):
        level = _drained(level, last, at, refill)
        level, last = min(level + 1, bucket.burst), at
    free = _drained(level, last, now, refill) - (bucket.burst - 1)
    return now + max(free, 0.0) * refill


def _drained(level: float, last: datetime | None, at: datetime, refill: timedelta) -> float:
    return max(level - (at - last) / refill, 0.0) if last else 0.0


def free_slot(limit: int | None, sent: Iterable[datetime], now: datetime) -> datetime:
    """When an address may get the next message, `now` or later: never more than `limit` in any 60 seconds.

    None: nobody limits it. Times more than a minute in the future (a clock that was set back) do not count.
    """
    recent = sorted(min(at, now) for at in sent if now - MINUTE < at <= now + MINUTE)
    return now if limit is None or len(recent) < limit else recent[-limit] + MINUTE
