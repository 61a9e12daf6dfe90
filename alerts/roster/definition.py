"""What a roster is made from: rotations, and what people have agreed on since."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from alerts.roster.shift import Shift
from alerts.roster.span import Span

YEARS = (2000, 2100)
"""Everything lies in these years."""
LONGEST_HOURS = 24 * 31
MOST_TURNS = 96
MINUTE = timedelta(minutes=1)

Days = Literal["all", "workdays", "holidays"]


class DefinitionError(ValueError):
    """A definition that makes no sense; the message names the field and what it should be."""


class Day(NamedTuple):
    """What a date is: `workday` or not, its name where it has one, and whether this is only an estimate."""

    workday: bool
    name: str = ""
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """One shift of a rotation's cycle: on day `day` of the cycle (from 0), from a wall-clock time on.

    It ends when the wall clock has gone on by `hours`: a turn of 24 h lasts 23 or 25 h when the clock is changed.
    """

    begins: time
    hours: float
    day: int = 0

    def __post_init__(self) -> None:
        _must(self.begins.tzinfo is None, "turn begins: a local time without offset")
        _must(not (self.begins.second or self.begins.microsecond), "turn begins: on a whole minute")
        _must(0 < self.hours <= LONGEST_HOURS, f"turn hours: more than 0, at most {LONGEST_HOURS}")
        lasts = timedelta(hours=self.hours)
        _must(lasts >= MINUTE and not lasts % MINUTE, "turn hours: whole minutes, for example 8.5")
        _must(self.day >= 0, "turn day: counted from 0")


@dataclass(frozen=True, slots=True)
class Rotation:
    """People who take turns on a post.

    `every` is the length of the cycle in days, `turns` the shifts in it: 3 × 8 h with `every=1`, a week from Monday
    08:00 on with `every=7`, nights only with one turn of 20:00 + 12 h. Turn number 0 is the first of the cycle that
    begins on the local date `anchor`, and `people[0]` has it. `at_once` people sit together, and the same ones keep
    `hold` turns in succession. With `days` only the turns that begin on a workday (or on a day off) take place, and
    only these are counted. Turns that begin on local dates from `valid_from` on and before `valid_to` take place,
    each to its own end. A post is one seat (or several, filled from several rotations) of one township.
    """

    rotation_id: str
    post: str
    role: str
    people: tuple[str, ...]
    anchor: date
    turns: tuple[Turn, ...]
    every: int = 1
    at_once: int = 1
    hold: int = 1
    days: Days = "all"
    valid_from: date | None = None
    valid_to: date | None = None
    zone: str = "Asia/Shanghai"
    township: str = ""

    def __post_init__(self) -> None:
        _must(bool(self.post and self.role), "post and role: must be named")
        _must(bool(self.people and all(self.people)), "people: at least one")
        _must(len(set(self.people)) == len(self.people), "people: everybody once")
        _must(1 <= self.at_once <= len(self.people), "at_once: from 1 to the number of people")
        _must(YEARS[0] <= self.anchor.year <= YEARS[1], f"anchor: in the years {YEARS[0]} to {YEARS[1]}")
        _must(1 <= self.every <= 366 and 1 <= self.hold <= 366, "every and hold: from 1 to 366")
        _must(1 <= len(self.turns) <= MOST_TURNS, f"turns: from 1 to {MOST_TURNS}")
        _must(all(turn.day < self.every for turn in self.turns), "turns: each on a day of the cycle")
        span = (self.valid_from or date.min, self.valid_to or date.max)
        _must(span[0] < span[1], "valid_to: after valid_from")
        timezone(self.zone)


@dataclass(frozen=True, slots=True)
class Temporary:
    """A schedule that replaces all rotations of a post within a span; of its shifts counts what lies in the span."""

    temporary_id: str
    post: str
    start: datetime
    end: datetime
    shifts: tuple[Shift, ...]

    def __post_init__(self) -> None:
        _span(self)
        _must(all(shift.post == self.post for shift in self.shifts), f"shifts: all on the post {self.post}")
        spans = [span(shift.start, shift.end) for shift in self.shifts]
        shifts = zip(self.shifts, spans, strict=True)
        object.__setattr__(
            self, "shifts", tuple(replace(shift, start=start, end=end) for shift, (start, end) in shifts)
        )


@dataclass(frozen=True, slots=True)
class Leave:
    """A person who is not there, whatever else was agreed; without a substitute the post is vacant, and reported."""

    leave_id: str
    person_id: str
    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        _span(self)


@dataclass(frozen=True, slots=True)
class Side:
    """What one of two people gives in a swap: all that he has on a post within a span."""

    person_id: str
    post: str
    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        _span(self)


@dataclass(frozen=True, slots=True)
class Swap:
    """Two people exchange what they have; only if both have something to give, else it is reported."""

    swap_id: str
    one: Side
    other: Side

    def __post_init__(self) -> None:
        _must(self.one.person_id != self.other.person_id, "swap: two different people")


@dataclass(frozen=True, slots=True)
class Substitute:
    """Somebody else takes what a person has in a span, also of a running shift; on one post, or on all ("")."""

    substitute_id: str
    person_id: str
    other_id: str
    start: datetime
    end: datetime
    post: str = ""

    def __post_init__(self) -> None:
        _span(self)
        _must(self.person_id != self.other_id, "substitute: somebody else")


@dataclass(frozen=True, slots=True)
class Definitions:
    """All that the plan follows from; of two of a kind that concern the same span the later in order wins."""

    rotations: tuple[Rotation, ...] = ()
    temporaries: tuple[Temporary, ...] = ()
    leaves: tuple[Leave, ...] = ()
    swaps: tuple[Swap, ...] = ()
    substitutes: tuple[Substitute, ...] = ()
    overrides: Mapping[date, Day] = field(default_factory=dict)
    """Dates that are workdays or days off other than the official calendar knows."""


@lru_cache(maxsize=32)
def timezone(name: str) -> ZoneInfo:
    """The time zone of an IANA name; raises DefinitionError."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise DefinitionError(f"zone: no such time zone: {name}; for example Asia/Shanghai") from error


def utc(moment: datetime) -> datetime:
    """The moment in UTC; raises DefinitionError for one without an offset or far from now."""
    _must(moment.tzinfo is not None, "start and end: with an offset")
    _must(YEARS[0] <= moment.year <= YEARS[1], f"start and end: in the years {YEARS[0]} to {YEARS[1]}")
    return moment.astimezone(UTC)


def span(start: datetime, end: datetime) -> Span:
    """Two moments in UTC, one after the other; raises DefinitionError."""
    start, end = utc(start), utc(end)
    _must(start < end, "end: after start")
    return start, end


def _span(definition: "Temporary | Leave | Side | Substitute") -> None:
    for name, moment in zip(("start", "end"), span(definition.start, definition.end), strict=True):
        object.__setattr__(definition, name, moment)


def _must(holds: bool, what: str) -> None:
    if not holds:
        raise DefinitionError(what)
