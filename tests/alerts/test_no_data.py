"""No data is a state of its own: what nobody measured, or nobody may judge, is never shown as clean."""

from functools import cache

import numpy as np

from alerts.detector.panel import IN_ALERT, NO_DATA, NORMAL, UNUSABLE, WARMING, Verdict
from alerts.watch import Watch
from ingest.channel import COLUMN
from ingest.flag import Qc
from ingest.layout import Frame, Layout
from tests.support.loop import FIRST, PRIMED, script
from tests.support.scene import district

LAYOUT = Layout.of(district())
PM25 = COLUMN["pm25"]


@cache
def frames() -> list[Frame]:
    """Ordinary hours; the devices of the upper row each have something wrong, from some minute on or always."""
    frames = script(FIRST + 40)
    for i, frame in enumerate(frames):
        for name, first, value, qc in (
            ("M30", 0, np.nan, Qc.GOOD),  # was never heard
            ("M31", PRIMED + 5, np.nan, Qc.GOOD),  # is silent
            ("M32", PRIMED + 5, np.nan, Qc.IMPLAUSIBLE),  # sent nonsense
            ("M33", PRIMED + 5, 35.0, Qc.CALIBRATION),
            ("M34", PRIMED + 5, 35.0, Qc.GOOD),  # is stuck
            ("M14", FIRST + 33, np.nan, Qc.GOOD),  # falls silent in the middle of an alert
        ):
            if i >= first:
                frame.values[LAYOUT.index[name], PM25], frame.qc[LAYOUT.index[name], PM25] = value, qc
    return frames


def after(minutes: int) -> tuple[Verdict, dict[str, int]]:
    """What is shown after so many minutes, and the state of each device."""
    watch = Watch(district())
    for frame in frames()[:minutes]:
        watch.close(frame)
    verdict = watch.verdicts()["pm25"]
    return verdict, {device.id: int(verdict.state[row]) for row, device in enumerate(LAYOUT.devices)}


def test_every_reason_not_to_know_has_its_state() -> None:
    verdict, state = after(FIRST + 35)
    assert (state["M30"], state["M31"]) == (NO_DATA, NO_DATA)
    assert (state["M32"], state["M33"], state["M34"]) == (UNUSABLE, UNUSABLE, UNUSABLE)
    assert (state["M00"], state["M14"], state["MAST"]) == (NORMAL, IN_ALERT, NO_DATA)
    assert np.isnan(verdict.value[LAYOUT.index["M14"]])


def test_nothing_is_normal_without_a_value_a_background_and_a_score() -> None:
    for minutes in (1, 30, PRIMED + 4, PRIMED + 10, FIRST + 35):
        verdict, _ = after(minutes)
        known = ~np.isnan(verdict.value) & ~np.isnan(verdict.background) & ~np.isnan(verdict.score)
        assert known[verdict.state == NORMAL].all()
        assert (verdict.state[np.isnan(verdict.value)] != WARMING).all()


def test_before_anything_is_known_nobody_is_normal() -> None:
    _, state = after(30)
    assert set(state.values()) == {NO_DATA, WARMING}


def test_a_minute_in_which_nobody_sent_is_a_minute_of_no_data() -> None:
    watch = Watch(district())
    for frame in frames()[: PRIMED + 4]:
        watch.close(frame)
    watch.close(Frame.empty(LAYOUT, frames()[PRIMED + 4].minute))
    assert set(watch.verdicts()["pm25"].state.tolist()) == {NO_DATA}
