"""A rotation's turns within a span: who has which, counted from the anchor."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from alerts.roster.definition import Day, Rotation, Turn, timezone
from alerts.roster.shift import Shift
from alerts.roster.span import Span
from alerts.roster.wall import instant
from alerts.roster.workday import day_of

DAY = timedelta(days=1)

Dates = tuple[date, date]
"""From the first on, before the second."""


def shifts_of(rotation: Rotation, spans: Sequence[Span], overrides: Mapping[date, Day]) -> list[Shift]:
    """The shifts, whole, that overlap one of the spans; raises DefinitionError for a zone that does not exist."""
    zone = timezone(rotation.zone)
    found: list[Shift] = []
    for dates in _dates(rotation, spans):
        for number, on, turn in _turns(rotation, dates, overrides):
            begins = datetime.combine(on, turn.begins)
            start, end = instant(begins, zone), instant(begins + timedelta(hours=turn.hours), zone)
            # Where the clock jumps over all of a turn nobody has it.
            if start < end and any(start < last and first < end for first, last in spans):
                found += _seats(rotation, number, start, end)
    return found


def longest(rotation: Rotation) -> timedelta:
    """No turn lasts longer, whatever becomes of the clock."""
    return timedelta(hours=max(turn.hours for turn in rotation.turns)) + DAY


def _dates(rotation: Rotation, spans: Sequence[Span]) -> list[Dates]:
    """The local dates on which turns that overlap a span may begin, no date twice."""
    zone = timezone(rotation.zone)
    least, most = rotation.valid_from or date.min, rotation.valid_to or date.max
    found: list[Dates] = []
    for start, end in sorted(spans):
        first = max((start - longest(rotation)).astimezone(zone).date(), least)
        last = min(end.astimezone(zone).date() + DAY, most)
        if found:
            first = max(first, found[-1][1])
        if first < last:
            found.append((first, last))
    return found


def _turns(rotation: Rotation, dates: Dates, overrides: Mapping[date, Day]) -> Iterator[tuple[int, date, Turn]]:
    """The turns that begin on the dates, each with its number."""
    by_day: dict[int, list[Turn]] = {}
    for turn in sorted(rotation.turns, key=lambda turn: turn.begins):
        by_day.setdefault(turn.day, []).append(turn)
    number = _count(rotation, dates[0], overrides)
    on, last = dates
    while on < last:
        turns = by_day.get((on - rotation.anchor).days % rotation.every)
        if turns and _takes_place(rotation, on, overrides):
            yield from ((number + place, on, turn) for place, turn in enumerate(turns))
            number += len(turns)
        on += DAY


def _count(rotation: Rotation, until: date, overrides: Mapping[date, Day]) -> int:
    """How many turns begin from the anchor on and before a date; negative for a date before the anchor."""
    if rotation.days == "all":
        cycles, day = divmod((until - rotation.anchor).days, rotation.every)
        return cycles * len(rotation.turns) + sum(turn.day < day for turn in rotation.turns)
    on, last = sorted((rotation.anchor, until))
    count = 0
    while on < last:
        day = (on - rotation.anchor).days % rotation.every
        here = sum(turn.day == day for turn in rotation.turns)
        count += here if here and _takes_place(rotation, on, overrides) else 0
        on += DAY
    return count if until >= rotation.anchor else -count


def _takes_place(rotation: Rotation, on: date, overrides: Mapping[date, Day]) -> bool:
    return rotation.days == "all" or day_of(on, overrides).workday == (rotation.days == "workdays")


def _seats(rotation: Rotation, number: int, start: datetime, end: datetime) -> Iterator[Shift]:
    """A turn's shifts, one a person."""
    post, role, township, people = rotation.post, rotation.role, rotation.township, rotation.people
    source = f"rotation:{rotation.rotation_id}"
    first = number // rotation.hold * rotation.at_once
    for place in range(first, first + rotation.at_once):
        yield Shift(start, end, post, role, people[place % len(people)], township, source)
