"""A burst is one message after the first; what nobody needs any more is dropped with the reason; nothing is lost."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.handling.stage import STAGES
from alerts.push.bundle import NEEDED, Bundled, Row, State, bundle, obsolete
from alerts.push.phrases import PHRASES
from alerts.push.policy import PushPolicy

NOW = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
POLICY = PushPolicy()
MINUTE = timedelta(minutes=1)


def row(push_id: int, action: str = "opened", alert: str = "", severity: int = 2, due: datetime = NOW) -> Row:
    return Row(push_id, alert or f"a{push_id}", action, push_id, severity, due)


def made(
    *rows: Row, states: dict[str, State] | None = None, heard: tuple[str, ...] = (), last: datetime | None = None
) -> Bundled:
    return bundle(rows, states or {}, heard, last, POLICY, NOW)


def parcels(done: Bundled) -> list[list[int]]:
    return [[one.push_id for one in parcel.rows] for parcel in done.parcels]


def dropped(done: Bundled) -> dict[int, str]:
    return {one.row.push_id: one.reason for one in done.dropped}


def test_the_most_severe_jumps_the_queue_alone_and_the_rest_of_the_burst_is_one_message() -> None:
    done = made(row(1), row(2, severity=4), row(3, severity=3), row(4))
    assert parcels(done) == [[2], [3, 1, 4]]
    assert [parcel.severity for parcel in done.parcels] == [4, 3]


def test_of_equal_severity_the_oldest_is_first() -> None:
    assert parcels(made(row(1), row(2, due=NOW - MINUTE))) == [[2], [1]]


def test_so_soon_after_another_message_all_is_one() -> None:
    assert parcels(made(row(1), row(2), last=NOW - 30 * timedelta(seconds=1))) == [[1, 2]]
    assert parcels(made(row(1), row(2), last=NOW - MINUTE)) == [[1], [2]]


def test_a_channel_that_was_down_for_an_hour_catches_up_with_one_message() -> None:
    rows = [row(i, due=NOW - timedelta(minutes=i)) for i in range(1, 61)]
    done = made(*rows)
    assert [len(parcel) for parcel in parcels(done)] == [60]


def test_nothing_due_is_no_message() -> None:
    assert made() == Bundled((), ())


def test_what_was_taken_closed_or_merged_meanwhile_is_dropped_with_the_reason() -> None:
    states = {
        "a1": State("acknowledged"),
        "a2": State("closed"),
        "a3": State("merged"),
        "a4": State("false_alarm"),
        "a5": State("open"),
    }
    done = made(*(row(i) for i in range(1, 6)), states=states)
    assert dropped(done) == {1: "taken", 2: "closed", 3: "merged", 4: "false_alarm"}
    assert parcels(done) == [[5]]


def test_an_hour_of_alerts_that_came_and_went_is_no_message_at_all() -> None:
    done = made(row(1, alert="a"), row(2, "closed", alert="a"), states={"a": State("closed")})
    assert dropped(done) == {1: "closed", 2: "never_told"}


def test_the_end_of_what_the_reader_was_told_is_told() -> None:
    done = made(row(1, "rung", alert="a"), row(2, "closed", alert="a"), states={"a": State("closed")}, heard=("a",))
    assert (parcels(done), dropped(done)) == ([[2]], {1: "closed"})


def test_an_end_of_what_was_opened_again_is_dropped() -> None:
    for action in ("closed", "close", "acknowledge"):
        done = made(row(1, action, alert="a"), states={"a": State("open")}, heard=("a",))
        assert dropped(done) == {1: "superseded"}


def test_the_air_is_clean_again_is_told_also_while_people_are_at_it() -> None:
    done = made(row(1, "closed", alert="a"), states={"a": State("arrived", mine=True)}, heard=("a",))
    assert parcels(done) == [[1]]


def test_of_one_alert_only_the_newest_that_matters_is_told() -> None:
    done = made(row(1, alert="a"), row(2, "raised", alert="a"), row(3, "rung", alert="a"), states={"a": State("open")})
    assert (parcels(done), dropped(done)) == ([[3]], {1: "superseded", 2: "superseded"})


def test_who_is_sent_somewhere_hears_of_that_whatever_else_has_happened_since() -> None:
    states = {"a": State("dispatched", mine=True)}
    done = made(row(1, "dispatch", alert="a"), row(2, "raised", alert="a"), states=states)
    assert dropped(done) == {}


def test_who_need_not_go_any_more_is_not_sent() -> None:
    assert dropped(made(row(1, "dispatch"), states={"a1": State("dispatched")})) == {1: "reassigned"}
    assert dropped(made(row(1, "dispatch"), states={"a1": State("accepted", mine=True)})) == {1: "taken"}
    assert dropped(made(row(1, "reassigned"), states={"a1": State("dispatched", mine=True)})) == {1: "superseded"}


def test_what_is_about_no_alert_always_goes() -> None:
    assert parcels(made(row(1, "next-shift"), row(2, "missed-check-in"))) == [[1], [2]]


@pytest.mark.parametrize("action", NEEDED)
def test_every_action_matters_in_some_stage_and_not_in_every(action: str) -> None:
    needed = {stage for stage in STAGES if obsolete(action, State(stage, mine=True)) is None}
    assert set() < needed < set(STAGES)
    assert action in PHRASES


ROWS = st.lists(
    st.builds(
        Row,
        st.integers(),
        st.sampled_from("abcde"),
        st.sampled_from(sorted({*PHRASES, "next-shift"})),
        st.integers(1, 9),
        st.integers(1, 4),
        st.integers(-90, 0).map(lambda minutes: NOW + minutes * MINUTE),
    ),
    max_size=30,
    unique_by=lambda row: row.push_id,
)
STATES = st.dictionaries(st.sampled_from("abcde"), st.builds(State, st.sampled_from(STAGES), st.booleans()))
LAST = st.none() | st.integers(-200, 200).map(lambda seconds: NOW + timedelta(seconds=seconds))


@given(ROWS, STATES, st.frozensets(st.sampled_from("abcde")), LAST)
def test_every_row_is_in_exactly_one_message_or_dropped_with_a_reason(
    rows: list[Row], states: dict[str, State], heard: frozenset[str], last: datetime | None
) -> None:
    done = bundle(rows, states, heard, last, POLICY, NOW)
    told = [one for parcel in done.parcels for one in parcel.rows]
    assert sorted([*told, *(one.row for one in done.dropped)]) == sorted(rows)
    assert all(one.reason for one in done.dropped)
    assert len(done.parcels) <= 2
    assert all(parcel.rows for parcel in done.parcels)
    assert all(before.severity >= after.severity for before, after in pairwise(told))


@given(ROWS, STATES, LAST)
def test_the_order_of_the_rows_changes_nothing(
    rows: list[Row], states: dict[str, State], last: datetime | None
) -> None:
    there, back = (bundle(order, states, "abcde", last, POLICY, NOW) for order in (rows, rows[::-1]))
    assert there.parcels == back.parcels
    assert sorted(there.dropped) == sorted(back.dropped)
