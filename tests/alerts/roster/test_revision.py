"""What is altered so that the published roster follows the plan: as little as can be, and nothing that was."""

from datetime import UTC, datetime, timedelta

from alerts.roster.revision import Revision, revise
from alerts.roster.shift import Shift

DAY = datetime(2026, 11, 21, tzinfo=UTC)
NOW = DAY + timedelta(hours=10)


def _at(hour: float) -> datetime:
    return DAY + timedelta(hours=hour)


def _shift(person: str, start: float, end: float, source: str = "rotation:1", instead_of: str = "") -> Shift:
    return Shift(_at(start), _at(end), "desk", "duty", person, "", source, instead_of)


def _revised(published: list[Shift], planned: list[Shift], *away: str) -> Revision:
    return revise(published, planned, NOW, away)


def test_a_roster_that_is_as_planned_is_left_alone() -> None:
    shifts = [_shift("A", 8, 16), _shift("B", 16, 24)]
    assert not _revised(shifts, shifts)


def test_a_running_shift_goes_on_when_its_rotation_is_gone() -> None:
    assert not _revised([_shift("A", 8, 16)], [])
    assert _revised([_shift("A", 8, 16)], [], "A").ends == ((_shift("A", 8, 16), NOW),)


def test_a_new_rotation_begins_when_the_running_shift_ends() -> None:
    told = _revised([_shift("A", 8, 16)], [_shift("B", 6, 18, "rotation:2"), _shift("C", 18, 30, "rotation:2")])
    assert told.ends == ()
    assert told.on == (_shift("B", 16, 18, "rotation:2"), _shift("C", 18, 30, "rotation:2"))


def test_a_post_on_which_nobody_is_gets_somebody_at_once() -> None:
    assert _revised([], [_shift("B", 6, 18)]).on == (_shift("B", 10, 18),)


def test_a_substitute_takes_a_running_shift_and_gives_it_back() -> None:
    taken = _shift("S", 8, 16, "substitute:1", "A")
    told = _revised([_shift("A", 8, 16)], [taken])
    assert (told.ends, told.on) == (((_shift("A", 8, 16), NOW),), (_shift("S", 10, 16, "substitute:1", "A"),))
    back = _revised([taken], [_shift("A", 8, 16)])
    assert (back.ends, back.on) == (((taken, NOW),), (_shift("A", 10, 16),))


def test_a_substitute_from_later_on_shortens_a_running_shift() -> None:
    later = _shift("S", 12, 16, "substitute:1", "A")
    told = _revised([_shift("A", 8, 16)], [_shift("A", 8, 12), later])
    assert (told.ends, told.on) == (((_shift("A", 8, 16), _at(12)),), (later,))


def test_who_is_there_stays_until_a_substitute_comes_who_is_still_away() -> None:
    later, back = _shift("S", 12, 14, "substitute:1", "A"), _shift("A", 14, 16)
    told = _revised([_shift("A", 8, 16)], [later, back])
    assert (told.ends, told.on) == (((_shift("A", 8, 16), _at(12)),), (later, back))
    assert _revised([_shift("A", 8, 16)], [back]).ends == ((_shift("A", 8, 16), _at(14)),)


def test_who_sits_beside_a_running_shift_is_not_touched_by_its_substitute() -> None:
    beside = _shift("B", 8, 16)
    told = _revised([_shift("A", 8, 16), beside], [_shift("S", 8, 16, "substitute:1", "A"), beside])
    assert [shift.person_id for shift, _ in told.ends] == ["A"]
    told = _revised([_shift("A", 8, 16), beside], [_shift("S", 8, 16, "substitute:1", "A")])
    assert [shift.person_id for shift, _ in told.ends] == ["A"]


def test_what_has_not_begun_is_taken_off_put_on_and_changed() -> None:
    published = [_shift("A", 16, 24), _shift("B", 24, 32), _shift("C", 32, 40)]
    planned = [_shift("A", 16, 20), _shift("D", 24, 32), _shift("C", 32, 40)]
    assert _revised(published, planned) == Revision((_shift("B", 24, 32),), tuple(planned[:2]), ())


def test_one_who_sits_on_two_posts_is_found_on_each() -> None:
    other = Shift(_at(8), _at(16), "other", "duty", "A", source="rotation:1")
    assert not _revised([_shift("A", 8, 16), other], [_shift("A", 8, 16), other])
