"""An hour is judged from its values alone: the order of devices, gaps and what nobody sent do not matter."""

from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from ingest.flag import Qc
from ingest.quality import CONTEXT, Window, judge_hour
from tests.support.air import NOON, SHIPPED, Values, air, window

KINDS = ("micro", "national", "weather", "boundary", "mobile", "monitor")


class Faults(NamedTuple):
    """One device each."""

    fine: int = 0
    beyond: int = 1
    spike: int = 2
    step: int = 3
    stuck: int = 4
    noisy: int = 5


F = Faults()


def faulty() -> Values:
    """PM2.5 of six devices, each with another fault in the hour."""
    values = air(devices=6)
    values[90, F.beyond], values[91, F.beyond] = 1200, 1300
    values[90, F.spike] = 200
    values[90:, F.step] += 500
    values[70:, F.stuck] = values[70, F.stuck]
    values[70:, F.noisy] *= np.exp(0.6 * np.random.default_rng(2).normal(size=50)).astype(np.float32)
    return values


def judged(given: dict[str, Window], kinds: list[str]) -> dict[str, NDArray[np.uint8]]:
    """By what comes with the program."""
    return judge_hour(given, SHIPPED, kinds, NOON)


def test_every_fault_has_its_reason() -> None:
    found = judged({"pm25": window(faulty())}, ["micro"] * 6)["pm25"]
    reasons = [set(np.unique(column).tolist()) - {Qc.GOOD} for column in found.T]
    assert reasons[F.fine] == set()
    assert reasons[F.spike] == {Qc.SPIKE}
    assert reasons[F.step] == {Qc.STEP}
    assert reasons[F.stuck] == {Qc.FLAT}
    assert reasons[F.noisy] == {Qc.NOISE}
    assert found[29:33, F.beyond].tolist() == [Qc.GOOD, Qc.BEYOND_SPAN, Qc.BEYOND_SPAN, Qc.GOOD]


def test_a_reason_that_is_there_stays_and_its_value_is_no_evidence() -> None:
    values = faulty()
    given = window(values)
    given.qc[90, F.spike], given.qc[65:, F.stuck] = Qc.CALIBRATION, Qc.MAINTENANCE
    found = judged({"pm25": given}, ["micro"] * 6)["pm25"]
    assert set(found[:, F.spike].tolist()) == {Qc.GOOD, Qc.CALIBRATION}
    assert found[30, F.spike] == Qc.CALIBRATION
    assert set(found[:, F.stuck].tolist()) == {Qc.GOOD, Qc.MAINTENANCE}


def test_values_that_are_no_evidence_make_no_step() -> None:
    given = window(air())
    given.values[60:90], given.qc[60:90] = 900, Qc.CALIBRATION
    assert not judged({"pm25": given}, ["micro"])["pm25"][30:].any()
    given.qc[60:90] = Qc.GOOD
    assert judged({"pm25": given}, ["micro"])["pm25"][30, 0] == Qc.STEP


def test_a_spike_does_not_free_a_stuck_value() -> None:
    values = air()
    values[65:] = values[65]
    values[90] = 300
    found = judged({"pm25": window(values)}, ["micro"])["pm25"][5:, 0]
    assert found.tolist() == [Qc.FLAT] * 25 + [Qc.SPIKE] + [Qc.FLAT] * 29


def test_readings_far_below_zero_are_beyond_the_span() -> None:
    values = air(4)
    values[80:83, 0] = -5.1, -4.9, 1000
    found = judged({"pm25": window(values)}, ["micro"])["pm25"][20:23, 0]
    assert (found == Qc.BEYOND_SPAN).tolist() == [True, False, False]


def test_what_was_not_sent_is_not_judged() -> None:
    humid = window(np.full((120, 1), 95, np.float32))
    found = judged({"pm25": window(np.full((120, 1), np.nan, np.float32)), "humidity": humid}, ["micro"])
    assert not found["pm25"].any()


def test_minutes_after_the_hour_are_looked_at_when_there_are_any() -> None:
    values = air(minutes=125)
    values[119, 0] = 200
    assert judged({"pm25": window(values[:120])}, ["micro"])["pm25"][59, 0] == Qc.GOOD
    assert judged({"pm25": window(values)}, ["micro"])["pm25"][59, 0] == Qc.SPIKE


def test_humid_air_makes_optical_pm_suspect_by_the_devices_own_humidity() -> None:
    humidity = np.full((120, 6), 90, np.float32)
    humidity[:, 3] = 84
    given = {"pm25": air(devices=6), "no2": air(devices=6), "humidity": humidity}
    kinds = ["micro", "national", "mobile", "boundary", "monitor", "micro"]
    found = judged({name: window(values) for name, values in given.items()}, kinds)
    assert (found["pm25"] == Qc.HUMID).all(axis=0).tolist() == [True, False, True, False, False, True]
    assert not found["no2"].any()


def test_pm25_above_pm10_makes_both_suspect() -> None:
    pm25, pm10 = air(60, 2), air(80, 2, seed=2)
    pm10[60:, 1] *= 0.4
    found = judged({"pm25": window(pm25), "pm10": window(pm10)}, ["micro"] * 2)
    for name in ("pm25", "pm10"):
        assert (found[name][20:, 1] == Qc.CROSSED).mean() > 0.9
        assert not found[name][:, 0].any()


@pytest.mark.parametrize("channel", ["SB1", "d11001", "p00001", "a00000", "a01012", "a19001"])
def test_states_and_conditions_are_what_they_are(channel: str) -> None:
    assert not judged({channel: window(np.full((120, 1), 21.37, np.float32))}, ["monitor"])[channel].any()


def test_an_unknown_code_of_a_monitor_is_judged_by_its_analysis_cycles_only() -> None:
    values = np.repeat(air(40, 1, 0.01, 24), 5, axis=0)
    values[70] *= 50
    values[75:] = values[74]
    found = judged({"a25002": window(values)}, ["monitor"])["a25002"]
    assert set(found.ravel().tolist()) == {Qc.GOOD, Qc.FLAT}


def test_a_stack_is_not_measured_with_the_rule_of_air() -> None:
    values = air(4000)
    assert not judged({"nmhc": window(values)}, ["monitor"])["nmhc"].any()


@settings(max_examples=30, deadline=None)
@given(order=st.permutations(range(6)), gaps=st.integers(0, 2**32 - 1))
def test_devices_are_judged_each_by_itself(order: list[int], gaps: int) -> None:
    values = faulty()
    values[np.random.default_rng(gaps).random(values.shape) < 0.2] = np.nan
    found = judged({"pm25": window(values)}, list(KINDS))["pm25"]
    shuffled = judged({"pm25": window(values[:, order])}, [KINDS[i] for i in order])["pm25"]
    assert np.array_equal(shuffled, found[:, order])


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), share=st.floats(0, 1))
def test_anything_can_be_judged(seed: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    names = ("pm25", "pm10", "humidity", "wind_direction", "a24088", "SB1")
    drawn = {name: (rng.normal(size=(120, 6)) * 10.0 ** rng.integers(-3, 8)).astype(np.float32) for name in names}
    for values in drawn.values():
        values[rng.random(values.shape) < share] = np.nan
    given = {name: Window(values, rng.choice(256, size=(120, 6)).astype(np.uint8)) for name, values in drawn.items()}
    before = {name: (values.copy(), given[name].qc.copy()) for name, values in drawn.items()}
    found = judged(given, list(KINDS))
    for name, (values, qc) in before.items():
        assert found[name].shape == (60, 6)
        assert found[name].dtype == np.uint8
        kept = qc[CONTEXT:] != Qc.GOOD
        assert np.array_equal(found[name][kept], qc[CONTEXT:][kept])
        assert np.array_equal(given[name].values, values, equal_nan=True)
        assert np.array_equal(given[name].qc, qc)


@settings(max_examples=20, deadline=None)
@given(shift=st.integers(1, 300))
def test_another_level_changes_no_spike_or_run(shift: int) -> None:
    """In whole micrograms, so that the sums are exact."""
    values = np.round(faulty()[:, [F.fine, F.spike, F.stuck]]) + 40
    found, moved = (judged({"pm25": window(v)}, ["micro"] * 3)["pm25"] for v in (values, values + shift))
    assert np.array_equal(found[:, :2], moved[:, :2])
    assert (moved[10:, 2] == Qc.FLAT).all()


def test_no_devices_are_judged_too() -> None:
    nobody = window(np.empty((120, 0), np.float32))
    assert judged({"pm25": nobody, "pm10": nobody, "humidity": nobody}, [])["pm25"].shape == (60, 0)
