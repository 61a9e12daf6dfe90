"""A device that shows half or double of what stands around it has drifted; a district that does so together has not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.quality import drift, neighbours, stacked
from ingest.quality.drift import NOBODY
from tests.support.air import Values, air, limits

NEAR = np.array([[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]])
ALONE = np.full(4, NOBODY)
LIMITS = limits(devices=4)


def day(*levels: float) -> Values:
    """24 hourly means (24, devices)."""
    return np.asarray(np.array(levels, np.float32) * air(1, len(levels), 0.001, 24))


@pytest.mark.parametrize(("level", "wrong"), [(15.0, True), (24.0, False), (70.0, False), (90.0, True)])
def test_half_or_double_of_the_neighbours_is_drift(level: float, wrong: bool) -> None:
    found = drift(day(level, 38, 40, 42), NEAR, ALONE, LIMITS)
    assert found.wrong.tolist() == [wrong, False, False, False]
    assert found.to_neighbours[0] == pytest.approx(level / 40, rel=0.1)
    assert np.isnan(found.to_national).all()


def test_where_a_national_station_is_near_it_must_agree() -> None:
    """A place beside a road is double of its neighbours and like the station there."""
    national = np.array([4, 4, NOBODY, NOBODY, NOBODY])
    near = np.array([[1, 2, 3], [0, 2, 3], [1, 3, NOBODY], [1, 2, NOBODY], [NOBODY] * 3])
    found = drift(day(90, 40, 40, 40, 85), near, national, limits(devices=5))
    assert not found.wrong.any()
    assert found.to_national[:2] == pytest.approx([90 / 85, 40 / 85], rel=0.05)
    assert drift(day(90, 40, 40, 40, 41), near, national, limits(devices=5)).wrong.tolist() == [True] + 4 * [False]


def test_what_the_whole_district_shows_is_no_drift_between_neighbours() -> None:
    assert not drift(day(200, 210, 190, 205), NEAR, ALONE, LIMITS).wrong.any()


def test_clean_air_has_no_ratio_worth_the_name() -> None:
    found = drift(day(1, 4, 4.5, 5), NEAR, ALONE, LIMITS)
    assert not found.wrong.any()
    assert found.to_neighbours.tolist() == pytest.approx([1, 1, 1, 1], abs=0.1)


def test_eighteen_hours_are_needed_of_device_and_neighbours() -> None:
    means = day(90, 40, 40, 40)
    means[:7, 0] = np.nan
    assert not drift(means, NEAR, ALONE, LIMITS).wrong[0]
    means = day(90, 40, 40, 40)
    means[:7, 1:3] = np.nan
    found = drift(means, NEAR, ALONE, LIMITS)
    assert not found.wrong.any()
    assert np.isnan(found.to_neighbours[0])


def test_neighbours_are_the_nearest_within_reach_not_on_the_same_spot() -> None:
    xy = np.array([[0, 0], [0.5, 0], [400, 0], [900, 0], [5000, 0], [np.nan, 0]], float)
    among = np.array([True, True, True, True, True, True])
    found = neighbours(xy, among, np.full(6, 1000.0), k=2)
    assert found[:3].tolist() == [[2, 3], [2, 3], [1, 0]]
    assert found[4].tolist() == found[5].tolist() == [NOBODY, NOBODY]
    assert neighbours(xy, ~among, np.full(6, 1000.0)).tolist() == [[NOBODY] * 4] * 6


@given(st.integers(0, 2**32 - 1), st.integers(0, 60))
def test_neighbours_are_what_comparing_all_pairs_finds(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    xy, among = rng.normal(size=(count, 2)) * 3000, rng.random(count) < 0.7
    reach = rng.choice([np.nan, 500.0, 3000.0], count)
    apart = np.hypot(*np.moveaxis(xy[:, None] - xy, 2, 0))
    found = neighbours(xy, among, reach)
    for i in range(count):
        fits = [j for j in np.argsort(apart[i], kind="stable") if among[j] and 1 <= apart[i, j] <= reach[i]]
        assert found[i].tolist() == (fits + [NOBODY] * 4)[:4]


def test_devices_on_one_spot_are_stacked() -> None:
    x = np.array([0, 0.6, 500, 500.0, 900, np.nan, np.nan])
    y = np.array([0, 0.6, 300, 301.5, 10, np.nan, np.nan])
    assert stacked(x, y).tolist() == [True, True, False, False, False, False, False]
    assert stacked(np.full(300, 7.0), np.full(300, 7.0)).all()
    assert stacked(np.empty(0), np.empty(0)).tolist() == []


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=30))
def test_stacked_is_what_comparing_all_pairs_finds(places: list[tuple[int, int]]) -> None:
    x, y = np.array(places, float).reshape(-1, 2).T * 0.3
    apart = np.hypot(x[:, None] - x, y[:, None] - y)
    np.fill_diagonal(apart, np.inf)
    assert np.array_equal(stacked(x, y), (apart < 1).any(axis=1))
