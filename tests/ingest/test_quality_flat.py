"""What repeats for longer than resolution, noise and analysis cycle explain is flat; clean and coarse air is not."""

import numpy as np
import pytest

from ingest.quality.flat import flat, resolution, runs_of
from tests.support.air import Values, air, limits


def held(values: Values, cycle: int) -> Values:
    """Each value said for a whole cycle, as chromatographs do."""
    return np.repeat(values, cycle, axis=0)[: len(values)]


def test_a_stuck_value_is_flat_from_its_first_minute_to_its_last() -> None:
    values = air()
    values[60:100] = values[60]
    found = flat(values, limits())
    assert found[60:100].all()
    assert found.sum() == 40


def test_thirty_minutes_are_needed() -> None:
    values = air()
    values[60:89] = values[60]
    assert not flat(values, limits()).any()


def test_gaps_do_not_free_a_stuck_value() -> None:
    values = air()
    values[60:110] = values[60]
    values[65:110:7], values[80:88] = np.nan, np.nan
    assert flat(values, limits())[60:110][~np.isnan(values[60:110])].all()


def test_two_hours_of_one_value_are_flat() -> None:
    assert flat(np.full((120, 1), 35.2, np.float32), limits()).all()
    assert flat(np.full((120, 1), 35, np.float32), limits()).all()


@pytest.mark.parametrize("level", [1.0, 3.0, 6.0, 9.0])
def test_clean_air_in_whole_micrograms_repeats_rightly(level: float) -> None:
    steady = np.full((120, 1), level, np.float32)
    noisy = air(level, devices=50, resolution=1)
    assert not flat(steady, limits()).any()
    assert not flat(noisy, limits(devices=50)).any()


def test_a_coarse_device_is_flat_only_for_longer_than_it_repeats_itself() -> None:
    values = np.repeat(np.tile([20.0, 25.0], 15), 4).astype(np.float32)[:, None]  # 5 µg/m³ steps, each said four times
    values[60:100] = 20
    assert not flat(values, limits()).any()
    assert flat(np.where(np.arange(120)[:, None] < 60, air(22, resolution=0.1), 20).astype(np.float32), limits()).any()


@pytest.mark.parametrize("cycle", [1, 2, 3, 5, 10])
def test_a_chromatograph_that_holds_its_results_is_not_flat(cycle: int) -> None:
    values = held(air(12, devices=20, resolution=0.01), cycle)
    assert not flat(values, limits("a24088", "monitor", 20)).any()


def test_six_cycles_of_one_result_are_flat() -> None:
    values = held(air(12, resolution=0.01), 5)
    values[60:85] = values[60]
    assert not flat(values, limits("a24088", "monitor")).any()
    values[60:95] = values[60]
    assert flat(values, limits("a24088", "monitor"))[60:95].all()


def test_a_slow_chromatograph_has_longer_cycles() -> None:
    values = held(air(12, resolution=0.01), 10)
    values[60:100] = values[60]
    assert not flat(values, limits("a24088", "monitor")).any()


def test_readings_for_nothing_may_stay() -> None:
    assert not flat(np.full((120, 1), 1.2, np.float32), limits()).any()
    assert flat(np.full((120, 1), 3.2, np.float32), limits()).all()


def test_a_plant_at_rest_is_not_flat() -> None:
    assert not flat(np.zeros((120, 1), np.float32), limits("nmhc", "monitor")).any()


def test_means_of_an_hour_said_every_minute_are_not_flat_at_national_stations() -> None:
    assert not flat(np.full((120, 1), 35, np.float32), limits("pm25", "national")).any()


def test_nothing_at_all_is_not_flat() -> None:
    assert not flat(np.full((120, 2), np.nan, np.float32), limits(devices=2)).any()


def test_runs_are_counted_through_short_gaps_only() -> None:
    values = np.full((40, 1), 7, np.float32)
    values[[0, 5, 6]], values[10:21] = np.nan, np.nan
    runs = runs_of(values)
    assert (runs.longest[0], runs.runs[0], runs.values[0]) == (19, 2, 26)
    assert runs.length[[0, 1, 5, 9, 15, 21, 39], 0].tolist() == [0, 7, 0, 7, 0, 19, 19]


def test_resolution_is_the_smallest_difference_or_the_last_decimal() -> None:
    values = np.array([[1.0, 35.2, 12.35], [1.5, 35.2, 12.35], [1.2, np.nan, 12.35]], np.float32)
    assert resolution(values, values[0]) == pytest.approx([0.3, 0.1, 0.01])
