"""Whatever is edited in the table: with the schedules it becomes, the plan is as the table says, and else as before."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.roster.definition import Definitions, Rotation, Turn
from alerts.roster.draft import Standing, drafts
from alerts.roster.plan import plan
from alerts.roster.sheet import Line
from alerts.roster.shift import Shift

NOW = datetime(2026, 11, 21, 3, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
END = NOW + 24 * 6 * HOUR
PEOPLE = ("P1", "P2", "P3", "P4")


def _rotation(name: str, post: str, hours: Sequence[int], length: float, at_once: int = 1) -> Rotation:
    turns = tuple(Turn(time(hour), length) for hour in hours)
    return Rotation(name, post, "duty", PEOPLE, date(2026, 11, 1), turns, at_once=at_once)


# A post of one seat, one of two that change together, one of two that overlap.
ROSTER = Definitions(
    rotations=(
        _rotation("1", "一", (0, 8, 16), 8),
        _rotation("2", "二", (8, 20), 12, at_once=2),
        _rotation("3", "三", (6, 18), 12),
        _rotation("4", "三", (0, 12), 12),
    )
)
STANDING = plan(ROSTER, NOW, END)

edits = st.lists(
    st.tuples(st.integers(0, len(STANDING) - 1), st.sampled_from(["person", "gone", "shorter", "longer"])),
    min_size=1,
    max_size=5,
)


def _edited(table: list[Shift], todo: list[tuple[int, str]]) -> list[Shift]:
    for index, what in todo:
        shift = table[index % len(table)]
        if shift.start <= NOW or len(table) < 2:
            continue
        taken = {one.person_id for one in table if one.overlaps(shift.start - 13 * HOUR, shift.end + 13 * HOUR)}
        other = next((person for person in (*PEOPLE, "P5", "P6", "P7") if person not in taken), "P8")
        table = [one for one in table if one is not shift]
        if what != "gone":
            hours = {"person": 0, "shorter": -2, "longer": 1}[what]
            table.append(replace(shift, person_id=other, end=shift.end + hours * HOUR))
    return table


@settings(max_examples=150, deadline=None)
@given(todo=edits, since=st.integers(0, 40), posts=st.sets(st.sampled_from(["一", "二", "三"]), min_size=1))
def test_the_plan_follows_the_table_and_nothing_else_changes(
    todo: list[tuple[int, str]], since: int, posts: set[str]
) -> None:
    known = [shift for shift in STANDING if shift.start >= NOW - 12 * HOUR]
    table = [shift for shift in known if shift.post in posts][since % 10 :]
    table = _edited(table, todo) if len(table) > 1 else table
    lines = [Line(number, shift, True, True) for number, shift in enumerate(table, 2)]
    made = drafts("csv", lines, Standing(known, NOW))

    schedules = tuple(replace(one.schedule, temporary_id=str(number)) for number, one in enumerate(made))
    after = [one for one in plan(replace(ROSTER, temporaries=schedules), NOW, END + 24 * HOUR) if one.start < END]
    off = [shift for one in made for shift in one.off]
    expected = [*(shift for shift in known if shift not in off), *(shift for one in made for shift in one.on)]
    for step in range(int((END - NOW) / HOUR) * 2):
        at = NOW + step * HOUR / 2
        assert _on(after, at) == _on(expected, at)
        if made:
            assert _on(after, at) >= _on([shift for shift in table if shift.start > NOW], at)


def _on(shifts: Sequence[Shift], at: datetime) -> Counter[tuple[str, str]]:
    return Counter((shift.post, shift.person_id) for shift in shifts if shift.start <= at < shift.end)
