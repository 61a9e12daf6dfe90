"""The books of a soak: what is lost, doubled or changed shows, and a backlog's catch-up is measured."""

from collections import Counter
from datetime import datetime

import pytest

from tests.soak.ledger import Books, CatchUp, Outage, books, catch_up
from tests.support.fleet import MINUTE, START, Fleet, Reading

FLEET = Fleet(3)
NUMBERS = range(9)
ROWS = [FLEET.reading(number) for number in NUMBERS]


def ledger(rows: list[Reading]) -> dict[datetime, int]:
    """What the detector is told of these rows."""
    return dict(Counter(row.ts for row in rows))


def test_a_message_is_told_by_its_row() -> None:
    assert [FLEET.number(row.device_id, row.ts) for row in ROWS] == list(NUMBERS)
    assert len({(row.pm25, row.no2) for row in (Fleet(305).reading(number) for number in range(50_000))}) == 50_000


def test_books_that_are_right() -> None:
    assert books(FLEET, NUMBERS, ROWS, ledger(ROWS)).right


def test_what_is_stored_before_its_acknowledgement_has_come_is_no_harm() -> None:
    assert books(FLEET, range(8), ROWS, ledger(ROWS)).right


def test_what_was_acknowledged_and_is_not_there_is_lost() -> None:
    assert books(FLEET, NUMBERS, ROWS[:-2], ledger(ROWS[:-2])) == Books(2, 0, 0)


def test_what_is_there_twice_is_doubled() -> None:
    rows = [*ROWS, ROWS[0]]
    assert books(FLEET, NUMBERS, rows, ledger(rows)) == Books(0, 1, 0)


def test_what_the_detector_was_told_twice_is_doubled_and_what_it_was_not_told_is_lost() -> None:
    told = ledger(ROWS)
    assert books(FLEET, NUMBERS, ROWS, {**told, START: 5}) == Books(0, 2, 0)
    assert books(FLEET, NUMBERS, ROWS, {**told, START: 1}) == Books(2, 0, 0)
    assert books(FLEET, NUMBERS, ROWS, {**told, START - MINUTE: 1}) == Books(0, 1, 0)


def test_another_value_than_was_sent_is_changed() -> None:
    rows = [ROWS[0]._replace(no2=1.0), *ROWS[1:]]
    assert books(FLEET, NUMBERS, rows, ledger(rows)) == Books(0, 0, 1)


@pytest.fixture
def taken() -> list[float]:
    """Ten acknowledgements a second for a minute."""
    return [second / 10 for second in range(600)]


def test_a_backlog_is_caught_up_with_from_the_first_commit_to_the_one_that_is_up_to_date(taken: list[float]) -> None:
    before = [(second + 0.9, 10) for second in range(20)]
    after = [(32.0, 50), (33.0, 50), (34.0, 40)]  # 140 of the 150 that had come 14 s after 20 s, then as they come
    usual = [(second + 0.9, 10) for second in range(35, 60)]

    found = catch_up(taken, [*before, *after, *usual], Outage(20, 30))

    assert found
    assert found == CatchUp(2.0, found.rows_per_s)
    assert found.rows_per_s == pytest.approx(45)
    assert found.factor(30) == pytest.approx(90)


def test_a_backlog_that_goes_in_one_commit_has_no_rate(taken: list[float]) -> None:
    commits = [(20.0, 200), (30.5, 105)]
    assert catch_up(taken, commits, Outage(20, 30)) == CatchUp(back_s=0.5, rows_per_s=0.0)


def test_where_nothing_was_left_behind_there_is_nothing_to_catch_up_with(taken: list[float]) -> None:
    assert catch_up(taken, [(19.85, 200), (40.0, 200)], Outage(19, 19.9)) is None


def test_a_backlog_that_is_never_gone_has_no_catch_up(taken: list[float]) -> None:
    assert catch_up(taken, [(20.0, 200), (31.0, 5)], Outage(20, 30)) is None
    assert catch_up(taken, [(20.0, 200)], Outage(20, 30)) is None
