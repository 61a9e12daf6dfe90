"""Thresholds are data with dates: the most specific line that is in force wins, a district's over ours."""

from dataclasses import astuple
from datetime import UTC, datetime, timedelta
from math import isnan

import numpy as np
import pytest

from ingest.channel import CHANNELS
from ingest.quality import Thresholds, ThresholdsError
from ingest.quality.thresholds import KINDS
from tests.support.air import NOON, SHIPPED

HEADER = "valid_from,channel,kind,span,spike\n"


def spike(table: Thresholds, channel: str = "pm25", kind: str = "micro", minute: datetime = NOON) -> float:
    """The one number."""
    return float(table.at(minute).limits(channel, [kind]).spike[0])


def test_the_most_specific_line_wins_cell_by_cell() -> None:
    rows = "2026-01-01,,,100,1\n2026-01-01,,micro,,2\n2026-01-01,pm25,,,3\n2026-01-01,pm25,micro,,4\n"
    table = Thresholds.read(HEADER + rows)
    assert spike(table) == 4
    assert spike(table, kind="national") == 3
    assert spike(table, "no2") == 2
    assert spike(table, "no2", "national") == 1
    assert table.limits("pm25", ["micro"]).span.tolist() == [100]
    assert np.isnan(table.limits("pm25", ["micro"]).step).all()


def test_a_line_counts_from_its_day_on() -> None:
    table = Thresholds.read(HEADER + "2026-06-01,pm25,,,50\n2026-01-01,pm25,,,30\n")
    june = datetime(2026, 6, 1, tzinfo=UTC)
    assert spike(table, minute=june) == 50
    assert spike(table, minute=june - timedelta(minutes=1)) == 30
    assert isnan(spike(table, minute=datetime(2025, 12, 31, tzinfo=UTC)))


def test_a_district_comes_before_ours_from_its_day_on() -> None:
    district = Thresholds.read(HEADER + "2019-01-01,pm25,,,77\n2027-01-01,pm25,,,off\n")
    table = SHIPPED.merged(district)
    assert spike(table) == 77
    assert isnan(spike(table, minute=datetime(2027, 1, 1, tzinfo=UTC)))
    assert spike(table, "no2") == spike(SHIPPED, "no2")


def test_devices_have_the_limits_of_their_kinds() -> None:
    found = SHIPPED.at(NOON).limits("pm25", ["micro", "national", "micro"]).humidity
    assert found.tolist()[::2] == [85, 85]
    assert isnan(found[1])


def test_a_file_saved_by_excel_is_read() -> None:
    text = '\ufeff# a, b\r\n"# quoted, too"\r\nvalid_from,channel,kind,spike\r\n2026-01-01,pm25,,9\r\n,,,\r\n'
    assert spike(Thresholds.read(text)) == 9


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "1:valid_from: column is missing"),
        ("# x\nvalid_from,channel,kind,spik\n", "2:spik: no such column"),
        (HEADER + "yesterday,pm25,,,1\n", "2:valid_from: 'yesterday': must be a day such as 2026-11-22"),
        (HEADER + "2026-01-01,pm2.5,,,1\n", "2:channel: 'pm2.5': no such channel or code"),
        (HEADER + "2026-01-01,pm25,car,,1\n", "2:kind: 'car': must be empty or one of micro"),
        (HEADER + "2026-01-01,pm25,,,many\n", "2:spike: 'many': must be a number, or off"),
        (HEADER + "2026-01-01,pm25,,,inf\n", "2:spike: 'inf': must be a number, or off"),
        (HEADER + "2026-01-01,pm25,,,1,2\n", "2:'2': more cells than columns"),
        (HEADER + "2026-01-01\n", ""),
    ],
)
def test_what_cannot_be_read_is_said_with_its_place(text: str, problem: str) -> None:
    if not problem:
        assert Thresholds.read(text).lines[0].values == ()
        return
    with pytest.raises(ThresholdsError) as refused:
        Thresholds.read(text)
    assert refused.value.problems[0].startswith(problem)


def test_all_problems_are_said_together() -> None:
    with pytest.raises(ThresholdsError) as refused:
        Thresholds.read(HEADER + "x,,,,\n2026-01-01,,,,y\n")
    assert [problem.split(":")[0] for problem in refused.value.problems] == ["2", "3"]


def test_what_is_shipped_has_limits_for_every_channel_and_kind() -> None:
    for channel in (*(channel.name for channel in CHANNELS), "a24088", "a25002"):
        found = SHIPPED.at(NOON).limits(channel, KINDS[1:])
        assert all(column.shape == (len(KINDS) - 1,) for column in astuple(found))
    assert not isnan(spike(SHIPPED, "co"))
    assert isnan(spike(SHIPPED, "co", "monitor"))
    assert isnan(spike(SHIPPED, "a24088", "monitor"))
    assert SHIPPED.at(NOON).limits("a25002", ["monitor"]).flat_cycles.tolist() == [6]
