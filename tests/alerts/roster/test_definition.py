"""Definitions without sense are refused, with what is wrong."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

import pytest

from alerts.roster.definition import (
    DefinitionError,
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

START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
ROTATION = Rotation("r", "desk", "duty", ("A", "B"), date(2026, 1, 1), (Turn(time(8), 24),))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"people": ()}, "people: at least one"),
        ({"people": ("A", "A")}, "people: everybody once"),
        ({"people": ("A", "")}, "people: at least one"),
        ({"post": ""}, "post and role"),
        ({"at_once": 3}, "at_once"),
        ({"at_once": 0}, "at_once"),
        ({"every": 0}, "every and hold"),
        ({"hold": 0}, "every and hold"),
        ({"anchor": date(1, 1, 1)}, "anchor"),
        ({"turns": ()}, "turns: from 1"),
        ({"turns": (Turn(time(8), 24, day=1),)}, "turns: each on a day of the cycle"),
        ({"valid_from": date(2026, 2, 1), "valid_to": date(2026, 2, 1)}, "valid_to: after valid_from"),
        ({"zone": "Asia/Nowhere"}, "no such time zone"),
        ({"zone": "../etc/passwd"}, "no such time zone"),
        ({"zone": "Asia/\0"}, "no such time zone"),
    ],
)
def test_a_rotation_without_sense_is_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(DefinitionError, match=said):
        replace(ROTATION, **change)


@pytest.mark.parametrize(
    ("begins", "hours", "day"),
    [
        (time(8), 0, 0),
        (time(8), -1, 0),
        (time(8), float("nan"), 0),
        (time(8), float("inf"), 0),
        (time(8), 1000, 0),
        (time(8), 8.123, 0),
        (time(8), 1e-300, 0),
        (time(8), 1 / 7, 0),
        (time(8, 0, 30), 8, 0),
        (time(8, tzinfo=UTC), 8, 0),
        (time(8), 8, -1),
    ],
)
def test_a_turn_without_sense_is_refused(begins: time, hours: float, day: int) -> None:
    with pytest.raises(DefinitionError, match="turn"):
        Turn(begins, hours, day)


@pytest.mark.parametrize(
    ("start", "end"),
    [(END, START), (START, START), (START.replace(tzinfo=None), END), (START.replace(year=1), END)],
)
def test_a_span_without_sense_is_refused(start: datetime, end: datetime) -> None:
    for kind in (
        lambda: Leave("1", "A", start, end),
        lambda: Side("A", "desk", start, end),
        lambda: Substitute("1", "A", "B", start, end),
        lambda: Temporary("1", "desk", start, end, ()),
        lambda: Temporary("1", "desk", START, END, (Shift(start, end, "desk", "duty", "A"),)),
    ):
        with pytest.raises(DefinitionError, match=r"start and end|end: after"):
            kind()


def test_nobody_swaps_with_himself_or_stands_in_for_himself() -> None:
    side = Side("A", "desk", START, END)
    with pytest.raises(DefinitionError, match="two different people"):
        Swap("1", side, side)
    with pytest.raises(DefinitionError, match="somebody else"):
        Substitute("1", "A", "A", START, END)


def test_shifts_of_a_temporary_schedule_are_on_its_post() -> None:
    with pytest.raises(DefinitionError, match="all on the post desk"):
        Temporary("1", "desk", START, END, (Shift(START, END, "field", "duty", "A"),))


def test_spans_with_any_offset_are_kept_in_utc() -> None:
    beijing = timezone(timedelta(hours=8))
    leave = Leave("1", "A", START.astimezone(beijing), END.astimezone(beijing))
    assert (leave.start, leave.start.tzinfo) == (START, UTC)
    temporary = Temporary("1", "desk", START, END, (Shift(leave.start.astimezone(beijing), END, "desk", "duty", "A"),))
    assert temporary.shifts[0].start.tzinfo is UTC


def test_a_plan_of_a_span_without_sense_is_refused() -> None:
    with pytest.raises(DefinitionError, match="in the years"):
        plan(Definitions((ROTATION,)), datetime(1, 1, 1, tzinfo=UTC), END)
    with pytest.raises(DefinitionError, match="end: after start"):
        plan(Definitions((ROTATION,)), START, START)
    with pytest.raises(DefinitionError, match="with an offset"):
        plan(Definitions((ROTATION,)), START.replace(tzinfo=None), END)
