"""Frames side by side: the first value of a channel counts, units become canonical, nonsense goes with its reason."""

from datetime import datetime, timedelta

import numpy as np
import pytest

from ingest.batch import Batch
from ingest.channel import CHANNELS, COLUMN, Channel
from ingest.flag import LETTERS, Qc
from ingest.unit import UnitError, factor
from tests.support.messages import DIRECTORY, MINUTE, NOW, SPAN, frame, message, reasons, taken


def cell(batch: Batch, channel: str, row: int = 0) -> float | None:
    """A station's value, None where none was sent."""
    value = float(batch.values[row, COLUMN[channel]])
    return None if np.isnan(value) else value


def flag(batch: Batch, channel: str, row: int = 0) -> int:
    """A station's flag."""
    return int(batch.qc[row, COLUMN[channel]])


def test_two_frames_of_a_minute_with_different_channels_become_one_row() -> None:
    batch = taken(message(frame(pm25=1)), message(frame(no2=2, flags={"no2": "C"})))
    assert batch.devices == [1]
    assert (cell(batch, "pm25"), cell(batch, "no2")) == (1, 2)
    assert (flag(batch, "pm25"), flag(batch, "no2")) == (Qc.GOOD, Qc.CALIBRATION)


def test_of_a_channel_sent_twice_the_first_value_counts() -> None:
    batch = taken(message(frame(pm25=1)), message(frame(pm25=2, no2=3)))
    assert (cell(batch, "pm25"), cell(batch, "no2")) == (1, 3)


def test_a_null_does_not_stand_in_the_way_of_a_value() -> None:
    batch = taken(message(frame(pm25=None, no2=1)), message(frame(pm25=2)))
    assert cell(batch, "pm25") == 2


def test_the_flag_of_a_repeat_is_not_put_on_the_first_value() -> None:
    batch = taken(message(frame(pm25=1)), message(frame(pm25=2, flags={"pm25": "D"})))
    assert (cell(batch, "pm25"), flag(batch, "pm25")) == (1, Qc.GOOD)


def test_a_value_that_comes_after_its_flag_is_kept_under_it() -> None:
    batch = taken(message(frame(flags={"pm25": "D"})), message(frame(pm25=2)))
    assert (cell(batch, "pm25"), flag(batch, "pm25")) == (2, Qc.FAULT)


def test_a_nonsensical_repeat_does_not_spoil_the_first_value() -> None:
    batch = taken(message(frame(pm25=1)), message(frame(pm25=99_999)))
    assert (cell(batch, "pm25"), flag(batch, "pm25")) == (1, Qc.GOOD)


def test_the_same_frame_three_times_is_one_row() -> None:
    again = message(frame(pm25=1))
    batch = taken(again, again, message({"readings": [frame(pm25=1), frame(pm25=1)]}))
    assert batch.devices == [1]
    assert not batch.rejects


def test_two_devices_and_two_minutes_do_not_mix() -> None:
    earlier = (MINUTE - timedelta(minutes=1)).isoformat()
    batch = taken(
        message(frame(pm25=1)), message(frame(pm25=2), "S2"), message(frame(earlier, pm25=3)), message(frame(no2=4))
    )
    rows = list(zip(batch.devices, batch.minutes, (cell(batch, "pm25", i) for i in range(3)), strict=True))
    assert rows == [(1, MINUTE, 1), (2, MINUTE, 2), (1, MINUTE - timedelta(minutes=1), 3)]
    assert [cell(batch, "no2", i) for i in range(3)] == [4, None, None]


def test_values_are_kept_as_single_floats() -> None:
    batch = taken(message(frame(pm25=0.1)))
    assert batch.values.dtype == np.float32
    assert batch.values[0, COLUMN["pm25"]] == np.float32(0.1)


@pytest.mark.parametrize("channel", CHANNELS, ids=lambda channel: channel.name)
def test_what_the_air_cannot_hold_is_taken_out_with_its_reason_and_its_limits_are_kept(channel: Channel) -> None:
    name, low, high = channel.name, channel.low, channel.high
    for value in (low, high):
        batch = taken(message(frame(**{name: value})))
        assert cell(batch, name) == pytest.approx(value)
        assert flag(batch, name) == Qc.GOOD
    for value in (low - 0.03 * (high - low), high * 1.01, 1e300):
        batch = taken(message(frame(temperature=21.0, pm25=5.0) | {"values": {name: value}}))
        assert reasons(batch) == ["implausible"]
        assert name in batch.rejects[0].detail
        assert cell(batch, name) is None
        assert flag(batch, name) == Qc.IMPLAUSIBLE


@pytest.mark.parametrize(("letter", "code"), LETTERS.items())
def test_the_letters_of_hj_212_become_flags_and_the_value_stays(letter: str, code: Qc) -> None:
    batch = taken(message(frame(pm25=5, flags={"pm25": letter})))
    assert (cell(batch, "pm25"), flag(batch, "pm25")) == (5, code)


@pytest.mark.parametrize("letter", ["Q", "", "n", "NN", "\ud800"])
def test_another_letter_is_refused_and_its_value_taken(letter: str) -> None:
    batch = taken(message(frame(pm25=5, flags={"pm25": letter})))
    assert reasons(batch) == ["flag"]
    assert cell(batch, "pm25") == 5


def test_the_flag_of_a_channel_that_does_not_exist_is_refused() -> None:
    assert reasons(taken(message(frame(pm25=5, flags={"radon": "C"})))) == ["flag"]


@pytest.mark.parametrize("ts", [SPAN.oldest, SPAN.newest])
def test_the_ends_of_the_believed_time_are_believed(ts: datetime) -> None:
    assert not taken(message(frame(ts.isoformat(), pm25=1))).rejects


@pytest.mark.parametrize("ts", [SPAN.oldest - timedelta(minutes=1), NOW + timedelta(minutes=6)])
def test_beyond_them_nothing_is(ts: datetime) -> None:
    batch = taken(message(frame(ts.isoformat(), pm25=1)))
    assert reasons(batch) == ["time"]
    assert batch.devices == []


def monitor(batch: Batch) -> dict[str, tuple[float | None, int]]:
    """What a monitor's minute has become."""
    return {value.channel: (value.value, value.qc) for value in batch.monitor}


def test_a_monitors_values_are_converted_to_the_canonical_unit() -> None:
    batch = taken(message(frame(so2=10, nmhc=2.5, a25002=0.4), "M1", "monitor"))
    assert monitor(batch)["so2"][0] == pytest.approx(26.1868, abs=5e-5)  # 10 ppb · 64.066 / 24.465
    assert monitor(batch)["nmhc"] == (2.5, Qc.GOOD)
    assert monitor(batch)["a25002"] == (0.4, Qc.GOOD)


def test_a_channel_that_is_not_registered_for_a_monitor_is_refused_beside_one_that_is() -> None:
    batch = taken(message(frame(pm25=10, nmhc=2.5), "M1", "monitor"))
    assert reasons(batch) == ["channel"]
    assert monitor(batch) == {"nmhc": (2.5, Qc.GOOD)}


def test_a_registered_unit_that_does_not_convert_is_the_reason() -> None:
    batch = taken(message(frame(co=1, nmhc=2.5), "M1", "monitor"))
    assert reasons(batch) == ["unit"]
    assert monitor(batch) == {"nmhc": (2.5, Qc.GOOD)}


def test_a_stack_may_hold_what_air_may_not_but_not_everything() -> None:
    assert not taken(message(frame(so2=90_000), "M1", "monitor")).rejects
    batch = taken(message(frame(so2=1e12, nmhc=1), "M1", "monitor"))
    assert reasons(batch) == ["implausible"]
    assert monitor(batch) == {"so2": (None, Qc.IMPLAUSIBLE), "nmhc": (1, Qc.GOOD)}


def test_of_a_monitors_channel_sent_twice_the_first_counts() -> None:
    batch = taken(message(frame(nmhc=1), "M1", "monitor"), message(frame(nmhc=2, so2=0), "M1", "monitor"))
    assert monitor(batch)["nmhc"] == (1, Qc.GOOD)
    assert len(batch.monitor) == 2


def test_a_monitors_flags_are_kept_also_without_a_value() -> None:
    batch = taken(message(frame(nmhc=1, flags={"nmhc": "M", "so2": "D", "a25002": "X"}), "M1", "monitor"))
    assert monitor(batch) == {"nmhc": (1, Qc.MAINTENANCE), "so2": (None, Qc.FAULT)}
    assert reasons(batch) == ["flag"]


@pytest.mark.parametrize(
    ("channel", "unit", "sent", "kept"),
    [
        ("no2", "µg/m³", 40, 40),
        ("no2", "ug/m3", 40, 40),
        ("no2", "μg/m³", 40, 40),  # the Greek letter, not the micro sign
        ("no2", "mg/m³", 0.04, 40),
        ("no2", "ppb", 21.27, 39.998),  # 21.27 · 46.006 / 24.465
        ("o3", "ppm", 0.05, 98.095),  # 50 · 47.998 / 24.465
        ("co", "ppm", 1, 1.14490),  # 28.010 / 24.465
        ("co", "ug/m3", 1200, 1.2),
        ("nmhc", "ppm", 2, 0.98189),  # as carbon: 2 · 12.011 / 24.465
        ("ch4", "mg/m³", 1.311489, 2.0),  # 1.311489 · 24.465 / 16.043
        ("ch4", "ppb", 1900, 1.9),
        ("a25002", "whatever", 3, 3),
        ("temperature", "°C", 3, 3),
    ],
)
def test_hand_worked_conversions(channel: str, unit: str, sent: float, kept: float) -> None:
    assert sent * factor(channel, unit) == pytest.approx(kept, rel=2e-5)


@pytest.mark.parametrize(("channel", "unit"), [("pm25", "ppb"), ("temperature", "K"), ("tvoc", "ppm"), ("no2", "")])
def test_units_between_which_nothing_converts(channel: str, unit: str) -> None:
    with pytest.raises(UnitError, match=channel):
        factor(channel, unit)


def test_nothing_at_all() -> None:
    batch = taken()
    assert batch.values.shape == (0, len(CHANNELS))
    assert DIRECTORY.stations


def test_flags_of_unknown_channels_alone_are_refused_too() -> None:
    batch = taken(message(frame(flags={"colour": "C"})))
    assert not batch.devices
    assert reasons(batch) == ["flag"]
