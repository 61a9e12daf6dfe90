"""How many faults the checks find in simulated and recorded air, and how much honest air they suspect."""

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from ingest.flag import Qc
from ingest.quality import CONTEXT, judge_hour
from tests.eval.faults import KINDS
from tests.eval.readings import read_readings
from tests.eval.settings import Settings
from tests.eval.simulate import Scenario, simulate
from tests.eval.truth import read_truth
from tests.support.air import NOON, SHIPPED, Values, window

DAYS = Settings(nx=10, ny=10, days=2, stuck=0.2, noisy=0.15, events_per_day=16.0)
CODE = {name: code for code, name in KINDS.items()}
FOUND = [Qc.STEP, Qc.SPIKE, Qc.FLAT, Qc.NOISE, Qc.CROSSED]
METEC = Path(__file__).parents[1] / "data" / "metec-2022"
METEC_TRUTH = Path(__file__).parents[1] / "eval" / "metec-truth.json"


class Judged(NamedTuple):
    """A scenario and what was found (minutes, devices)."""

    scenario: Scenario
    reasons: NDArray[np.uint8]
    plume: NDArray[np.bool_]

    def hits(self, fault: str, *reasons: Qc) -> float:
        """Share of the faults of a kind in whose minutes there is such a reason."""
        return np.mean([np.isin(self.reasons[a:b, k], reasons).any() for k, a, b in self.runs(CODE[fault])]).item()

    def runs(self, code: int) -> list[tuple[int, int, int]]:
        """Device, first minute and the one after the last of every fault that is not at the ends."""
        at = np.pad((self.scenario.fault == code).T.astype(np.int8), ((0, 0), (1, 1)))
        begins, ends = (np.argwhere(np.diff(at) == by) for by in (1, -1))
        return [(k, a, b) for (k, a), (_, b) in zip(begins, ends, strict=True) if a > CONTEXT]

    def share(self, where: NDArray[np.bool_], reasons: list[Qc]) -> float:
        """Share of the values without a fault that have such a reason."""
        there = where & (self.scenario.fault == 0) & ~np.isnan(self.scenario.readings)
        return float(np.isin(self.reasons[there], reasons).mean())


def by_hours(values: Values, channel: str, kind: str) -> NDArray[np.uint8]:
    """Hour after hour, as they are kept."""
    hours = len(values) // 60
    padded = np.concatenate([np.full((CONTEXT, values.shape[1]), np.nan, np.float32), values])
    kinds = [kind] * values.shape[1]
    parts = [padded[60 * hour : 60 * hour + CONTEXT + 60] for hour in range(hours)]
    return np.concatenate([judge_hour({channel: window(part)}, SHIPPED, kinds, NOON)[channel] for part in parts])


def judged(settings: Settings, seed: int) -> Judged:
    """A scenario, its values and its plumes."""
    scenario = simulate(settings, seed)
    plume = np.zeros(scenario.readings.shape, bool)
    for event in scenario.events:
        for device, (first, last) in event.touched.items():
            plume[first : last + 1, device] = True
    return Judged(scenario, by_hours(scenario.readings, "pm25", "micro"), plume)


AIRS = {
    "as it is": DAYS,
    "whole micrograms": replace(DAYS, resolution=1.0),
    "clean, whole micrograms": replace(DAYS, base=8.0, resolution=1.0),
    "twice as noisy": replace(DAYS, noise_sd=0.1, additive_sd=1.6),
    "two fronts a day": replace(DAYS, fronts_per_day=2.0),
}


@pytest.mark.parametrize(("air", "hits"), [(air, 0.8 if "clean" in air else 0.9) for air in AIRS])
def test_faults_are_found_and_honest_air_is_left_alone(air: str, hits: float) -> None:
    """Where nearly nothing is in the air, a fault adds nearly nothing to it."""
    found = judged(AIRS[air], 31)
    assert found.share(~found.plume, FOUND) < 0.001
    assert found.share(found.plume, [Qc.SPIKE, Qc.STEP]) < 0.004
    assert found.share(found.plume, FOUND) < 0.03
    assert found.hits("spike", Qc.SPIKE, Qc.BEYOND_SPAN) > hits
    assert found.hits("stuck", Qc.FLAT) > hits
    assert found.hits("noisy", Qc.NOISE) > hits


def test_recorded_methane_at_a_fence_is_left_alone() -> None:
    """A week of eight sensors beside a test site with releases: what is single there is mostly real, and rare."""
    truth = read_truth(METEC, METEC_TRUTH)
    values = read_readings(METEC, truth).values
    reasons = by_hours(values, "ch4", "boundary")
    there, quiet = ~np.isnan(values), truth.quiet_minutes()
    assert np.isin(reasons[quiet][there[quiet]], FOUND).mean() < 0.0005
    assert np.isin(reasons[~quiet][there[~quiet]], FOUND).mean() < 0.002
