"""What a district may decide about push: read from TOML, and wrong values named."""

import tomllib
from datetime import time

import pytest
from pydantic import ValidationError

from alerts.policy import Policy
from alerts.push.policy import EscalationPolicy, PushPolicy
from alerts.push.quiet import Hours
from alerts.severity import of

FILE = """
[escalation]
night = "21:30-05:00"
pause = [60, 30, 15, 10]
levels = [
  { role = "duty", day = [20, 10, 5, 2], night = [20, 10, 5, 2] },
  { role = "leader", day = [20, 10, 5, 2], night = [20, 10, 5, 2] },
]
[push]
quiet = ["20:00-08:00", "", "", ""]
map_url = "https://map.example/{lat},{lon}"
a_minute = { apprise = 100 }
"""


def test_a_file_says_levels_waits_and_hours() -> None:
    policy = Policy.model_validate(tomllib.loads(FILE))
    assert [level.role for level in policy.escalation.levels] == ["duty", "leader"]
    assert policy.escalation.night == Hours(time(21, 30), time(5))
    assert policy.push.quiet == (Hours(time(20), time(8)), None, None, None)
    assert policy.push.map_url.format(lat=31.5, lon=119.5) == "https://map.example/31.5,119.5"


def test_written_out_and_read_again_it_is_the_same() -> None:
    for policy in (Policy(), Policy.model_validate(tomllib.loads(FILE))):
        assert Policy.model_validate_json(policy.model_dump_json()) == policy


def test_a_severity_has_its_own_value_and_none_is_out_of_range() -> None:
    assert [of((10, 20, 30, 40), severity) for severity in (0, 1, 2, 3, 4, 9)] == [10, 10, 20, 30, 40, 40]


@pytest.mark.parametrize(
    "wrong",
    [
        {"quiet": ["25:00-07:00", "", "", ""]},
        {"quiet": ["22:00-22:00", "", "", ""]},
        {"quiet": ["22:00", "", "", ""]},
        {"quiet": ["22:00+08:00-07:00", "", "", ""]},
        {"quiet": ["", "", ""]},
        {"receipt": [0, 5, 3, 2]},
        {"receipt": [float("nan"), 5, 3, 2]},
        {"throttle": [{"burst": 0, "seconds": 1}] * 4},
        {"map_url": "https://map.example/{x}"},
        {"map_url": "https://map.example/{lat!q}"},
        {"map_url": "https://map.example/{}"},
        {"a_minute": {"apprise": 0}},
        {"no_such": 1},
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_and_the_field_is_named(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError) as refused:
        PushPolicy.model_validate(wrong)
    assert refused.value.errors()[0]["loc"][0] in wrong


def test_an_escalation_has_at_least_one_level_and_always_a_night() -> None:
    mayor = {"role": "mayor", "day": [1] * 4, "night": [1] * 4}
    wrongs: list[dict[str, object]] = [{"levels": []}, {"night": ""}, {"levels": [mayor]}]
    for wrong in wrongs:
        with pytest.raises(ValidationError):
            EscalationPolicy.model_validate(wrong)


def test_who_must_act_first_is_never_waited_for_longer_when_it_is_more_severe() -> None:
    policy = EscalationPolicy()
    for waits in [policy.pause, *(level.day for level in policy.levels), *(level.night for level in policy.levels)]:
        assert list(waits) == sorted(waits, reverse=True)
