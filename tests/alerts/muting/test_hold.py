"""The one decision: mutes before regional notices, the longest of several, and what rings in spite of all."""

from dataclasses import replace
from typing import Any

import pytest

from alerts.muting.hold import Ground, Held, hold
from alerts.muting.mute import Mute
from alerts.muting.policy import MutePolicy
from alerts.muting.regional import PARTICLES, Regional
from alerts.rules import regional
from tests.support.muted import HOUR, NOW, POLICY, subject

NOTICE = Regional("r1", "pm25", NOW - HOUR)


def _mute(number: int = 1, hours: float = 1, **changed: Any) -> Mute:
    none: frozenset[str] = frozenset()
    mute = Mute(number, "cell", "2-3", None, none, none, NOW, NOW + hours * HOUR, planned_works=False)
    return replace(mute, **changed)


def _ground(*mutes: Mute, notice: Regional | None = None) -> Ground:
    return Ground(mutes, (notice,) if notice else (), {})


def test_nothing_holds_an_alert_that_nobody_has_muted() -> None:
    assert hold(_ground(), subject(), POLICY, NOW) is None
    assert hold(_ground(_mute(place="9-9")), subject(), POLICY, NOW) is None


def test_of_overlapping_mutes_the_last_to_end_says_until_when_and_all_count() -> None:
    held = hold(_ground(_mute(1, 1), _mute(2, 3), _mute(3, 2)), subject(), POLICY, NOW)
    assert held == Held("mute", NOW + 3 * HOUR, (2, 3, 1))


def test_gravest_alert_rings_in_spite_of_a_mute() -> None:
    assert hold(_ground(_mute()), subject(severity=3), POLICY, NOW)
    assert hold(_ground(_mute()), subject(severity=4), POLICY, NOW) is None


def test_planned_works_hold_the_gravest_too() -> None:
    assert hold(_ground(_mute(), _mute(2, planned_works=True)), subject(severity=4), POLICY, NOW)


def test_district_decides_from_which_severity_an_alert_rings_in_spite_of_a_mute() -> None:
    assert hold(_ground(_mute()), subject(severity=2), MutePolicy(never_from=2), NOW) is None
    assert hold(_ground(_mute()), subject(severity=4), MutePolicy(never_from=5), NOW)


def test_regional_notice_holds_the_hotspots_of_its_pollutant_that_come_while_it_stands() -> None:
    assert hold(_ground(notice=NOTICE), subject(), POLICY, NOW) == Held("regional", None, regional="r1")


@pytest.mark.parametrize(
    "changed",
    [
        {"pollutant": "no2"},
        {"pollutant": "pm10"},
        {"pollutants": ["pm25", "no2"]},
        {"kind": "exceedance"},
        {"severity": 4},
        {"opened_at": (NOW - 2 * HOUR).isoformat()},
    ],
    ids=str,
)
def test_regional_notice_hides_nothing_that_has_a_cause_of_its_own(changed: dict[str, Any]) -> None:
    told = subject(**{key: value for key, value in changed.items() if key != "opened_at"})
    if "opened_at" in changed:
        told = replace(told, opened_at=NOW - 2 * HOUR)
    assert hold(_ground(notice=NOTICE), told, POLICY, NOW) is None


def test_other_fraction_of_particles_rises_with_the_haze() -> None:
    assert hold(_ground(notice=NOTICE), subject(pollutants=["pm25", "pm10"]), POLICY, NOW)
    assert frozenset(regional.PARTICLES) == PARTICLES


def test_district_decides_below_which_severity_a_regional_notice_holds() -> None:
    assert hold(_ground(notice=NOTICE), subject(severity=1), MutePolicy(regional_below=1), NOW) is None
    assert hold(_ground(notice=NOTICE), subject(severity=4), MutePolicy(regional_below=5), NOW)


def test_mute_comes_before_a_regional_notice() -> None:
    held = hold(_ground(_mute(), notice=NOTICE), subject(), POLICY, NOW)
    assert held is not None
    assert held.reason == "mute"
