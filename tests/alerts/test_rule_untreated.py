"""Producing while the treatment is off: told when it lasts, by power and by state, and only when both are known."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from alerts.alert import Alert
from alerts.rules.untreated import GRAVE, HOLD, LASTS, RUNNING, Untreated
from ingest.flag import Qc
from ingest.layout import Frame
from ingest.registry import Enterprise, Facility, MonitorChannel, Registry
from tests.support.rule import MIDNIGHT, MINUTE, last, layout_of, told
from tests.support.scene import district

PRESS, FAN, STATE = "d10001", "d10002", "SB1"
IDLE, WORKING, UNTREATED = {PRESS: 0.2, FAN: 0.1}, {PRESS: 80.0, FAN: 15.0}, {PRESS: 80.0, FAN: 0.1}
Values = Mapping[str, float | None]


def works(treatment: Sequence[str] = (FAN,), line: str = "涂装") -> Registry:
    """The little district with a painting line: its presses and its treatment."""
    place = {"enterprise_id": "E9", "lon": 120.02, "lat": 31.66}
    channels = [
        MonitorChannel.model_validate({**place, "mn": "P1", "channel": name, "unit": "kW"})
        for name in (PRESS, FAN, STATE)
    ]
    streams = [Facility(mn="P1", channel=PRESS, line=line, role="production", on_above=10)]
    streams += [Facility(mn="P1", channel=name, line=line, role="treatment", on_above=1) for name in treatment]
    enterprise = Enterprise.model_validate({**place, "name": "Works"})
    return district().model_copy(
        update={"monitors": tuple(channels), "facilities": tuple(streams), "enterprises": (enterprise,)}
    )


def frames(registry: Registry, minutes: Sequence[Values]) -> list[Frame]:
    """One minute after the other; None: flagged."""
    layout = layout_of(registry)
    made = []
    for i, values in enumerate(minutes):
        frame = Frame.empty(layout, MIDNIGHT + i * MINUTE)
        for name, value in values.items():
            at = layout.index["P1"], layout.column[name]
            frame.values[at], frame.qc[at] = (99.0, Qc.MAINTENANCE) if value is None else (value, Qc.GOOD)
        made.append(frame)
    return made


def alerts(minutes: Sequence[Values], registry: Registry | None = None) -> list[Alert]:
    """The alerts as they were told last."""
    registry = registry or works()
    return last(told(Untreated, registry, frames(registry, minutes)), "fabrication")


def test_what_lasts_is_told_with_what_ran_and_what_did_not() -> None:
    (alert,) = alerts([WORKING] * 5 + [UNTREATED] * LASTS)
    assert alert.source == "E9/u6d82u88c5"
    assert alert.severity == 3
    assert alert.evidence["sign"] == "untreated"
    assert alert.evidence["production"] == {"P1/d10001": 80.0}
    assert alert.evidence["treatment"] == {"P1/d10002": 0.1}
    assert alert.evidence["minutes"] == LASTS


@pytest.mark.parametrize(
    "minutes",
    [
        [IDLE] * 60,
        [WORKING] * 60,
        [UNTREATED] * (LASTS - 1) + [WORKING] + [UNTREATED] * (LASTS - 1),
        [{PRESS: 80.0}] * 60,
        [{PRESS: 80.0, FAN: None}] * 60,
        [{PRESS: None, FAN: 0.1}] * 60,
    ],
    ids=["idle", "treated", "a late start", "treatment not known", "treatment under a mark", "production under a mark"],
)
def test_what_is_right_or_not_known_is_not_told(minutes: Sequence[Values]) -> None:
    assert alerts(minutes) == []


def test_it_grows_graver_and_ends_when_the_treatment_runs() -> None:
    (alert,) = alerts([UNTREATED] * GRAVE)
    assert (alert.severity, alert.closed_at) == (4, None)
    (alert,) = alerts([UNTREATED] * GRAVE + [WORKING] * (HOLD + 1))
    assert alert.closed_at is not None


@pytest.mark.parametrize("state", range(6))
def test_the_state_of_a_facility_says_whether_it_runs(state: int) -> None:
    found = alerts([{PRESS: 80.0, STATE: state}] * LASTS, works([STATE]))
    assert (not found) is (state in RUNNING)


def test_one_of_two_treatments_is_enough() -> None:
    assert alerts([{**UNTREATED, STATE: 1}] * LASTS, works([FAN, STATE])) == []
    assert alerts([{**UNTREATED, STATE: 0}] * LASTS, works([FAN, STATE])) != []


def test_a_line_without_treatment_says_nothing() -> None:
    assert alerts([UNTREATED] * 30, works([])) == []


def test_the_memory_goes_on_where_it_was() -> None:
    registry = works()
    rule = Untreated(registry, layout_of(registry))
    assert list(rule.keys) == ["E9/u6d82u88c5"]
    assert np.array_equal(rule.memory["minutes"], [0])
