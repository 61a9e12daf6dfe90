"""The fault table says what happened, and cries where it was wrong."""

from dataclasses import replace

from tests.soak.ledger import Books, CatchUp, Outage
from tests.soak.plan import PLANS
from tests.soak.run import Result
from tests.soak.table import cells, data, markdown

RIGHT = Result(
    title="网络 · network",
    outages=[Outage(10, 12), Outage(20, 25.5)],
    published=12_345,
    resent=67,
    unheard=8,
    books=Books(0, 0, 0),
    caught_up=[CatchUp(0.5, 0.0), CatchUp(1.5, 610.0), CatchUp(1.0, 1220.0)],
    most_mb=81.4,
    failed=[],
)


def test_a_line_says_how_often_how_long_how_many_and_how_fast_it_was_caught_up_with() -> None:
    expected = ["网络 · network", "2", "8", "5.5", "12,345", "67", "8", "0", "0", "0", "1.5", "180", "14", "81", ""]
    assert cells(RIGHT) == expected


def test_a_line_that_is_wrong_says_so() -> None:
    for books in (Books(1, 0, 0), Books(0, 1, 0), Books(0, 0, 1)):
        assert cells(replace(RIGHT, books=books))[-1] == "WRONG"
    assert cells(replace(RIGHT, failed=["ingest ended by itself"]))[-1] == "WRONG"


def test_backlogs_that_went_in_one_commit_have_no_factor() -> None:
    result = replace(RIGHT, caught_up=[CatchUp(0.5, 0.0)])
    assert cells(result)[11:13] == ["–", "–"]


def test_the_table_is_as_wide_in_every_line_as_chinese_characters_make_it() -> None:
    lines = markdown([RIGHT, replace(RIGHT, title="cut")]).splitlines()
    assert len(lines) == 4
    assert len(lines[3]) == len(lines[2]) + 2


def test_the_data_hold_every_outage() -> None:
    (row,) = data({"network-cut": RIGHT})
    assert row["outages_s"] == [2, 5.5]
    assert (row["lost"], row["doubled"], row["changed"]) == (0, 0, 0)
    assert row["catch_up"] == {"305": 180.0, "4000": 13.7}


def test_every_fault_has_a_title_in_both_languages() -> None:
    assert all(" · " in plan.title for plan in PLANS.values())
