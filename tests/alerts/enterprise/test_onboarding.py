"""Who needs a VOC monitor, by when, and the steps in their order, each by the right side."""

from datetime import date, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.enterprise.onboarding import (
    STEPS,
    Act,
    Design,
    Done,
    NotNow,
    NotProven,
    NotYours,
    Standing,
    check,
    due_days,
    need_of,
    overdue_since,
    standing,
)
from alerts.enterprise.outlet_policy import OnboardingPolicy
from alerts.handling.stage import Role

RULES = OnboardingPolicy()
SINCE = date(2026, 9, 1)
DAY = timedelta(days=1)
NEEDED = need_of([Design(SINCE, 12_000)], "化工", RULES)
WAY = [Done(step, SINCE + n * DAY) for n, step in enumerate(STEPS[:3], start=1)]
PROVEN = (SINCE + 9 * DAY, 1)
TODAY = SINCE + 9 * DAY


@pytest.mark.parametrize(
    ("flow", "industry", "told", "required", "threshold"),
    [
        (9_999, "化工", "", False, 10_000),
        (10_000, "化工", "", True, 10_000),
        (10_000, "医药化工", "", True, 10_000),
        (10_000, "Chemicals", "", True, 10_000),
        (29_999, "家具", "", False, 30_000),
        (30_000, "家具", "", True, 30_000),
        (12_000, "家具", "chemical", True, 10_000),
        (12_000, "化工", "other", False, 30_000),
        (12_000, "", "", False, 30_000),
    ],
)
def test_a_monitor_is_needed_from_the_threshold_of_the_industry_on(
    flow: float, industry: str, told: str, required: bool, threshold: float
) -> None:
    need = need_of([Design(SINCE, flow, told)], industry, RULES)  # type: ignore[arg-type]
    assert (need.required, need.threshold_m3h, need.since) == (required, threshold, SINCE if required else None)


def test_the_thresholds_are_the_districts() -> None:
    rules = OnboardingPolicy(chemical_m3h=5_000, other_m3h=8_000, chemical_industries=("家具",))
    assert need_of([Design(SINCE, 5_000)], "家具", rules).required
    assert not need_of([Design(SINCE, 7_999)], "化工", rules).required


def test_it_is_needed_since_it_always_was_and_a_larger_fan_gives_no_new_time() -> None:
    designs = [Design(SINCE + n * DAY, flow) for n, flow in enumerate((12_000, 8_000, 11_000, 30_000))]
    assert [need_of(designs[: n + 1], "化工", RULES).since for n in range(4)] == [
        SINCE,
        None,
        SINCE + 2 * DAY,
        SINCE + 2 * DAY,
    ]


def test_the_steps_follow_each_other_to_the_network() -> None:
    seen = Done("networked", SINCE + 5 * DAY)
    stages = [standing([*WAY[:n], seen], NEEDED).stage for n in range(4)]
    assert stages == ["begun", "installed", "tested", "networked"]
    assert standing(WAY, NEEDED).next_step == "networked"
    done = standing([*WAY, seen], NEEDED)
    assert dict(done.on) == dict(zip(STEPS, (SINCE + n * DAY for n in (1, 2, 3, 5)), strict=True))


def test_what_sent_during_its_test_is_on_the_network_with_its_acceptance() -> None:
    early = Done("networked", SINCE + DAY)
    assert dict(standing([early, *WAY], NEEDED).on)["networked"] == WAY[-1].on


@pytest.mark.parametrize("before", [0, 1, 900])
def test_a_monitor_that_sent_before_it_was_needed_owes_no_steps(before: int) -> None:
    there = standing([Done("networked", SINCE - before * DAY)], NEEDED)
    assert (there.stage, there.next_step) == ("networked", None)
    assert overdue_since(NEEDED, there, due_days(NEEDED, None, RULES), SINCE + 999 * DAY) is None


def test_a_refusal_sends_the_test_back_and_says_why_until_it_is_tested_again() -> None:
    refused = standing([*WAY[:2], Done("refused", SINCE + 3 * DAY, "零漂超标")], NEEDED)
    assert (refused.stage, refused.next_step, refused.refusal) == ("installed", "tested", "零漂超标")
    again = standing([*WAY[:2], Done("refused", SINCE, "零漂超标"), WAY[1]], NEEDED)
    assert (again.stage, again.refusal) == ("tested", "")


def test_a_waiver_ends_what_is_owed_and_can_be_taken_back() -> None:
    waived = [WAY[0], Done("waived", SINCE + 3 * DAY, "停产")]
    due = due_days(NEEDED, None, RULES)
    assert overdue_since(NEEDED, standing(waived, NEEDED), due, SINCE + 999 * DAY) is None
    back = standing([*waived, Done("refused", SINCE + 4 * DAY, "复产")], NEEDED)
    assert (back.stage, back.next_step, back.on) == ("installed", "tested", (("installed", WAY[0].on),))
    assert overdue_since(NEEDED, back, due, SINCE + 999 * DAY) == SINCE + 120 * DAY


def test_each_step_is_due_from_the_day_on_which_it_was_needed_or_back_from_a_day_that_was_set() -> None:
    days = (90, 120, 150, 180)
    assert list(due_days(NEEDED, None, RULES).values()) == [SINCE + n * DAY for n in days]
    last = date(2027, 3, 31)
    assert list(due_days(NEEDED, last, RULES).values()) == [last - (180 - n) * DAY for n in days]
    assert due_days(need_of([Design(SINCE, 1)], "", RULES), last, RULES) == {}


def test_the_last_good_day_is_still_in_time() -> None:
    due = due_days(NEEDED, None, RULES)
    last = SINCE + 90 * DAY
    assert overdue_since(NEEDED, Standing(), due, last) is None
    assert overdue_since(NEEDED, Standing(), due, last + DAY) == last
    assert overdue_since(NEEDED, standing(WAY[:1], NEEDED), due, last + DAY) is None


ALLOWED: dict[int, dict[str, str]] = {
    0: {"installed": "enterprise", "waived": "bureau"},
    1: {"tested": "enterprise", "waived": "bureau"},
    2: {"accepted": "bureau", "refused": "bureau", "waived": "bureau"},
    3: {"waived": "bureau"},
}


@pytest.mark.parametrize("steps", ALLOWED)
@pytest.mark.parametrize("act", get_args(Act))
@pytest.mark.parametrize("role", get_args(Role))
def test_only_the_next_step_is_done_and_only_by_the_right_side(steps: int, act: Act, role: Role) -> None:
    side = {"bureau": {"bureau", "leader", "admin"}, "enterprise": {"enterprise"}}
    allowed = role in side.get(ALLOWED[steps].get(act, ""), set())
    try:
        check(act, role, standing(WAY[:steps], NEEDED), PROVEN, TODAY)
    except (NotYours, NotNow):
        assert not allowed
    else:
        assert allowed


@pytest.mark.parametrize(
    ("proof", "field"),
    [((TODAY, 0), "files"), ((TODAY + DAY, 1), "on"), ((WAY[0].on - DAY, 1), "on")],
    ids=["no papers", "tomorrow", "before the step before"],
)
def test_what_is_said_has_to_be_proven_and_possible(proof: tuple[date, int], field: str) -> None:
    with pytest.raises(NotProven) as refused:
        check("tested", "enterprise", standing(WAY[:1], NEEDED), proof, TODAY)
    assert refused.value.field == field


@given(st.lists(st.tuples(st.sampled_from(get_args(Act)), st.sampled_from(["enterprise", "bureau"])), max_size=30))
def test_whatever_is_tried_the_steps_that_hold_are_in_their_order(tries: list[tuple[Act, Role]]) -> None:
    done: list[Done] = []
    for act, role in tries:
        try:
            check(act, role, standing(done, NEEDED), PROVEN, TODAY)
        except (NotYours, NotNow):
            continue
        done.append(Done(act, TODAY))
    held = [step for step, _ in standing(done, NEEDED).on]
    assert held == list(STEPS[: len(held)])
