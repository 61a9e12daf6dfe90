"""The table marks what is missed, and says how many events are behind a figure."""

from typing import Any

from tests.eval.levels import LEVELS
from tests.eval.score import Tally, metrics
from tests.eval.table import MISSED, markdown, rows, verdict

NOISY = [level for level in LEVELS if level.group == "noisy"]


def _figures(found: int, false_alarms: int) -> dict[str, Any]:
    """Of 100 emissions in 1,000 cell-days."""
    counted = {"found": found, "events": 100, "pod": found / 100}
    return metrics(Tally()) | counted | {"false_alarms": false_alarms, "false_alarms_per_1000_cell_days": false_alarms}


def test_a_level_that_is_reached_is_not_marked() -> None:
    (row,) = rows({"noisy": {"ours": _figures(80, 5)}}, "ours", NOISY)
    assert not row.missed
    assert row.cells["ours"] == "0.800 (80/100) · 5.00 (5)"
    assert MISSED not in markdown([row], "ours", [])
    assert verdict([row]).startswith("1 / 1")


def test_a_level_that_is_missed_is_marked() -> None:
    (row,) = rows({"noisy": {"ours": _figures(74, 5)}}, "ours", NOISY)
    assert row.missed
    assert MISSED in markdown([row], "ours", [])
    assert verdict([row]).splitlines()[1].endswith("0.740 (74/100) · 5.00 (5)")


def test_what_is_found_at_the_price_of_false_alarms_is_missed_too() -> None:
    (row,) = rows({"noisy": {"ours": _figures(100, 6)}}, "ours", NOISY)
    assert row.missed


def test_a_figure_that_there_is_none_of_is_missed() -> None:
    (row,) = rows({"noisy": {"ours": metrics(Tally())}}, "ours", NOISY)
    assert row.missed
    assert row.cells["ours"].startswith("–")


def test_peers_stand_beside_without_a_mark() -> None:
    found = rows({"noisy": {"ours": _figures(80, 5), "theirs": _figures(20, 50)}}, "ours", NOISY)
    (line,) = markdown(found, "ours", ["theirs", "absent"]).splitlines()[2:]
    assert [cell.strip() for cell in line.split("|")][3:7] == [
        "0.800 (80/100) · 5.00 (5)",
        "",
        "0.200 (20/100) · 50.00 (50)",
        "–",
    ]


def test_groups_that_were_not_run_are_left_out() -> None:
    assert [row.title for row in rows({}, "ours")] == []
