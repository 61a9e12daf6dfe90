"""Rosters of any kind, for tests that try many: some weeks around a change of the clock."""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from hypothesis import strategies as st

from alerts.roster.definition import (
    Day,
    Definitions,
    Leave,
    Rotation,
    Side,
    Substitute,
    Swap,
    Temporary,
    Turn,
)
from alerts.roster.plan import plan
from alerts.roster.shift import Shift

DAYS = 16
PEOPLE = ("A", "B", "C", "D", "E")
POSTS = ("desk", "field")
CHANGES = {
    "Asia/Shanghai": datetime(2026, 9, 25, tzinfo=UTC),  # holidays and make-up workdays
    "Europe/Berlin": datetime(2026, 3, 21, tzinfo=UTC),
    "America/New_York": datetime(2026, 10, 24, tzinfo=UTC),
    "Australia/Lord_Howe": datetime(2026, 3, 28, tzinfo=UTC),  # half an hour
    "America/St_Johns": datetime(2010, 10, 30, tzinfo=UTC),  # a minute past midnight
    "Pacific/Apia": datetime(2011, 12, 22, tzinfo=UTC),  # a day that never was
}


class Scene(NamedTuple):
    """Definitions, and the span that they are about."""

    definitions: Definitions
    start: datetime
    end: datetime


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    """Two posts, one to three rotations, and all that may come upon them; swaps are mostly of shifts that exist."""
    zone = draw(st.sampled_from(sorted(CHANGES)))
    start = CHANGES[zone]
    end = start + timedelta(days=DAYS)
    rotations = tuple(draw(st.lists(_rotation(zone, start.date()), min_size=1, max_size=3)))
    overrides = draw(st.dictionaries(_date(start.date()), st.builds(Day, st.booleans()), max_size=3))
    plain = Definitions(rotations, tuple(draw(st.lists(_temporary(start), max_size=2))), overrides=overrides)
    definitions = Definitions(
        rotations,
        plain.temporaries,
        tuple(draw(st.lists(leaves(start), max_size=3))),
        tuple(draw(st.lists(swaps(start, plan(plain, start, end)), max_size=4))),
        tuple(draw(st.lists(substitutes(start), max_size=3))),
        overrides,
    )
    return Scene(definitions, start, end)


@st.composite
def spans(draw: st.DrawFn, start: datetime) -> tuple[datetime, datetime]:
    """Within the days, on whole minutes; no longer than four days."""
    first = draw(st.integers(0, DAYS * 1440 - 2))
    last = draw(st.integers(first + 1, min(first + 4 * 1440, DAYS * 1440 - 1)))
    return start + timedelta(minutes=first), start + timedelta(minutes=last)


@st.composite
def leaves(draw: st.DrawFn, start: datetime) -> Leave:
    """Of anybody."""
    return Leave(_id(draw), draw(_people()), *draw(spans(start)))


@st.composite
def substitutes(draw: st.DrawFn, start: datetime) -> Substitute:
    """Of anybody by anybody else, on a post or on all."""
    one, other = draw(st.permutations(PEOPLE))[:2]
    return Substitute(_id(draw), one, other, *draw(spans(start)), draw(st.sampled_from(("", *POSTS))))


@st.composite
def swaps(draw: st.DrawFn, start: datetime, shifts: list[Shift]) -> Swap:
    """Of two shifts, or of any two spans."""
    one = draw(_side(start, shifts))
    other = draw(_side(start, shifts).filter(lambda side: side.person_id != one.person_id))
    return Swap(_id(draw), one, other)


def _side(start: datetime, shifts: list[Shift]) -> st.SearchStrategy[Side]:
    end = start + timedelta(days=DAYS)
    inside = [
        Side(shift.person_id, shift.post, shift.start, shift.end)
        for shift in shifts
        if start <= shift.start and shift.end <= end
    ]
    people = {side.person_id for side in inside}
    any_side = st.builds(
        lambda person, post, span: Side(person, post, *span), _people(), st.sampled_from(POSTS), spans(start)
    )
    return st.one_of(st.sampled_from(inside), any_side) if len(people) > 1 else any_side


@st.composite
def _rotation(draw: st.DrawFn, zone: str, start: date) -> Rotation:
    every = draw(st.sampled_from([1, 1, 1, 2, 3, 7]))
    people = draw(st.permutations(PEOPLE))[: draw(st.integers(1, len(PEOPLE)))]
    validity = sorted(draw(st.sets(_date(start), min_size=2, max_size=2)))
    return Rotation(
        _id(draw),
        draw(st.sampled_from(POSTS)),
        "duty",
        tuple(people),
        draw(_date(start, around=60)),
        tuple(draw(st.lists(_turn(every), min_size=1, max_size=3))),
        every,
        draw(st.integers(1, len(people))),
        draw(st.integers(1, 3)),
        draw(st.sampled_from(["all", "all", "workdays", "holidays"])),
        draw(st.sampled_from([None, validity[0]])),
        draw(st.sampled_from([None, validity[1]])),
        zone,
    )


def _turn(every: int) -> st.SearchStrategy[Turn]:
    begins = st.one_of(
        st.sampled_from([time(0), time(1, 30), time(2), time(2, 30), time(8), time(20)]),
        st.builds(time, st.integers(0, 23), st.integers(0, 59)),
    )
    hours = st.one_of(st.sampled_from([0.5, 8, 12, 24, 24.0 * every]), st.integers(1, 3000).map(lambda m: m / 60))
    whole = hours.filter(lambda length: float(length * 60).is_integer())
    return st.builds(Turn, begins, whole, st.integers(0, every - 1))


@st.composite
def _temporary(draw: st.DrawFn, start: datetime) -> Temporary:
    post, (begin, end) = draw(st.sampled_from(POSTS)), draw(spans(start))
    shifts = draw(
        st.lists(
            st.builds(lambda span, person: Shift(span[0], span[1], post, "duty", person), spans(start), _people()),
            max_size=3,
        )
    )
    return Temporary(_id(draw), post, begin, end, tuple(shifts))


def _people() -> st.SearchStrategy[str]:
    return st.sampled_from(PEOPLE)


def _date(start: date, around: int = 0) -> st.SearchStrategy[date]:
    return st.integers(-around, DAYS + around).map(lambda days: start + timedelta(days=days))


def _id(draw: st.DrawFn) -> str:
    return str(draw(st.integers(0, 9999)))
