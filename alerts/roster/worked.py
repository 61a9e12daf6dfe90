"""Which nights and days count as worked: those with enough hours on duty."""

from collections.abc import Iterable
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from alerts.roster.span import Span
from alerts.roster.wall import daily

HOUR = timedelta(hours=1)


def worked(spans: Iterable[Span], begins: time, ends: time, zone: ZoneInfo, least: float) -> dict[date, Span]:
    """The local dates whose hours from `begins` to `ends` hold at least `least` hours of the spans, any at all.

    Each with its hours as moments. The spans are disjoint.
    """
    hours: dict[date, timedelta] = {}
    windows: dict[date, Span] = {}
    for start, end in spans:
        for on, first, last in daily(begins, ends, zone, start, end):
            windows[on] = first, last
            hours[on] = hours.get(on, timedelta()) + min(end, last) - max(start, first)
    return {on: windows[on] for on, total in hours.items() if total / HOUR >= least}
