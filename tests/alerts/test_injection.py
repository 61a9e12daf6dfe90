"""Made-up emissions: they go where the wind carries them, and nothing else is touched."""

from collections.abc import Iterable

import numpy as np
import pytest

from alerts.attribution import TRAVEL, Guess, Source, plume, predict
from alerts.detector.tuning import FLOOR, GRID
from alerts.injection import A_DAY, MINUTES, STRENGTH, Emission, Injection, disperse, scheduled
from ingest.flag import Qc
from ingest.layout import Frame, Layout
from tests.support.scene import SIDE, START, district, weather

LAYOUT = Layout.of(district())
PM25 = LAYOUT.column["pm25"]
SITE = np.array([[1050.0, 1250.0]])  # NEAR, at the western edge of cell 2-2
FIRST = round(START.timestamp()) // 60
LENGTH = 100  # minutes


def emission(strength: float = 5.0, pollutant: str = "pm25", minutes: int = LENGTH) -> Emission:
    """From minute 120 on, as strong all the time."""
    return Emission(0, pollutant, FIRST + 120, np.full(minutes, strength))


def through(frames: Iterable[Frame], *emissions: Emission) -> tuple[Injection, list[Frame]]:
    injection = Injection(LAYOUT, emissions, SITE, GRID.plume)
    return injection, list(injection.into(frames))


def added(emission: Emission, frames: list[Frame]) -> np.ndarray:
    """What is new in these minutes: (minutes, cells from west to east) of the row of cells that the site is in."""
    _, out = through(frames, emission)
    rows = [LAYOUT.index[f"M{2 * SIDE + ix:02d}"] for ix in range(SIDE)]
    return np.array([(b.values - a.values)[rows, PM25] for a, b in zip(frames, out, strict=True)])


def test_the_plume_goes_with_the_wind_and_takes_its_time() -> None:
    rise = added(emission(), list(weather(LAYOUT, 300)))
    assert not rise[:, :2].any()  # the wind comes from the west
    begins, ends = (np.array([np.flatnonzero(rise[:, ix])[i] for ix in (2, 3, 4, 5)]) for i in (0, -1))
    assert begins.tolist() == [121, 125, 130, 134]  # 200 m, then 500 m more each, at 2 m/s
    assert (ends - begins == LENGTH - 1).all()
    steady = rise[150]
    assert steady[2] > steady[3] > steady[4] > steady[5] > 0


def test_the_rise_is_what_is_predicted_of_such_a_source() -> None:
    winds = np.tile([2.0, 0.3], (TRAVEL + 5, 1))
    source = Source(0, 0, (), "wind", 1.0, None, guesses=(Guess(SITE[0, 0], SITE[0, 1], 1.0, 1.0),))
    predicted = np.expm1(predict(source, LAYOUT.xy, np.zeros(len(LAYOUT.devices)), winds, GRID.plume))
    rises = np.zeros(predicted.shape)
    for minute, rise in enumerate(rises):
        past = winds[minute : minute + TRAVEL + 1]
        disperse(LAYOUT.xy - SITE[0], past, np.full(500, 1.0), 200, GRID.plume, rise)
    assert rises.any()
    assert rises == pytest.approx(predicted, rel=0.1, abs=0.01 * predicted.max())


def test_what_arrives_left_at_the_strength_of_its_time_and_turned_with_the_wind() -> None:
    winds = np.tile([2.0, 0.0], (TRAVEL + 1, 1))
    winds[-1] = [0.0, 2.0]  # it has just turned from east to north
    away = np.array([[0.0, 240.0], [170.0, 170.0], [240.0, 0.0]])
    rise = np.zeros(3)
    gusts = np.arange(1.0, 101.0)
    disperse(away, winds, gusts, 50, GRID.plume, rise)
    assert rise.argmax() == 1  # along the mean of both
    straight = plume(float(np.hypot(170, 170)), 0.0, GRID.plume)
    assert rise[1] == pytest.approx(gusts[50 - 2] / 2 * straight, rel=1e-3)  # 240 m at 2 m/s: two minutes ago


def test_only_what_was_measured_rises_and_only_the_pollutant_asked_for() -> None:
    frames = list(weather(LAYOUT, 300))
    hot, silent, marked = (LAYOUT.index[f"M{2 * SIDE + ix}"] for ix in (2, 3, 4))
    for frame in frames:
        frame.values[silent, PM25] = np.nan
        frame.qc[marked, PM25] = Qc.IMPLAUSIBLE
    before = [frame.values.copy() for frame in frames]
    injection, out = through(frames, emission())
    changed = {
        row
        for a, b in zip(before, out, strict=True)
        for row in np.argwhere(~(np.equal(a, b.values) | np.isnan(a)))[:, 0]
    }
    assert hot in changed
    assert not changed & {silent, marked}
    assert all(np.array_equal(a, frame.values, equal_nan=True) for a, frame in zip(before, frames, strict=True))
    assert {touch.cell[1] for touch in injection.footprint(0)} <= {1, 2, 3}
    _, out = through(frames, emission(pollutant="so2"))
    assert all(np.array_equal(a, b.values, equal_nan=True) for a, b in zip(before, out, strict=True))


def test_whole_numbers_stay_whole() -> None:
    frames = list(weather(LAYOUT, 200))
    for frame in frames:
        frame.values[:, PM25] = np.round(frame.values[:, PM25])
    _, out = through(frames, emission())
    values = out[180].values[:, PM25]
    assert np.nansum(values) > np.nansum(frames[180].values[:, PM25]) + 5
    assert np.array_equal(values, np.round(values), equal_nan=True)


def test_without_wind_there_is_no_plume() -> None:
    frames = list(weather(LAYOUT, 300))
    for frame in frames:
        frame.values[LAYOUT.index["MAST"]] = np.nan
    injection, out = through(frames, emission())
    assert all(np.array_equal(a.values, b.values, equal_nan=True) for a, b in zip(frames, out, strict=True))
    assert injection.footprint(0) == ()


def test_the_footprint_says_where_when_and_how_well_it_could_be_seen() -> None:
    frames = list(weather(LAYOUT, 400))
    injection, out = through(frames, emission())
    row = LAYOUT.index["M14"]
    (touch,) = (touch for touch in injection.footprint(0) if touch.cell == (2, 2))
    assert (touch.first, touch.last) == (FIRST + 121, FIRST + 121 + LENGTH - 1)
    a, b = (np.array([f.values[row, PM25] for f in some[121 : 121 + LENGTH]]) for some in (frames, out))
    rise = np.log((b + 5) / (a + 5)) / 0.09
    assert touch.snr == pytest.approx(max(rise[i : i + 10].mean() for i in range(LENGTH - 9)), rel=1e-3)
    weaker, _ = through(frames, emission(strength=0.01))
    assert all(touch.snr < 3 for touch in weaker.footprint(0))


def test_a_plume_is_as_visible_of_every_pollutant() -> None:
    frames = list(weather(LAYOUT, 200))
    rise = added(emission(), frames)
    for frame in frames:
        frame.values[:, LAYOUT.column["co"]] = frame.values[:, PM25]
    _, out = through(frames, emission(pollutant="co"))
    other = (out[180].values - frames[180].values)[LAYOUT.index["M14"], LAYOUT.column["co"]]
    assert other == pytest.approx(rise[180][2] * FLOOR["co"] / FLOOR["pm25"], rel=1e-3)


def test_the_wind_of_hours_ago_does_not_come_back_after_silence() -> None:
    frames = list(weather(LAYOUT, 620))
    for frame in frames[:100]:
        frame.values[LAYOUT.index["MAST"], LAYOUT.column["wind_direction"]] = 90.0
    gap = [*frames[:100], *frames[600:]]
    rise = added(emission()._replace(start=FIRST + 580), gap)
    assert (rise[105, 2:5] > 0).all()
    assert not rise[105, :2].any()


def test_emissions_follow_the_seed_and_grow_with_the_network() -> None:
    span = range(FIRST, FIRST + 100 * 1440)

    def drawn(seed: int, stations: int) -> list[Emission]:
        return scheduled(np.random.default_rng(seed), span, stations, 7, ["pm25", "so2"], GRID)

    emissions = drawn(1, 20)
    assert len(emissions) == pytest.approx(100 * 20 * A_DAY, rel=0.2)
    assert len(drawn(1, 40)) == pytest.approx(2 * len(emissions), rel=0.2)
    assert (
        [one.start for one in emissions] == [one.start for one in drawn(1, 20)] != [one.start for one in drawn(2, 20)]
    )
    assert {one.enterprise for one in emissions} == set(range(7))
    assert {one.pollutant for one in emissions} == {"pm25", "so2"}
    assert all(MINUTES[0] <= len(one.gusts) <= MINUTES[1] for one in emissions)
    assert all(one.start in span and one.start + len(one.gusts) - 1 in span for one in emissions)
    strengths = [one.gusts.mean() for one in emissions]
    assert min(strengths) < 2 * STRENGTH["grid"][0]
    assert max(strengths) > STRENGTH["grid"][1] / 2
    assert scheduled(np.random.default_rng(1), span, 20, 0, ["pm25"], GRID) == []
