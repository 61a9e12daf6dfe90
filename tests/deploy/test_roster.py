"""The demo's roster leaves no minute uncovered."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from alerts.roster import book
from alerts.roster.definition import Definitions, Rotation
from alerts.roster.plan import plan
from deploy.roster import ZONE, roster, rotations, seats
from ingest.folder import read_folder

WEEK = timedelta(days=7)
DISTRICT = Path(__file__).parents[2] / "deploy" / "district"
PEOPLE = read_folder(DISTRICT)[0].people
SEATS = list(seats(PEOPLE))


@pytest.mark.parametrize("post", [seat.post for seat in SEATS])
def test_every_minute_has_exactly_one_on_every_post(post: str) -> None:
    shifts = sorted((shift.start, shift.end) for shift in roster(PEOPLE, date(2026, 2, 27), 5) if shift.post == post)
    first = datetime(2026, 2, 27, tzinfo=ZONE)
    assert shifts[0][0] == first
    assert shifts[-1][1] == first + timedelta(days=5)
    assert [end for _, end in shifts[:-1]] == [start for start, _ in shifts[1:]]


def test_a_day_has_the_same_people_whenever_the_roster_is_made() -> None:
    def of_the_third(first: date) -> list[tuple[datetime, str]]:
        return [(s.start, s.person_id) for s in roster(PEOPLE, first, 5) if s.start.date() == date(2026, 3, 3)]

    assert of_the_third(date(2026, 3, 1)) == of_the_third(date(2026, 3, 3))


def test_everybody_of_a_role_has_a_turn() -> None:
    on_duty = {shift.person_id for shift in roster(PEOPLE, date(2026, 3, 1), 7)}
    assert on_duty == {person.person_id for person in PEOPLE}
    assert {seat.role for seat in SEATS} == {"leader", "duty", "dispatcher", "chief", "bureau", "field"}


def test_rotations_are_the_same_roster() -> None:
    first = datetime(2026, 3, 1, tzinfo=ZONE)
    turns = tuple(turn for body in rotations(PEOPLE) if isinstance(turn := book.read("rotation", body), Rotation))
    planned = {(one.start, one.end, one.post, one.person_id) for one in plan(Definitions(turns), first, first + WEEK)}
    assert planned == {(s.start, s.end, s.post, s.person_id) for s in roster(PEOPLE, first.date(), 7)}


def test_a_role_without_people_is_left_out() -> None:
    assert list(roster([], date(2026, 3, 1), 2)) == []
