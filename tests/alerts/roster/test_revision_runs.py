"""Whatever is agreed on in a month: what was stays, what is to come is as planned, and the database can take it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.roster.definition import Definitions, Leave, Rotation, Substitute, Turn
from alerts.roster.plan import plan
from alerts.roster.revision import key, revise
from alerts.roster.shift import Shift

START = datetime(2026, 11, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
HORIZON = timedelta(days=12)
PEOPLE = ("A", "B", "C", "D")
THREE = (Turn(time(0), 8), Turn(time(8), 8), Turn(time(16), 8))
Change = tuple[str, int, int, int, int]
"""What, hours since the change before, whom it concerns, from how many hours on, for how many."""

CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["leave", "substitute", "rotation", "withdraw", "nothing"]),
        *(st.integers(0, 20), st.integers(0, 3), st.integers(-10, 60), st.integers(1, 60)),
    ),
    min_size=1,
    max_size=8,
)


def _rotation(first: int) -> Rotation:
    people = PEOPLE[first:] + PEOPLE[:first]
    return Rotation(f"r{first}", "desk", "duty", people[:3], date(2026, 11, 1), THREE, zone="UTC")


def _changed(before: Definitions, change: Change, now: datetime) -> Definitions:
    what, _, whom, begins, hours = change
    start, end = now + begins * HOUR, now + (begins + hours) * HOUR
    number = str(len(before.leaves) + len(before.substitutes))
    match what:
        case "leave":
            return replace(before, leaves=(*before.leaves, Leave(number, PEOPLE[whom], start, end)))
        case "substitute":
            taken = Substitute(number, PEOPLE[whom], PEOPLE[whom - 1], start, end)
            return replace(before, substitutes=(*before.substitutes, taken))
        case "rotation":
            return replace(before, rotations=(_rotation(whom),))
        case "withdraw":
            return replace(before, substitutes=before.substitutes[:-1], leaves=before.leaves[:-1])
        case _:
            return before


def _who(shifts: Iterable[Shift], at: datetime) -> list[str]:
    return sorted(shift.person_id for shift in shifts if shift.start <= at < shift.end)


@settings(max_examples=200, deadline=None)
@given(CHANGES)
def test_what_was_stays_and_what_comes_is_as_planned(changes: list[Change]) -> None:
    definitions, now = Definitions((_rotation(0),)), START
    settled = START
    published: list[Shift] = []
    for change in [("nothing", 5, 0, 0, 1), *changes]:
        now += change[1] * HOUR + timedelta(minutes=7)
        definitions = _changed(definitions, change, now)
        away = {leave.person_id for leave in definitions.leaves if leave.start <= now < leave.end}
        planned = plan(definitions, now, now + HORIZON)
        after = _revised(published, planned, now, away)
        hours = [START + n * HOUR for n in range(int((now - START) / HOUR) + 1)]
        assert [_who(after, at) for at in hours] == [_who(published, at) for at in hours]
        if change[0] == "rotation":  # what runs by the one before goes on to its end
            settled = max([settled, *(shift.end for shift in after if shift.start < now < shift.end)])
        coming = [at for n in range(150) if (at := now + n * 2 * HOUR) >= settled]
        here = _who(after, now)
        for at in coming:  # who is there stays where the plan has nobody yet
            assert _who(after, at) == _who(planned, at) or (_who(after, at) == here and not _who(planned, at))
        assert not revise([shift for shift in after if shift.end > now], planned, now, away)
        published = after


def _revised(published: list[Shift], planned: list[Shift], now: datetime, away: set[str]) -> list[Shift]:
    """As the database would have it; it takes neither a second row of a key nor a change of what was."""
    told = revise([shift for shift in published if shift.end > now], planned, now, away)
    kept = {key(shift): shift for shift in published}
    for shift in told.off:
        assert kept.pop(key(shift)).start >= now
    for shift, end in told.ends:
        assert kept[key(shift)] == shift
        assert shift.start < now <= end
        kept[key(shift)] = replace(shift, end=end)
    for shift in told.on:
        assert now <= shift.start < shift.end
        assert key(shift) not in kept or kept[key(shift)].start >= now
        kept[key(shift)] = shift
    return list(kept.values())
