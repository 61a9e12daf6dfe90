"""What is sent while a mark is in force is flagged with it, to the minute, and nothing else is touched."""

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest

from ingest.flag import Qc
from ingest.layout import Frame, Layout
from ingest.marks import Marks, first_changed
from ingest.registry import Mark
from tests.support.scene import district

LAYOUT = Layout.of(district())
AT = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
PM25, NO2 = LAYOUT.column["pm25"], LAYOUT.column["no2"]


def frame(minute: datetime = AT) -> Frame:
    """Every device sends PM2.5, nothing else."""
    sent = Frame.empty(LAYOUT, minute)
    sent.values[:, PM25] = 35
    return sent


def mark(
    start: datetime = AT - MINUTE,
    end: datetime | None = AT + 5 * MINUTE,
    device: str = "M07",
    kind: str = "maintenance",
) -> Mark:
    """A mark of a station."""
    return Mark.model_validate({"device_id": device, "kind": kind, "start": start, "end": end})


def flagged(marks: list[Mark], minute: datetime = AT) -> dict[str, Qc]:
    """Which devices' PM2.5 is no evidence, and why."""
    qc = Marks.of(marks, LAYOUT).apply(frame(minute)).qc[:, PM25]
    return {LAYOUT.devices[row].id: Qc(qc[row]) for row in np.flatnonzero(qc)}


@pytest.mark.parametrize(
    ("kind", "qc"),
    [
        ("stop", Qc.STOPPED),
        ("maintenance", Qc.MAINTENANCE),
        ("calibration", Qc.CALIBRATION),
        ("fault", Qc.FAULT),
        ("startup", Qc.STARTUP),
    ],
)
def test_a_mark_flags_what_its_device_sent_and_nothing_else(kind: str, qc: Qc) -> None:
    sent = frame()
    sent.values[LAYOUT.index["M07"], NO2] = 40
    told = Marks.of([mark(kind=kind)], LAYOUT).apply(sent)
    assert {(LAYOUT.devices[row].id, column) for row, column in np.argwhere(told.qc == qc)} == {
        ("M07", PM25),
        ("M07", NO2),
    }
    assert np.count_nonzero(told.qc) == 2
    assert np.array_equal(told.values, sent.values, equal_nan=True)
    assert not sent.qc.any(), "the frame that was handed in is left alone"


@pytest.mark.parametrize(
    ("start", "end", "holds"),
    [
        (AT, None, True),
        (AT + 59 * SECOND, None, True),
        (AT + MINUTE, None, False),
        (AT - MINUTE, AT, False),
        (AT - MINUTE, AT + SECOND, True),
        (AT + 20 * SECOND, AT + 30 * SECOND, True),
        (AT + 20 * SECOND, AT + 20 * SECOND, False),
        (AT - 365 * 24 * 60 * MINUTE, None, True),
    ],
)
def test_a_mark_is_in_force_in_every_minute_of_which_it_covers_a_part(
    start: datetime, end: datetime | None, holds: bool
) -> None:
    assert bool(flagged([mark(start, end)])) is holds
    assert (first_changed([], [mark(start, end)], [AT]) is not None) is holds


def test_an_offset_is_another_way_of_saying_the_same_time() -> None:
    beijing = timezone(timedelta(hours=8))
    there = mark((AT - MINUTE).astimezone(beijing), (AT + MINUTE).astimezone(beijing))
    assert [bool(flagged([there], AT + i * MINUTE)) for i in range(-2, 3)] == [False, True, True, False, False]
    assert first_changed([there], [mark(AT - MINUTE, AT + MINUTE)], [AT]) is None


def test_a_flag_that_a_value_has_already_stays() -> None:
    sent = frame()
    sent.qc[LAYOUT.index["M07"], PM25] = Qc.OVER_RANGE
    assert Marks.of([mark()], LAYOUT).apply(sent).qc[LAYOUT.index["M07"], PM25] == Qc.OVER_RANGE


def test_of_several_marks_of_a_device_the_one_that_began_first_counts_in_whatever_order_they_come() -> None:
    marks = [mark(AT - MINUTE, kind="stop"), mark(AT - 3 * MINUTE, kind="fault"), mark(device="M01", kind="stop")]
    assert flagged(marks) == flagged(marks[::-1]) == {"M01": Qc.STOPPED, "M07": Qc.FAULT}


def test_without_a_mark_in_force_the_frame_is_the_one_that_came() -> None:
    sent = frame()
    past, taken_back, stranger = mark(end=AT), mark(AT, AT), mark(device="X")
    for marks in ([], [past], [taken_back], [stranger], [past, taken_back, stranger]):
        assert Marks.of(marks, LAYOUT).apply(sent) is sent


def test_the_first_minute_is_found_that_a_new_an_ended_or_a_removed_mark_changes() -> None:
    minutes = [AT + i * MINUTE for i in range(-5, 6)]
    other = mark(device="M01")
    running, ended, later = mark(end=None), mark(), mark(AT + MINUTE)
    assert first_changed([other], [other, running], minutes) == AT - MINUTE
    assert first_changed([other, running], [other], minutes) == AT - MINUTE
    assert first_changed([running], [ended], minutes) == AT + 5 * MINUTE
    assert first_changed([ended], [later], minutes) == AT - MINUTE
    assert first_changed([ended], [ended.model_copy(update={"reason": "fan"})], minutes) is None
    assert first_changed([ended], [ended.model_copy(update={"kind": "stop"})], minutes) == AT - MINUTE
    assert first_changed([], [mark(end=minutes[0], start=minutes[0] - MINUTE)], minutes) is None


def test_who_is_under_a_mark_is_known_of_silent_devices_too() -> None:
    marks = Marks.of([mark(), mark(kind="stop"), mark(device="M01"), mark(device="M02", end=AT)], LAYOUT)
    assert [LAYOUT.devices[row].id for row in marks.rows(AT)] == ["M01", "M07"]
