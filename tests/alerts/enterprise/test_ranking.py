"""The reverse ranking: points by part, the worst first, ties share a rank, and no part is worth less than nothing."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from alerts.enterprise.ranking import RankingPolicy, points_of, ranked

POLICY = RankingPolicy()


@dataclass(frozen=True)
class One:
    """An enterprise with nothing to be said against it."""

    enterprise_id: str = "E1"
    state: str = "online"
    valid_month: float | None = 1.0
    exceedances: int = 0
    fabrication: int = 0
    findings: int = 0
    overdue: int = 0


def test_each_part_has_its_points_and_nothing_is_nothing() -> None:
    worst = One("E1", "offline", 0.75, 2, 1, 3, 4)
    assert points_of(worst, POLICY) == {
        "exceedance": 20,
        "fabrication": 20,
        "finding": 45,
        "overdue": 20,
        "offline": 5,
        "invalid": 10,
    }
    assert points_of(One(), POLICY) == {}
    assert points_of(One(state="no_monitor", valid_month=None), POLICY) == {}


def test_equal_scores_share_a_rank_and_the_next_one_is_counted_on() -> None:
    told = ranked([One("E4"), One("E3", exceedances=1), One("E2", exceedances=1), One("E1", fabrication=1)], POLICY)
    assert [(one.enterprise_id, one.rank, one.tied) for one in told] == [
        ("E1", 1, 0),
        ("E2", 2, 1),
        ("E3", 2, 1),
        ("E4", 4, 0),
    ]


COUNTS = st.integers(0, 50)
ONES = st.lists(
    st.builds(
        One,
        st.uuids().map(str),
        st.sampled_from(["online", "offline", "no_monitor"]),
        st.none() | st.floats(0, 1),
        *[COUNTS] * 4,
    ),
    unique_by=lambda one: one.enterprise_id,
)


@given(ONES)
def test_whoever_is_ranked_before_has_no_fewer_points_and_everybody_is_there_once(ones: list[One]) -> None:
    told = ranked(ones, POLICY)
    assert sorted(one.enterprise_id for one in told) == sorted(one.enterprise_id for one in ones)
    scores = [one.score for one in told]
    assert scores == sorted(scores, reverse=True)
    for one in told:
        assert one.rank == 1 + sum(score > one.score for score in scores)
        assert one.tied == scores.count(one.score) - 1
