"""A minute is closed when it is complete, when what is missing will not come, or when it has waited long enough."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.due import MEMORY, SETTLE, Arrived, Expected, due

GRACE = timedelta(seconds=20)
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def arrived(**of_minute: Any) -> dict[datetime, Arrived]:
    """`m3=(10, 5, 8)`: 10 devices for 12:03, the first came 5 s and the last 8 s after noon."""
    found = {}
    for name, (devices, first, *last) in of_minute.items():
        at = NOON + first * SECOND
        found[NOON + int(name[1:]) * MINUTE] = Arrived(devices, at, NOON + last[0] * SECOND if last else at)
    return found


def closed(expected: int, seconds: float, grace: timedelta = GRACE, **of_minute: Any) -> list[int]:
    """Which minutes after noon are due `seconds` after it."""
    minutes = due(arrived(**of_minute), expected, NOON + seconds * SECOND, grace)
    return [round((minute - NOON) / MINUTE) for minute in minutes]


@pytest.mark.parametrize(
    ("why", "expected", "seconds", "of_minute", "minutes"),
    [
        ("nothing has come", 10, 500, {}, []),
        ("all have reported", 10, 61, {"m0": (10, 61)}, [0]),
        ("more have reported than ever before", 10, 61, {"m0": (11, 61)}, [0]),
        ("one is missing and there is time", 10, 79, {"m0": (9, 61)}, []),
        ("one is missing and the grace is over", 10, 81, {"m0": (9, 61)}, [0]),
        ("nothing is expected yet: the grace counts", 0, 70, {"m0": (10, 61)}, []),
        ("nothing is expected yet and the grace is over", 0, 81, {"m0": (10, 61)}, [0]),
        ("the first reading came late: it counts from there", 10, 115, {"m0": (1, 100)}, []),
        ("and ends too", 10, 120, {"m0": (1, 100)}, [0]),
        ("an older minute goes with a complete one", 10, 121, {"m0": (3, 119), "m1": (10, 121)}, [0, 1]),
        ("a newer one does not", 10, 121, {"m0": (10, 100), "m1": (3, 121)}, [0]),
        ("half have gone on: what is missing will not come", 10, 130, {"m0": (3, 115), "m1": (5, 121)}, [0]),
        ("fewer than half have gone on", 10, 121, {"m0": (3, 115), "m1": (4, 121)}, []),
        ("a clock that runs ahead does not close what others still send", 10, 65, {"m0": (4, 61), "m4": (1, 62)}, []),
        ("nor its own minute before it is over", 10, 100, {"m4": (1, 62)}, []),
        ("which closes by the clock like any other", 10, 321, {"m4": (1, 62)}, [4]),
    ],
)
def test_which_minutes_are_due(
    why: str, expected: int, seconds: float, of_minute: dict[str, Any], minutes: list[int]
) -> None:
    assert closed(expected, seconds, **of_minute) == minutes, why


def test_a_backlog_of_hours_closes_as_fast_as_it_comes() -> None:
    backlog: dict[str, Any] = {f"m{-i}": (10, 600 - i * 0.01) for i in range(500)}
    assert closed(10, 601, **backlog) == list(range(-499, 1))


def test_a_recording_of_another_year_closes_minute_by_minute_without_waiting_for_its_clock() -> None:
    past = NOON - timedelta(days=1500)
    minutes = {past + i * MINUTE: Arrived(10, NOON, NOON) for i in range(4)}
    assert due(minutes, 0, NOON + SETTLE, GRACE) == sorted(minutes)[:3]
    assert due(minutes, 0, NOON + GRACE, GRACE) == sorted(minutes)


def test_while_readings_still_come_for_a_minute_it_is_not_left_behind() -> None:
    of_minute: dict[str, Any] = {"m0": (3, 115, 124.9), "m1": (8, 121)}
    assert closed(10, 125, **of_minute) == []
    assert closed(10, 124.9 + SETTLE / SECOND, **of_minute) == [0]


def test_a_grace_of_minutes_lets_devices_be_minutes_behind() -> None:
    grace = timedelta(minutes=3)
    behind: dict[str, Any] = {"m0": (3, 70), "m1": (10, 130), "m2": (10, 190)}
    assert closed(11, 195, grace=grace, **behind) == []
    assert closed(11, 250, grace=grace, **behind, m3=(10, 245)) == [0]


times = st.integers(0, 30)


@given(
    st.dictionaries(times, st.tuples(st.integers(0, 12), times, times), max_size=6),
    st.integers(0, 12),
    st.integers(0, 4000),
)
def test_what_is_due_is_the_beginning_of_what_there_is_and_stays_due(
    found: dict[int, tuple[int, int, int]], expected: int, seconds: int
) -> None:
    minutes = {
        NOON + m * MINUTE: Arrived(n, NOON + a * MINUTE, NOON + (a + b) * MINUTE) for m, (n, a, b) in found.items()
    }
    now = NOON + seconds * SECOND
    ready = due(minutes, expected, now, GRACE)
    assert ready == sorted(minutes)[: len(ready)]
    assert ready == due(minutes, expected, now + MINUTE, GRACE)[: len(ready)]
    assert due(minutes, expected, NOON + timedelta(days=1), GRACE) == sorted(minutes)


def test_as_many_are_expected_as_reported_in_the_best_of_the_last_minutes() -> None:
    expected = Expected()
    assert expected.devices == 0
    for devices in (5, 9, 3):
        expected.saw(devices)
    assert expected.devices == 9
    for _ in range(MEMORY - 1):
        expected.saw(4)
    assert expected.devices == 4
