"""The demo's duty roster: who of a district's people is on duty when, so that every minute is covered."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta, timezone
from typing import Any, NamedTuple

from ingest.registry import Person, Shift

ZONE = timezone(timedelta(hours=8))
# role, hours of a shift, post
POSTS = (
    ("leader", 24, "带班领导"),
    ("duty", 8, "值班员"),
    ("dispatcher", 12, "调度员"),
    ("chief", 24, "站长待命"),
    ("bureau", 24, "局领导待命"),
)
FIELD_HOURS, FIELD_POST = 24, "外勤"
EPOCH = date(2026, 1, 1)


class Seat(NamedTuple):
    """A post and those who take turns on it, `hours` each."""

    post: str
    role: str
    hours: int
    people: tuple[str, ...]
    township: str = ""


def seats(people: Sequence[Person]) -> Iterator[Seat]:
    """One of every role, and of field teams one of every township."""
    for role, hours, post in POSTS:
        if group := tuple(person.person_id for person in people if person.role == role):
            yield Seat(post, role, hours, group)
    field = [person for person in people if person.role == "field"]
    for township in sorted({person.township for person in field}):
        team = tuple(person.person_id for person in field if person.township == township)
        yield Seat(f"{FIELD_POST} {township}".strip(), "field", FIELD_HOURS, team, township)


def roster(people: Sequence[Person], first: date, days: int) -> Iterator[Shift]:
    """The shifts of `days` days from `first` on: on every post one at a time, in turn, the same for a day always."""
    for seat in seats(people):
        a_day = 24 // seat.hours
        for turn in range((first - EPOCH).days * a_day, ((first - EPOCH).days + days) * a_day):
            start = datetime(EPOCH.year, EPOCH.month, EPOCH.day, tzinfo=ZONE) + timedelta(hours=turn * seat.hours)
            person = seat.people[turn % len(seat.people)]
            yield Shift(start=start, end=start + timedelta(hours=seat.hours), person_id=person, post=seat.post)


def rotations(people: Sequence[Person]) -> Iterator[dict[str, Any]]:
    """The same as rotations, which go on for ever."""
    for seat in seats(people):
        yield {
            "post": seat.post,
            "role": seat.role,
            "people": seat.people,
            "anchor": EPOCH.isoformat(),
            "turns": [{"begins": f"{hour:02d}:00", "hours": seat.hours} for hour in range(0, 24, seat.hours)],
            "township": seat.township,
        }
