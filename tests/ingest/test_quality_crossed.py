"""PM2.5 above PM10 is found where it lasts, beyond what noise and resolution explain."""

import numpy as np

from ingest.quality.crossed import crossed
from tests.support.air import air, limits


def test_pm25_far_above_pm10_is_found_for_as_long_as_it_lasts() -> None:
    pm25, pm10 = air(80), air(100, seed=2)
    pm10[70:100] *= 0.5
    found = crossed(pm25, pm10, limits())[:, 0]
    assert found[82:100].all()
    assert not found[:70].any()
    assert not found[100:].any()


def test_air_without_dust_is_not_crossed() -> None:
    """All of PM10 is PM2.5, and both have their noise."""
    for level in (5.0, 35.0, 300.0):
        pm25, pm10 = air(level, 200, 1), air(level, 200, 1, seed=2)
        assert not crossed(pm25, pm10, limits(devices=200)).any()


def test_a_few_minutes_are_forgiven() -> None:
    pm25, pm10 = air(80), air(100, seed=2)
    pm10[70:80] *= 0.5
    assert not crossed(pm25, pm10, limits()).any()


def test_one_channel_alone_says_nothing() -> None:
    pm25, pm10 = air(80), air(30, seed=2)
    pm10[np.arange(120) % 3 > 0] = np.nan
    assert not crossed(pm25, pm10, limits()).any()
