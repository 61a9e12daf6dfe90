"""Hours of the day in which a message must wait, and until when: overnight spans and changes of the clock right."""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


class Hours(NamedTuple):
    """A span of the local day, `start` included, `end` not; one that ends before it starts goes over midnight."""

    start: time
    end: time

    def hold(self, at: datetime, zone: ZoneInfo) -> bool:
        """Whether the local wall clock shows an hour of these at `at`."""
        shown = at.astimezone(zone).time()
        if self.start < self.end:
            return self.start <= shown < self.end
        return shown >= self.start or shown < self.end

    def over(self, at: datetime, zone: ZoneInfo) -> datetime:
        """The first instant after `at`, which is in these hours, that is not (UTC).

        It is `end` by the wall clock, or when the clock is changed past it or out of these hours.
        """
        local = at.astimezone(zone)
        ends = (
            datetime.combine(day, self.end, zone).replace(fold=fold).astimezone(UTC)
            for day in (local.date(), local.date() + DAY)
            for fold in (0, 1)
        )
        end = min(end for end in ends if end > at)
        changed = _changed(at.astimezone(UTC), end, zone)
        return end if self.hold(changed, zone) else changed


def _changed(since: datetime, to: datetime, zone: ZoneInfo) -> datetime:
    """When the clock was changed between two times in UTC, by halving; `to` if it was not."""
    while to.astimezone(zone).utcoffset() != since.astimezone(zone).utcoffset() and to - since > SECOND:
        half = since + (to - since) / 2
        if half.astimezone(zone).utcoffset() == since.astimezone(zone).utcoffset():
            since = half
        else:
            to = half
    return to.replace(microsecond=0)


def parsed(text: str) -> Hours:
    """`22:00-07:00` as hours; raises ValueError."""
    start, dash, end = text.partition("-")
    try:
        hours = Hours(time.fromisoformat(start.strip()), time.fromisoformat(end.strip()))
    except ValueError as error:
        raise ValueError(f"not a span of the day: {text!r}; for example 22:00-07:00") from error
    if not dash or hours.start == hours.end or hours.start.tzinfo or hours.end.tzinfo:
        raise ValueError(f"not a span of the day: {text!r}; for example 22:00-07:00, local time, not empty")
    return hours


def until(spans: Iterable[Hours | None], now: datetime, zone: ZoneInfo) -> datetime:
    """The first instant, `now` or later, that is in none of the spans; `now` if they leave no hour of the day free."""
    given = [hours for hours in spans if hours]
    at = now
    while holding := [hours for hours in given if hours.hold(at, zone)]:
        at = max(hours.over(at, zone) for hours in holding)
        if at - now > 2 * DAY:
            return now
    return at
