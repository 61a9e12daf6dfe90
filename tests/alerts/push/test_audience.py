"""Who is told of what: cases as the desk would tell them, and that no action is forgotten."""

from collections.abc import Mapping
from typing import Any, NamedTuple, get_args

import pytest

from alerts.handling.stage import Action
from alerts.push.audience import RULES, Event, Scene, Told, audience
from alerts.push.phrases import PHRASES
from alerts.push.policy import LEVELS, Role

LADDER: tuple[Role, ...] = tuple(level.role for level in LEVELS)


class Here(NamedTuple):
    """Somebody on duty."""

    person_id: str
    role: str
    township: str = ""


DESK = (Here("D1", "duty"), Here("D2", "duty"), Here("L1", "leader"), Here("T1", "dispatcher"))
FIELD = (Here("F1", "field", "湖塘"), Here("F2", "field", "湖塘"), Here("F3", "field", "牛塘"))
ALL = (*DESK, *FIELD)


def told(
    action: str,
    on_duty: tuple[Here, ...] = ALL,
    handling: Mapping[str, Any] | None = None,
    who: str = "",
    before: tuple[str, ...] = (),
    **details: Any,
) -> list[Told]:
    scene = Scene(on_duty, chiefs=("C1", "C2"), bureau=("B1",), handling=handling or {}, told=before)
    return audience(Event(action, 7, who, details), scene, LADDER)


def ids(people: list[Told], order: int = 0) -> list[str]:
    return [one.person_id for one in people if one.order == order]


def test_an_opened_alert_rings_all_duty_officers_and_then_the_dispatcher() -> None:
    people = told("opened")
    assert ids(people) == ["D1", "D2"]
    assert ids(people, 1) == ["T1"]
    assert {one.step for one in people} == {"opened-7"}


def test_without_a_duty_officer_the_next_level_that_is_there_is_rung() -> None:
    assert ids(told("opened", (Here("L1", "leader"),))) == ["L1"]
    people = told("opened", ())
    assert (ids(people), ids(people, 1)) == (["C1"], ["C2"])
    assert people[0].why == "chief, nobody there as duty"


def test_nobody_at_all_is_nobody_and_no_error() -> None:
    for action in RULES:
        assert audience(Event(action, 1), Scene(()), LADDER) == []


def test_each_rung_tells_its_level_the_acting_chief_after_the_chief() -> None:
    assert ids(told("rung", level=0)) == ["D1", "D2"]
    assert ids(told("rung", level=1)) == ["L1"]
    assert [(one.person_id, one.order) for one in told("rung", level=2)] == [("C1", 0), ("C2", 1)]
    assert ids(told("rung", level=3)) == ["B1"]


def test_a_rung_with_nobody_on_it_tells_the_next_above_and_after_the_last_the_first() -> None:
    assert ids(told("rung", (Here("D1", "duty"),), level=1)) == ["C1"]
    scene = Scene((Here("D1", "duty"),))
    assert [one.person_id for one in audience(Event("rung", 1, details={"level": 3}), scene, LADDER)] == ["D1"]


def test_a_dispatch_to_a_team_tells_its_people_on_duty_and_the_desk_when_none_of_them_confirms() -> None:
    people = told("dispatch", handling={"team": "湖塘"}, who="D1")
    assert ids(people) == ["F1", "F2"]
    assert [(one.person_id, one.action) for one in people if one.order] == [("D2", "unanswered")]


def test_a_dispatch_to_a_person_tells_that_person_on_duty_or_not() -> None:
    assert ids(told("dispatch", handling={"person": "F9"})) == ["F9"]


def test_a_dispatch_to_a_team_with_nobody_on_duty_is_told_to_the_desk_at_once() -> None:
    people = told("dispatch", DESK, handling={"team": "湖塘"})
    assert [(one.person_id, one.action, one.order) for one in people][:2] == [
        ("D1", "unstaffed", 0),
        ("D2", "unstaffed", 0),
    ]


def test_who_had_it_before_need_not_go_any_more() -> None:
    people = told("dispatch", handling={"person": "F3"}, previous=["F1", "F3"])
    assert [(one.person_id, one.action) for one in people if one.order == 0] == [
        ("F3", "dispatch"),
        ("F1", "reassigned"),
    ]


def test_who_did_it_is_not_told_of_it() -> None:
    assert ids(told("release", who="D1")) == ["D2"]
    assert ids(told("dispatch", handling={"person": "D1"}, who="D1")) == []


def test_an_end_is_told_to_who_was_told_of_the_beginning_and_to_who_is_at_it() -> None:
    for action in ("closed", "close", "false-alarm", "merge"):
        people = told(action, handling={"accepted_by": "F1", "person": "F1"}, who="L1", before=("D1", "L1", "C1"))
        assert ids(people) == ["D1", "C1", "F1"]


def test_who_was_called_because_nobody_had_taken_it_hears_that_somebody_has() -> None:
    assert ids(told("acknowledge", who="D1", before=("D1", "D2", "L1", "C1"))) == ["L1", "C1"]
    assert told("acknowledge", who="D1", before=("D1", "D2")) == []


def test_a_decline_goes_back_to_the_desk() -> None:
    assert ids(told("decline", who="F1")) == ["T1", "D1", "D2"]


def test_what_is_reported_is_told_to_the_desk_and_what_is_to_be_signed_to_the_leader_too() -> None:
    assert ids(told("report", who="F1")) == ["D1", "D2"]
    assert ids(told("propose", who="T1")) == ["D1", "D2", "L1"]
    assert ids(told("verify", who="F1", passed=True)) == ["D1", "D2", "L1"]
    assert ids(told("verify", handling={"person": "F1"}, passed=False)) == ["F1", "D1", "D2"]


def test_an_order_to_rectify_goes_to_the_field_and_its_fulfilment_to_the_desk() -> None:
    ordered, done = ({"stage": stage, "accepted_by": "F1"} for stage in ("rectifying", "rectified"))
    assert ids(told("rectify", handling=ordered, who="D1")) == ["F1"]
    assert ids(told("rectify", handling=done, who="enterprise:E0007")) == ["F1", "D1", "D2"]


def test_a_step_that_is_late_is_told_to_the_desk_the_leader_and_who_is_to_do_it() -> None:
    assert ids(told("breach", step="acknowledge")) == ["D1", "D2", "L1"]
    assert ids(told("breach", handling={"team": "牛塘"}, step="arrive")) == ["F3", "D1", "D2", "L1"]


def test_a_recheck_rings_only_when_it_is_due_or_was_not_passed() -> None:
    assert told("recheck", at="2026-11-30T00:00:00Z") == told("recheck", passed=True) == []
    assert ids(told("recheck", passed=False)) == ["D1", "D2"]
    assert ids(told("recheck-due", handling={"accepted_by": "F1"})) == ["F1", "D1", "D2"]


def test_a_handover_is_told_to_who_must_accept_it() -> None:
    assert ids(told("handover", who="D1", persons=["D3", "D1"])) == ["D3"]


def test_what_is_no_person_is_never_told() -> None:
    assert ids(told("closed", before=("local", "timer", "enterprise:E0007", "detector", "", "D1"))) == ["D1"]


def test_each_person_is_told_once_in_their_first_order() -> None:
    people = told("opened", (Here("D1", "duty"), Here("D1", "dispatcher"), Here("D1", "duty", "湖塘")))
    assert [(one.person_id, one.order) for one in people] == [("D1", 0)]


QUIET = {"accept", "arrive", "link", "silence", "comment", "clear", "resume"}


@pytest.mark.parametrize("action", sorted(set(get_args(Action)) | {"opened", "raised", "closed", "rung", "breach"}))
def test_every_action_is_told_or_meant_not_to_be(action: str) -> None:
    assert (action in RULES) != (action in QUIET)
    assert action not in RULES or action in PHRASES
