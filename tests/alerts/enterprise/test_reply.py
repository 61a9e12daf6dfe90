"""What may be answered to an alert, and until when; what becomes of an appeal."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from alerts.enterprise.reply import Kind, Known, answer, decide
from alerts.handling.illegal import Illegal
from alerts.handling.stage import Actor

NOW = datetime(2026, 11, 21, tzinfo=UTC)
HOUR = timedelta(hours=1)
ENTERPRISE, DUTY, DISPATCHER = Actor("enterprise:EA", "enterprise"), Actor("P1", "duty"), Actor("T1", "dispatcher")
KNOWN = Known("rectifying", NOW + HOUR, NOW + 2 * HOUR, NOW + 3 * HOUR, appealed=False)


def given(kind: Kind, actor: Actor = ENTERPRISE, text: str = "文", **changed: Any) -> object:
    """When the answer was due, or the reason for which it is refused."""
    try:
        return answer(kind, KNOWN._replace(**changed), text, actor, NOW)
    except Illegal as error:
        return error.reason


def test_each_answer_has_its_own_deadline() -> None:
    assert given("reply") == KNOWN.reply_by
    assert given("appeal") == KNOWN.appeal_by
    assert given("rectification") == KNOWN.rectify_by
    assert given("reply", reply_by=None) is None


@pytest.mark.parametrize("kind", ["reply", "rectification"])
def test_late_is_better_than_never(kind: Kind) -> None:
    past = NOW - HOUR
    assert given(kind, reply_by=past, rectify_by=past) == past


def test_an_appeal_comes_in_time_once_and_against_something() -> None:
    assert given("appeal", appeal_by=NOW) == "stage"
    assert given("appeal", appeal_by=NOW + timedelta.resolution) == NOW + timedelta.resolution
    assert given("appeal", appealed=True) == "stage"
    assert given("appeal", appeal_by=None) == "stage"


@pytest.mark.parametrize("stage", ["inquiry", "reported", "rectified", "verified", "closed", "false_alarm"])
def test_only_what_was_ordered_is_reported_to_be_put_right(stage: str) -> None:
    assert given("rectification", stage=stage) == "stage"


@pytest.mark.parametrize("kind", ["reply", "appeal", "rectification"])
def test_it_is_the_enterprise_that_says_something(kind: Kind) -> None:
    assert given(kind, actor=DUTY) == "role"
    assert given(kind, text=" \n") == "missing"


@pytest.mark.parametrize(
    ("state", "why", "actor", "refused"),
    [
        ("open", "有理", DUTY, None),
        ("open", " ", DUTY, "missing"),
        ("open", "有理", DISPATCHER, "role"),
        ("open", "有理", ENTERPRISE, "role"),
        ("upheld", "有理", DUTY, "stage"),
        ("dismissed", "有理", DUTY, "stage"),
        (None, "有理", DUTY, "stage"),
    ],
)
def test_an_appeal_is_decided_once_with_a_reason_by_who_signs_off(
    state: str | None, why: str, actor: Actor, refused: str | None
) -> None:
    assert decided(state, why, actor) == refused


def decided(state: str | None, why: str, actor: Actor) -> str | None:
    """The reason for which a decision is refused, None where it counts."""
    try:
        decide(state, why, actor)
    except Illegal as error:
        return error.reason
    return None
