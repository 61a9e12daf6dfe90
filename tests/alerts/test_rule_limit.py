"""Permit limits: what a valid hour above one is, what is only a warning, and what is no evidence at all."""

from datetime import timedelta

import pytest

from alerts.alert import Change
from alerts.rules.limit import Limit
from alerts.watch import Watch
from ingest.flag import Qc
from ingest.layout import Frame
from ingest.registry import MonitorChannel, Registry
from tests.support.rule import MIDNIGHT, MINUTE, found, last, layout_of, series, told
from tests.support.scene import district

MN = "MN1"
Sent = list[tuple[float | None, Qc]]


def plant(channel: str = "nmhc", unit: str = "mg/m³", limit: float | None = 60, period: str = "hour") -> Registry:
    """The little district with one monitor at NEAR."""
    near = next(row for row in district().enterprises if row.enterprise_id == "NEAR")
    line = {"mn": MN, "enterprise_id": near.enterprise_id, "outlet": "DA001", "lon": near.lon, "lat": near.lat}
    line |= {"channel": channel, "unit": unit, "limit": limit, "limit_period": period}
    return district().model_copy(update={"monitors": (MonitorChannel.model_validate(line),)})


def minutes(value: float | None, count: int, qc: Qc = Qc.GOOD) -> Sent:
    """The same thing sent over and over."""
    return [(value, qc)] * count


def tell(sent: Sent, registry: Registry | None = None, skip: int = 0) -> list[Change]:
    """What becomes of a series that begins `skip` minutes after midnight."""
    registry = registry or plant()
    channel = registry.monitors[0].channel
    return told(Limit, registry, series(layout_of(registry), MN, channel, sent, MIDNIGHT + skip * MINUTE))


def exceeds(sent: Sent, registry: Registry | None = None) -> bool:
    """Whether it is an exceedance."""
    return bool(last(tell(sent, registry), "exceedance"))


def test_an_hour_above_the_limit_is_an_exceedance_at_its_end_with_its_figures() -> None:
    changes = tell([*minutes(70, 59), (130.0, Qc.GOOD)])
    (alert,) = last(changes, "exceedance")
    assert alert.opened_at == MIDNIGHT + timedelta(hours=1)
    assert (alert.pollutant, alert.severity, alert.peak_value, alert.background) == ("nmhc", 1, 71.0, 60.0)
    assert [candidate.enterprise_id for candidate in alert.candidates] == ["NEAR"]
    assert alert.evidence == {
        "device": MN,
        "outlet": "DA001",
        "limit": 60.0,
        "unit": "mg/m³",
        "sign": "hour_mean",
        "from": "2026-11-03T00:00:00+00:00",
        "to": "2026-11-03T01:00:00+00:00",
        "mean": 71.0,
        "share": 1.1833,
        "valid_minutes": 60,
        "max": 130.0,
        "since": "2026-11-03T00:00:00+00:00",
    }


@pytest.mark.parametrize(("valid", "expected"), [(44, False), (45, True)])
def test_it_takes_45_valid_minutes(valid: int, expected: bool) -> None:
    assert exceeds(minutes(70, valid) + minutes(None, 60 - valid)) is expected
    assert exceeds(minutes(None, 60 - valid) + minutes(70, valid)) is expected
    assert exceeds(minutes(50, 60) + minutes(70, valid) + minutes(None, 60 - valid)) is expected


@pytest.mark.parametrize("qc", [qc for qc in Qc if qc is not Qc.GOOD])
def test_only_minutes_of_flag_n_count(qc: Qc) -> None:
    assert not exceeds(minutes(70, 44) + minutes(500, 16, qc))
    assert not exceeds(minutes(50, 45) + minutes(500, 15, qc))
    assert exceeds(minutes(70, 45) + minutes(0, 15, qc))


def test_every_hour_has_a_highest_minute_of_its_own() -> None:
    conditions = found(Limit, plant(), _frames([(130.0, Qc.GOOD), *minutes(70, 119)]))
    assert [conditions[end][0].evidence["max"] for end in (59, 119)] == [130.0, 70.0]


def test_a_calibration_in_the_hour_warns_nobody() -> None:
    assert tell(minutes(50, 20) + minutes(400, 12, Qc.CALIBRATION) + minutes(50, 28)) == []


@pytest.mark.parametrize("limit", [60, 0.1, 4.1, 120])
def test_exactly_at_the_limit_is_no_exceedance_and_no_warning(limit: float) -> None:
    registry = plant("a25002", limit=limit)
    assert tell(minutes(limit, 60), registry) == []
    assert not exceeds(minutes(0.5 * limit, 30) + minutes(1.5 * limit, 30), registry)
    assert exceeds(minutes(1.001 * limit, 60), registry)


def test_the_hour_is_the_clocks_and_not_any_sixty_minutes() -> None:
    assert not exceeds(minutes(50, 30) + minutes(65, 60) + minutes(50, 30))
    assert exceeds(minutes(50, 60) + minutes(65, 60))


def test_an_hour_that_is_not_over_is_no_exceedance() -> None:
    assert not exceeds(minutes(500, 59))


def test_a_limit_in_another_unit_is_compared_in_the_same_unit_and_shown_in_its_own() -> None:
    registry = plant(unit="ppm", limit=20)
    factor = layout_of(registry).registered[0][2]
    assert factor == pytest.approx(0.49094, rel=1e-4)  # mg/m³ of carbon to the ppm
    assert not exceeds(minutes(19.9 * factor, 60), registry)
    (alert,) = last(tell(minutes(22 * factor, 60), registry), "exceedance")
    assert (alert.evidence["mean"], alert.evidence["limit"], alert.evidence["unit"]) == (22.0, 20.0, "ppm")
    assert alert.peak_value == pytest.approx(22 * factor)
    assert alert.background == pytest.approx(20 * factor)


@pytest.mark.parametrize(
    "registry", [plant(unit="mol"), plant(limit=None, period=""), plant(period="")], ids=["unit", "none", "period"]
)
def test_a_channel_without_an_hourly_limit_in_a_unit_that_converts_is_not_looked_at(registry: Registry) -> None:
    rule = Limit(registry, layout_of(registry))
    assert rule.keys == []
    assert tell(minutes(500, 60), registry) == []


@pytest.mark.parametrize(("mean", "severity"), [(61, 1), (89, 1), (90, 2), (120, 3), (179, 3), (180, 4), (900, 4)])
def test_the_severity_is_by_how_many_times_the_limit(mean: float, severity: int) -> None:
    (alert,) = last(tell(minutes(mean, 60)), "exceedance")
    assert alert.severity == severity


def test_it_stands_until_an_hour_is_at_the_limit_and_is_one_alert() -> None:
    changes = tell(minutes(70, 60) + minutes(95, 60) + minutes(60, 60) + minutes(10, 60))
    (alert,) = last(changes, "exceedance")
    assert [(change.what, change.alert.severity) for change in changes if change.alert.kind == "exceedance"] == [
        ("opened", 1),
        ("updated", 2),
        ("closed", 2),
    ]
    assert alert.closed_at == MIDNIGHT + timedelta(hours=3)
    assert alert.evidence["since"] == "2026-11-03T00:00:00+00:00"


def test_every_further_valid_hour_above_the_limit_is_told_once_although_nothing_is_worse() -> None:
    changes = tell(minutes(70, 60) + minutes(70, 60) + minutes(69, 60) + minutes(10, 60))
    said = [change for change in changes if change.alert.kind == "exceedance"]
    assert [(change.what, change.alert.evidence["from"], change.alert.evidence["mean"]) for change in said] == [
        ("opened", "2026-11-03T00:00:00+00:00", 70.0),
        ("updated", "2026-11-03T01:00:00+00:00", 70.0),
        ("updated", "2026-11-03T02:00:00+00:00", 69.0),
        ("closed", "2026-11-03T02:00:00+00:00", 69.0),
    ]
    assert {change.alert.severity for change in said} == {1}


def test_an_hour_with_too_few_minutes_does_not_end_it_but_says_so() -> None:
    sent = minutes(70, 60) + minutes(10, 44) + minutes(None, 16) + minutes(10, 60)
    changes = [change for change in tell(sent) if change.alert.kind == "exceedance"]
    assert [change.what for change in changes] == ["opened", "updated", "closed"]
    assert changes[1].alert.evidence["sign"] == "no_valid_hour"
    assert changes[2].alert.closed_at == MIDNIGHT + timedelta(hours=3)


def test_a_silence_of_many_hours_lets_it_go_and_what_comes_then_begins_anew() -> None:
    changes = tell(minutes(70, 60) + minutes(None, 360) + minutes(None, 5) + minutes(70, 55))
    first, second = last(changes, "exceedance")
    assert first.closed_at == MIDNIGHT + timedelta(hours=7)
    assert first.evidence["sign"] == "no_valid_hour"
    assert second.evidence["since"] == "2026-11-03T07:00:00+00:00"


def test_a_minute_above_the_limit_is_an_early_warning_only() -> None:
    changes = tell(minutes(20, 20) + minutes(61, 1) + minutes(20, 39))
    (alert,) = last(changes, "early_warning")
    assert [change.what for change in changes] == ["opened", "closed"]
    assert (alert.severity, alert.peak_value, alert.background) == (1, 61.0, 60.0)
    assert alert.opened_at == MIDNIGHT + timedelta(minutes=21)
    assert alert.evidence["sign"] == "minute_over"


def test_an_hour_that_is_going_to_exceed_is_warned_of_before_it_does() -> None:
    changes = tell(minutes(30, 15) + minutes(100, 45))
    (warning,), (exceedance,) = last(changes, "early_warning"), last(changes, "exceedance")
    said = [change.alert for change in changes if change.alert.severity == 2 and change.alert.kind == "early_warning"]
    assert warning.opened_at == MIDNIGHT + timedelta(minutes=16)
    assert said[0].evidence["sign"] == "hour_projected"
    assert 60 < float(str(said[0].evidence["projected"])) < 100
    assert exceedance.opened_at == MIDNIGHT + timedelta(hours=1)


def test_a_short_peak_does_not_project_the_hour_above() -> None:
    conditions = found(Limit, plant(), _frames(minutes(20, 30) + minutes(120, 3) + minutes(20, 27)))
    assert {condition.severity for now in conditions for condition in now} == {1}


def test_nothing_is_projected_from_fewer_than_ten_minutes_nor_long_after_the_last() -> None:
    conditions = found(Limit, plant(), _frames(minutes(100, 30) + minutes(None, 15)))
    assert [now[0].severity if now else 0 for now in conditions] == [1] * 9 + [2] * 31 + [0] * 5


def test_what_was_sent_before_a_gap_does_not_weigh_on_the_newest_level() -> None:
    sent = minutes(20, 55) + minutes(400, 5) + minutes(None, 11) + minutes(20, 49)
    conditions = found(Limit, plant(), _frames(sent))
    assert all(conditions[55:60])
    assert not any(conditions[60:])


def test_an_hour_that_cannot_become_valid_is_not_projected() -> None:
    conditions = found(Limit, plant(), _frames(minutes(None, 20) + minutes(90, 40)))
    assert {condition.evidence["sign"] for now in conditions for condition in now} == {"minute_over"}


def test_while_an_exceedance_stands_its_minutes_are_not_warned_of() -> None:
    conditions = found(Limit, plant(), _frames(minutes(70, 120)))
    assert [{condition.kind for condition in now} for now in conditions[59:]] == [{"exceedance"}] * 61


def test_a_monitor_that_says_nothing_is_neither_clean_nor_guilty() -> None:
    assert tell(minutes(None, 180)) == []


def _frames(sent: Sent) -> list[Frame]:
    return series(layout_of(plant()), MN, "nmhc", sent)


def _close(watch: Watch, frames: list[Frame]) -> list[Change]:
    return [change for frame in frames for change in watch.close(frame)]


@pytest.mark.parametrize("cut", [20, 59, 60, 61, 100, 119, 130])
def test_a_restart_at_any_minute_changes_nothing(cut: int) -> None:
    frames = _frames(minutes(40, 10) + minutes(90, 60) + minutes(70, 50) + minutes(50, 60))
    through = _close(Watch(plant()), frames)
    first, second = Watch(plant()), Watch(plant())
    before = _close(first, frames[:cut])
    second.load(first.dump())
    assert before + _close(second, frames[cut:]) == through
    assert last(through, "exceedance")
    assert last(through, "early_warning")
