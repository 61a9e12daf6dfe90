"""Regional episodes: one notice for the district however long it lasts, none for the day's rhythm or for a plume."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from alerts.alert import Alert
from alerts.detector.wind import Breeze
from alerts.rules import regional
from alerts.rules.regional import FOR, QUIET, Regional
from alerts.watch import Watch
from ingest.channel import COLUMN
from ingest.layout import Frame, Layout
from tests.support.rule import MIDNIGHT, MINUTE, last, told
from tests.support.scene import SIDE, district, emit, weather

LAYOUT = Layout.of(district())
PM25, PM10 = COLUMN["pm25"], COLUMN["pm10"]
CELLS = SIDE * SIDE
X, Y = (np.array([device.x for device in LAYOUT.devices]), np.array([device.y for device in LAYOUT.devices]))
Times = Callable[[int], Any]


def minutes(length: int, times: Times) -> list[Frame]:
    """Ordinary minutes, PM2.5 multiplied by what `times` says of a minute (a number, or one a device)."""
    frames = list(weather(LAYOUT, length, start=MIDNIGHT))
    for i, frame in enumerate(frames):
        frame.values[:, PM25] *= times(i)
    return frames


def haze(first: int, after: int, height: float = 3.0, ramp: float = 30.0) -> Times:
    """All of the district rises within `ramp` minutes, and falls as fast."""
    return lambda i: height ** float(np.clip(min((i - first) / ramp, (after - i) / ramp), 0, 1))


def notices(frames: Sequence[Frame]) -> list[Alert]:
    """What becomes of it."""
    return last(told(Regional, district(), frames), "regional")


def minute_of(alert: Alert) -> float:
    """When it was opened."""
    return (alert.opened_at - MIDNIGHT) / MINUTE


def test_haze_over_the_district_is_one_notice_from_its_rise_to_its_end() -> None:
    (notice,) = notices(minutes(1200, haze(400, 900)))
    assert (notice.source, notice.pollutant, notice.severity) == ("district", "pm25", 2)
    assert 400 < minute_of(notice) <= 430
    assert notice.closed_at is not None
    assert 870 + QUIET < (notice.closed_at - MIDNIGHT) / MINUTE <= 900 + QUIET
    share = notice.evidence["share_risen"]
    assert isinstance(share, float)
    assert share > 0.9
    assert notice.evidence["slow_median"] == pytest.approx(35, rel=0.1)


def test_it_grows_graver_and_never_better_and_worse_in_turns() -> None:
    up_and_down: Times = lambda i: 1.0 if i < 400 else 1.9 if i < 500 else 6.0 if i % 60 < 30 else 3.0  # noqa: E731
    severities = [change.alert.severity for change in told(Regional, district(), minutes(1000, up_and_down))]
    assert severities == sorted(severities)
    assert (severities[0], severities[-1]) == (1, 3)


def test_the_rhythm_of_the_day_is_no_episode() -> None:
    daily: Times = lambda i: np.exp(0.5 * np.sin(2 * np.pi * i / 1440))  # noqa: E731
    assert notices(minutes(3 * 1440, daily)) == []


def test_half_the_district_is_not_the_district() -> None:
    west = np.where(np.median(X) > X, 3.0, 1.0)
    assert notices(minutes(800, lambda i: west if i >= 400 else 1.0)) == []


def test_a_moment_is_no_episode() -> None:
    assert notices(minutes(600, lambda i: 3.0 if 400 <= i < 400 + FOR - 1 else 1.0)) == []
    assert len(notices(minutes(600, lambda i: 3.0 if 400 <= i < 400 + FOR else 1.0))) == 1


def test_a_lull_of_less_than_an_hour_does_not_end_it() -> None:
    lull: Times = lambda i: 3.0 if 400 <= i < 900 and not 600 <= i < 600 + QUIET - 5 else 1.0  # noqa: E731
    assert len(notices(minutes(1100, lull))) == 1


def test_what_stays_for_days_is_the_new_normal() -> None:
    (notice,) = notices(minutes(5 * 1440, lambda i: 1.8 if i >= 400 else 1.0))
    assert notice.closed_at is not None


@pytest.mark.parametrize(
    ("side", "along"),
    [("W", X), ("E", -X), ("S", Y), ("N", -Y), ("SW", (X + Y) / np.sqrt(2)), ("NE", -(X + Y) / np.sqrt(2))],
)
def test_it_says_from_which_side_it_came_and_where_the_wind_came_from(side: str, along: np.ndarray) -> None:
    first = 400 + (along - along.min()) / 60  # m/min
    frames = minutes(520, lambda i: 3 ** np.clip((i - first) / 20, 0, 1))
    wind = [Breeze(2.0, 0.0, known=True)] * len(frames)
    (notice,) = last(told(Regional, district(), frames, wind), "regional")
    assert notice.evidence["came_from"] == side
    assert notice.evidence["wind_from"] == 270


@pytest.mark.parametrize(("coarse", "looks"), [(8.0, "dust"), (1.9, "mixed"), (1.2, "haze or smoke")])
def test_dust_is_told_from_haze_and_is_one_notice_of_two_pollutants(coarse: float, looks: str) -> None:
    frames = minutes(600, haze(400, 580, 2.0))
    for i, frame in enumerate(frames):
        frame.values[:, PM10] = frame.values[:, PM25] * (1.3 if i < 400 else coarse)
    (notice,) = notices(frames)
    assert notice.evidence["looks_like"] == looks


def test_dust_alone_leads_with_pm10() -> None:
    frames = minutes(600, lambda _: 1.0)
    for i, frame in enumerate(frames):
        frame.values[:, PM10] = frame.values[:, PM25] * (1.5 if i < 400 else 6.0)
    (notice,) = notices(frames)
    assert (notice.pollutant, notice.evidence["looks_like"]) == ("pm10", "dust")


def test_an_emission_inside_an_episode_is_still_found_and_outside_is_no_episode() -> None:
    for times, kinds in ((haze(300, 900), {"regional", "hotspot"}), (lambda _: 1.0, {"hotspot"})):
        watch, frames = Watch(district()), minutes(520, times)
        emit(frames, LAYOUT, 430, 490)
        changes = [change for frame in frames for change in watch.close(frame)]
        assert {change.alert.kind for change in changes} == kinds


def test_after_a_long_silence_the_level_begins_anew() -> None:
    frames = minutes(900, lambda i: 1.0 if i < 300 else 3.0)
    assert notices(frames[:300] + frames[600:]) == []


def test_a_few_devices_are_no_district() -> None:
    frames = minutes(600, haze(400, 580))
    for frame in frames:
        frame.values[4:, PM25] = np.nan
    assert notices(frames) == []


def test_of_a_large_district_the_same_devices_are_asked_whoever_joins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regional, "SAMPLE", 12)
    before = set(Regional(district(), LAYOUT).keys)
    more = district().stations[0].model_copy(update={"station_id": "A00"})
    grown = district().model_copy(update={"stations": (more, *district().stations)})
    after = set(Regional(grown, Layout.of(grown)).keys)
    assert before - {"A00"} == after - {"A00"}
    assert 4 <= len(before) < CELLS


def test_a_restart_in_the_middle_makes_no_difference() -> None:
    frames = minutes(700, haze(400, 500))
    whole, first, second = Watch(district()), Watch(district()), Watch(district())
    expected = [change for frame in frames for change in whole.close(frame)]
    changes = [change for frame in frames[:415] for change in first.close(frame)]
    second.load(first.dump())
    changes += [change for frame in frames[415:] for change in second.close(frame)]
    assert last(changes, "regional") == last(expected, "regional") != []
