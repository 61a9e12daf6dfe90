"""What must not matter does not: order, names, where north is, the hour, strangers, silence, restarts."""

import json
import re
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from alerts.alert import Change
from alerts.detector.panel import IN_ALERT
from alerts.detector.tuning import FLOOR
from alerts.watch import Watch
from ingest.channel import POLLUTANTS
from ingest.layout import Frame
from ingest.registry import Registry, Station
from tests.support import town
from tests.support.symmetry import (
    Story,
    Turn,
    after,
    assert_alike,
    left,
    moved_by,
    over,
    renamed,
    story,
    turned,
    turned_body,
    winds_turned,
    with_names,
)
from tests.support.town import GRID, MINUTE, MINUTES, PRIMED, Minute, frames, judged, readings

Halfway = tuple[bytes, list[Frame], list[Change]]

HALF = after(left, left)
TURNS = {"left": left, "half": HALF, "right": after(HALF, left), "mirrored": over, "transposed": after(left, over)}


@pytest.fixture(scope="session")
def told() -> list[Change]:
    """What the detector says of the town."""
    return judged(town.town())


@pytest.fixture(scope="session")
def expected(told: list[Change]) -> Story:
    """The same, alert by alert."""
    return story(told)


def hotspots(of: Story) -> Story:
    """Without what the rules beside the detector found."""
    return {name: lines for name, lines in of.items() if lines[0][1]["kind"] == "hotspot"}


def test_the_town_has_what_the_others_are_about(told: list[Change]) -> None:
    alerts = town.final(told).values()
    hot = [alert for alert in alerts if alert.kind == "hotspot"]
    assert len({pollutant for alert in hot for pollutant in alert.pollutants}) >= 4
    assert len({alert.kind for alert in alerts}) >= 3
    assert {alert.profile for alert in hot} == {"grid", "fence"}
    assert any(len(alert.cells) > 3 for alert in hot)
    assert any(alert.candidates for alert in hot)
    assert [change.what for change in told].count("closed") >= 3


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_the_registry_and_of_the_readings_does_not_matter(seed: int, expected: Story) -> None:
    rng = np.random.default_rng(seed)
    registry = town.town()
    lists = {
        name: tuple(rows[i] for i in rng.permutation(len(rows)))
        for name in ("stations", "enterprises", "monitors")
        if (rows := getattr(registry, name))
    }
    minutes = [minute._replace(values=dict(reversed(minute.values.items()))) for minute in readings()]
    assert_alike(story(judged(registry.model_copy(update=lists), minutes)), expected)


@pytest.mark.parametrize("seed", range(3))
def test_names_do_not_matter(seed: int, told: list[Change]) -> None:
    rng = np.random.default_rng(seed)
    registry = town.town()
    devices = [row.station_id for row in registry.stations] + sorted({row.mn for row in registry.monitors})
    owners = [row.enterprise_id for row in registry.enterprises]
    names = {name: f"D{i:03d}" for i, name in zip(rng.permutation(len(devices)), devices, strict=True)}
    names |= {name: f"F{i:03d}" for i, name in zip(rng.permutation(len(owners)), owners, strict=True)}
    back = {new: old for old, new in names.items()}
    other = Registry.model_validate_json(renamed(registry.model_dump_json(), names))
    minutes = [
        Minute(at, {names[name]: sent for name, sent in values.items()}, {names[n]: f for n, f in flags.items()})
        for at, values, flags in readings()
    ]
    assert_alike(with_names(story(judged(other, minutes)), back), with_names(story(told), {}))


@pytest.mark.parametrize("turn", TURNS.values(), ids=TURNS)
def test_where_north_is_does_not_matter(turn: Turn, told: list[Change]) -> None:
    found = judged(turned(town.town(), turn), winds_turned(readings(), turn))
    assert_alike(story(found), story(told, turned_body(turn)))


@pytest.mark.parametrize("shift", [timedelta(days=3), timedelta(days=800, hours=5), timedelta(days=-1, minutes=7)])
def test_the_time_of_day_does_not_matter(shift: timedelta, expected: Story) -> None:
    found = story(judged(town.town(), [minute._replace(at=minute.at + shift) for minute in readings()]))
    assert_alike(hotspots(found), hotspots(moved_by(expected, shift)))
    if not shift.seconds:
        assert_alike(found, moved_by(expected, shift))


@pytest.mark.parametrize("corner", [(1, 0), (0, 1), (1, 1)])
def test_a_stranger_without_data_far_away_changes_nothing(corner: tuple[int, int], expected: Story) -> None:
    lon, lat = town.place(*(1000.0 + 60 * GRID.cell_m * far for far in corner))
    stranger = Station(station_id="Z9", name="Z9", kind="micro", lon=lon, lat=lat)
    wider = GRID.model_copy(update={"nx": 70, "ny": 70})
    registry = town.town()
    more = registry.model_copy(update={"grid": wider, "stations": (*registry.stations, stranger)})
    assert_alike(hotspots(story(judged(more))), hotspots(expected))


PAIRS = {"pm25": "no2", "no2": "pm25", "pm10": "o3", "o3": "pm10"}  # what is nothing is as much for either


def test_which_pollutant_it_is_does_not_matter(expected: Story) -> None:
    assert all(FLOOR[one] == FLOOR[other] for one, other in PAIRS.items())
    minutes = [
        minute._replace(
            values={
                name: {PAIRS.get(channel, channel): value for channel, value in sent.items()}
                for name, sent in minute.values.items()
            }
        )
        for minute in readings()
    ]
    found = story(judged(town.town(), minutes))
    text = re.sub(r"\b(" + "|".join(PAIRS) + r")\b", lambda word: PAIRS[word[0]], json.dumps(hotspots(expected)))
    assert_alike(hotspots(found), json.loads(text))


@pytest.mark.parametrize("times", [1 / 1024, 64.0])
def test_of_a_code_without_a_unit_of_its_own_the_unit_does_not_matter(times: float) -> None:
    one, other = ([c for c in fence_line(scale) if c.alert.kind == "hotspot"] for scale in (1.0, times))
    assert [change.what for change in one] == [change.what for change in other]
    assert one[0].what == "opened"
    assert [change.alert.opened_at for change in one] == [change.alert.opened_at for change in other]
    for (_, a), (_, b) in zip(one, other, strict=True):
        assert b.peak_value == pytest.approx(times * a.peak_value, rel=1e-4)
        assert b.score == pytest.approx(a.score, rel=1e-3)


def fence_line(times: float) -> list[Change]:
    """Twelve monitors around E1, one of which rises for half an hour."""
    rng = np.random.default_rng(5)
    places = [town.place(1150 + 90 * np.cos(i / 2), 1700 + 80 * np.sin(i / 2)) for i in range(12)]
    first = next(row for row in town.town().monitors if row.channel == "a25002")
    monitors = tuple(
        first.model_copy(update={"mn": f"V{i:02d}", "lon": lon, "lat": lat, "limit": None, "limit_period": ""})
        for i, (lon, lat) in enumerate(places)
    )
    values = np.exp(rng.normal(-1, 0.1, (MINUTES, 12)))
    values[PRIMED + 30 : PRIMED + 60, 4] += 6
    minutes = [
        Minute(m.at, {f"V{i:02d}": {"a25002": float(v) * times} for i, v in enumerate(row)}, {})
        for m, row in zip(readings(), values, strict=True)
    ]
    return judged(town.town().model_copy(update={"stations": (), "monitors": monitors}), minutes)


NOTHING = {
    "nothing": np.nan,
    "zero": 0.0,
    "below zero": -1.0,
    "a constant": 35.0,
    "the highest": 2000.0,
    "nobody": None,
}


@pytest.mark.parametrize("value", NOTHING.values(), ids=NOTHING)
def test_where_nothing_happens_nothing_is_found(value: float | None) -> None:
    registry = town.town() if value is not None else Registry(grid=GRID)
    watch = Watch(registry)
    for frame in frames(watch.layout, [Minute(m.at, {}, {}) for m in readings()[: PRIMED + 60]]):
        if value is not None:
            frame.values[:, : len(POLLUTANTS)] = value
        assert hotspots(story(watch.close(frame))) == {}
        for verdict in watch.verdicts().values():
            assert not (verdict.state == IN_ALERT).any()


@pytest.fixture(scope="session")
def halfway() -> Halfway:
    """A watch that may alarm now, what it will see, and what it then says."""
    watch = Watch(town.town())
    minutes = list(frames(watch.layout))
    for frame in minutes[:PRIMED]:
        watch.close(frame)
    blob = watch.dump()
    return blob, minutes[PRIMED:], [change for frame in minutes[PRIMED:] for change in watch.close(frame)]


def restarted(halfway: Halfway, cuts: set[int]) -> list[Change]:
    """What is told when the watch is put away and taken up before each of these minutes."""
    blob, minutes, _ = halfway
    watch, found = Watch(town.town()), []
    watch.load(blob)
    for i, frame in enumerate(minutes):
        if i in cuts:
            blob = watch.dump()
            watch = Watch(town.town())
            watch.load(blob)
        found += watch.close(frame)
    return found


@given(cuts=st.sets(st.integers(1, MINUTES - PRIMED - 1), min_size=1, max_size=8))
@settings(max_examples=5, deadline=None, derandomize=True, phases=[Phase.generate])
def test_restarts_at_any_minutes_do_not_matter(cuts: set[int], halfway: Halfway) -> None:
    assert restarted(halfway, cuts) == halfway[2]


def test_restarts_just_after_an_alert_is_opened_or_closed_do_not_matter(halfway: Halfway) -> None:
    first = halfway[1][0].minute
    moments = {round((alert.opened_at - first) / MINUTE) for _, alert in halfway[2]}
    moments |= {round((alert.closed_at - first) / MINUTE) for _, alert in halfway[2] if alert.closed_at}
    assert restarted(halfway, moments) == halfway[2]
