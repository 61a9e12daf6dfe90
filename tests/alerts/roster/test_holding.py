"""Who is responsible: who is on duty, or who has not been relieved yet."""

from datetime import UTC, datetime, timedelta

from alerts.roster.holding import Held, OnDuty, holders, overdue

DAY = datetime(2026, 11, 21, tzinfo=UTC)
LAPSE = timedelta(hours=12)


def _at(hour: float) -> datetime:
    return DAY + timedelta(hours=hour)


def _held(person: str, start: float, end: float, *marks: str, owner: str = "", post: str = "desk") -> Held:
    duty = OnDuty(person, person, "duty", "", "", post, _at(start), _at(end))
    return Held(duty, owner or person, handed="handed" in marks, took="took" in marks, offered="offered" in marks)


def _who(hour: float, *shifts: Held) -> list[str]:
    return [duty.person_id for duty in holders(shifts, _at(hour), LAPSE)]


def test_where_nobody_hands_over_it_is_who_is_on_duty() -> None:
    shifts = [_held("A", 0, 8), _held("B", 8, 16), _held("L", 0, 24, post="lead")]
    assert _who(7.9, *shifts) == ["A", "L"]
    assert _who(8, *shifts) == ["B", "L"]


def test_who_has_offered_stays_until_somebody_accepts() -> None:
    assert _who(8.3, _held("A", 0, 8, "offered"), _held("B", 8, 16)) == ["A"]
    assert _who(8.3, _held("A", 0, 8, "offered", "handed"), _held("B", 8, 16, "took")) == ["B"]


def test_who_accepts_early_is_responsible_at_once() -> None:
    assert _who(7.9, _held("A", 0, 8, "offered", "handed"), _held("B", 8, 16, "took")) == ["B"]


def test_who_forgets_to_hand_over_stays_through_the_next_shifts_but_not_for_ever() -> None:
    shifts = [_held("A", 0, 8, "offered", "handed"), _held("B", 8, 16, "took"), _held("C", 16, 24), _held("D", 24, 32)]
    assert _who(16.5, *shifts) == ["B"]
    assert _who(24.5, *shifts) == ["B"]
    assert _who(28, *shifts) == ["D"]
    assert [duty.person_id for duty in overdue(shifts, _at(17), LAPSE)] == ["B"]
    assert overdue(shifts, _at(15), LAPSE) == []


def test_each_of_two_on_a_post_is_relieved_for_oneself() -> None:
    shifts = [_held("A1", 0, 8, "offered", "handed"), _held("A2", 0, 8, "offered")]
    assert _who(8.1, *shifts, _held("B1", 8, 16, "took"), _held("B2", 8, 16)) == ["A2", "B1"]


def test_a_substitute_goes_on_with_what_was_taken_over() -> None:
    cut = _held("A", 0, 4, "took")
    assert _who(5, cut, _held("S", 4, 8, owner="A"), _held("B", 8, 16)) == ["S"]
    assert _who(9, cut, _held("S", 4, 8, owner="A"), _held("B", 8, 16)) == ["S"]
    assert _who(3, cut, _held("S", 4, 8, owner="A")) == ["A"]


def test_what_was_handed_over_is_not_taken_up_by_the_next_shift_of_the_same_person() -> None:
    shifts = [_held("A", 0, 8, "took", "offered", "handed"), _held("A", 8, 16), _held("B", 6, 16, "took")]
    assert _who(9, *shifts) == ["B", "A"]
    assert _who(17, *shifts) == ["B"]
