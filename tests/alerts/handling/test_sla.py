"""Every step has its own clock; what took longer than it may is a breach, and only that."""

from datetime import UTC, datetime, timedelta

import pytest

from alerts.handling.policy import SlaPolicy
from alerts.handling.sla import broken, clocks, next_due
from alerts.handling.stage import Act, Action, Actor, Cause, Handling
from alerts.handling.step import step

OPENED = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
POLICY = SlaPolicy()
DUTY = Actor("P04", "duty")
FIELD = Actor("P19", "field", township="云溪镇")


def minute(number: float) -> datetime:
    """So many minutes after the alert opened."""
    return OPENED + timedelta(minutes=number)


def opened() -> Handling:
    """An alert as the detector leaves it."""
    return Handling("open", OPENED, times={"open": OPENED})


def walked(*steps: tuple[Action, Actor, float], cause: Cause = "leak") -> Handling:
    """The handling after these steps at these minutes."""
    handling = opened()
    for action, actor, at in steps:
        act = Act(action, actor, "看过 · seen", lon=120.0, lat=31.7, cause=cause, deadline=minute(600), passed=True)
        act = act if action != "dispatch" else Act(action, actor, team="云溪镇")
        handling = step(handling, act, minute(at))
    return handling


def broke(handling: Handling, at: float, severity: int = 2, policy: SlaPolicy = POLICY) -> list[str]:
    """The steps that took too long by that minute."""
    return [clock.step for clock in broken(handling, severity, policy, minute(at))]


def test_nobody_takes_an_alert_for_five_minutes_and_that_is_a_breach() -> None:
    assert broke(opened(), 5) == []
    assert broke(opened(), 5.01) == ["acknowledge"]


def test_each_step_is_counted_from_the_one_before_it() -> None:
    slow = walked(("acknowledge", DUTY, 4), ("dispatch", DUTY, 13), ("accept", FIELD, 17), ("arrive", FIELD, 48))
    assert broke(slow, 60) == ["arrive"]
    assert broke(slow, 48 + 61) == ["arrive", "report"]


def test_what_was_done_late_stays_broken_and_what_was_done_in_time_never_becomes_so() -> None:
    late = walked(("acknowledge", DUTY, 9), ("dispatch", DUTY, 10))
    assert broke(late, 10) == ["acknowledge"]
    prompt = walked(("acknowledge", DUTY, 1), ("dispatch", DUTY, 2), ("accept", FIELD, 3))
    assert broke(prompt, 32) == []


def test_an_alert_that_is_over_has_no_clock_that_runs() -> None:
    handling = step(opened(), Act("clear", Actor("detector", "detector")), minute(3))
    assert broke(handling, 10_000) == []
    assert next_due(handling, 2, POLICY, minute(4)) is None


def test_a_report_without_a_visit_needs_nobody_to_be_sent() -> None:
    handling = walked(("acknowledge", DUTY, 2), ("report", DUTY, 8))
    assert broke(handling, 600) == []


def test_a_rectification_has_the_deadline_of_the_desk_and_closing_waits_for_it() -> None:
    handling = walked(("acknowledge", DUTY, 2), ("report", DUTY, 8), ("rectify", DUTY, 9))
    assert broke(handling, 599) == []
    assert broke(handling, 601) == ["rectify"]
    done = step(handling, Act("rectify", FIELD), minute(500))
    assert broke(done, 700) == []
    assert broke(done, 600 + 1441) == ["close"]


def test_silenced_time_does_not_count() -> None:
    silenced = step(opened(), Act("silence", DUTY, "检修 · works", until=minute(120)), minute(1))
    assert broke(silenced, 124) == []
    assert broke(silenced, 126) == ["acknowledge"]


def test_local_rules_hold_by_severity() -> None:
    policy = SlaPolicy.model_validate({"acknowledge": [20, 10, 5, 2], "close": 60})
    assert broke(opened(), 3, 4, policy) == ["acknowledge"]
    assert broke(opened(), 3, 3, policy) == []
    assert broke(opened(), 61, 1, policy) == ["acknowledge", "close"]


def test_the_next_clock_to_end_is_the_one_to_look_at() -> None:
    handling = opened()
    assert next_due(handling, 2, POLICY, minute(1)) == minute(5)
    assert next_due(handling, 2, POLICY, minute(6)) == minute(1440)
    taken = walked(("acknowledge", DUTY, 2))
    assert next_due(taken, 2, POLICY, minute(3)) == minute(12)


def test_a_clock_set_back_breaks_nothing() -> None:
    handling = walked(("acknowledge", DUTY, 4), ("dispatch", DUTY, -30))
    assert [clock.done for clock in clocks(handling, 2, POLICY)][:2] == [minute(4), minute(4)]
    assert broke(handling, -29) == []


def test_an_alert_that_was_opened_again_begins_anew() -> None:
    handling = walked(("acknowledge", DUTY, 4), ("report", DUTY, 8), ("close", DUTY, 9))
    again = step(handling, Act("reopen", DUTY, "又超标 · again"), minute(300))
    assert broke(again, 304) == []
    assert broke(again, 306) == ["acknowledge"]


@pytest.mark.parametrize("told", [0, -1, [1, 2, 3], True, "5"])
def test_a_rule_that_is_no_time_is_refused(told: object) -> None:
    with pytest.raises(ValueError, match="acknowledge"):
        SlaPolicy.model_validate({"acknowledge": told})
