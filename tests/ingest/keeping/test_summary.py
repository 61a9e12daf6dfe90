"""The arithmetic of hours and days: directions, spans, and when a day begins."""

from datetime import UTC, date, datetime

import numpy as np
import pytest

from ingest.flag import Qc
from ingest.keeping.summary import Span, direction, spans
from ingest.validity import day_of, hour_of, span_of

NAN = float("nan")


@pytest.mark.parametrize(
    ("degrees", "mean"),
    [
        ((350, 10), 0),
        ((90, 180), 135),
        ((359.99999, 359.99999), 0),
        ((0, 180), 0),  # they cancel each other out
        ((90, NAN, 100), 95),
        ((NAN, NAN), NAN),
    ],
)
def test_the_mean_of_directions_is_that_of_their_unit_vectors(degrees: tuple[float, ...], mean: float) -> None:
    (told,) = direction(np.array([[angle] for angle in degrees], np.float32))
    assert told == pytest.approx(mean, abs=1e-3, nan_ok=True)
    assert not told >= 360


def test_spans_are_runs_of_one_reason_that_the_gate_had_not_given() -> None:
    flat, spike, stopped = Qc.FLAT, Qc.SPIKE, Qc.STOPPED
    found = np.array([[[flat, 0]], [[flat, 0]], [[spike, stopped]], [[flat, stopped]], [[0, stopped]], [[flat, flat]]])
    gate = np.zeros_like(found)
    gate[3, 0, 1] = stopped
    assert spans(found.astype(np.uint8), gate.astype(np.uint8)) == [
        Span(0, 0, flat, 0, 2),
        Span(0, 0, spike, 2, 3),
        Span(0, 0, flat, 3, 4),
        Span(0, 0, flat, 5, 6),
        Span(0, 1, stopped, 2, 3),
        Span(0, 1, stopped, 4, 5),
        Span(0, 1, flat, 5, 6),
    ]


def test_of_no_minutes_and_no_devices_there_are_no_spans() -> None:
    for shape in ((60, 0, 14), (60, 2, 0)):
        assert spans(np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)) == []


def test_a_day_is_that_of_beijing() -> None:
    before, after = datetime(2026, 11, 20, 15, 59, tzinfo=UTC), datetime(2026, 11, 20, 16, tzinfo=UTC)
    assert (day_of(before), day_of(after)) == (date(2026, 11, 20), date(2026, 11, 21))
    assert span_of(date(2026, 11, 21)) == (after, datetime(2026, 11, 21, 16, tzinfo=UTC))
    assert hour_of(datetime.fromisoformat("2026-11-21T08:59:59+08:00")) == datetime(2026, 11, 21, tzinfo=UTC)
