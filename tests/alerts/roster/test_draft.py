"""Which schedules bring the roster to a table of shifts, and what a table cannot change any more."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from alerts.roster.draft import MOST_SHIFTS, Draft, Standing, drafts, missing, settled
from alerts.roster.sheet import Line, SheetError
from alerts.roster.shift import Shift

NOW = datetime(2026, 11, 21, tzinfo=UTC)
HOUR = timedelta(hours=1)


def _shift(begins: float, person: str, post: str = "值班员", hours: float = 8, **more: str) -> Shift:
    start = NOW + begins * HOUR
    return Shift(start, start + hours * HOUR, post, "duty", person, **more)


# One that is over, one that runs, three to come.
DAY = [_shift(-10, "P1"), _shift(-2, "P2"), _shift(6, "P3"), _shift(14, "P1"), _shift(22, "P2")]


def _drafts(table: list[Shift], standing: list[Shift]) -> list[Draft]:
    lines = [Line(number, shift, True, True) for number, shift in enumerate(table, 2)]
    return drafts("csv", lines, Standing(standing, NOW))


def test_what_stands_there_already_changes_nothing() -> None:
    assert _drafts(DAY, DAY) == []
    assert _drafts(DAY[3:], [replace(shift, source="rotation:1", instead_of="P7") for shift in DAY]) == []
    assert _drafts(DAY[:2], DAY) == []
    assert _drafts([], DAY) == []


def test_another_person_is_one_off_and_one_on_and_the_rest_stays() -> None:
    other = replace(DAY[3], person_id="P9")
    [draft] = _drafts([*DAY[2:3], other, DAY[4]], DAY)
    assert (draft.off, draft.on) == ((DAY[3],), (other,))
    assert draft.schedule.shifts == (DAY[2], other, DAY[4])
    assert (draft.schedule.start, draft.schedule.end) == (DAY[2].start, DAY[4].end)


def test_with_a_line_that_runs_the_table_speaks_from_now_on() -> None:
    """So the first shift to come can be struck out too; who runs goes on in the schedule, to the end of his shift."""
    [draft] = _drafts([DAY[1], *DAY[3:]], DAY)
    assert (draft.off, draft.on) == ((DAY[2],), ())
    assert draft.schedule.shifts == (DAY[1], *DAY[3:])
    assert draft.schedule.start == DAY[1].start


def test_posts_and_times_that_the_table_does_not_name_stay() -> None:
    other_post = _shift(6, "P5", "调度员")
    [draft] = _drafts([replace(DAY[3], person_id="P9")], [*DAY, other_post])
    assert draft.off == (DAY[3],)
    assert draft.schedule.shifts == (replace(DAY[3], person_id="P9"),)
    assert (draft.schedule.start, draft.schedule.end) == (DAY[3].start, DAY[3].end)


def test_a_second_seat_of_the_post_is_taken_along() -> None:
    seat = _shift(10, "P8", hours=6)
    [draft] = _drafts([replace(DAY[3], person_id="P9")], [*DAY, seat])
    assert draft.off == (DAY[3],)
    assert seat in draft.schedule.shifts


@pytest.mark.parametrize(
    "changed", [replace(DAY[1], person_id="P9"), replace(DAY[1], end=NOW + HOUR), replace(DAY[0], role="leader")]
)
def test_what_has_begun_cannot_be_changed(changed: Shift) -> None:
    with pytest.raises(SheetError) as told:
        _drafts([*DAY[2:], changed], DAY)
    assert [problem.place for problem in told.value.problems] == ["csv:5:start"]


@pytest.mark.parametrize("post", ["", "岗" * 65])
def test_a_post_needs_a_name_that_can_be_shown(post: str) -> None:
    with pytest.raises(SheetError) as told:
        _drafts([_shift(6, "P1", post)], [])
    assert [problem.place for problem in told.value.problems] == ["csv:2:post"]
    stands = _shift(6, "P1", post)
    assert _drafts([stands], [stands]) == []


def test_too_much_at_once_is_refused() -> None:
    for table in (
        [_shift(n, "P1", hours=1) for n in range(1, MOST_SHIFTS + 2)],
        [_shift(1, "P1"), _shift(24 * 401, "P1")],
    ):
        with pytest.raises(SheetError, match="in parts"):
            _drafts(table, [])


def test_what_a_line_does_not_tell_is_as_it_stands() -> None:
    stands = replace(DAY[2], role="leader", township="孟河镇")
    bare = Line(2, replace(DAY[2], role="field", township=""), False, False)
    assert settled([bare], [stands])[0].shift == replace(stands, source=bare.shift.source)
    told = bare._replace(tells_role=True, tells_township=True, shift=replace(bare.shift, township="薛家镇"))
    assert settled([told], [stands]) == [told]
    assert settled([bare], [DAY[3]]) == [bare]


def test_a_shift_in_pieces_is_there_and_one_with_a_hole_is_not() -> None:
    pieces = [_shift(0, "P1", hours=3, source="rotation:1"), _shift(3, "P1", hours=5, source="temporary:2")]
    assert missing([_shift(0, "P1")], pieces) == []
    assert len(missing([_shift(0, "P1")], pieces[1:])) == 1
    assert len(missing([_shift(0, "P1")], [replace(piece, person_id="P2") for piece in pieces])) == 1
