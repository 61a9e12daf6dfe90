"""A single value that stands out is a spike, a leap is a step; what lasts, returns or gusts is neither."""

import numpy as np
import pytest

from ingest.quality.jump import spike, step
from tests.support.air import air, limits


@pytest.mark.parametrize("value", [120.0, 1.0])
def test_a_single_value_far_off_is_a_spike(value: float) -> None:
    values = air(60)
    values[80, 0] = value
    assert np.argwhere(spike(values, limits())).tolist() == [[80, 0]]


def test_a_spike_is_seen_beside_a_gap() -> None:
    values = air()
    values[80, 0], values[[79, 81, 82], 0] = 120, np.nan
    assert spike(values, limits())[80, 0]


def test_a_spike_is_seen_in_devices_that_send_every_three_minutes() -> None:
    values = air()
    values[np.arange(120) % 3 != 0] = np.nan
    values[81, 0] = 120
    assert np.argwhere(spike(values, limits())).tolist() == [[81, 0]]


@pytest.mark.parametrize("lasts", [2, 3, 10, 30])
def test_what_lasts_is_no_spike(lasts: int) -> None:
    values = air()
    values[80 : 80 + lasts, 0] *= 6
    assert not spike(values, limits()).any()


def test_what_comes_again_is_no_spike() -> None:
    values = air()
    values[[70, 78, 85, 97], 0] = 110, 160, 130, 90
    assert not spike(values, limits()).any()


def test_the_last_value_may_yet_last() -> None:
    values = air()
    values[119, 0] = 160
    assert not spike(values, limits()).any()


def test_noisy_devices_must_stand_out_of_their_own_noise() -> None:
    values = np.float32(200) + 40 * np.random.default_rng(1).normal(size=(120, 20)).astype(np.float32)
    assert not spike(values, limits(devices=20)).any()


def test_after_a_noisy_hour_a_spike_must_stand_out_of_it() -> None:
    values = air(100)
    values[115, 0] += 60
    assert spike(values, limits())[115, 0]
    values[:94, 0] = np.random.default_rng(1).uniform(0, 200, 94)
    assert not spike(values, limits())[115, 0]


def test_a_leap_in_a_minute_is_a_step_once() -> None:
    values = air()
    values[80:, 0] += 400
    assert np.argwhere(step(values, limits())).tolist() == [[80, 0]]


def test_a_fall_in_a_minute_is_a_step_too() -> None:
    values = air(600)
    values[80:, 0] = 20
    assert np.argwhere(step(values, limits())).tolist() == [[80, 0]]


def test_gusts_in_a_plume_are_no_steps() -> None:
    values = air()
    values[70:, 0] = np.tile([300, 900, 250, 700, 40], 10)
    assert np.argwhere(step(values, limits())).tolist() in ([], [[71, 0]])
    assert not step(values, limits())[75:].any()


def test_another_level_after_a_silence_is_no_step() -> None:
    values = air()
    values[74:80, 0] = np.nan
    values[80:, 0] += 400
    assert not step(values, limits()).any()
