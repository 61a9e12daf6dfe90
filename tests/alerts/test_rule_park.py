"""A park's boundary: what is measured downwind beyond what comes from upwind, if the wind says which is which."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from alerts.alert import Alert, Change
from alerts.detector.wind import Breeze
from alerts.rules.park import Park
from alerts.watch import Watch
from ingest.flag import Qc
from ingest.layout import Frame
from ingest.registry import ParkDevice, Registry
from tests.support.rule import CALM, MIDNIGHT, MINUTE, last, layout_of, told
from tests.support.scene import district

EAST = Breeze(2.0, 0.0, known=True)  # where it blows to
WEST = Breeze(-2.0, 0.0, known=True)
NORTH = Breeze(0.0, 2.0, known=True)
CORNERS = ("M07", "M10", "M25", "M28", "M08")  # of a park: south-west, south-east, north-west, north-east; M08 within
QUIET = dict.fromkeys(CORNERS, 30.0)
Values = Mapping[str, float | None]


def park(
    devices: Sequence[str] = CORNERS, channel: str = "pm25", unit: str = "µg/m³", limit: float = 20, name: str = "P1"
) -> Registry:
    """The little district with a park."""
    line = {"name": "East park", "channel": channel, "unit": unit, "limit": limit}
    lines = tuple(ParkDevice.model_validate({**line, "park_id": name, "device_id": device}) for device in devices)
    return district().model_copy(update={"parks": lines})


def frames(sent: Sequence[Values], channel: str = "pm25", wind: Sequence[Breeze] = ()) -> list[Frame]:
    """One minute after the other; None: flagged. With a `wind` the mast sends it, where it comes from."""
    layout = layout_of(district())
    made = []
    for i, values in enumerate(sent):
        frame = Frame.empty(layout, MIDNIGHT + i * MINUTE)
        for device, value in values.items():
            at = layout.index[device], layout.column[channel]
            frame.values[at], frame.qc[at] = (999, Qc.FAULT) if value is None else (value, Qc.GOOD)
        for breeze in wind[i : i + 1]:
            mast = layout.index["MAST"]
            frame.values[mast, layout.column["wind_speed"]] = np.hypot(breeze.u, breeze.v)
            frame.values[mast, layout.column["wind_direction"]] = np.degrees(np.arctan2(-breeze.u, -breeze.v)) % 360
        made.append(frame)
    return made


def tell(sent: Sequence[Values], wind: Sequence[Breeze], registry: Registry | None = None) -> list[Change]:
    """What becomes of it."""
    registry = registry or park()
    return told(Park, registry, frames(sent, registry.parks[0].channel), wind)


def alerts(sent: Sequence[Values], wind: Sequence[Breeze], registry: Registry | None = None) -> list[Alert]:
    """The alerts as they were told last."""
    return last(tell(sent, wind, registry), "park")


def test_what_is_higher_downwind_than_the_limit_allows_is_an_alert_with_both_sides_and_the_wind() -> None:
    (alert,) = alerts([{**QUIET, "M28": 57.5}] * 23, [EAST] * 23)
    assert (alert.id, alert.severity) == ("park-pm25-20261103T0023Z-P1", 1)
    assert (alert.peak_value, alert.background, alert.excess) == (57.5, 30.0, 27.5)
    assert [(stay.ix, stay.iy) for stay in alert.cells] == [(4, 4)]
    assert alert.evidence == {
        "sign": "downwind_above_upwind",
        "park": "East park",
        "difference": 27.5,
        "limit": 20.0,
        "unit": "µg/m³",
        "downwind": {"M10": 30.0, "M28": 57.5},
        "upwind": {"M07": 30.0, "M25": 30.0},
        "wind": [2.0, 0.0],
        "minutes": 30,
    }


def test_exactly_at_the_limit_is_not_above_it() -> None:
    assert alerts([{**QUIET, "M28": 50.0}] * 60, [EAST] * 60) == []
    assert alerts([{**QUIET, "M28": 50.1}] * 60, [EAST] * 60) != []


def test_at_the_limit_but_for_the_precision_of_a_reading_is_at_the_limit() -> None:
    sent = [dict.fromkeys(CORNERS, 0.030) | {"M28": 0.050}] * 60
    assert alerts(sent, [EAST] * 60, park(channel="tvoc", unit="mg/m³", limit=0.02)) == []


def test_what_comes_from_upwind_is_not_the_parks() -> None:
    assert alerts([dict.fromkeys(CORNERS, 90.0)] * 60, [EAST] * 60) == []
    assert alerts([{**QUIET, "M07": 90.0, "M25": 90.0, "M28": 90.0}] * 60, [EAST] * 60) == []


def test_the_median_upwind_does_not_follow_one_device() -> None:
    three = park((*CORNERS, "M13"))
    sent = {**QUIET, "M13": 90.0, "M28": 60.0}
    (alert,) = alerts([sent] * 60, [EAST] * 60, three)
    assert alert.background == 30.0


def test_the_wind_says_which_side_is_which() -> None:
    sent = [{**QUIET, "M28": 60.0}] * 60
    assert alerts(sent, [WEST] * 60) == []
    assert alerts(sent, [NORTH] * 60) != []


def test_in_a_calm_nothing_is_judged() -> None:
    assert alerts([{**QUIET, "M28": 90.0}] * 60, [CALM] * 60) == []


@pytest.mark.parametrize(("minutes", "expected"), [(22, 0), (23, 1)])
def test_after_a_calm_the_wind_has_to_blow_for_a_while(minutes: int, expected: int) -> None:
    wind = [CALM] * 40 + [EAST] * minutes
    assert len(alerts([{**QUIET, "M28": 60.0}] * len(wind), wind)) == expected


def test_while_the_wind_turns_nothing_is_judged_and_after_it_the_other_side_is() -> None:
    wind = [EAST] * 40 + [WEST] * 40
    changes = tell([{**QUIET, "M28": 60.0}] * 40 + [{**QUIET, "M07": 60.0}] * 40, wind)
    assert [change.what for change in changes] == ["opened"]
    changes = tell([{**QUIET, "M07": 60.0}] * 80, wind)
    (opened,) = [change.alert.opened_at for change in changes if change.what == "opened"]
    assert MIDNIGHT + 65 * MINUTE <= opened <= MIDNIGHT + 71 * MINUTE


def test_an_alert_is_let_go_when_it_was_not_found_for_half_an_hour() -> None:
    wind = [EAST] * 40 + [CALM] * 60
    (alert,) = alerts([{**QUIET, "M28": 60.0}] * 100, wind)
    assert alert.closed_at == MIDNIGHT + 70 * MINUTE


@pytest.mark.parametrize("devices", [("M28",), ("M10", "M16", "M22", "M28")], ids=["one", "across the wind"])
def test_devices_that_have_no_two_sides_are_not_compared(devices: tuple[str, ...]) -> None:
    sent = {device: 30.0 * i for i, device in enumerate(devices, 1)}
    assert alerts([sent] * 60, [EAST] * 60, park(devices)) == []


def test_flagged_values_count_on_neither_side_and_too_few_are_no_mean() -> None:
    assert alerts([{**QUIET, "M28": None, "M07": None}] * 60, [EAST] * 60) == []
    few: list[Values] = [{**QUIET, "M28": 90.0}] * 22
    assert alerts([{**QUIET, "M28": None}] * 30 + few, [EAST] * 60) == []


def test_a_silent_side_is_no_clean_side() -> None:
    only_down = {"M10": 60.0, "M28": 60.0}
    assert alerts([only_down] * 60, [EAST] * 60) == []


def test_the_limit_is_compared_in_the_unit_of_the_values() -> None:
    sent = [dict.fromkeys(CORNERS, 0.030) | {"M28": 0.060}] * 60
    registry = park(channel="tvoc", unit="µg/m³", limit=20)
    (alert,) = alerts(sent, [EAST] * 60, registry)
    assert (alert.evidence["difference"], alert.evidence["limit"]) == (30.0, 20.0)
    assert alert.peak_value == pytest.approx(0.06)
    assert alerts(sent, [EAST] * 60, park(channel="tvoc", unit="mg/m³", limit=20)) == []


def test_a_park_of_two_channels_has_an_alert_for_the_one_that_is_above() -> None:
    lines = (*park(channel="no2").parks, *park().parks, *park(name="P2", devices=("M00", "M05")).parks)
    registry = district().model_copy(update={"parks": lines[::-1]})
    changes = told(Park, registry, frames([{**QUIET, "M28": 60.0, "M00": 5.0, "M05": 6.0}] * 40), [EAST] * 40)
    (alert,) = last(changes, "park")
    assert (alert.pollutant, alert.source) == ("pm25", "P1")


def test_the_severity_rises_at_once_and_falls_after_a_window() -> None:
    sent = [{**QUIET, "M28": 55.0}] * 60 + [{**QUIET, "M28": 95.0}] * 40 + [{**QUIET, "M28": 55.0}] * 90
    changes = tell(sent, [EAST] * 190)
    steps = [change.alert.severity for change in changes]
    assert steps[0] == 1
    assert max(steps) == 4
    assert steps[-1] == 1
    top = steps.index(4)
    assert steps == [*sorted(steps[:top]), *sorted(steps[top:], reverse=True)]


def test_an_alert_that_is_over_does_not_make_the_next_one_graver() -> None:
    sent = [{**QUIET, "M28": 95.0}] * 60 + [QUIET] * 90 + [{**QUIET, "M28": 55.0}] * 60
    changes = tell(sent, [EAST] * 210)
    assert [change.alert.severity for change in changes if change.what == "opened"] == [4, 1]


def test_a_park_with_a_name_of_its_own_script_has_an_alert_id_in_ascii() -> None:
    (alert,) = alerts([{**QUIET, "M28": 60.0}] * 60, [EAST] * 60, park(name="东区 1"))
    assert alert.id.endswith("-u4e1cu533au201")


@pytest.mark.parametrize("cut", [10, 30, 45])
def test_a_restart_changes_nothing(cut: int) -> None:
    made = frames([{**QUIET, "M28": 60.0}] * 60, wind=[EAST] * 60)
    registry = park(name="东区")
    through = [change for watch in [Watch(registry)] for frame in made for change in watch.close(frame)]
    first, second = Watch(registry), Watch(registry)
    before = [change for frame in made[:cut] for change in first.close(frame)]
    second.load(first.dump())
    assert before + [change for frame in made[cut:] for change in second.close(frame)] == through
    assert len(last(through, "park")) == 1
