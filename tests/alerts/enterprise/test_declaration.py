"""What may be declared of a monitor, by whom, for which time, and what of it is in force."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from alerts.enterprise.declaration import (
    Declaration,
    Kind,
    Others,
    Span,
    Verdict,
    Wish,
    correct,
    declare,
    finish,
    in_force,
    minus,
    review,
    withdraw,
)
from alerts.enterprise.policy import EnterprisePolicy
from alerts.handling.illegal import Illegal
from alerts.handling.stage import Actor, Role

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
POLICY = EnterprisePolicy()
FACTORY, DUTY, LEADER = Actor("enterprise:E1", "enterprise"), Actor("P1", "duty"), Actor("P2", "leader")
ALONE = Others(())


def wish(start: timedelta = -HOUR, end: timedelta | None = HOUR, kind: Kind = "maintenance", why: str = "换泵") -> Wish:
    """What is declared, its times relative to now."""
    return Wish(kind, Span(NOW + start, None if end is None else NOW + end), why)


def made(asked: Wish | None = None, others: Others = ALONE, by: Actor = FACTORY) -> Declaration:
    """A declaration of just now."""
    return replace(declare(asked or wish(), others, by, POLICY, NOW), declaration_id=7)


def accepted(asked: Wish | None = None) -> Declaration:
    """One that the desk has accepted."""
    return review(made(asked), Verdict("accepted", ""), ALONE, DUTY, NOW)


def refused(asked: Wish | None = None) -> Declaration:
    """One that the desk has refused."""
    return review(made(asked), Verdict("refused", "无依据"), ALONE, DUTY, NOW)


def test_it_is_in_force_at_once() -> None:
    assert made().state == "declared"
    assert in_force(made(), POLICY) == wish().span


def test_before_the_review_it_holds_for_a_week_at_most_and_after_it_to_its_end() -> None:
    lasting = wish(end=None, kind="stop")
    assert in_force(made(lasting), POLICY) == Span(NOW - HOUR, NOW - HOUR + 7 * DAY)
    assert in_force(accepted(lasting), POLICY) == lasting.span


def test_the_same_again_is_the_same() -> None:
    first = made()
    assert declare(wish(), Others((first,)), FACTORY, POLICY, NOW + HOUR) is first


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (wish(-8 * DAY), "start"),
        (wish(31 * DAY, 32 * DAY), "start"),
        (wish(HOUR, None, "fault"), "start"),
        (wish(-HOUR, DAY, "fault"), "end"),
        (wish(-HOUR, -HOUR), "end"),
        (wish(-HOUR, -2 * HOUR), "end"),
        (wish(-HOUR, 367 * DAY), "end"),
        (wish(why=" "), "reason"),
        (replace(wish(), proofs=("0" * 32,) * 21), "proofs"),
    ],
)
def test_what_cannot_be_declared_names_what_is_wrong(asked: Wish, field: str) -> None:
    with pytest.raises(Illegal) as told:
        made(asked)
    assert told.value.field == field


@pytest.mark.parametrize("asked", [wish(-7 * DAY), wish(30 * DAY, 31 * DAY), wish(-DAY, -HOUR, "fault")])
def test_up_to_its_bounds_it_can(asked: Wish) -> None:
    assert made(asked).wish == asked


@pytest.mark.parametrize("role", ["dispatcher", "field", "chief", "bureau"])
def test_only_the_enterprise_and_who_stands_in_for_it_declare(role: Role) -> None:
    with pytest.raises(Illegal) as told:
        made(by=Actor("X", role))
    assert told.value.reason == "role"


@pytest.mark.parametrize("role", ["dispatcher", "field", "chief", "enterprise"])
@pytest.mark.parametrize("state", ["accepted", "refused"])
def test_only_the_desk_reviews_and_never_its_own(role: Role, state: str) -> None:
    verdict = Verdict("accepted" if state == "accepted" else "refused", "理由")
    with pytest.raises(Illegal) as told:
        review(made(), verdict, ALONE, Actor("X", role), NOW)
    assert told.value.reason == "role"
    with pytest.raises(Illegal):
        review(made(by=DUTY), verdict, ALONE, DUTY, NOW)
    assert review(made(by=DUTY), verdict, ALONE, LEADER, NOW).state == state


def test_one_of_the_same_kind_at_the_same_time_is_refused_by_name_and_another_kind_is_not() -> None:
    there = Others((made(),))
    with pytest.raises(Illegal, match="7"):
        made(wish(-2 * HOUR, None), there)
    assert made(wish(kind="calibration"), there).state == "declared"
    assert made(wish(HOUR, 2 * HOUR), there).state == "declared"


def test_a_refusal_needs_a_reason_and_ends_the_mark() -> None:
    with pytest.raises(Illegal, match="reason"):
        review(made(), Verdict("refused", " "), ALONE, DUTY, NOW)
    assert in_force(refused(), POLICY) is None


def test_what_was_refused_and_comes_again_waits_for_the_review() -> None:
    again = made(wish(-HOUR / 2, None, "stop"), Others((refused(),)))
    assert in_force(again, POLICY) is None
    assert in_force(review(again, Verdict("accepted", ""), ALONE, DUTY, NOW), POLICY) == again.wish.span


def test_the_second_reviewer_is_told_what_the_first_has_said() -> None:
    with pytest.raises(Illegal, match="P1"):
        review(accepted(), Verdict("refused", "无依据"), ALONE, LEADER, NOW)
    with pytest.raises(Illegal, match="P1"):
        review(accepted(), Verdict("accepted", ""), ALONE, LEADER, NOW)
    assert review(accepted(), Verdict("accepted", ""), ALONE, DUTY, NOW) == accepted()


def test_a_review_is_changed_by_who_has_seen_it() -> None:
    assert review(accepted(), Verdict("refused", "查实在产", seen=2), ALONE, LEADER, NOW).state == "refused"
    assert in_force(review(refused(), Verdict("accepted", "申诉成立", seen=2), ALONE, LEADER, NOW), POLICY)
    with pytest.raises(Illegal, match="2"):
        review(accepted(), Verdict("refused", "查实在产", seen=1), ALONE, LEADER, NOW)
    with pytest.raises(Illegal, match="重叠"):
        review(refused(), Verdict("accepted", "", seen=2), Others((made(),)), LEADER, NOW)


def test_before_the_review_it_can_be_corrected_to_any_time_that_could_be_declared() -> None:
    after = correct(made(), wish(-2 * HOUR, 3 * HOUR), ALONE, FACTORY, POLICY, NOW)
    assert (after.wish.span, after.version) == (wish(-2 * HOUR, 3 * HOUR).span, 2)
    for asked in (wish(-8 * DAY), wish(31 * DAY, 32 * DAY)):
        with pytest.raises(Illegal) as told:
            correct(made(), asked, ALONE, FACTORY, POLICY, NOW)
        assert told.value.field == "start"


def test_an_old_one_cannot_be_made_longer_by_a_time_that_is_too_long_ago() -> None:
    old, later = made(wish(-DAY, -HOUR)), NOW + 10 * DAY
    with pytest.raises(Illegal) as told:
        correct(old, wish(-DAY, HOUR), ALONE, FACTORY, POLICY, later)
    assert told.value.field == "end"
    assert correct(old, wish(-DAY, -2 * HOUR), ALONE, FACTORY, POLICY, later).version == 2


def test_once_accepted_it_can_only_be_made_shorter() -> None:
    assert correct(accepted(), wish(-HOUR / 2), ALONE, FACTORY, POLICY, NOW).state == "accepted"
    with pytest.raises(Illegal, match="declare the rest"):
        correct(accepted(), wish(-HOUR, 2 * HOUR), ALONE, FACTORY, POLICY, NOW)


def test_what_goes_on_is_ended_without_a_new_review() -> None:
    ended = finish(accepted(wish(end=None)), NOW, FACTORY, NOW)
    assert (ended.state, in_force(ended, POLICY)) == ("accepted", Span(NOW - HOUR, NOW))
    assert finish(ended, NOW, FACTORY, NOW + HOUR) is ended
    for at in (NOW - HOUR, NOW + HOUR):
        with pytest.raises(Illegal) as told:
            finish(ended, at, FACTORY, NOW)
        assert told.value.field == "at"


def test_a_fault_is_ended_once_it_is_repaired() -> None:
    with pytest.raises(Illegal, match="repaired"):
        finish(made(wish(end=None, kind="fault")), NOW + DAY, FACTORY, NOW)


def test_what_is_over_is_over() -> None:
    gone = withdraw(accepted(), FACTORY)
    assert in_force(gone, POLICY) is None
    assert withdraw(gone, FACTORY) is gone
    steps: tuple[Callable[[], Declaration], ...] = (
        lambda: finish(gone, NOW, FACTORY, NOW),
        lambda: correct(gone, wish(-HOUR / 2), ALONE, FACTORY, POLICY, NOW),
        lambda: review(gone, Verdict("accepted", ""), ALONE, DUTY, NOW),
        lambda: withdraw(refused(), FACTORY),
    )
    for step in steps:
        with pytest.raises(Illegal) as told:
            step()
        assert told.value.reason == "stage"


def test_what_is_in_one_time_and_not_in_another() -> None:
    a, b, c, d = (NOW + number * HOUR for number in range(4))
    assert minus(Span(a, d), Span(b, c)) == [Span(a, b), Span(c, d)]
    assert minus(Span(b, c), Span(a, d)) == minus(Span(a, b), Span(a, None)) == minus(None, Span(a, b)) == []
    assert minus(Span(a, b), Span(c, d)) == minus(Span(a, b), Span(b, None)) == minus(Span(a, b), None) == [Span(a, b)]
    assert minus(Span(a, None), Span(a, b)) == [Span(b, None)]
