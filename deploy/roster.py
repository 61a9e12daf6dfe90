"""The demo's duty roster: who of a district's people is on duty when, so that every minute is covered."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta, timezone

from ingest.registry import Person, Shift

ZONE = timezone(timedelta(hours=8))
# role, hours of a shift, post
POSTS = (
    ("leader", 24, "带班领导"),
    ("duty", 8, "值班员"),
    ("dispatcher", 12, "调度员"),
    ("chief", 24, "站长待命"),
)
EPOCH = date(2026, 1, 1)


def roster(people: Sequence[Person], first: date, days: int) -> Iterator[Shift]:
    """The shifts of `days` days from `first` on: of every role one at a time, in turn, the same for a day always."""
    for role, hours, post in POSTS:
        group = [person for person in people if person.role == role]
        a_day = 24 // hours
        for turn in range((first - EPOCH).days * a_day, ((first - EPOCH).days + days) * a_day) if group else ():
            start = datetime(EPOCH.year, EPOCH.month, EPOCH.day, tzinfo=ZONE) + timedelta(hours=turn * hours)
            person = group[turn % len(group)]
            yield Shift(start=start, end=start + timedelta(hours=hours), person_id=person.person_id, post=post)
