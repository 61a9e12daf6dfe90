"""Every stage, action and role against a table that was written by hand, not derived from the program's."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest

from alerts.handling.illegal import Illegal
from alerts.handling.stage import STAGES, Act, Action, Actor, Handling, Role, Stage
from alerts.handling.step import step
from alerts.handling.words import ACTION_ZH, CAUSE_ZH, STAGE_ZH

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
SOON = NOW + timedelta(hours=8)

# Stages: o open, a acknowledged, d dispatched, c accepted, r arrived, p reported, g rectifying, t rectified,
# v verified, X closed, F false alarm, M merged. Roles: D duty, L leader, T dispatcher, C chief, F field, B bureau,
# A admin, E the enterprise that was found, S detector, W timer. A line: stages from which, roles, the stage after it
# ("=": the same). Whoever acts is the one who was sent, says all that is needed and is there.
LETTERS: Mapping[str, Stage] = dict(zip("oadcrpgtvXFM", STAGES, strict=True))
PEOPLE: tuple[Role, ...] = ("duty", "leader", "dispatcher", "chief", "field", "bureau", "admin", "enterprise")
ROLES: Mapping[str, Role] = dict(zip("DLTCFBAESW", (*PEOPLE, "detector", "timer"), strict=True))
TABLE: Mapping[Action, tuple[tuple[str, str, str], ...]] = {
    "acknowledge": (("o", "DLTCBA", "a"),),
    "release": (("a", "DLTCBA", "o"),),
    "lapse": (("a", "W", "o"),),
    "dispatch": (("oadcrp", "DLTCBA", "d"),),
    "accept": (("d", "DLCFA", "c"),),
    "decline": (("dc", "DLCFA", "a"),),
    "arrive": (("dc", "DLCFA", "r"),),
    "report": (("arp", "DLCBA", "p"), ("rp", "F", "p")),
    "rectify": (("p", "DLCBA", "g"), ("g", "DLCBAFE", "t")),
    "verify": (("pt", "DLCBAF", "v"),),
    "handover": (("adcrpgtv", "DLCBA", "="),),
    "propose": (("adcrpgtv", "DLTCBAF", "="),),
    "close": (("adcrptv", "DLCBA", "X"),),
    "false-alarm": (("oadcrp", "DLCBA", "F"),),
    "reopen": (("vXF", "DLCBA", "o"),),
    "recheck": (("pgtvX", "DLCBAF", "="),),
    "merge": (("oadcrpgtv", "DLTCBA", "M"),),
    "split": (("M", "DLTCBA", "r"),),
    "link": (("oadcrpgtvXFM", "DLTCBA", "="),),
    "silence": (("oadcrpgtv", "DLCBA", "="),),
    "comment": (("oadcrpgtvXFM", "DLTCBAFE", "="),),
    "clear": (("oa", "S", "X"), ("dcrpgtvXFM", "S", "=")),
    "resume": (("oadcrpgtvXFM", "S", "="),),
}


def after(action: Action, stage: str, role: str) -> str | None:
    """What the table says; None where it may not be."""
    for stages, roles, end in TABLE[action]:
        if stage in stages and role in roles:
            return stage if end == "=" else end
    return None


def handling(stage: Stage) -> Handling:
    """An alert of township T that was sent to its team, reported of E7 and, where it is merged, was at `arrived`."""
    return Handling(
        stage,
        NOW,
        7,
        team=None if stage in ("open", "acknowledged") else "T",
        enterprise_id="E7",
        closed_by="D1" if stage in ("closed", "false_alarm") else None,
        merged_into="B" if stage == "merged" else None,
        before="arrived" if stage == "merged" else None,
    )


def act(action: Action, role: Role) -> Act:
    """An act in which nothing is missing."""
    actor = Actor("enterprise:E7" if role == "enterprise" else "P1", role, township="T")
    told = Act(action, actor, "why", lon=120.0, lat=31.0, distance_m=5.0, cause="leak", deadline=SOON, at=SOON)
    more: dict[str, Any] = {"passed": True} if action == "verify" else {}
    more |= {"team": "T"} if action == "dispatch" else {"person": "P2"} if action == "handover" else {}
    more |= {"into": "B", "case_number": "C1", "until": SOON}
    return Act(**{name: getattr(told, name) for name in Act.__slots__} | more)


def test_the_table_is_whole() -> None:
    assert set(TABLE) == set(get_args(Action))
    assert set(ROLES.values()) == set(get_args(Role))
    assert set(ACTION_ZH) == set(get_args(Action))
    assert set(STAGE_ZH) == set(STAGES)
    assert all(CAUSE_ZH.values())


@pytest.mark.parametrize("action", get_args(Action))
def test_every_stage_and_role_does_what_the_table_says_and_is_refused_otherwise(action: Action) -> None:
    for letter, stage in LETTERS.items():
        for sign, role in ROLES.items():
            told = after(action, letter, sign)
            where = f"{role} {action} {stage}"
            if told is None:
                with pytest.raises(Illegal) as refused:
                    step(handling(stage), act(action, role), SOON - timedelta(hours=1))
                assert refused.value.reason in ("role", "stage"), where
                assert " · " in str(refused.value), where
            else:
                done = step(handling(stage), act(action, role), SOON - timedelta(hours=1))
                assert done.stage == LETTERS[told], where
                assert done.version == 7 or done != handling(stage), where


@pytest.mark.parametrize("action", ["close", "false-alarm", "reopen", "silence"])
def test_a_third_party_dispatcher_never_signs_off(action: Action) -> None:
    for stage in STAGES:
        with pytest.raises(Illegal) as refused:
            step(handling(stage), act(action, "dispatcher"), NOW)
        assert refused.value.reason == "role"
        assert str(refused.value).startswith("dispatcher 不能")
