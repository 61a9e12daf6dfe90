"""What is wrong with a coming span, in the order of time and in words."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import pytest

from alerts.policy import Policy
from alerts.roster.definition import Definitions, Leave, Rotation, Side, Substitute, Swap, Turn
from alerts.roster.finding import WORDS, Finding, Kind
from alerts.roster.plan import Plan, draw
from alerts.roster.policy import Cover, RosterPolicy
from alerts.roster.report import findings

SHANGHAI = ZoneInfo("Asia/Shanghai")
PEOPLE = tuple("ABCDE")
DESK = Rotation("r", "desk", "duty", PEOPLE, date(2026, 6, 1), (Turn(time(8), 24),))
POLICY = RosterPolicy(cover=(Cover(role="duty"),))


def _at(day: int, hour: int = 8) -> datetime:
    return datetime(2026, 6, day, hour, tzinfo=SHANGHAI)


def _reported(definitions: Definitions, first: int = 1, last: int = 20, policy: RosterPolicy = POLICY) -> list[Finding]:
    return findings(draw(definitions, _at(1), _at(30)), policy, SHANGHAI, _at(first), _at(last))


def _brief(found: list[Finding]) -> list[str]:
    return [f"{one.start.astimezone(SHANGHAI):%d %H} {one.kind} {one.post} {one.person_id}".strip() for one in found]


def test_a_roster_without_faults_has_no_findings() -> None:
    assert _reported(Definitions((DESK,))) == []


def test_leave_that_nobody_fills_is_a_gap_and_says_whose() -> None:
    away = (Leave("1", "B", _at(2, 20), _at(9)),)
    assert _brief(_reported(Definitions((DESK,), leaves=away))) == [
        "02 20 gap duty",
        "02 20 leave desk B",
        "07 08 gap duty",
        "07 08 leave desk B",
    ]


def test_a_substitute_without_rest_is_told_on_the_day_before() -> None:
    tired = (Substitute("1", "C", "B", _at(3, 12), _at(4)),)
    found = _reported(Definitions((DESK,), substitutes=tired))
    assert _brief(found) == ["03 08 rest desk B"]
    assert (found[0].amount, found[0].limit) == (4, 11)


def test_swaps_that_no_longer_fit_are_told() -> None:
    swap = Swap("7", Side("B", "desk", _at(2), _at(3)), Side("C", "desk", _at(3), _at(4)))
    gone = replace(DESK, people=("A", "C", "D", "E", "B"))
    assert _brief(_reported(Definitions((gone,), swaps=(swap,)))) == [
        "02 08 lapsed desk B",
        "03 08 lapsed desk C",
    ]


def test_only_what_concerns_the_span_is_told() -> None:
    away = Definitions((DESK,), leaves=(Leave("1", "B", _at(2, 20), _at(9)),))
    assert _reported(away, 10, 12) == []
    assert _brief(_reported(away, 7, 8)) == ["07 08 gap duty", "07 08 leave desk B"]


def test_hours_before_the_span_count_but_past_faults_are_not_told() -> None:
    two = Definitions((replace(DESK, people=("A", "B")),))
    found = _reported(two, 15, 16)
    assert found
    assert all(one.end > _at(15) and one.start < _at(16) for one in found)
    assert {one.kind for one in found} == {"hours"}


def test_a_published_roster_is_reported_on_by_its_shifts() -> None:
    shifts = draw(Definitions((DESK,)), _at(1), _at(5)).shifts
    found = findings(Plan(shifts[:2]), POLICY, SHANGHAI, _at(1), _at(5))
    assert _brief(found) == ["03 08 gap duty"]


def test_a_finding_speaks_chinese_and_english_in_local_time() -> None:
    one = Finding(_at(3).astimezone(UTC), _at(3, 12).astimezone(UTC), "rest", "desk", "P4", 4.0, 11.0)
    assert one.words(SHANGHAI, {"P4": "张三"}) == {
        "zh": "张三 两班之间只休息 4 小时，至少应 11 小时（2026-06-03 08:00–2026-06-03 12:00，之后在 desk）",
        "en": "张三 has 4 h of rest before desk, at least 11 h are due, 2026-06-03 08:00–2026-06-03 12:00",
    }


@pytest.mark.parametrize("kind", get_args(Kind))
def test_every_kind_of_finding_has_words_in_both_languages(kind: Kind) -> None:
    said = Finding(_at(1), _at(2), kind, "desk", "P4", 1.25, 2, "other").words(SHANGHAI)
    assert set(said) == {"zh", "en"}
    assert all("2026-06-01 08:00" in text and "{" not in text for text in said.values())
    assert set(WORDS) == set(get_args(Kind))


def test_names_are_text_and_nothing_else() -> None:
    odd = Finding(_at(1), _at(1) + timedelta(hours=1), "gap", "{0.__class__}", amount=0, limit=1)
    assert "{0.__class__}" in odd.words(SHANGHAI)["en"]


def test_the_policy_has_a_section_of_the_roster() -> None:
    assert Policy.model_validate({"roster": {"rest_hours": 8}}).roster.rest_hours == 8
