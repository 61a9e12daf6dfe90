"""The peers see what they are made to see, and their alarms are joined to alerts."""

import numpy as np
import pytest

from tests.eval.joining import Limit, alarms, join
from tests.eval.peers import PEERS, Peer
from tests.eval.readings import Readings

MINUTES = 2 * 1440
PLUME = slice(2500, 2560)


def _network(spacing: float = 600.0) -> Readings:
    """Nine stations in a square that breathe the same noisy air."""
    rng = np.random.default_rng(5)
    values = (40 * np.exp(0.05 * rng.normal(size=(MINUTES, 9)))).astype(np.float32)
    xy = np.array([(x, y) for y in range(3) for x in range(3)]) * spacing
    return Readings(values, xy, [(x, y) for y in range(3) for x in range(3)], spacing)


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_a_peer_sees_a_strong_plume_at_one_station_and_nothing_before(peer: Peer) -> None:
    readings = _network()
    assert not alarms(peer.statistic(readings), peer.limit)[1440:].any()
    readings.values[PLUME, 4] += np.linspace(100, 4000, 60, dtype=np.float32)
    seen = alarms(peer.statistic(readings), peer.limit)
    assert seen[PLUME, 4].any()
    assert not seen[1440 : PLUME.start].any(), "it does not see the future"
    assert not seen[PLUME, :4].any()


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_a_peer_makes_nothing_of_missing_readings(peer: Peer) -> None:
    readings = _network()
    readings.values[100:2400, 4] = np.nan
    readings.values[2600:2605] = np.nan
    assert not alarms(peer.statistic(readings), peer.limit)[1440:].any()


def test_a_vote_needs_enough_of_the_last_minutes() -> None:
    above = np.array([[1, 0, 1, 0, 0, 1, 1, np.nan, 1]]).T
    assert alarms(above, Limit(0.5, 2, 3)).ravel().tolist() == [
        False,
        False,
        True,
        False,
        False,
        False,
        True,
        True,
        True,
    ]


def test_stations_near_each_other_join_one_alert_and_far_ones_do_not() -> None:
    alarm = np.zeros((MINUTES, 9), bool)
    alarm[10:20, 0] = alarm[40:45, 1] = alarm[42:44, 8] = True
    near, far = join(alarm, _network(600)), join(alarm, _network(1300))
    assert (near.first.tolist(), near.last.tolist()) == ([10, 40, 42], [19, 44, 43])
    assert near.alert.tolist() == [0, 0, 2]
    assert far.alert.tolist() == [0, 1, 2]


def test_a_stay_ends_after_ten_quiet_minutes() -> None:
    alarm = np.zeros((MINUTES, 9), bool)
    alarm[[10, 20, 31], 0] = True
    assert join(alarm, _network()).first.tolist() == [10, 31]
