"""More PM2.5 than PM10 is a fault; noise, haze and other faults are not."""

from collections.abc import Sequence

import numpy as np
import pytest

from alerts.alert import Alert
from alerts.rules.crossed import Crossed
from alerts.watch import Watch
from ingest.flag import Qc
from ingest.layout import Frame
from ingest.registry import Registry
from tests.support.rule import MIDNIGHT, MINUTE, found, last, layout_of, told
from tests.support.scene import district

Pair = tuple[float, float]


def frames(sent: Sequence[Pair], device: str = "M14", qc: Qc = Qc.GOOD) -> list[Frame]:
    """PM2.5 and PM10 of one device, minute by minute; `qc` is PM10's."""
    layout = layout_of(district())
    made = []
    for i, pair in enumerate(sent):
        frame = Frame.empty(layout, MIDNIGHT + i * MINUTE)
        row = layout.index[device]
        frame.values[row, [layout.column["pm25"], layout.column["pm10"]]] = pair
        frame.qc[row, layout.column["pm10"]] = qc
        made.append(frame)
    return made


def faults(sent: Sequence[Pair], qc: Qc = Qc.GOOD) -> list[Alert]:
    """The alerts as they were told last."""
    return last(told(Crossed, district(), frames(sent, qc=qc)), "fault")


def test_more_of_the_part_than_of_the_whole_is_a_fault_of_the_station() -> None:
    (alert,) = faults([(70, 50)] * 30)
    assert alert.opened_at == MIDNIGHT + 10 * MINUTE
    assert (alert.source, alert.severity, alert.pollutant, alert.pollutants) == ("M14", 1, "", ())
    assert [(stay.ix, stay.iy) for stay in alert.cells] == [(2, 2)]
    assert alert.evidence == {
        "sign": "pm25_over_pm10",
        "device": "M14",
        "channels": ["pm25", "pm10"],
        "pm25": 70.0,
        "pm10": 50.0,
        "minutes": 10,
        "of": 15,
    }


@pytest.mark.parametrize(("pair", "expected"), [((54, 50), 0), ((56, 50), 1), ((14, 9), 0), ((14.5, 9), 1)])
def test_it_takes_a_tenth_and_five_micrograms(pair: Pair, expected: int) -> None:
    assert len(faults([pair] * 30)) == expected


def test_it_takes_ten_minutes_of_fifteen() -> None:
    assert faults(([(70, 50)] * 9 + [(40, 50)] * 6) * 4) == []
    assert len(faults(([(70, 50)] * 10 + [(40, 50)] * 5) * 4)) == 1


@pytest.mark.parametrize("qc", [Qc.CALIBRATION, Qc.FAULT, Qc.IMPLAUSIBLE])
def test_it_takes_two_good_values(qc: Qc) -> None:
    assert faults([(70, 50)] * 30, qc) == []
    assert faults([(70, np.nan)] * 30) == []
    assert faults([(np.nan, 50)] * 30) == []


def test_it_is_over_an_hour_after_it_was_seen_last() -> None:
    (alert,) = faults([(70, 50)] * 30 + [(30, 50)] * 120)
    assert alert.closed_at == MIDNIGHT + 90 * MINUTE


@pytest.mark.parametrize("noise", [0.05, 0.1])
def test_haze_that_is_all_fine_is_no_fault_of_noisy_stations(noise: float) -> None:
    layout = layout_of(district())
    rng = np.random.default_rng(1)
    made = []
    for i in range(720):
        frame = Frame.empty(layout, MIDNIGHT + i * MINUTE)
        levels = np.array([0.93 * 180, 180.0]) * np.exp(noise * rng.normal(size=(len(layout.devices), 2)))
        frame.values[:, [layout.column["pm25"], layout.column["pm10"]]] = levels
        made.append(frame)
    assert not any(found(Crossed, district(), made))


def test_all_that_are_crossed_are_found_and_nobody_else() -> None:
    made = frames([(70, 50)] * 12, "M03")
    for frame, other in zip(made, frames([(30, 50)] * 12, "M04"), strict=True):
        frame.values[:] = np.fmax(frame.values, other.values)
    for frame, other in zip(made, frames([(200, 80)] * 12, "M35"), strict=True):
        frame.values[:] = np.fmax(frame.values, other.values)
    assert {condition.source for now in found(Crossed, district(), made) for condition in now} == {"M03", "M35"}


@pytest.mark.parametrize("cut", [5, 10, 20])
def test_a_restart_changes_nothing_and_a_new_station_does_not_disturb(cut: int) -> None:
    made = frames([(70, 50)] * 30)
    through = told(Crossed, district(), made)
    fewer = district().model_copy(update={"stations": district().stations[1:]})
    first, second = Watch(fewer), Watch(district())
    before = [change for frame in made[:cut] for change in first.close(_without_first(frame, fewer))]
    second.load(first.dump())
    changes = before + [change for frame in made[cut:] for change in second.close(frame)]
    assert [change.alert.opened_at for change in changes] == [change.alert.opened_at for change in through]


def _without_first(frame: Frame, registry: Registry) -> Frame:
    assert len(layout_of(registry).devices) == len(frame.values) - 1
    return Frame(frame.minute, frame.values[1:], frame.qc[1:])
