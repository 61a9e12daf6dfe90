"""Tests of alerts.detector.wind."""

import numpy as np
from numpy.typing import NDArray

from alerts.detector.wind import Wind

NOBODY = np.full(2, np.nan)
WEST, NORTH = np.array([2.0, 0.0]), np.array([0.0, -3.0])


def measured(*minutes: NDArray[np.float64]) -> Wind:
    wind = Wind()
    for clock, uv in enumerate(minutes):
        wind.step(clock, uv)
    return wind


def test_a_gap_takes_the_wind_before_it() -> None:
    wind = measured(WEST, NOBODY, NOBODY, NORTH)

    assert wind.last(3, 4).tolist() == [[2, 0], [2, 0], [2, 0], [0, -3]]


def test_what_lies_before_the_first_known_wind_takes_that() -> None:
    wind = measured(NOBODY, NOBODY, NORTH, WEST)

    assert wind.last(3, 6).tolist() == [[0, -3]] * 5 + [[2, 0]]


def test_where_nobody_measures_the_wind_is_unknown() -> None:
    assert np.isnan(measured(NOBODY, NOBODY).last(1, 2)).all()
