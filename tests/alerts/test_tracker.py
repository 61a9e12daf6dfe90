"""From alarms to alerts: one a source, whatever it emits, wherever its plume goes; how grave it is meanwhile."""

import numpy as np
import pytest

from alerts.alert import Alert
from alerts.detector.tuning import DEFAULT
from alerts.watch import Watch
from ingest.layout import Frame
from ingest.registry import Enterprise, Registry, Station
from tests.support.scene import SIDE, district, place, weather

PRIMED = DEFAULT.grid.numbers.prime
FIRST = PRIMED + 30


def station(ix: int, iy: int) -> str:
    return f"M{iy * SIDE + ix:02d}"


def hotspots(watch: Watch, frames: list[Frame]) -> list[Alert]:
    """Every alert as it was told last."""
    changes = [change for frame in frames for change in watch.close(frame)]
    alerts = {change.alert.id: change.alert for change in changes if change.alert.kind == "hotspot"}
    return list(alerts.values())


def add(frames: list[Frame], watch: Watch, name: str, channel: str, amount: float) -> None:
    """A plume that comes and goes a little, as plumes do."""
    row, column = watch.layout.index[name], watch.layout.column[channel]
    for frame in frames:
        frame.values[row, column] += amount * (0.7 + 0.1 * (frame.minute.minute * 7 % 6))


def prepared(registry: Registry, minutes: int, *channels: str) -> tuple[Watch, list[Frame]]:
    """Ordinary minutes in which further channels are sent beside PM2.5."""
    watch = Watch(registry)
    frames = list(weather(watch.layout, FIRST + minutes))
    rng = np.random.default_rng(7)
    pm25 = watch.layout.column["pm25"]
    for frame in frames:
        for channel in channels:
            noise = np.exp(0.05 * rng.normal(size=len(frame.values)))
            frame.values[:, watch.layout.column[channel]] = np.where(
                np.isnan(frame.values[:, pm25]), np.nan, 40 * noise
            )
    return watch, frames


def with_enterprises(**places: tuple[float, float]) -> Registry:
    enterprises = []
    for name, (ix, iy) in places.items():
        lon, lat = place(ix, iy)
        enterprises.append(Enterprise(enterprise_id=name, name="", lon=lon, lat=lat))
    return district().model_copy(update={"enterprises": tuple(enterprises)})


def test_pollutants_of_one_source_are_one_alert_that_names_them() -> None:
    watch, frames = prepared(district(), 45, "pm10", "no2")
    for channel, amount in (("pm25", 60.0), ("pm10", 90.0)):
        for ix, share in ((2, 1.0), (3, 0.6)):
            add(frames[FIRST : FIRST + 25], watch, station(ix, 2), channel, amount * share)
    (alert,) = hotspots(watch, frames)
    assert sorted(alert.pollutants) == ["pm10", "pm25"]
    assert alert.pollutant == alert.pollutants[0]
    peaks = alert.evidence["pollutants"]
    assert isinstance(peaks, dict)
    assert set(peaks) == {"pm25", "pm10"}
    assert peaks["pm10"]["excess"] > peaks["pm25"]["excess"] > 20


def test_two_sources_a_kilometre_apart_across_the_wind_are_two() -> None:
    watch, frames = prepared(with_enterprises(SOUTH=(1.1, 1.5), NORTH=(1.1, 3.5)), 75)
    for first, iy in ((FIRST, 1), (FIRST + 25, 3)):
        for ix, amount in ((1, 90.0), (2, 50.0), (3, 30.0)):
            add(frames[first : first + 35], watch, station(ix, iy), "pm25", amount)
    south, north = sorted(hotspots(watch, frames), key=lambda alert: alert.opened_at)
    assert {stay.iy for stay in south.cells} == {1}
    assert {stay.iy for stay in north.cells} == {3}
    assert south.candidates[0].enterprise_id == "SOUTH"
    assert north.candidates[0].enterprise_id == "NORTH"


def test_a_plume_that_moves_on_stays_one_alert() -> None:
    watch, frames = prepared(with_enterprises(SOURCE=(0.6, 2.5)), 80)
    for minute, ix in enumerate((1, 2, 3, 4)):
        add(frames[FIRST + 12 * minute : FIRST + 12 * minute + 16], watch, station(ix, 2), "pm25", 70.0)
    (alert,) = hotspots(watch, frames)
    assert {stay.ix for stay in alert.cells} >= {1, 2, 3, 4}


def severities(alert: Alert) -> list[int]:
    history = alert.evidence["severity"]
    assert isinstance(history, list)
    return [level for _, level in history]


def test_severity_rises_with_the_excess_at_once_and_falls_step_by_step_when_it_is_over() -> None:
    watch, frames = prepared(district(), 100)
    add(frames[FIRST : FIRST + 30], watch, station(2, 2), "pm25", 60.0)
    add(frames[FIRST + 15 : FIRST + 30], watch, station(2, 2), "pm25", 300.0)
    (alert,) = hotspots(watch, frames)
    steps = severities(alert)
    top = steps.index(max(steps))
    assert max(steps) >= 3
    assert steps[:top] == sorted(steps[:top])
    assert steps[top:] == list(range(max(steps), max(steps) - len(steps[top:]), -1))
    assert alert.severity == steps[-1] < max(steps)


def test_a_flicker_of_the_excess_does_not_move_the_severity_down() -> None:
    watch, frames = prepared(district(), 60)
    add(frames[FIRST : FIRST + 50], watch, station(2, 2), "pm25", 60.0)
    for frame in frames[FIRST + 10 : FIRST + 50 : 9]:
        frame.values[watch.layout.index[station(2, 2)], watch.layout.column["pm25"]] = 35.0
    (alert,) = hotspots(watch, frames)
    assert severities(alert) == sorted(severities(alert))


@pytest.mark.parametrize(("ix", "graver"), [(5, 1), (0, 0)])
def test_a_national_station_downwind_makes_it_graver_one_upwind_does_not(ix: int, graver: int) -> None:
    lon, lat = place(ix + 0.4, 2.4)
    national = Station(station_id="NATIONAL", name="", kind="national", lon=lon, lat=lat)
    near = district().model_copy(update={"stations": (*district().stations, national)})
    peaks = []
    for registry in (district(), near):
        watch, frames = prepared(registry, 40)
        add(frames[FIRST : FIRST + 20], watch, station(2, 2), "pm25", 45.0)
        (alert,) = hotspots(watch, frames)
        peaks.append(max(severities(alert)))
    assert peaks[1] - peaks[0] == graver


def test_the_evidence_is_enough_to_argue_about_it() -> None:
    watch, frames = prepared(district(), 30)
    add(frames[FIRST : FIRST + 20], watch, station(2, 2), "pm25", 60.0)
    (alert,) = hotspots(watch, frames)
    evidence = alert.evidence
    assert evidence["lead"] == station(2, 2)
    assert evidence["devices"] == [station(2, 2)]
    near = evidence["neighbour_ids"]
    assert isinstance(near, list)
    assert len(near) == evidence["neighbours"] == 16
    assert set(near[:4]) == {station(1, 2), station(3, 2), station(2, 1), station(2, 3)}
    qc = evidence["qc"]
    assert isinstance(qc, dict)
    assert qc["flag"] == "good"
    assert qc["suspected_step"] is False
    assert evidence["wind"] == pytest.approx([2.0, 0.0], abs=0.05)
    assert (alert.profile, alert.detector) == ("grid", watch.version)


def test_of_a_cell_whose_first_device_is_gone_there_is_still_one_alert() -> None:
    lon, lat = place(2.6, 2.6)
    second = Station(station_id="SECOND", name="", kind="micro", lon=lon, lat=lat)
    both = district().model_copy(update={"stations": (*district().stations, second)})
    watch, frames = prepared(both, 40)
    add(frames[FIRST : FIRST + 12], watch, station(2, 2), "pm25", 90.0)
    add(frames[FIRST + 16 : FIRST + 34], watch, "SECOND", "pm25", 90.0)
    (before,) = hotspots(watch, frames[: FIRST + 14])
    rest = tuple(row for row in both.stations if row.station_id != station(2, 2))
    after = Watch(both.model_copy(update={"stations": rest}))
    after.load(watch.dump())
    rows = [watch.layout.index[device.id] for device in after.layout.devices]
    moved = [Frame(frame.minute, frame.values[rows], frame.qc[rows]) for frame in frames[FIRST + 14 :]]
    told = hotspots(after, moved)
    assert {alert.id for alert in told} == {before.id}
