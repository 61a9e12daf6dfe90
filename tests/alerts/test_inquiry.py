"""Who it may be, asked through a whole watch: monitors and findings move the ranking, nobody is named for nothing."""

from datetime import timedelta

import pytest

from alerts.alert import Alert
from alerts.detector.tuning import DEFAULT
from alerts.watch import Watch
from ingest.layout import Frame
from ingest.registry import Enterprise, Finding, MonitorChannel, Registry
from tests.support.scene import START, district, emit, place, weather

PRIMED = DEFAULT.grid.numbers.prime
FIRST, LAST = PRIMED + 30, PRIMED + 60


def twins(*monitored: str, findings: tuple[Finding, ...] = ()) -> Registry:
    """Two enterprises that the wind cannot tell apart, north and south of the row of stations that sees a plume."""
    enterprises, monitors = [], []
    for name, iy in (("NORTH", 2.55), ("SOUTH", 2.45)):
        lon, lat = place(2.1, iy)
        enterprises.append(Enterprise(enterprise_id=name, name="", lon=lon, lat=lat))
        if name in monitored:
            mn = f"MN-{name}"
            monitors.append(
                MonitorChannel(
                    mn=mn, enterprise_id=name, outlet="", lon=lon, lat=lat, password="", channel="nmhc", unit="mg/m3"
                )
            )
    changed = {"enterprises": tuple(enterprises), "monitors": tuple(monitors), "findings": findings}
    return district().model_copy(update=changed)


def found(registry: Registry, loud: str = "") -> Alert:
    """The alert of an emission during which the monitor of `loud` jumps, as it was told last."""
    watch = Watch(registry)
    frames = list(weather(watch.layout, LAST + 10))
    emit(frames, watch.layout, FIRST, LAST)
    nmhc = watch.layout.column["nmhc"]
    for i, frame in enumerate(frames):
        for row in watch.layout.is_monitor.nonzero()[0]:
            frame.values[row] = float("nan")
            rises = watch.layout.devices[row].enterprise_id == loud and FIRST - 5 <= i < LAST
            frame.values[row, nmhc] = 2.0 + 0.1 * (i * 7 % 5) + (30.0 if rises else 0.0)
    return final(watch, frames)


def final(watch: Watch, frames: list[Frame]) -> Alert:
    changes = [change for frame in frames for change in watch.close(frame)]
    alerts = {change.alert.id: change.alert for change in changes if change.alert.kind == "hotspot"}
    (alert,) = alerts.values()
    return alert


@pytest.mark.parametrize("loud", ["NORTH", "SOUTH"])
def test_of_two_the_wind_cannot_tell_apart_the_one_whose_monitor_jumps_comes_first(loud: str) -> None:
    alert = found(twins("NORTH", "SOUTH"), loud)
    assert alert.candidates[0].enterprise_id == loud
    assert alert.candidates[0].score > 3 * alert.candidates[1].score


@pytest.mark.parametrize("named", ["NORTH", "SOUTH"])
def test_whom_field_teams_found_before_comes_first(named: str) -> None:
    findings = tuple(
        Finding(alert_id=f"A{i}", at=START - timedelta(days=i + 1), enterprise_id=named, cause="emission")
        for i in range(3)
    )
    alert = found(twins(findings=findings))
    assert alert.candidates[0].enterprise_id == named
    assert alert.candidates[0].score > 2 * alert.candidates[1].score


def test_a_finding_of_tomorrow_changes_nothing_today() -> None:
    tomorrow = Finding(alert_id="A", at=START + timedelta(days=1), enterprise_id="NORTH", cause="emission")
    assert found(twins(findings=(tomorrow,))).candidates == found(twins()).candidates


def test_where_nobody_is_registered_the_place_is_given_with_its_radius() -> None:
    lon, lat = place(5.5, 5.5)
    far = (Enterprise(enterprise_id="FAR", name="", lon=lon, lat=lat),)
    alert = found(district().model_copy(update={"enterprises": far}))
    source = alert.evidence["source"]
    assert isinstance(source, dict)
    assert source["registered"] is False
    assert (source["lon"], source["lat"]) == (alert.lon, alert.lat)
    assert 0 < source["within_m"] < 2000
