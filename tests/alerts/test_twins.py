"""The kernels that weigh, doubt, corroborate and respond against their twins, on whatever numbers may come."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from alerts import plume
from alerts.attribution import TRAVEL
from alerts.detector import decision, evidence
from alerts.detector.network import Network, connect
from alerts.detector.panel import blank
from alerts.detector.state import NO_TRACE, TRACE, fresh
from alerts.detector.tuning import FENCE, GRID, Numbers, Profile
from alerts.detector.wind import Breeze
from tests.support import naive_decision, naive_plume

PROFILES = st.sampled_from([GRID, FENCE])
QUICK = settings(max_examples=60, deadline=None, derandomize=True)


def numbers(low: float, high: float) -> st.SearchStrategy[float]:
    """Any float32 in between, often the same one again."""
    least, most = float(np.float32(low)), float(np.float32(high))
    return st.one_of(st.floats(least, most, width=32), st.sampled_from([least, min(max(1.0, least), most), most]))


def column(size: int, low: float, high: float, gaps: bool = True) -> st.SearchStrategy[Any]:
    """Float32 of as many devices or minutes: with gaps, of nothing but gaps, or all the same."""
    values = numbers(low, high)
    mixed = st.one_of(values, st.just(math.nan)) if gaps else values
    kinds = [arrays(np.float32, size, elements=mixed), values.map(lambda v: np.full(size, v, np.float32))]
    return st.one_of(*kinds, st.just(np.full(size, np.nan, np.float32))) if gaps else st.one_of(*kinds)


@QUICK
@given(
    profile=PROFILES,
    z=column(30, -30, 30),
    raw=column(30, -2, 8),
    scale=numbers(0.001, 0.5),
    rough=numbers(0, 2),
)
def test_weigh(profile: Profile, z: Any, raw: Any, scale: float, rough: float) -> None:
    p, level = profile.numbers, 3.0
    raw = np.where(np.isnan(raw) & ~np.isnan(z), np.float32(level), raw)  # evidence always has a value
    state, minute, twin = fresh(1), blank(1), naive_decision.Weigher(p)
    state.scale[:], state.rough[:] = scale, rough
    unit = max(float(state.scale[0]), p.scale_floor)
    for t in range(len(z)):
        minute.z[:], minute.level[:], state.y1[:] = z[t], level, raw[t]
        evidence.weigh(state, minute, p)
        expected = twin.step(float(z[t]), float(raw[t]), level, unit, float(state.rough[0]))
        assert minute.own[0] == pytest.approx(expected, rel=1e-4, abs=1e-3, nan_ok=True)
        newest = [bool(state.votes[0] >> k & 1) for k in range(8)][::-1]
        assert newest == [False] * (8 - len(twin.votes)) + twin.votes


@st.composite
def scenes(draw: st.DrawFn) -> tuple[Network, list[naive_decision.Device], Breeze, Numbers]:
    """Up to twenty devices anywhere, what each has found, and a wind."""
    n = draw(st.integers(0, 20))
    xy = np.random.default_rng(draw(st.integers(0, 99))).uniform(0, 3000, (n, 2))
    profile = draw(PROFILES)
    p = profile.numbers
    network = connect(np.arange(n), xy, profile.reach, profile.close)
    own, z = draw(column(n, -5, 30)), draw(column(n, -30, 30))
    scale = draw(column(n, 0.01, 0.5, gaps=False))
    trace = np.array(draw(arrays(np.int8, (TRACE, n), elements=st.integers(0, 60) | st.just(NO_TRACE)))).T
    votes, age = draw(arrays(np.uint8, n)), draw(arrays(np.uint16, n, elements=st.sampled_from([0, p.prime - 1, 999])))
    suspected = draw(arrays(bool, n))
    devices = [
        naive_decision.Device(
            float(own[i]),
            float(z[i]),
            int(votes[i]),
            int(age[i]),
            float(scale[i]),
            [math.nan if e == NO_TRACE else float(e) for e in trace[i]],
            bool(suspected[i]),
        )
        for i in range(n)
    ]
    u, v = draw(st.floats(-8, 8)), draw(st.floats(-8, 8))
    return network, devices, Breeze(u, v, draw(st.booleans())), p


def loaded(devices: list[naive_decision.Device]) -> tuple[Any, Any]:
    """The same devices as the kernels have them; the newest minute of the trace is its last."""
    state, minute = fresh(len(devices)), blank(len(devices))
    for i, one in enumerate(devices):
        minute.own[i], minute.z[i], state.votes[i], state.age[i] = one.own, one.z, one.votes, one.age
        state.scale[i], state.step[i] = one.scale, one.suspected
        state.trace[:, i] = [NO_TRACE if math.isnan(e) else int(e) for e in one.trace]
    return state, minute


@QUICK
@given(scene=scenes())
def test_doubt(scene: tuple[Network, list[naive_decision.Device], Breeze, Numbers]) -> None:
    network, devices, wind, p = scene
    _, minute = loaded(devices)
    for i in range(len(devices)):
        expected = naive_decision.doubt(network, devices, i, (wind.u, wind.v), p)
        assert decision.doubt(network, minute, i, wind, p) == pytest.approx(expected, rel=1e-6)


@settings(QUICK, max_examples=200)
@given(scene=scenes())
def test_corroborate(scene: tuple[Network, list[naive_decision.Device], Breeze, Numbers]) -> None:
    network, devices, wind, p = scene
    state, minute = loaded(devices)
    decision.corroborate(network, state, minute, wind, TRACE - 1, p)
    for i, one in enumerate(devices):
        one.votes = one.votes.bit_count()
        expected, suspected = naive_decision.score(network, devices, i, (wind.u, wind.v), p)
        assert minute.score[i] == pytest.approx(expected, rel=1e-4, abs=1e-3, nan_ok=True)
        assert bool(state.step[i]) == suspected


@QUICK
@given(
    profile=PROFILES,
    seed=st.integers(0, 99),
    shape=st.tuples(st.integers(1, 3), st.integers(1, 20), st.integers(1, 6)),
    calm=st.booleans(),
)
def test_match(profile: Profile, seed: int, shape: tuple[int, int, int], calm: bool) -> None:
    rng = np.random.default_rng(seed)
    h, minutes, s = shape
    scale = profile.plume
    places, witnesses = rng.uniform(0, scale.reach / 2, (h, 2)), rng.uniform(0, scale.reach / 2, (s, 2))
    witnesses[: min(h, s)] = places[: min(h, s)]  # on the spot too
    turning = np.cumsum(rng.normal(0, 0.2, TRAVEL + minutes))
    speed = np.zeros(len(turning)) if calm else rng.uniform(0.05, 6, len(turning))
    air = plume.sky(speed[:, None] * np.column_stack([np.cos(turning), np.sin(turning)]))
    seen = np.where(rng.random((s, minutes)) < 0.2, NO_TRACE, rng.integers(-127, 128, (s, minutes)))
    view = plume.View(witnesses, seen, rng.normal(3, 1, s), rng.uniform(0.1, 1, s), rng.uniform(0.1, 1, s))
    twins = [naive_plume.ratio(place, view, air, scale) for place in places.tolist()]
    found = plume.match(places, view, air, scale)
    np.testing.assert_allclose(np.transpose(found), twins, rtol=1e-6, atol=1e-9)
