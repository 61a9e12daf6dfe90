"""Whose name may be released, by whom, and until when an answer is due."""

from datetime import UTC, date, datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import pytest

from alerts.enterprise.policy import EnterprisePolicy
from alerts.enterprise.release import Calendar, Concern, Naming, ReleasedAs, check, terms, words
from alerts.handling.illegal import Illegal
from alerts.handling.stage import Actor, Role
from alerts.roster.workday import day_of

DUTY = Actor("P1", "duty")
ZONE = ZoneInfo("Asia/Shanghai")
CALENDAR = Calendar(lambda day: day_of(day, {}).workday, ZONE)
CONCERN = Concern("hotspot", "EA", frozenset({"EA", "EB"}), None, None)


def refusal(naming: Naming, concern: Concern = CONCERN, actor: Actor = DUTY) -> tuple[str, str] | None:
    """Reason and field of the refusal, None where it is released."""
    try:
        check(naming, concern, actor)
    except Illegal as error:
        return error.reason, error.field
    return None


@pytest.mark.parametrize(
    ("who", "released_as", "changed", "refused"),
    [
        ("EA", "found", {}, None),
        ("EA", "candidate", {}, None),
        ("EB", "candidate", {}, None),
        ("EB", "found", {}, ("stage", "as")),
        ("EC", "candidate", {}, ("stage", "enterprise_id")),
        ("EC", "candidate", {"owner": "EC"}, None),
        ("EA", "found", {"found": None}, ("stage", "as")),
        ("EA", "found", {"released": "candidate"}, None),
        ("EA", "found", {"released": "found"}, ("stage", "enterprise_id")),
        ("EB", "candidate", {"released": "candidate"}, ("stage", "enterprise_id")),
        ("EA", "found", {"kind": "drill"}, ("stage", "")),
    ],
)
def test_only_who_was_found_or_may_be_is_named_and_once(
    who: str, released_as: ReleasedAs, changed: dict[str, str], refused: tuple[str, str] | None
) -> None:
    assert refusal(Naming("H", who, released_as, "查实"), CONCERN._replace(**changed)) == refused  # type: ignore[arg-type]


def test_it_takes_a_reason_and_somebody_who_signs_off() -> None:
    naming = Naming("H", "EA", "found", "查实")
    assert refusal(naming._replace(why=" \n")) == ("missing", "why")
    may = {role for role in get_args(Role) if refusal(naming, actor=Actor("X", role)) is None}
    assert may == {"duty", "leader", "chief", "bureau", "admin"}


@pytest.mark.parametrize(
    ("at", "over"),
    [
        (datetime(2026, 11, 18, 1, tzinfo=UTC), date(2026, 11, 26)),  # a Wednesday
        (datetime(2026, 11, 21, 1, tzinfo=UTC), date(2026, 11, 28)),  # a Saturday
        (datetime(2026, 11, 18, 17, tzinfo=UTC), date(2026, 11, 27)),  # already Thursday in Beijing
        (datetime(2026, 9, 30, 1, tzinfo=UTC), date(2026, 10, 14)),  # the holidays, and a Saturday of work after them
    ],
)
def test_an_appeal_may_come_until_the_end_of_the_fifth_working_day(at: datetime, over: date) -> None:
    due = terms(EnterprisePolicy(), at, CALENDAR)
    assert due.reply_by == at + timedelta(hours=48)
    assert due.appeal_by.astimezone(ZONE) == datetime(over.year, over.month, over.day, tzinfo=ZONE)


def test_the_enterprise_is_not_told_why() -> None:
    naming = Naming("H", "EA", "candidate", "保密")
    said = words(naming, terms(EnterprisePolicy(), datetime(2026, 11, 21, 1, tzinfo=UTC), CALENDAR), ZONE)
    assert "11-23 09:00" in said["zh"]
    assert "11-23 09:00" in said["en"]
    assert "保密" not in str(said)
