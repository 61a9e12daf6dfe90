"""Layer upon layer: temporary schedules, leave, swaps, substitutes."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from alerts.roster.definition import Definitions, Leave, Rotation, Side, Substitute, Swap, Temporary, Turn
from alerts.roster.plan import Plan, draw
from alerts.roster.shift import Shift

SHANGHAI = ZoneInfo("Asia/Shanghai")
DESK = Rotation("r", "desk", "duty", ("A", "B", "C"), date(2026, 6, 1), (Turn(time(8), 24),))
LEAD = Rotation("l", "lead", "leader", ("L", "M"), date(2026, 6, 1), (Turn(time(8), 24),))
BASE = Definitions((DESK, LEAD))


def _at(day: int, hour: int = 8) -> datetime:
    return datetime(2026, 6, day, hour, tzinfo=SHANGHAI)


def _side(person: str, day: int, post: str = "desk") -> Side:
    return Side(person, post, _at(day), _at(day + 1))


def _drawn(days: int = 6, **layers: object) -> Plan:
    return draw(replace(BASE, **layers), _at(1), _at(days))  # type: ignore[arg-type]


def _said(found: Plan, post: str = "desk") -> list[str]:
    """`day hour person` of each shift on a post, local; with the person whose shift it was."""
    return [
        f"{shift.start.astimezone(SHANGHAI):%d %H} {shift.person_id}{'/' if shift.instead_of else ''}{shift.instead_of}"
        for shift in found.shifts
        if shift.post == post
    ]


def test_without_anything_agreed_the_rotation_stands() -> None:
    assert _said(_drawn()) == ["01 08 A", "02 08 B", "03 08 C", "04 08 A", "05 08 B"]


def test_a_substitute_takes_over_a_running_shift_and_gives_it_back() -> None:
    found = _drawn(3, substitutes=(Substitute("1", "A", "Z", _at(1, 14), _at(1, 20)),))
    assert _said(found) == ["01 08 A", "01 14 Z/A", "01 20 A", "02 08 B"]
    assert [shift.source for shift in found.shifts if shift.person_id == "Z"] == ["substitute:1"]


def test_a_substitute_may_be_for_one_post_only() -> None:
    both = (DESK, replace(LEAD, people=("A", "M")))
    only = Substitute("1", "A", "Z", _at(1), _at(2), "lead")
    found = draw(Definitions(both, substitutes=(only,)), _at(1), _at(2))
    assert (_said(found), _said(found, "lead")) == (["01 08 A"], ["01 08 Z/A"])


def test_a_substitute_who_falls_ill_is_substituted_himself() -> None:
    found = _drawn(
        2, substitutes=(Substitute("1", "A", "Y", _at(1), _at(2)), Substitute("2", "Y", "Z", _at(1, 20), _at(2)))
    )
    assert _said(found) == ["01 08 Y/A", "01 20 Z/A"]


def test_who_gets_his_own_shift_back_stands_in_for_nobody() -> None:
    there, back = Substitute("1", "A", "Z", _at(1), _at(2)), Substitute("2", "Z", "A", _at(1, 20), _at(2))
    assert _said(_drawn(2, substitutes=(there, back))) == ["01 08 Z/A", "01 20 A"]


def test_leave_leaves_the_post_vacant_and_nobody_is_drawn_in() -> None:
    found = _drawn(4, leaves=(Leave("1", "B", _at(2, 12), _at(9)),))
    assert _said(found) == ["01 08 A", "02 08 B", "03 08 C"]
    assert [(one.why, one.shift.person_id, one.shift.start, one.shift.end) for one in found.vacant] == [
        ("leave", "B", _at(2, 12), _at(3))
    ]


def test_who_stands_in_for_somebody_on_leave_is_on_duty() -> None:
    away = (Leave("1", "B", _at(2), _at(9)),)
    found = _drawn(4, leaves=away, substitutes=(Substitute("1", "B", "Z", _at(2), _at(9)),))
    assert (_said(found), found.vacant) == (["01 08 A", "02 08 Z/B", "03 08 C"], ())


def test_who_is_on_leave_is_not_there_for_others_either() -> None:
    away = (Leave("1", "Z", _at(2, 20), _at(9)),)
    found = _drawn(4, leaves=away, substitutes=(Substitute("1", "B", "Z", _at(2), _at(9)),))
    assert _said(found) == ["01 08 A", "02 08 Z/B", "03 08 C"]
    assert [(one.shift.person_id, one.shift.instead_of, one.shift.start) for one in found.vacant] == [
        ("Z", "B", _at(2, 20))
    ]


def test_two_people_swap_their_shifts() -> None:
    found = _drawn(swaps=(Swap("7", _side("A", 1), _side("B", 5)),))
    assert _said(found) == ["01 08 B/A", "02 08 B", "03 08 C", "04 08 A", "05 08 A/B"]
    assert {shift.source for shift in found.shifts if shift.instead_of} == {"swap:7"}
    assert not found.doubts


def test_people_of_different_posts_swap_too() -> None:
    found = _drawn(3, swaps=(Swap("7", _side("A", 1), _side("L", 1, "lead")),))
    assert (_said(found)[0], _said(found, "lead")[0]) == ("01 08 L/A", "01 08 A/L")


def test_a_swap_survives_leave_of_others_and_new_people_that_move_nothing_here() -> None:
    swap = Swap("7", _side("A", 1), _side("B", 2))
    more = replace(DESK, rotation_id="new", people=("D", "E"), valid_from=date(2026, 6, 4), anchor=date(2026, 6, 4))
    changed = (replace(DESK, valid_to=date(2026, 6, 4)), more, LEAD)
    found = draw(Definitions(changed, leaves=(Leave("1", "C", _at(3), _at(4)),), swaps=(swap,)), _at(1), _at(6))
    assert _said(found) == ["01 08 B/A", "02 08 A/B", "04 08 D", "05 08 E"]


def test_a_swap_whose_shift_is_gone_is_reported_and_has_no_half_effect() -> None:
    swap = Swap("7", _side("A", 1), _side("B", 2))
    without = Definitions((replace(DESK, people=("A", "C")), LEAD), swaps=(swap,))
    found = draw(without, _at(1), _at(4))
    assert _said(found) == ["01 08 A", "02 08 C", "03 08 A"]
    assert [(doubt.swap.swap_id, doubt.side, doubt.why) for doubt in found.doubts] == [("7", swap.other, "lapsed")]


def test_a_swap_without_either_shift_is_reported_for_both_sides() -> None:
    swap = Swap("7", Side("A", "desk", _at(1, 20), _at(3)), _side("Z", 2))
    assert [doubt.why for doubt in _drawn(swaps=(swap,)).doubts] == ["lapsed"]  # not also that it would cut
    assert [doubt.side.person_id for doubt in _drawn(swaps=(replace(swap, one=_side("Y", 1)),)).doubts] == ["Y", "Z"]


def test_a_swap_of_a_shift_that_has_other_times_now_is_reported() -> None:
    swap = Swap("7", _side("A", 1), _side("B", 2))
    later = replace(DESK, turns=(Turn(time(9), 24),))
    found = draw(Definitions((later,), swaps=(swap,)), _at(1), _at(3))
    assert _said(found) == ["31 09 C", "01 09 B/A", "02 08 A", "02 09 A/B"]
    assert [doubt.why for doubt in found.doubts] == ["cuts", "cuts"]


def test_a_swap_is_told_only_of_the_span_that_it_concerns() -> None:
    lapsed = Swap("7", _side("Z", 3), _side("B", 5))
    assert [len(_drawn(days, swaps=(lapsed,)).doubts) for days in (2, 3, 4)] == [0, 0, 1]


def test_swaps_build_upon_one_another() -> None:
    swaps = (Swap("1", _side("A", 1), _side("B", 2)), Swap("2", _side("B", 1), _side("C", 3)))
    assert _said(_drawn(4, swaps=swaps)) == ["01 08 C/A", "02 08 A/B", "03 08 B/C"]


def test_a_swap_is_known_where_it_hangs_on_another_far_away() -> None:
    """Who has the 27th follows from the 1st, and that from the 16th."""
    swaps = (
        Swap("1", _side("A", 16), _side("B", 2)),
        Swap("2", _side("B", 16), _side("C", 27)),
        Swap("3", _side("C", 16), _side("A", 1)),
    )
    first = draw(replace(BASE, swaps=swaps), _at(1), _at(2))
    last = draw(replace(BASE, swaps=swaps), _at(27), _at(27, 9))
    assert (_said(first), _said(last)) == (["01 08 C/A"], ["27 08 B/C"])
    assert not [*first.doubts, *last.doubts]


def test_a_temporary_schedule_replaces_the_rotation_within_its_span() -> None:
    shifts = (Shift(_at(1, 20), _at(2, 14), "desk", "duty", "X"), Shift(_at(2, 14), _at(4), "desk", "duty", "Y"))
    found = _drawn(5, temporaries=(Temporary("t", "desk", _at(2), _at(3, 20), shifts),))
    assert _said(found) == ["01 08 A", "02 08 X", "02 14 Y", "03 20 C", "04 08 A"]
    assert [shift.source for shift in found.shifts if shift.person_id in "XY"] == ["temporary:t", "temporary:t"]
    assert _said(found, "lead") == ["01 08 L", "02 08 M", "03 08 L", "04 08 M"]


def test_nobody_sits_on_a_post_twice() -> None:
    pair = replace(DESK, at_once=2)
    found = draw(Definitions((pair,), substitutes=(Substitute("1", "A", "B", _at(1, 12), _at(1, 18)),)), _at(1), _at(2))
    assert _said(found) == ["01 08 A", "01 08 B", "01 18 A"]
    assert [(one.why, one.shift.person_id, one.shift.start, one.shift.end) for one in found.vacant] == [
        ("doubled", "B", _at(1, 12), _at(1, 18))
    ]


def test_shifts_are_whole_however_little_of_them_is_asked_for() -> None:
    week = replace(DESK, turns=(Turn(time(8), 168),), every=7)
    cut = Substitute("1", "A", "Z", _at(6), _at(7))
    found = draw(Definitions((week,), substitutes=(cut,)), _at(3), _at(3) + timedelta(minutes=1))
    assert [(shift.start, shift.end) for shift in found.shifts] == [(_at(1), _at(6))]


def test_a_long_shift_of_a_temporary_schedule_is_whole_too() -> None:
    long = Temporary("t", "desk", _at(1), _at(20), (Shift(_at(1), _at(20), "desk", "duty", "X"),))
    swap = Swap("7", _side("X", 18), _side("L", 19, "lead"))
    found = draw(replace(BASE, temporaries=(long,), swaps=(swap,)), _at(3), _at(4))
    assert [(shift.start, shift.end) for shift in found.shifts if shift.person_id == "X"] == [(_at(1), _at(18))]
