"""When at night somebody on duty has to show to be on post, and what was missed of it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from alerts.roster.policy import RosterPolicy
from alerts.roster.shift import Shift
from alerts.roster.vigil import missed, watches

SHANGHAI = ZoneInfo("Asia/Shanghai")
POLICY = RosterPolicy()  # from 22:00 to 06:00 every two hours


def _shift(start: str, end: str, role: str = "duty") -> Shift:
    begins, ends = (datetime.fromisoformat(f"2026-11-{one}:00+08:00").astimezone(UTC) for one in (start, end))
    return Shift(begins, ends, "值班员", role, "A")


@pytest.mark.parametrize(
    ("shift", "begins"),
    [
        (_shift("21T20:00", "22T08:00"), ["22", "00", "02", "04"]),
        (_shift("22T00:00", "22T08:00"), ["00", "02", "04"]),
        (_shift("21T23:00", "22T03:00"), ["23", "01"]),
        (_shift("21T16:00", "21T23:00"), []),
        (_shift("21T08:00", "21T20:00"), []),
        (_shift("21T08:00", "23T08:00"), ["22", "00", "02", "04", "22", "00", "02", "04"]),
        (_shift("21T20:00", "22T08:00", "field"), []),
    ],
)
def test_a_night_is_divided_into_whole_spans(shift: Shift, begins: list[str]) -> None:
    assert [f"{watch.start.astimezone(SHANGHAI):%H}" for watch in watches(shift, POLICY, SHANGHAI)] == begins


def test_a_span_without_a_check_in_is_missed_when_it_is_over() -> None:
    due = list(watches(_shift("21T20:00", "22T08:00"), POLICY, SHANGHAI))
    seen = [("A", due[0].start), ("A", due[1].end), ("B", due[1].start)]  # the second comes a moment too late
    assert missed(due, seen, due[1].end - timedelta(seconds=1)) == []
    assert missed(due, seen, due[1].end) == [due[1]]
    assert missed(due, seen, due[3].end) == [due[1], due[3]]
