"""The demo's roster leaves no minute uncovered."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from deploy.roster import POSTS, ZONE, roster
from ingest.folder import read_folder

DISTRICT = Path(__file__).parents[2] / "deploy" / "district"
PEOPLE = read_folder(DISTRICT)[0].people


@pytest.mark.parametrize("role", [role for role, _, _ in POSTS])
def test_every_minute_has_exactly_one_of_every_role(role: str) -> None:
    roles = {person.person_id: person.role for person in PEOPLE}
    shifts = sorted(
        (shift.start, shift.end) for shift in roster(PEOPLE, date(2026, 2, 27), 5) if roles[shift.person_id] == role
    )
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
    assert on_duty == {person.person_id for person in PEOPLE if person.role != "field"}


def test_a_role_without_people_is_left_out() -> None:
    assert list(roster([], date(2026, 3, 1), 2)) == []
