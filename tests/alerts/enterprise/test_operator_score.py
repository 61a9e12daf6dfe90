"""The score of who operates monitors is what its formula says, and says what it rests on."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.enterprise.operator_score import Fault, Score, Watched, ranks, score_of
from alerts.enterprise.outlet_policy import OperatorPolicy

RULES = OperatorPolicy()
START = datetime(2026, 8, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TEN = (START, START + 10 * DAY)


def _watched(**changed: object) -> Watched:
    told: dict[str, object] = {
        "monitor": "M1",
        "spans": [TEN],
        "valid_hours": 240.0,
        "stops": [],
        "faults": [],
        "outages": [],
        "calibrations": [START],
    }
    return Watched(**(told | changed))  # type: ignore[arg-type]


def _parts(score: Score) -> dict[str, float | None]:
    return {part.name: part.value for part in score.parts}


def _fault(days: float, allowed: float = 5) -> Fault:
    return Fault(START, START + days * DAY, START + allowed * DAY)


def test_who_has_nothing_to_reproach_has_a_hundred() -> None:
    score = score_of([_watched()], RULES)
    assert score.score == 100
    assert _parts(score) == {"valid": 1, "repair": None, "sound": 1, "calibration": 1}


def test_every_part_counts_by_its_weight() -> None:
    score = score_of([_watched(valid_hours=120.0, faults=[_fault(10)], calibrations=[])], RULES)
    assert _parts(score) == {"valid": 0.5, "repair": 0.5, "sound": 0, "calibration": 0}
    assert score.score == 100 * (40 * 0.5 + 20 * 0.5) / 100
    assert (score.faults, score.late_repairs, score.out_hours, score.owed_hours) == (1, 1, 240, 240)


def test_other_weights_make_another_score() -> None:
    rules = OperatorPolicy(valid_weight=0, repair_weight=0, sound_weight=1, calibration_weight=0)
    assert score_of([_watched(valid_hours=0.0, outages=[(START, START + 5 * DAY)])], rules).score == 50


def test_what_cannot_be_told_is_left_out() -> None:
    score = score_of([_watched(spans=[], calibrations=[])], RULES)
    assert set(_parts(score).values()) == {None}
    assert score.score is None
    assert score_of([], RULES).score is None


def test_a_repair_in_time_is_a_whole_one_and_a_late_one_a_part() -> None:
    score = score_of([_watched(faults=[_fault(5), _fault(20)])], RULES)
    assert _parts(score)["repair"] == (1 + 5 / 20) / 2
    assert score.late_repairs == 1


def test_a_fault_that_began_with_somebody_else_is_not_held_against_who_took_over() -> None:
    early = Fault(START - DAY, START + DAY, START)
    score = score_of([_watched(faults=[early])], RULES)
    assert score.faults == 0
    assert score.out_hours == 24  # but the hours count


def test_a_fault_and_an_alert_of_the_same_time_count_once() -> None:
    outages = [(START, START + 12 * HOUR), (START + 6 * HOUR, START + DAY)]
    assert score_of([_watched(faults=[_fault(0.5)], outages=outages)], RULES).out_hours == 24


def test_no_data_is_owed_while_the_plant_stands_still() -> None:
    stop = (START, START + 5 * DAY)
    score = score_of([_watched(stops=[stop], valid_hours=120.0, outages=[stop])], RULES)
    assert (score.owed_hours, score.out_hours, _parts(score)["valid"]) == (120, 0, 1)


def test_calibrations_count_for_as_long_as_they_hold() -> None:
    rules = OperatorPolicy(calibration_days=4)
    assert _parts(score_of([_watched(calibrations=[START - 2 * DAY, START + 5 * DAY])], rules))["calibration"] == 0.6
    often = [START + n * DAY for n in range(10)]
    assert _parts(score_of([_watched(calibrations=often)], rules))["calibration"] == 1


def test_larger_monitors_count_no_more_than_small_ones_only_longer_ones_do() -> None:
    longer = [(START, START + 30 * DAY)]
    one, other = _watched(), _watched(monitor="M2", spans=longer, valid_hours=0.0, calibrations=[])
    assert _parts(score_of([one, other], RULES))["valid"] == 0.25
    assert score_of([one, other], RULES).monitors == 2
    assert score_of([one, one], RULES).monitors == 1  # given away and taken back


def test_places_are_shared_by_the_same_score_and_who_has_none_has_no_place() -> None:
    assert ranks({"a": 80.0, "b": 90.0, "c": 80.0, "d": None, "e": 10.0}) == {"b": 1, "a": 2, "c": 2, "e": 4}


_SPAN = st.tuples(st.integers(-200, 400), st.integers(0, 200)).map(
    lambda told: (START + told[0] * HOUR, START + (told[0] + told[1]) * HOUR)
)


@given(
    st.lists(_SPAN, max_size=6),
    st.lists(_SPAN, max_size=6),
    st.lists(_SPAN.map(lambda span: Fault(*span, span[0] + DAY)), max_size=6),
    st.floats(0, 1000),
)
def test_no_score_leaves_its_bounds(
    stops: list[tuple[datetime, datetime]],
    outages: list[tuple[datetime, datetime]],
    faults: list[Fault],
    valid: float,
) -> None:
    score = score_of([_watched(stops=stops, outages=outages, faults=faults, valid_hours=valid)], RULES)
    told = [part.value for part in score.parts if part.value is not None]
    assert all(-1e-9 <= value <= 1 + 1e-9 for value in told)
    assert score.score is None or -1e-6 <= score.score <= 100 + 1e-6


@pytest.mark.parametrize("more", [0, 1, 24])
def test_more_hours_out_never_make_a_better_score(more: int) -> None:
    less = score_of([_watched(outages=[(START, START + DAY)])], RULES).score
    worse = score_of([_watched(outages=[(START, START + DAY + more * HOUR)])], RULES).score
    assert less is not None
    assert worse is not None
    assert worse <= less
