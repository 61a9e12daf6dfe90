"""Values that jump about are noise; gusts in a plume, coarse readings and old noise are not."""

import numpy as np

from ingest.quality.noise import noise
from tests.support.air import Values, air, limits


def jumpy(values: Values, begins: int, sd: float = 0.6) -> Values:
    """With noise of an SD (log units) from a minute on."""
    shaken = values * np.exp(sd * np.random.default_rng(2).normal(size=values.shape))
    return np.where(np.arange(len(values))[:, None] < begins, values, shaken).astype(np.float32)


def test_a_burst_of_noise_is_found_in_most_devices() -> None:
    found = noise(jumpy(air(devices=200), 75), limits(devices=200))
    assert (found[80:].any(axis=0)).mean() > 0.95
    assert found[80:].mean() > 0.7
    assert not found[:50].any()


def test_noise_that_never_was_quiet_is_found_too() -> None:
    found = noise(jumpy(air(devices=200), 0), limits(devices=200))
    assert found[60:].any(axis=0).mean() > 0.9


def test_devices_that_are_always_rough_are_left_alone_up_to_twice_the_limit() -> None:
    assert noise(jumpy(air(devices=200), 0, 0.28), limits(devices=200)).mean() < 0.05


def test_usual_noise_is_none_at_any_level_or_resolution() -> None:
    for level in (3.0, 10.0, 35.0, 400.0):
        assert noise(air(level, devices=500, resolution=1), limits(devices=500)).mean() < 1e-4


def test_gusts_of_a_plume_are_not_noise() -> None:
    gusts = np.exp(0.6 * np.random.default_rng(3).normal(size=(120, 200)))
    there = np.arange(120)[:, None] >= 70
    values = (air(devices=200) + 150 * gusts * there).astype(np.float32)
    assert noise(values, limits(devices=200)).mean() < 0.005


def test_a_plume_that_comes_and_goes_is_not_noise() -> None:
    comes = np.random.default_rng(4).random((120, 200)) < 0.5
    values = (air(devices=200) + 200 * comes).astype(np.float32)
    assert noise(values, limits(devices=200)).mean() < 0.005


def test_what_raises_the_level_is_not_noise() -> None:
    """However it scatters, and falls below what was before."""
    noisy = jumpy(air(devices=200), 75, 0.9)
    raised = np.where(np.arange(120)[:, None] < 75, noisy, 3 * noisy)
    assert noise(raised, limits(devices=200)).mean() < 0.1 * noise(noisy, limits(devices=200)).mean()


def test_too_few_values_say_nothing() -> None:
    values = jumpy(air(devices=50), 75)
    values[np.arange(120) % 5 != 0] = np.nan
    assert not noise(values, limits(devices=50)).any()
