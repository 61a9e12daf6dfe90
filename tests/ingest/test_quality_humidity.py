"""Water on particles is taken off by the formula, where the humidity is known and the inlet is not dried."""

import numpy as np
import pytest

from ingest.quality import CORRECTION, Thresholds, corrected
from tests.support.air import NOON, SHIPPED

NOW = SHIPPED.at(NOON)


@pytest.mark.parametrize(
    ("humidity", "growth"),
    [
        (0.0, 1.0),
        (50.0, 1.242424),  # 1 + 0.4 / 1.65 / (1 / 0.50 - 1)
        (85.0, 2.373737),  # 1 + 0.242424 / 0.176471
        (95.0, 5.606061),  # 1 + 0.242424 / 0.052632
        (100.0, 5.606061),  # as at the cap
    ],
)
def test_growth_is_that_of_crilley(humidity: float, growth: float) -> None:
    raw = np.array([[100.0]], np.float32)
    dry = corrected("pm25", raw, np.array([[humidity]], np.float32), ["micro"], NOW)
    assert dry[0, 0] == pytest.approx(100 / growth, rel=1e-5)
    assert raw[0, 0] == 100


def test_dried_inlets_and_gases_are_as_they_are() -> None:
    raw, humid = np.full((1, 2), 80, np.float32), np.full((1, 2), 90, np.float32)
    assert corrected("pm25", raw, humid, ["national", "micro"], NOW)[0].tolist() == [
        80,
        pytest.approx(25.14286, rel=1e-4),
    ]
    assert corrected("no2", raw, humid, ["micro", "micro"], NOW)[0].tolist() == [80, 80]


def test_without_humidity_nothing_is_known_of_optical_pm() -> None:
    raw, unknown = np.full((1, 2), 80, np.float32), np.full((1, 2), np.nan, np.float32)
    found = corrected("pm10", raw, unknown, ["national", "mobile"], NOW)[0]
    assert found[0] == 80
    assert np.isnan(found[1])


def test_kappa_is_a_threshold() -> None:
    other = Thresholds.read("valid_from,channel,kind,kappa\n2026-01-01,pm25,micro,0.2\n")
    raw, half = np.full((1, 1), 100, np.float32), np.full((1, 1), 50, np.float32)
    dry = corrected("pm25", raw, half, ["micro"], SHIPPED.merged(other).at(NOON))
    assert dry[0, 0] == pytest.approx(100 / 1.121212, rel=1e-5)


def test_the_correction_has_a_version() -> None:
    assert CORRECTION == "kappa-1"
