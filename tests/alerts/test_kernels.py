"""Every kernel computes what its slow and obvious twin does, also with nothing, with constants and in any order."""

import math

import numpy as np
import pytest

from alerts import attribution
from alerts.detector import decision, evidence, reference
from alerts.detector.evidence import Minute
from alerts.detector.network import Network, connect
from alerts.detector.panel import blank
from alerts.detector.state import NO_TRACE, TRACE, TRACE_STEP, State, fresh
from alerts.detector.tuning import FENCE, GRID, Numbers, Profile
from alerts.detector.wind import Breeze
from alerts.plume import BINS
from tests.support import naive

MINUTES = 400
PROFILES = [GRID, FENCE]
FLOOR = 3.0


def series(seed: int) -> np.ndarray:
    """Values of twelve devices: noise, gaps, constants, steps of a coarse sensor, nothing at all, and zeros."""
    rng = np.random.default_rng(seed)
    values = np.round(35 * np.exp(0.1 * rng.normal(size=(MINUTES, 12))), 1)
    values[rng.random(values.shape) < 0.05] = np.nan
    values[100:150, 1] = np.nan
    values[200:260, 2] = 35.0
    values[:, 3] = np.round(values[:, 3] / 5) * 5
    values[:, 4] = np.nan
    values[:, 5] = 0.0
    values[300:, 6] *= 4
    return values.astype(np.float32)


def sensed(values: np.ndarray, flags: np.ndarray, p: Numbers) -> np.ndarray:
    """The kernel over all minutes (T, N)."""
    n = values.shape[1]
    state, minute = fresh(n), blank(n)
    out = []
    for value, flag in zip(values, flags, strict=True):
        evidence.sense(
            value[:, None].copy(), flag[:, None].copy(), np.arange(n, dtype=np.int32), 0, FLOOR, state, minute, p
        )
        out.append(minute.y.copy())
    return np.array(out)


def scattered(n: int = 60, seed: int = 2) -> tuple[Network, np.ndarray]:
    """A network and what its devices offer, some of them nothing."""
    rng = np.random.default_rng(seed)
    network = connect(np.arange(n), rng.uniform(0, 4000, (n, 2)), 2000.0, 900.0)
    offered = rng.normal(3.5, 0.3, n).astype(np.float32)
    offered[rng.random(n) < 0.2] = np.nan
    return network, offered


def referred(network: Network, offered: np.ndarray, wind: Breeze, p: Numbers) -> np.ndarray:
    """The kernels of the reference."""
    told = reference.exchange(network)
    state = fresh(len(offered))
    state.age[:] = 1
    out = np.empty(len(offered), np.float32)
    reference.face(network, wind, told.side)
    reference.offer(state, offered, told.offer)
    reference.refer(network, told, out, p)
    return out


@pytest.mark.parametrize("profile", PROFILES)
def test_sense(profile: Profile) -> None:
    values = series(1)
    flags = (np.random.default_rng(3).random(values.shape) < 0.02).astype(np.uint8)
    found = sensed(values, flags, profile.numbers)
    for i in range(values.shape[1]):
        twin = naive.Sensor(profile.numbers, FLOOR)
        expected = [twin.step(float(v), bool(f)) for v, f in zip(values[:, i], flags[:, i], strict=True)]
        np.testing.assert_allclose(found[:, i], expected, rtol=1e-5)


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("wind", [Breeze(1.5, -0.7, True), Breeze(0.0, 0.0, False)])
def test_refer(profile: Profile, wind: Breeze) -> None:
    network, offered = scattered()
    expected = naive.references(network, offered, (wind.u, wind.v) if wind.known else None, profile.numbers)
    np.testing.assert_allclose(referred(network, offered, wind, profile.numbers), expected, atol=1e-5)


def test_refer_with_nothing_offered_and_with_all_the_same() -> None:
    network, offered = scattered()
    wind = Breeze(1.0, 1.0, True)
    assert np.isnan(referred(network, np.full_like(offered, np.nan), wind, GRID.numbers)).all()
    np.testing.assert_allclose(referred(network, np.full_like(offered, 2.5), wind, GRID.numbers), 2.5, atol=1e-6)


def test_refer_does_not_depend_on_the_order_of_the_stations() -> None:
    rng = np.random.default_rng(5)
    xy, offered = rng.uniform(0, 4000, (50, 2)), rng.normal(3, 0.2, 50).astype(np.float32)
    turn = rng.permutation(50)
    wind = Breeze(1.0, 0.3, True)
    here, there = (connect(np.arange(50), places, 2000.0, 900.0) for places in (xy, xy[turn]))
    straight, turned = np.empty(50), np.empty(50)
    straight[here.order] = referred(here, offered[here.order], wind, GRID.numbers)
    turned[turn[there.order]] = referred(there, offered[turn][there.order], wind, GRID.numbers)
    np.testing.assert_array_equal(straight, turned)


@pytest.mark.parametrize("lanes", [1, 63, 64, 65, 130])
def test_the_comparators_sort(lanes: int) -> None:
    keys = np.random.default_rng(lanes).integers(-1000, 1000, (16, 64)).astype(np.int32)
    expected = np.sort(keys, axis=0)
    reference.sort_columns(keys)
    np.testing.assert_array_equal(keys, expected)


@pytest.mark.parametrize("profile", PROFILES)
def test_track(profile: Profile) -> None:
    rng = np.random.default_rng(4)
    y = 3.5 + 0.1 * rng.normal(size=(MINUTES, 4))
    y[250:300, 0] += 1
    y[:, 1] = 3.5
    refs = 3.4 + 0.05 * rng.normal(size=y.shape)
    y[rng.random(y.shape) < 0.05] = np.nan
    refs[rng.random(y.shape) < 0.05] = np.nan
    state, minute = fresh(4), blank(4)
    twins = [naive.Baseline(profile.numbers) for _ in range(4)]
    for t in range(MINUTES):
        minute.y[:], minute.reference[:] = y[t], refs[t]
        evidence.track(state, minute, np.zeros(len(minute.y), bool), t % TRACE, profile.numbers)
        expected = [twin.step(float(a), float(b)) for twin, a, b in zip(twins, minute.y, minute.reference, strict=True)]
        np.testing.assert_allclose(minute.z, expected, rtol=2e-3, atol=2e-3)
    np.testing.assert_allclose(state.base, [twin.base for twin in twins], atol=1e-4)
    assert state.age.tolist() == [twin.age for twin in twins]


def test_weigh_of_calm_air_is_the_running_mean() -> None:
    rng = np.random.default_rng(6)
    z = rng.uniform(0.0, 4.0, 30).astype(np.float32)
    state, minute = fresh(1), blank(1)
    state.rough[:], state.scale[:] = 0.0, 0.1
    for value in z:
        minute.z[:], minute.level[:], state.y1[:] = value, 3.0, 3.0 + 0.1 * value
        evidence.weigh(state, minute, GRID.numbers)
    expected = max(1.2 * naive.means(z.tolist(), 0.5), naive.means(z.tolist(), 0.3))
    assert minute.own[0] == pytest.approx(expected, rel=1e-5)
    assert decision.bits(state.votes[0]) == sum(z[-8:] > GRID.numbers.vote_above)


def test_what_falls_as_far_as_it_rises_is_noise_and_no_evidence() -> None:
    state, minute = fresh(2), blank(2)
    state.rough[:] = 0.0
    for t in range(40):
        minute.z[:] = 6.0
        minute.level[:] = 3.0
        state.y1[:] = 3.5, 3.5 if t % 2 else 2.3
        evidence.weigh(state, minute, GRID.numbers)
    assert minute.own[0] > 6
    assert minute.own[1] < 0


@pytest.mark.parametrize("others", [[], [3.0], [1.0, 5.0, 2.0], [4.0, 4.0, 4.0, 4.0, 4.0]])
def test_the_best_subset_is_the_top_of_the_sorted(others: list[float]) -> None:
    best = np.array(sorted(others, reverse=True), np.float32)
    assert decision.together(2.5, best) == pytest.approx(naive.together(2.5, others))


@pytest.mark.parametrize("seed", range(5))
def test_variation(seed: int) -> None:
    rng = np.random.default_rng(seed)
    trace = rng.integers(-5, 60, TRACE).astype(np.int8)
    trace[rng.random(TRACE) < 0.2] = NO_TRACE
    at, votes = int(rng.integers(TRACE)), int(rng.integers(2, 9))
    ordered = [float(e) if e != NO_TRACE else math.nan for e in np.roll(trace, TRACE - 1 - at)]
    assert decision.variation(trace, at, votes) == pytest.approx(naive.variation(ordered, votes))


def decided(scores: np.ndarray, own: np.ndarray) -> list[bool]:
    state: State = fresh(1)
    minute: Minute = blank(1)
    out = []
    for score, value in zip(scores, own, strict=True):
        minute.score[:], minute.own[:] = score, value
        decision.decide(state, minute, GRID.numbers)
        out.append(bool(state.alarm[0]))
    return out


@pytest.mark.parametrize("seed", range(4))
def test_decide(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores = np.repeat(rng.uniform(0, 8, 60), 5) + rng.normal(size=300)
    scores[rng.random(300) < 0.1] = np.nan
    found = decided(scores, scores)
    assert found == naive.alarms(scores.astype(np.float32).tolist(), scores.astype(np.float32).tolist(), GRID.numbers)
    assert 0 < sum(found) < 300


def test_without_evidence_an_alarm_ends() -> None:
    scores = np.concatenate([np.full(5, 9.0), np.full(GRID.numbers.quiet + 1, np.nan)])
    found = decided(scores, scores)
    assert found[4]
    assert not found[-1]


@pytest.mark.parametrize("profile", PROFILES)
def test_a_prediction_is_the_plume_of_a_steady_wind(profile: Profile) -> None:
    scale, speed = profile.plume, 4.0
    far = 10.5 * scale.reach / BINS  # the middle of a bin
    devices = np.array([[far, 0.0], [far, far / 10], [-far, 0.0], [2 * scale.reach, 0.0]])
    winds = np.tile([speed, 0.0], (attribution.TRAVEL + 10, 1))
    source = attribution.Source(0, 0, (), "wind", 1.0, None, guesses=(attribution.Guess(0, 0, 1, 1),))
    found = np.expm1(attribution.predict(source, devices, np.zeros(4), winds, scale))
    size = (scale.across, scale.up, scale.turning)
    expected = [naive.plume(far, 0, size) / speed, naive.plume(far, far / 10, size) / speed, 0.0, 0.0]
    np.testing.assert_allclose(found, np.tile(expected, (10, 1)), rtol=1e-4)


def test_the_trace_is_the_excess_in_steps() -> None:
    state, minute = fresh(1), blank(1)
    state.age[:] = 1000
    minute.y[:], minute.reference[:] = 3.6, 3.0
    evidence.track(state, minute, np.zeros(len(minute.y), bool), 3, GRID.numbers)
    assert state.trace[3, 0] * TRACE_STEP == pytest.approx(0.6, abs=TRACE_STEP)
