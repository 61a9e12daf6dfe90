"""Who is on duty at every minute, said slowly and simply from the definitions: the oracle of the roster."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import chinese_calendar
import numpy as np
from numpy.typing import NDArray

from alerts.roster.definition import Definitions, Rotation, Side, Swap, Turn

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
EPOCH = datetime(2000, 1, 1)  # noqa: DTZ001  the wall clock has no zone

Minutes = NDArray[np.int32]


@dataclass
class Walk:
    """A walk over the minutes of a span; a seat is an array with a person's number in each minute, 0 for nobody."""

    definitions: Definitions
    start: datetime
    length: int
    seats: dict[str, list[Minutes]] = field(default_factory=dict)
    vacant: dict[str, Minutes] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    lapsed: list[Swap] = field(default_factory=list)

    def __post_init__(self) -> None:
        for rotation in self.definitions.rotations:
            shown = walls(rotation.zone, self.start, self.length)
            for number, begins, ends in turns(rotation, self.start + self.length * MINUTE, self.definitions):
                first, last = np.searchsorted(shown, [(begins - EPOCH) / MINUTE, (ends - EPOCH) / MINUTE])
                for place in range(rotation.at_once):
                    turn = (number // rotation.hold) * rotation.at_once + place
                    self._sit(rotation.post, slice(first, last), rotation.people[turn % len(rotation.people)])
        self._temporaries()
        self._swaps()
        self._substitutes()
        self._leaves()

    def times(self, post: str, person: str) -> Minutes:
        """On how many seats of a post somebody would have to sit in each minute."""
        number, seats = self._number(person), [*self.seats.get(post, []), self._empty()]
        times: Minutes = np.sum([seat == number for seat in seats], axis=0, dtype=np.int32)
        return times

    def _sit(self, post: str, when: slice, person: str) -> None:
        seats = self.seats.setdefault(post, [])
        self.vacant.setdefault(post, self._empty())
        free = next((seat for seat in seats if not seat[when].any()), None)
        if free is None:
            free = self._empty()
            seats.append(free)
        free[when] = self._number(person)

    def _temporaries(self) -> None:
        for temporary in self.definitions.temporaries:
            span = self._minutes(temporary.start, temporary.end)
            for seat in self.seats.get(temporary.post, []):
                seat[span] = 0
            for shift in temporary.shifts:
                start, end = max(shift.start, temporary.start), min(shift.end, temporary.end)
                if start < end:
                    self._sit(temporary.post, self._minutes(start, end), shift.person_id)

    def _swaps(self) -> None:
        for swap in self.definitions.swaps:
            one, other = self._held(swap.one), self._held(swap.other)
            if not any(minutes.any() for _, minutes in one) or not any(minutes.any() for _, minutes in other):
                self.lapsed.append(swap)
                continue
            for held, person in ((one, swap.other.person_id), (other, swap.one.person_id)):
                for seat, minutes in held:
                    seat[minutes] = self._number(person)

    def _held(self, side: Side) -> list[tuple[Minutes, NDArray[np.bool_]]]:
        within = np.zeros(self.length, dtype=bool)
        within[self._minutes(side.start, side.end)] = True
        number = self._number(side.person_id)
        return [(seat, within & (seat == number)) for seat in self.seats.get(side.post, [])]

    def _substitutes(self) -> None:
        for one in self.definitions.substitutes:
            span = self._minutes(one.start, one.end)
            for post, seats in self.seats.items():
                for seat in seats if one.post in ("", post) else ():
                    seat[span][seat[span] == self._number(one.person_id)] = self._number(one.other_id)

    def _leaves(self) -> None:
        for leave in self.definitions.leaves:
            span = self._minutes(leave.start, leave.end)
            for post, seats in self.seats.items():
                for seat in seats:
                    absent = seat[span] == self._number(leave.person_id)
                    seat[span][absent] = 0
                    self.vacant[post][span] += absent

    def _minutes(self, start: datetime, end: datetime) -> slice:
        first, last = ((moment - self.start) // MINUTE for moment in (start, end))
        return slice(max(first, 0), max(last, 0))

    def _number(self, person: str) -> int:
        return self.people.setdefault(person, len(self.people) + 1)

    def _empty(self) -> Minutes:
        return np.zeros(self.length, dtype=np.int32)


@lru_cache
def walls(zone: str, start: datetime, length: int) -> Minutes:
    """The latest that the clock on the wall has shown until each minute: it does not count when it is set back."""
    tz = ZoneInfo(zone)
    before = 2 * DAY // MINUTE
    moments = (start + (minute - before) * MINUTE for minute in range(length + before))
    shown = [(moment.astimezone(tz).replace(tzinfo=None) - EPOCH) // MINUTE for moment in moments]
    latest: Minutes = np.maximum.accumulate(np.array(shown, dtype=np.int32))[before:]
    return latest


def turns(rotation: Rotation, until: datetime, definitions: Definitions) -> Iterator[tuple[int, datetime, datetime]]:
    """Every turn with its number and when the wall clock shows its begin and its end: counted day by day."""
    on, number = rotation.anchor, 0
    while on <= until.astimezone(UTC).date() + DAY:
        for turn in _of_day(rotation, on, definitions):
            yield from _if_valid(rotation, number, on, turn)
            number += 1
        on += DAY
    on, number = rotation.anchor - DAY, -1
    while on >= until.astimezone(UTC).date() - 500 * DAY:
        for turn in reversed(_of_day(rotation, on, definitions)):
            yield from _if_valid(rotation, number, on, turn)
            number -= 1
        on -= DAY


def _if_valid(rotation: Rotation, number: int, on: date, turn: Turn) -> Iterator[tuple[int, datetime, datetime]]:
    if (rotation.valid_from is None or rotation.valid_from <= on) and (
        rotation.valid_to is None or on < rotation.valid_to
    ):
        begins = datetime.combine(on, turn.begins)
        yield number, begins, begins + timedelta(hours=turn.hours)


def _of_day(rotation: Rotation, on: date, definitions: Definitions) -> list[Turn]:
    if rotation.days != "all":
        known = definitions.overrides.get(on)
        works = known.workday if known else chinese_calendar.is_workday(on) if on.year <= 2026 else on.weekday() < 5
        if works != (rotation.days == "workdays"):
            return []
    day = (on - rotation.anchor).days % rotation.every
    return sorted((turn for turn in rotation.turns if turn.day == day), key=lambda turn: turn.begins)
