"""Who may it be: one release and the devices around it, made by a plume that lags, turns and fades."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from alerts.attribution import TRAVEL, Source, attribute, predict
from alerts.detector.tuning import GRID
from alerts.plume import DELAY, sky
from alerts.trail import Trail
from tests.support.naive import plume

Floats = NDArray[np.float64]

SCALE = GRID.plume
BACKGROUND = 38.0  # µg/m³ and the floor
MINUTES = 36
START = 20  # minutes of wind before the trail at which the release begins
RNG = np.random.default_rng(3)
WITNESSES = np.array([(x, y) for x in np.arange(-2000, 2001, 500) for y in np.arange(-2000, 2001, 500)], float)
WITNESSES += RNG.uniform(-200, 200, WITNESSES.shape)
FAR = np.array([4800.0, 4800.0])


def wind(degrees: float | NDArray[np.floating], speed: float = 2.0) -> Floats:
    """(TRAVEL + MINUTES, 2) m/s, blowing to so many degrees counter-clockwise from east, wavering as winds do."""
    towards = np.radians(np.broadcast_to(degrees, TRAVEL + MINUTES)) + 0.2 * np.sin(np.arange(TRAVEL + MINUTES))
    return speed * np.column_stack([np.cos(towards), np.sin(towards)])


def rises(place: tuple[float, float], winds: Floats, xy: Floats, strength: float, start: int) -> Floats:
    """Log excess (MINUTES, S) that a release from minute `start` of the winds on brings."""
    speed = np.hypot(*winds.T)
    unit = winds / speed[:, None]
    out = np.zeros((MINUTES, len(xy)))
    for s, (x, y) in enumerate((xy - place).tolist()):
        for i in range(MINUTES):
            now = TRAVEL + i
            left = max(now - int(math.hypot(x, y) / speed[now] / 60), 0)
            u, v = (unit[now] + unit[left]) / np.hypot(*(unit[now] + unit[left]))
            if left >= start:
                size = (SCALE.across, SCALE.up, SCALE.turning)
                out[i, s] = strength * plume(x * u + y * v, y * u - x * v, size) / speed[now]
    return np.log1p(out / BACKGROUND)


def trail(excess: Floats, xy: Floats = WITNESSES) -> Trail:
    """As it would have been kept, the witness that saw most first; with the noise of sensors."""
    lead = xy[int(np.argmax(np.nan_to_num(excess).sum(axis=0)))]
    order = np.argsort(np.hypot(*(xy - lead).T), kind="stable")
    noisy = excess + np.random.default_rng(5).normal(0, 0.04, excess.shape)
    rows = [minute.astype(np.float32) for minute in noisy[:, order]]
    return Trail(SCALE, order.astype(np.int32), xy[order], np.full(len(xy), math.log(BACKGROUND)), rows)


def release(place: tuple[float, float], winds: Floats, strength: float = 3.0, start: int = TRAVEL - START) -> Trail:
    """The trail of one release."""
    return trail(rises(place, winds, WITNESSES, strength, start))


def names(source: Source) -> list[str]:
    return [candidate.enterprise_id for candidate in source.candidates]


SITES = np.array([(-700.0, 100.0), (650.0, 700.0), (-400.0, -900.0), tuple(FAR)])
IDS = ["W", "NE", "SW", "FAR"]


@pytest.mark.parametrize("which", [0, 1, 2])
def test_the_enterprise_that_releases_is_found(which: int) -> None:
    winds = wind(20.0)
    source = attribute(release(tuple(SITES[which]), winds), winds, IDS, SITES)
    assert source.attribution == "wind"
    assert names(source)[0] == IDS[which]
    assert source.candidates[0].score > 0.8
    assert math.hypot(source.x - SITES[which][0], source.y - SITES[which][1]) < 150
    assert source.radius < 250
    assert not source.unregistered


@pytest.mark.parametrize("which", [0, 1])
def test_of_two_in_line_with_the_wind_the_travel_time_tells(which: int) -> None:
    """The wind looks away for a quarter of an hour: what is near comes back at once, what is far a while later."""
    sites = np.array([(-300.0, 0.0), (-2400.0, 0.0)])
    xy = WITNESSES[WITNESSES[:, 0] > -100]  # nobody stands between the two
    direction = np.zeros(TRAVEL + MINUTES)
    direction[TRAVEL + 2 : TRAVEL + 17] = 100.0
    winds = wind(direction)
    strength = (2.0, 24.0)[which]  # so that they look alike
    seen = trail(rises(tuple(sites[which]), winds, xy, strength, TRAVEL - 60), xy)
    source = attribute(seen, winds, ["near", "far"], sites)
    assert names(source)[0] == ("near", "far")[which]


def test_where_nobody_is_registered_a_place_and_its_radius_are_given() -> None:
    winds, place = wind(20.0), (300.0, -300.0)
    source = attribute(release(place, winds), winds, IDS, SITES)
    assert source.unregistered
    assert source.nobody > 0.8
    assert math.hypot(source.x - place[0], source.y - place[1]) < 500
    assert 100 < source.radius < 800


def test_a_registry_without_anybody_near_still_gives_a_place() -> None:
    winds = wind(20.0)
    for sites in (np.zeros((0, 2)), FAR[None] * 9):
        source = attribute(release((300.0, -300.0), winds), winds, ["E"] * len(sites), sites)
        assert source.candidates == ()
        assert source.unregistered


def test_a_calm_names_nobody() -> None:
    winds = wind(20.0, speed=0.3)
    source = attribute(release(tuple(SITES[0]), winds), winds, IDS, SITES)
    assert (source.attribution, source.candidates, source.unregistered) == ("calm", (), False)
    assert np.isfinite((source.x, source.y)).all()


def test_a_wind_that_turns_all_the_time_names_nobody() -> None:
    """It has blown from everywhere to the one who saw something, and to nobody for long."""
    winds = wind(97.0 * np.arange(TRAVEL + MINUTES))
    excess = np.zeros((MINUTES, len(WITNESSES)))
    excess[:, 40] = 0.12
    source = attribute(trail(excess), winds, IDS, SITES)
    assert (source.attribution, source.candidates) == ("calm", ())


def test_nothing_seen_names_nobody() -> None:
    winds = wind(20.0)
    nothing = np.zeros((MINUTES, len(WITNESSES)))
    assert attribute(trail(nothing), winds, IDS, SITES).attribution == "calm"
    assert attribute(trail(np.full_like(nothing, np.nan)), winds, IDS, SITES).attribution == "calm"


def test_nobody_measures_the_wind_or_there_is_no_trail() -> None:
    winds = wind(20.0)
    blind = attribute(release(tuple(SITES[0]), winds), np.full_like(winds, np.nan), IDS, SITES)
    assert (blind.attribution, blind.candidates, blind.wind) == ("none", (), None)
    empty = Trail(SCALE, np.arange(3, dtype=np.int32), WITNESSES[:3], np.zeros(3))
    assert attribute(empty, winds[:TRAVEL], IDS, SITES).attribution == "none"


def test_witnesses_and_minutes_without_data_change_little() -> None:
    winds = wind(20.0)
    excess = rises(tuple(SITES[1]), winds, WITNESSES, 3.0, TRAVEL - START)
    excess[::3] = np.nan
    excess[:, ::4] = np.nan
    source = attribute(trail(excess), winds, IDS, SITES)
    assert names(source)[0] == "NE"
    assert source.candidates[0].score > 0.7


def test_what_is_suspected_for_other_reasons_decides_between_neighbours() -> None:
    winds = wind(20.0)
    sites = np.concatenate([SITES, SITES[:1] + np.array([0.0, 5.0])])
    seen = release((-700.0, 102.5), winds)
    for suspect in ("W", "W2"):
        prior = np.array([5.0 if name == suspect else 1.0 for name in [*IDS, "W2"]])
        source = attribute(seen, winds, [*IDS, "W2"], sites, prior=prior)
        assert names(source)[0] == suspect
    plain = attribute(seen, winds, [*IDS, "W2"], sites)
    assert plain == attribute(seen, winds, [*IDS, "W2"], sites, prior=np.ones(5))


def test_the_unit_of_the_pollutant_does_not_matter() -> None:
    winds = wind(20.0)
    seen = release(tuple(SITES[0]), winds)
    source = attribute(seen, winds, IDS, SITES)
    seen.level = seen.level + math.log(1e-3)
    other = attribute(seen, winds, IDS, SITES)
    assert [c.score for c in other.candidates] == pytest.approx([c.score for c in source.candidates], abs=1e-3)
    assert other.guesses[0].strength == pytest.approx(source.guesses[0].strength * 1e-3, rel=1e-6)


def test_the_map_and_the_wind_turned_by_a_right_angle_give_the_same() -> None:
    winds = wind(20.0)
    seen = release(tuple(SITES[1]), winds)
    plain = attribute(seen, winds, IDS, SITES)
    quarter = np.array([[0.0, 1.0], [-1.0, 0.0]])
    seen.xy = seen.xy @ quarter
    turned = attribute(seen, winds @ quarter, IDS, SITES @ quarter)
    assert names(turned) == names(plain)
    assert np.array([turned.x, turned.y]) == pytest.approx(np.array([plain.x, plain.y]) @ quarter, abs=1.0)


def test_what_a_source_would_bring_is_predicted_from_its_estimate() -> None:
    winds = wind(20.0)
    source = attribute(release(tuple(SITES[0]), winds), winds, IDS, SITES)
    level = np.full(len(WITNESSES), math.log(BACKGROUND))
    expected = predict(source, WITNESSES, level, winds, SCALE)
    truth = rises(tuple(SITES[0]), winds, WITNESSES, 3.0, 0)
    strong = truth.mean(axis=0) > 0.15
    assert strong.sum() >= 2
    assert expected.mean(axis=0)[strong] == pytest.approx(truth.mean(axis=0)[strong], rel=0.5)
    assert expected.mean(axis=0)[truth.max(axis=0) == 0].max() < 0.02
    assert not predict(source._replace(guesses=()), WITNESSES, level, winds, SCALE).any()


def test_the_wind_is_smoothed_and_as_late_as_the_devices_values() -> None:
    turned = np.tile([3.0, 0.0], (60, 1))
    turned[40:] = [0.0, 3.0]
    air = sky(turned)
    assert len(air.east) == 60 - DELAY
    assert np.hypot(air.east, air.north) == pytest.approx(1.0)
    assert air.east[:39] == pytest.approx(1.0)
    assert 0 < air.east[39] < 1  # between the two
    assert air.east[41:] == pytest.approx(0.0)
    assert np.exp(-air.slow) == pytest.approx(3.0)
    assert air.pace == pytest.approx(1 / 180)
