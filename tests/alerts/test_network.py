"""Neighbours found by buckets are those found by measuring everybody against everybody."""

import numpy as np
import pytest

from alerts.detector.network import connect
from tests.support import naive


@pytest.mark.parametrize(("count", "width", "height"), [(1, 10, 10), (2, 5, 3000), (40, 3000, 3000), (400, 9000, 700)])
def test_the_nearest_within_reach(count: int, width: float, height: float) -> None:
    rng = np.random.default_rng(count)
    xy = rng.uniform(0, 1, (count, 2)) * (width, height)
    network = connect(np.arange(count), xy, 1500.0, 400.0)
    expected = naive.neighbours(xy, 1500.0)
    for i, row in enumerate(network.order):
        found = [int(network.order[j]) for j in network.neighbours[i] if j >= 0]
        assert found == expected[row]


def test_close_ones_are_counted() -> None:
    xy = np.array([[0, 0], [100, 0], [0, 300], [1000, 0]], float)
    network = connect(np.arange(4), xy, 6000.0, 310.0)
    assert dict(zip(network.order.tolist(), network.close.tolist(), strict=True)) == {0: 2, 1: 1, 2: 1, 3: 0}


def test_devices_on_one_spot_are_not_neighbours() -> None:
    xy = np.array([[0, 0], [0, 0], [0.3, 0.3], [500, 0]], float)
    network = connect(np.arange(4), xy, 6000.0, 1600.0)
    for i, row in enumerate(network.order):
        found = {int(network.order[j]) for j in network.neighbours[i] if j >= 0}
        assert found == ({3} if row != 3 else {0, 1, 2})


def test_a_place_at_the_end_of_the_world_does_no_harm() -> None:
    xy = np.array([[0, 0], [400, 0], [0, 400], [1e7, 1e7]], float)
    network = connect(np.arange(4), xy, 6000.0, 1600.0)
    assert (network.neighbours[network.order == 3] == -1).all()


def test_nobody_at_all() -> None:
    network = connect(np.empty(0, np.int64), np.empty((0, 2)), 6000.0, 1600.0)
    assert len(network.order) == 0
