"""Closing minutes: an emission becomes an alert, nothing else does; the state can be put away and taken up."""

from datetime import timedelta

import numpy as np
import pytest

from alerts import attribution
from alerts.alert import Alert, Change
from alerts.checkpoint import CheckpointError
from alerts.detector import decision, evidence, reference
from alerts.detector.panel import UNUSABLE
from alerts.detector.tuning import DEFAULT
from alerts.watch import MINUTE, Watch
from alerts.watch import compile as compile_kernels
from ingest.flag import Qc
from ingest.layout import Frame
from ingest.registry import Mark, MonitorChannel, Registry
from tests.support.scene import START, district, emit, weather

PRIMED = DEFAULT.grid.numbers.prime
LENGTH = PRIMED + 240
FIRST, LAST = PRIMED + 30, PRIMED + 90


def script(registry: Registry, seed: int = 1) -> list[Frame]:
    """Ordinary hours with one emission."""
    layout = Watch(registry).layout
    frames = list(weather(layout, LENGTH, seed))
    emit(frames, layout, FIRST, LAST)
    return frames


def run(watch: Watch, frames: list[Frame]) -> list[Change]:
    """All that happens."""
    return [change for frame in frames for change in watch.close(frame)]


def final(changes: list[Change]) -> list[Alert]:
    """Every alert as it was told last."""
    return list({change.alert.id: change.alert for change in changes}.values())


def test_an_emission_becomes_one_alert_with_its_enterprise_and_is_closed_when_it_is_over() -> None:
    frames = script(district())
    changes = run(Watch(district()), frames)
    (alert,) = final(changes)
    assert changes[0].what == "opened"
    assert changes[-1].what == "closed"
    assert alert.closed_at is not None
    assert frames[FIRST].minute < alert.opened_at <= frames[FIRST].minute + 12 * MINUTE
    assert {(stay.ix, stay.iy) for stay in alert.cells} == {(2, 2), (3, 2), (4, 2)}
    assert all(alert.opened_at <= stay.from_ and stay.to is not None for stay in alert.cells)
    assert alert.candidates[0].enterprise_id == "NEAR"
    assert alert.attribution == "wind"
    assert alert.id.startswith("hotspot-pm25-20261103T")


def test_ordinary_air_alarms_nobody() -> None:
    watch = Watch(district())
    assert run(watch, list(weather(watch.layout, LENGTH))) == []


def test_calibration_gas_does_not_say_how_much_of_a_new_code_is_usual() -> None:
    near = next(row for row in district().enterprises if row.enterprise_id == "NEAR")
    monitor = MonitorChannel(mn="MN1", enterprise_id="NEAR", lon=near.lon, lat=near.lat, channel="a25002", unit="mg/m3")
    watch = Watch(district().model_copy(update={"monitors": (monitor,)}))
    at = (watch.layout.index["MN1"], watch.layout.column["a25002"])
    for i, (value, qc) in enumerate([(800.0, Qc.CALIBRATION), (2.0, Qc.GOOD), (90.0, Qc.GOOD)]):
        frame = Frame.empty(watch.layout, START + i * MINUTE)
        frame.values[at], frame.qc[at] = value, qc
        watch.close(frame)
    share = DEFAULT.fence.numbers.floor_share
    assert watch.find("a25002", "fence").floor == pytest.approx(0.07 * share * 2.0)


def test_an_unprimed_baseline_alarms_nobody_and_says_so() -> None:
    watch = Watch(district())
    frames = list(weather(watch.layout, PRIMED - 10))
    emit(frames, watch.layout, 60, PRIMED - 10)
    assert run(watch, frames) == []
    state = watch.verdicts()["pm25"].state
    assert set(state[:-1].tolist()) == {1}
    assert state[watch.layout.index["MAST"]] == 0


def test_flagged_values_are_no_evidence() -> None:
    watch = Watch(district())
    frames = script(district())
    for frame in frames[FIRST:LAST]:
        frame.qc[:, watch.layout.column["pm25"]] = 5
    assert run(watch, frames) == []


@pytest.mark.parametrize("cut", [PRIMED - 100, FIRST + 5, FIRST + 20, LAST + 5])
def test_a_watch_put_away_and_taken_up_goes_on_as_if_nothing_had_been(cut: int) -> None:
    frames = script(district())
    through = run(Watch(district()), frames)
    first = Watch(district())
    before = run(first, frames[:cut])
    second = Watch(district())
    second.load(first.dump())
    assert before + run(second, frames[cut:]) == through
    assert second.last == frames[-1].minute


def test_a_registry_that_gained_and_lost_a_station_still_takes_up_the_state() -> None:
    whole = district()
    fewer = whole.model_copy(update={"stations": tuple(s for s in whole.stations if s.station_id != "M00")})
    first = Watch(fewer)
    run(first, list(weather(first.layout, PRIMED + 20)))
    for registry in (whole, whole.model_copy(update={"stations": whole.stations[5:]})):
        second = Watch(registry)
        second.load(first.dump())
        second.close(Frame.empty(second.layout, list(weather(first.layout, PRIMED + 21))[-1].minute))
        ages = dict(zip((d.id for d in second.layout.devices), second.verdicts()["pm25"].state, strict=True))
        assert ages["M20"] == 0  # primed, no data in this minute
        assert second.find("pm25", "grid").state.age.max() >= PRIMED


def test_after_compiling_no_minute_waits_for_the_compiler() -> None:
    compile_kernels()
    kernels = [
        kernel
        for module in (evidence, decision, reference, attribution)
        for kernel in vars(module).values()
        if hasattr(kernel, "signatures")
    ]
    before = [len(kernel.signatures) for kernel in kernels]
    run(Watch(district()), script(district()))
    assert kernels
    assert [len(kernel.signatures) for kernel in kernels] == before


def test_bytes_that_are_no_dump_are_refused() -> None:
    with pytest.raises(CheckpointError, match="not a checkpoint"):
        Watch(district()).load(b"nonsense")


def test_the_order_of_the_registry_does_not_matter() -> None:
    registry = district()
    turned = registry.model_copy(
        update={"stations": registry.stations[::-1], "enterprises": registry.enterprises[::-1]}
    )
    frames = script(registry)
    assert run(Watch(turned), frames) == run(Watch(registry), frames)


def test_a_silence_of_hours_closes_the_alert() -> None:
    watch = Watch(district())
    frames = script(district())[: FIRST + 25]
    run(watch, frames)
    assert len(watch.open()) == 1
    late = Frame.empty(watch.layout, frames[-1].minute + timedelta(hours=5))
    assert "closed" in {change.what for change in watch.close(late) if change.alert.kind == "hotspot"}
    assert {alert.kind for alert in watch.open()} == {"offline"}


def test_missing_minutes_are_minutes_of_no_data() -> None:
    frames = script(district())
    gaps = {*range(100, 110), FIRST + 12}
    explicit = Watch(district())
    filled = [Frame.empty(explicit.layout, f.minute) if i in gaps else f for i, f in enumerate(frames)]
    silent = [frame for i, frame in enumerate(frames) if i not in gaps]
    assert final(run(Watch(district()), silent)) == final(run(explicit, filled))


def test_what_the_newest_minute_shows_is_what_was_sent() -> None:
    watch = Watch(district())
    frames = script(district())[: FIRST + 20]
    run(watch, frames)
    verdict = watch.verdicts()["pm25"]
    column = frames[-1].values[:, watch.layout.column["pm25"]]
    assert np.array_equal(verdict.value, column, equal_nan=True)
    hot = watch.layout.index["M14"]
    assert verdict.state[hot] == 4
    assert 30 < verdict.background[hot] < 50


def marked(*devices: str) -> Registry:
    """The district with devices under maintenance while the emission lasts."""
    start, end = START + FIRST * MINUTE, START + LAST * MINUTE
    marks = tuple(Mark(device_id=name, kind="maintenance", start=start, end=end) for name in devices)
    return district().model_copy(update={"marks": marks})


def test_what_a_device_sends_under_a_mark_is_no_evidence() -> None:
    frames = script(district())
    assert run(Watch(marked("M14", "M15", "M16")), frames) == []
    assert run(Watch(marked("M00")), frames)[0].what == "opened"


def test_the_newest_minute_of_a_marked_device_is_shown_and_is_not_usable() -> None:
    watch = Watch(marked("M14"))
    run(watch, script(district())[: FIRST + 20])
    verdict, row = watch.verdicts()["pm25"], watch.layout.index["M14"]
    assert verdict.value[row] > 80
    assert verdict.state[row] == UNUSABLE


def test_the_wind_of_a_marked_mast_is_not_measured() -> None:
    clock = START.timestamp() // 60 + FIRST + 5
    winds = []
    for registry in (district(), marked("MAST")):
        watch = Watch(registry)
        run(watch, script(district())[: FIRST + 6])
        winds.append(watch.wind.history[int(clock) % len(watch.wind.history)])
    assert winds[0] == pytest.approx([2, 0])
    assert np.isnan(winds[1]).all()
