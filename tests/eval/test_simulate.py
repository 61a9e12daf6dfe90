"""A seed and settings give one scenario, on any machine, and the folder holds what was drawn."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from alerts.backtest import backtest
from tests.eval.folder import write_folder
from tests.eval.groups import cases, prepare
from tests.eval.readings import read_readings
from tests.eval.settings import Settings
from tests.eval.simulate import Scenario, simulate
from tests.eval.truth import read_truth

TINY = Settings(nx=4, ny=4, days=3, events_per_day=40.0, stuck=0.3, steps=0.2, puffs=0.5, noisy=0.1)


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    """16 cells, 11 stations, three days."""
    return simulate(TINY, 7)


def test_the_drawn_numbers_are_frozen(scenario: Scenario) -> None:
    """What is drawn, not what is computed: the last digit of an exponential is the processor's."""
    sources = [(event.source.t0, event.source.t1, event.enterprise) for event in scenario.events]
    missing = np.packbits(np.isnan(scenario.readings)).tobytes()
    drawn = missing + scenario.fault.tobytes() + scenario.front.tobytes() + repr(sources).encode()
    assert hashlib.sha256(drawn).hexdigest()[:16] == "f3a12c9d55be6a3a"


def test_the_readings_are_frozen(scenario: Scenario) -> None:
    levels = np.nanmean(scenario.readings.astype(np.float64), axis=0)
    assert levels == pytest.approx(
        [167.375, 31.588, 30.127, 25.177, 36.087, 26.720, 41.302, 28.569, 40.749, 32.352, 28.992], abs=1e-3
    )
    assert [round(event.snr, 2) for event in scenario.events] == pytest.approx(
        [2.45, 5.73, 27.34, 2.29, 12.46, 5.17, 4.34, 13.27, 0.00, 1.10, 29.47, 0.00, 0.00, 0.77, 2.58, 13.17, 0.95],
        abs=0.011,
    )


def test_another_seed_is_another_scenario(scenario: Scenario) -> None:
    assert not np.array_equal(scenario.readings, simulate(TINY, 8).readings, equal_nan=True)


def test_the_folder_holds_what_was_drawn(scenario: Scenario, tmp_path: Path) -> None:
    write_folder(scenario, tmp_path)
    truth = read_truth(tmp_path)
    readings = read_readings(tmp_path, truth)
    assert np.array_equal(readings.values, scenario.readings, equal_nan=True)
    assert readings.xy == pytest.approx(scenario.xy, abs=0.2)
    assert (truth.minutes, truth.warm, len(truth.events)) == (3 * 1440, 2 * 1440, len(scenario.events))
    assert json.loads((tmp_path / "truth.json").read_text())["settings"]["nx"] == 4


def test_the_product_reads_the_folder_without_its_truth(tmp_path: Path) -> None:
    write_folder(simulate(replace(TINY, days=1), 7), tmp_path)
    told = backtest(tmp_path)
    (tmp_path / "truth.json").unlink()
    assert [alert.line() for alert in backtest(tmp_path)] == [alert.line() for alert in told]


def test_a_scenario_is_drawn_once(tmp_path: Path) -> None:
    case = cases("town", (5,), tmp_path)[0]._replace(settings=replace(TINY, days=1))
    prepare(case)
    drawn = case.truth.stat().st_mtime_ns
    prepare(case)
    assert case.truth.stat().st_mtime_ns == drawn
