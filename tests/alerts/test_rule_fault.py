"""Triage of devices that disagree: faults are told once, a hotspot is none, and who cannot be sure says so."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import cache

import numpy as np
import pytest

from alerts.alert import Alert
from alerts.rules.fault import EVERY, FALLS, HOLD, IS_HOTSPOT, ROUGH, STUCK, WARM, Fault, of_alarm
from alerts.watch import Watch
from ingest.channel import COLUMN
from ingest.flag import Qc
from ingest.layout import Frame, Layout
from ingest.registry import MonitorChannel, Station
from tests.support.rule import last
from tests.support.scene import START, district, emit, place, weather

NAME, KNOWN = "M14", WARM * EVERY + 300  # min until its usual difference is known
LAYOUT = Layout.of(district())
ROW, PM25, PM10 = LAYOUT.index[NAME], COLUMN["pm25"], COLUMN["pm10"]
Spoil = Callable[[np.ndarray], None]


def minutes(length: int, spoil: Spoil = lambda _: None, seed: int = 2) -> list[Frame]:
    """Ordinary minutes after those of `primed`; `spoil` has changed what NAME sends, as an array over the minutes."""
    frames = list(weather(LAYOUT, length, seed, START + timedelta(minutes=KNOWN)))
    sent = np.array([frame.values[ROW, PM25] for frame in frames])
    spoil(sent)
    for frame, value in zip(frames, sent, strict=True):
        frame.values[ROW, PM25] = value
    return frames


@cache
def primed() -> bytes:
    """A watch that knows what is usual."""
    watch = Watch(district())
    for frame in weather(LAYOUT, KNOWN):
        watch.close(frame)
    return watch.dump()


def knowing() -> Watch:
    """The same at work."""
    watch = Watch(district())
    watch.load(primed())
    return watch


def faults(frames: Sequence[Frame], watch: Watch | None = None) -> list[Alert]:
    """The alerts of kind `fault` that are this rule's, as they were told last."""
    watch = watch or knowing()
    alerts = last([change for frame in frames for change in watch.close(frame)], "fault")
    return [alert for alert in alerts if "trait" in alert.evidence]


def minute_of(alert: Alert) -> float:
    """When it was opened, minutes after KNOWN."""
    return (alert.opened_at - START).total_seconds() / 60 - KNOWN


def test_sound_devices_have_no_fault() -> None:
    assert faults(minutes(600)) == []


def test_a_stuck_value_is_told_once_and_closed_after_it_has_moved_again() -> None:
    def spoil(sent: np.ndarray) -> None:
        sent[50:250] = sent[50]

    (alert,) = faults(minutes(450, spoil))
    assert (alert.source, alert.pollutant, alert.severity) == (NAME, "pm25", 1)
    assert (alert.evidence["sign"], alert.evidence["trait"]) == ("stuck", "stuck")
    assert 80 <= minute_of(alert) <= 80 + EVERY + 1
    assert alert.closed_at is not None
    assert 250 < (alert.closed_at - alert.opened_at).total_seconds() / 60 + minute_of(alert) <= 251 + HOLD


def test_beside_the_monitors_of_stacks_no_boundary_stations_level_is_a_drift() -> None:
    spots = [dict(zip(("lon", "lat"), place(1.0 + 0.25 * i, 2.5), strict=True)) for i in range(8)]
    stations = tuple(Station(station_id=f"B{i}", name="", kind="boundary", **at) for i, at in enumerate(spots[:3]))
    line = {"enterprise_id": "NEAR", "password": "", "channel": "nmhc", "unit": "mg/m3"}
    monitors = tuple(MonitorChannel(mn=f"V{i}", **line, **at) for i, at in enumerate(spots[3:]))
    watch = Watch(district().model_copy(update={"stations": stations, "monitors": monitors}))
    rng, column = np.random.default_rng(3), watch.layout.column["nmhc"]
    changes = []
    for i in range(KNOWN):
        frame = Frame.empty(watch.layout, START + timedelta(minutes=i))
        frame.values[:, column] = np.array([0.3] * 3 + [20] * 5) * np.exp(0.05 * rng.normal(size=8))
        changes += watch.close(frame)
    assert last(changes, "fault") == []


def test_an_alarm_says_how_sure_it_is_that_no_fault_made_it() -> None:
    watch = knowing()
    frames = minutes(60)
    emit(frames, LAYOUT, 20, 60)
    (alert,) = last([change for frame in frames for change in watch.close(frame)], "hotspot")
    neighbours = alert.evidence["neighbours"]
    assert alert.evidence["triage"] == {"verdict": "hotspot", "sign": "hotspot", "usable_neighbours": neighbours}


@pytest.mark.parametrize("sign", ["stuck", "noisy", "lonely", "few_neighbours", "hotspot"])
def test_a_sign_of_a_fault_makes_an_alarm_unsure(sign: str) -> None:
    watch = knowing()
    watch.close(minutes(1)[0])
    panel = watch.find("pm25", "grid")
    i = int(np.flatnonzero(panel.network.order == ROW)[0])
    if sign == "stuck":
        panel.state.run[i], panel.state.repeat[i] = STUCK + 100, 0.1
    elif sign == "noisy":
        panel.state.rough[i], panel.state.fall[i] = 2 * ROUGH, 2 * FALLS
    elif sign == "lonely":
        panel.state.step[i] = 1
    elif sign == "few_neighbours":
        near = panel.network.neighbours[i]
        panel.minute.y[near[near >= 0][2:]] = np.nan
    found = of_alarm(panel, i)
    assert (found["sign"], found["verdict"]) == (sign, "hotspot" if sign == "hotspot" else "unsure")


def test_a_run_of_zeros_is_clean_air() -> None:
    def spoil(sent: np.ndarray) -> None:
        sent[50:450] = 0

    assert "stuck" not in [alert.evidence["trait"] for alert in faults(minutes(450, spoil))]


def test_a_device_of_coarse_resolution_is_not_stuck_once_its_repeats_are_known() -> None:
    frames, learnt = minutes(2000), 1200
    coarse = np.round(np.random.default_rng(7).normal(36, 6, len(frames)) / 20) * 20
    for frame, sent in zip(frames, coarse, strict=True):
        frame.values[ROW, PM25] = sent
    assert max(len(run) for run in "".join("x" if sent == 40 else " " for sent in coarse[learnt:]).split()) > STUCK
    assert [a for a in faults(frames) if a.evidence["trait"] == "stuck" and minute_of(a) > learnt] == []


def test_a_noisy_device_is_a_fault_though_each_value_could_be_true() -> None:
    rng = np.random.default_rng(3)

    def spoil(sent: np.ndarray) -> None:
        sent[50:250] *= np.exp(0.6 * rng.normal(size=200))

    (alert,) = faults(minutes(450, spoil))
    assert alert.evidence["sign"] == "noisy"
    assert minute_of(alert) <= 150


@pytest.mark.parametrize("factor", [0.7, 1.4])
def test_a_step_is_told_once_and_then_is_what_is_usual(factor: float) -> None:
    def spoil(sent: np.ndarray) -> None:
        sent *= factor

    (alert,) = (alert for alert in faults(minutes(2200, spoil)) if alert.evidence["sign"] != "unsure")
    assert (alert.source, alert.evidence["sign"]) == (NAME, "step")
    assert alert.evidence["times_usual"] == pytest.approx(factor, abs=0.12)
    assert alert.peak_value / alert.background == pytest.approx(factor, abs=0.12)
    assert 150 <= minute_of(alert) <= 270
    assert alert.closed_at is not None


@pytest.mark.parametrize(("factor", "sign"), [(0.4, "drift"), (2.5, "unsure")])
def test_half_of_what_the_others_show_is_a_fault_and_twice_may_be_the_place(factor: float, sign: str) -> None:
    frames = list(weather(LAYOUT, KNOWN + 100))
    for frame in frames:
        frame.values[ROW, PM25] *= factor
    (alert,) = (a for a in faults(frames, Watch(district())) if a.evidence["trait"] == "drift")
    assert (alert.source, alert.evidence["sign"]) == (NAME, sign)
    assert alert.evidence["times_neighbours"] == pytest.approx(factor, rel=0.15)


def test_an_emission_is_a_hotspot_and_no_fault_however_long_it_lasts() -> None:
    watch, frames = knowing(), minutes(400)
    emit(frames, LAYOUT, 0, 200)
    assert faults(frames[:60], watch) == []
    (rule,) = (rule for rule in watch.rules if isinstance(rule, Fault))
    assert rule.memory["looks"]["sign"][ROW, PM25] == IS_HOTSPOT
    assert NAME in {device for case in watch.tracker.cases for device, _ in case.inside}
    assert faults(frames[60:], watch) == []


def lonely(columns: Sequence[int]) -> list[Frame]:
    """An even excess at NAME that nobody shares, in some pollutants at once."""
    frames = list(weather(LAYOUT, 560))
    for i, frame in enumerate(frames):
        frame.values[:, PM10] = np.round(1.6 * frame.values[:, PM25] + (i * np.arange(37)) % 7 / 10, 1)
        for column in columns:
            frame.values[ROW, column] = frame.values[ROW, column] if i < 480 else 90 * (1 + i % 2 / 100)
    return frames


def test_an_even_excess_of_one_pollutant_is_unsure_and_of_two_at_once_a_fault() -> None:
    (one,) = faults(lonely([PM25]), Watch(district()))
    assert (one.source, one.pollutant, one.evidence["sign"], one.evidence["trait"]) == (
        NAME,
        "pm25",
        "unsure",
        "lonely",
    )
    assert minute_of(one) + KNOWN - 480 >= 30
    two = faults(lonely([PM25, PM10]), Watch(district()))
    assert {(alert.pollutant, alert.evidence["sign"]) for alert in two} == {("pm25", "lonely"), ("pm10", "lonely")}
    assert two[0].evidence["jumped_together"] == ["pm25", "pm10"]


def test_neighbours_are_counted_after_those_that_gave_no_evidence_are_left_out() -> None:
    def spoil(sent: np.ndarray) -> None:
        sent[50:] = sent[50]

    counts = []
    for gone in (0, 5):
        frames = minutes(110, spoil)
        for frame in frames[30:]:
            for name in ("M13", "M15", "M08", "M20", "M07")[:gone]:
                frame.qc[LAYOUT.index[name], PM25] = Qc.FAULT
        (alert,) = faults(frames)
        counts.append(alert.evidence["usable_neighbours"])
    assert counts == [16, 11]


def test_what_is_flagged_or_not_sent_is_not_judged() -> None:
    def spoil(sent: np.ndarray) -> None:
        sent[50:250] = sent[50]

    frames = minutes(350, spoil)
    for frame in frames[55:270]:
        frame.qc[ROW, PM25] = Qc.MAINTENANCE
    assert faults(frames) == []


def test_a_restart_in_the_middle_makes_no_difference() -> None:
    def spoil(sent: np.ndarray) -> None:
        sent[50:250] = sent[50]

    frames = minutes(450, spoil)
    first, second = knowing(), Watch(district())
    changes = [change for frame in frames[:83] for change in first.close(frame)]
    second.load(first.dump())
    changes += [change for frame in frames[83:] for change in second.close(frame)]
    assert last(changes, "fault") == faults(frames)
