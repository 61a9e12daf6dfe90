"""Silent devices: told once each, together when the network goes, and not at all where nobody was ever heard."""

from collections.abc import Callable, Iterable
from datetime import timedelta

import pytest

from alerts.rules.offline import FEW, LEAST, TOGETHER, Offline
from alerts.watch import Watch
from ingest.flag import Qc
from ingest.layout import Frame, Layout
from ingest.registry import Mark
from tests.support.rule import MIDNIGHT, MINUTE, found, last, seen, told
from tests.support.scene import district

SOME = int(LEAST)
LAYOUT = Layout.of(district())
EVERYBODY = tuple(LAYOUT.index)
Speaks = Callable[[str, int], bool]


def minutes(count: int, speaks: Speaks) -> list[Frame]:
    """Frames in which those devices that speak send PM2.5."""
    frames = []
    for i in range(count):
        frame = Frame.empty(LAYOUT, MIDNIGHT + i * MINUTE)
        rows = [LAYOUT.index[name] for name in EVERYBODY if speaks(name, i)]
        frame.values[rows, LAYOUT.column["pm25"]] = 35
        frames.append(frame)
    return frames


def silenced(names: Iterable[str], first: int, after: int = 10**9) -> Speaks:
    """Everybody sends every minute, but some do not from `first` until `after`."""
    gone = set(names)
    return lambda name, i: name not in gone or not first <= i < after


def test_a_device_that_falls_silent_is_told_once_and_closed_when_it_reports_again() -> None:
    frames = minutes(300, silenced(["M07"], 100, 250))
    changes = told(Offline, district(), frames)
    assert [change.what for change in changes] == ["opened", "closed"]
    (alert,) = last(changes, "offline")
    assert (alert.source, alert.severity, len(alert.cells)) == ("M07", 1, 1)
    assert alert.opened_at == MIDNIGHT + timedelta(minutes=99 + SOME + 1)
    assert alert.closed_at == MIDNIGHT + timedelta(minutes=251)
    assert alert.evidence["last_heard"] == (MIDNIGHT + timedelta(minutes=100)).isoformat()


def test_a_shorter_silence_is_forgiven() -> None:
    assert told(Offline, district(), minutes(300, silenced(["M07"], 100, 99 + SOME))) == []


def test_the_longer_it_lasts_the_graver_it_is_and_nothing_else_is_told() -> None:
    changes = told(Offline, district(), minutes(1700, silenced(["M07"], 100)))
    assert [(change.what, change.alert.severity) for change in changes] == [
        ("opened", 1),
        ("updated", 2),
        ("updated", 3),
    ]


@pytest.mark.parametrize("every", [3, 10, 60])
def test_a_device_is_measured_by_its_own_interval(every: int) -> None:
    seldom: Speaks = lambda name, i: name != "M07" or (i % every == 0 and i < 3000)  # noqa: E731
    changes = told(Offline, district(), minutes(3000 + 8 * max(every, SOME), seldom))
    (alert,) = last(changes, "offline")
    heard = 3000 - every
    silent = (alert.opened_at - MIDNIGHT) / MINUTE - heard
    assert max(SOME, 5 * every - 2) <= silent <= max(SOME, 5 * every) + 2


def test_one_long_outage_does_not_teach_a_device_to_be_silent() -> None:
    speaks: Speaks = lambda name, i: name != "M07" or not (200 <= i < 1000 or i >= 1010)  # noqa: E731
    first, second = last(told(Offline, district(), minutes(1200, speaks)), "offline")
    assert second.opened_at - first.opened_at == timedelta(minutes=810)


def test_who_was_never_heard_has_no_alert() -> None:
    assert told(Offline, district(), minutes(300, silenced(["M07"], 0))) == []


def test_a_flag_is_a_sign_of_life_and_a_mark_an_excuse() -> None:
    frames = minutes(300, silenced(["M07"], 100))
    for frame in frames[100:]:
        frame.qc[LAYOUT.index["M07"]] = Qc.MAINTENANCE
    assert told(Offline, district(), frames) == []


def test_a_device_that_is_silent_under_a_mark_is_excused_until_the_mark_ends() -> None:
    start, end = MIDNIGHT + 100 * MINUTE, MIDNIGHT + 300 * MINUTE
    marks = tuple(Mark(device_id=name, kind="stop", start=start, end=end) for name in ("M07", "M08"))
    registry = district().model_copy(update={"marks": marks})
    never_heard: Speaks = lambda name, i: name != "M08" and (name != "M07" or i < 100)  # noqa: E731
    (alert,) = last(told(Offline, registry, minutes(700, never_heard)), "offline")
    assert (alert.source, alert.opened_at) == ("M07", end + SOME * MINUTE)


def test_a_network_that_goes_together_is_one_alert_with_the_count() -> None:
    frames = minutes(400, silenced(EVERYBODY[:20], 100, 300))
    changes = told(Offline, district(), frames)
    assert [change.what for change in changes] == ["opened", "closed"]
    (alert,) = last(changes, "offline")
    assert (alert.source, alert.severity, alert.peak_value) == ("district", 3, 20)
    assert alert.opened_at == MIDNIGHT + timedelta(minutes=99 + SOME / 2 + 1)
    assert alert.evidence == {"sign": "outage", "silent_devices": 20, "share": round(20 / len(EVERYBODY), 3)}


def test_who_stays_behind_after_an_outage_gets_an_alert_of_its_own() -> None:
    back: Speaks = lambda name, i: name not in EVERYBODY[:20] or i < 100 or (i >= 300 and name != "M07")  # noqa: E731
    alerts = last(told(Offline, district(), minutes(400, back)), "offline")
    assert [alert.source for alert in alerts] == ["district", "M07"]


def test_who_was_silent_before_an_outage_keeps_its_alert() -> None:
    speaks: Speaks = lambda name, i: (name != "M07" or i < 50) and (name not in EVERYBODY[:20] or i < 200)  # noqa: E731
    changes = told(Offline, district(), minutes(500, speaks))
    assert [(change.what, change.alert.source) for change in changes][:2] == [("opened", "M07"), ("opened", "district")]
    assert all(change.alert.closed_at is None for change in changes)


def test_a_few_silent_devices_are_no_outage() -> None:
    few = EVERYBODY[: FEW - 1]
    assert {
        alert.source for alert in last(told(Offline, district(), minutes(200, silenced(few, 50))), "offline")
    } == set(few)
    some = EVERYBODY[: int(TOGETHER * len(EVERYBODY))]
    assert len(found(Offline, district(), minutes(200, silenced(some, 50)))[-1]) == len(some)


@pytest.mark.parametrize(("every", "patience"), [(1, SOME / 2), (10, 25)])
def test_all_may_be_silent_together_as_long_as_is_no_outage(every: int, patience: float) -> None:
    rule = Offline(district(), LAYOUT)
    assert rule.patience() is None
    for frame in minutes(2000, lambda _, i: i % every == 0):
        assert rule.step(seen(frame, LAYOUT)) == []
    known = rule.patience()
    assert known is not None
    assert known / MINUTE == pytest.approx(patience, abs=0.5)


def test_when_everybody_was_silent_the_gap_is_told_at_its_end() -> None:
    frames = minutes(400, silenced(EVERYBODY, 100, 300))
    watch = Watch(district())
    changes = [change for frame in frames[:100] + frames[300:] for change in watch.close(frame)]
    assert [(change.what, change.alert.source) for change in changes if change.alert.kind == "offline"] == [
        ("opened", "district"),
        ("closed", "district"),
    ]


def test_a_restart_in_the_middle_makes_no_difference() -> None:
    frames = minutes(300, silenced(EVERYBODY[:3], 100, 250))
    whole, first, second = Watch(district()), Watch(district()), Watch(district())
    expected = [change for frame in frames for change in whole.close(frame)]
    changes = [change for frame in frames[:117] for change in first.close(frame)]
    second.load(first.dump())
    changes += [change for frame in frames[117:] for change in second.close(frame)]
    assert changes == expected
    assert len(expected) == 6
