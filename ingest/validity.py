"""How many minutes make an hour, and how many hours a day: the one place where it is said."""

from datetime import UTC, date, datetime, time, timedelta, timezone

HOUR_MINUTES = 45
"""Valid minutes of a valid hour: GB 3095-2026 table 4 (45 min of sampling), HJ 212-2017 annex D (45 minute means)."""
DAY_HOURS = 20
"""Valid hours of a valid day: GB 3095-2026 table 4, HJ 212-2017 annex D."""
DAY_MINUTES = 1440

BEIJING = timezone(timedelta(hours=8))
"""Days are those of the Beijing clock, whatever the server's zone."""


def hour_of(at: datetime) -> datetime:
    """The hour in which a time lies, in UTC."""
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def day_of(at: datetime) -> date:
    """The natural day in which a time lies."""
    return at.astimezone(BEIJING).date()


def span_of(day: date) -> tuple[datetime, datetime]:
    """When a natural day begins and ends, in UTC."""
    begin = datetime.combine(day, time(), BEIJING).astimezone(UTC)
    return begin, begin + timedelta(days=1)
