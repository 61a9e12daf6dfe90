"""How high an escalation has climbed: against a walk in steps of 30 seconds, and in cases that people ask about."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.push.ladder import Rung, climbed, rungs
from alerts.push.policy import EscalationPolicy, Level
from alerts.push.quiet import parsed
from alerts.severity import of

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
POLICY = EscalationPolicy(
    levels=(
        Level(role="duty", day=(15, 10, 5, 3), night=(30, 15, 5, 3)),
        Level(role="leader", day=(30, 20, 10, 5), night=(60, 30, 10, 5)),
    ),
    night=parsed("22:00-06:00"),
    pause=(60, 30, 15, 10),
)
HALF_MINUTE = timedelta(seconds=30)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=SHANGHAI)


def rung(since: str, now: str, severity: int = 2) -> tuple[int, int]:
    found = rungs(POLICY, severity, at(since), at(now), SHANGHAI)
    return found.round, found.level


def test_the_first_level_is_told_at_once_and_each_next_after_the_wait_of_the_one_before() -> None:
    assert rung("21T10:00", "21T10:00") == (1, 0)
    assert rung("21T10:00", "21T10:09:59") == (1, 0)
    assert rung("21T10:00", "21T10:10") == (1, 1)


def test_after_the_last_levels_wait_and_the_pause_it_begins_again_until_somebody_takes_it() -> None:
    assert rung("21T10:00", "21T10:59:59") == (1, 1)
    assert rung("21T10:00", "21T11:00") == (2, 0)
    assert rung("21T10:00", "21T12:10") == (3, 1)


def test_what_is_more_severe_climbs_faster() -> None:
    assert rung("21T10:00", "21T10:03", severity=4) == (1, 1)
    assert rung("21T10:00", "21T10:14", severity=1) == (1, 0)


def test_a_light_alert_wakes_the_next_one_later_by_night() -> None:
    assert rung("21T23:00", "21T23:14:59") == (1, 0)
    assert rung("21T23:00", "21T23:15") == (1, 1)


def test_a_wait_that_begins_at_night_ends_at_the_latest_when_the_day_has_lasted_its_own_wait() -> None:
    assert rung("21T05:50", "21T06:04:59", severity=2) == (1, 0)
    assert rung("21T05:50", "21T06:05", severity=2) == (1, 1)  # a night's wait of 15 minutes
    assert rung("21T05:50", "21T06:14:59", severity=1) == (1, 0)
    assert rung("21T05:50", "21T06:15", severity=1) == (1, 1)  # not of 30: 15 by day after 06:00


def test_a_wait_that_begins_by_day_is_a_days_also_when_it_ends_at_night() -> None:
    assert rung("21T21:55", "21T22:05") == (1, 1)


def test_a_clock_that_is_set_back_never_lowers_what_was_reached() -> None:
    reached = rungs(POLICY, 2, at("21T10:00"), at("21T11:05"), SHANGHAI)
    assert rungs(POLICY, 2, at("21T10:00"), at("21T10:05"), SHANGHAI, reached) == reached
    assert rungs(POLICY, 2, at("21T10:00"), at("21T11:12"), SHANGHAI, reached)[:2] == (1, 2)


def test_an_alert_from_the_future_is_told_to_the_first_level_now() -> None:
    assert rung("21T10:00", "21T09:00") == (1, 0)


def test_a_running_wait_is_shortened_for_an_alert_that_becomes_more_severe() -> None:
    reached = rungs(POLICY, 1, at("21T10:00"), at("21T10:04"), SHANGHAI)
    assert rungs(POLICY, 4, at("21T10:00"), at("21T10:04"), SHANGHAI, reached).level == 1


def test_levels_that_were_passed_while_we_were_away_are_told_as_well_each_once() -> None:
    first = Rung(0, 1, at("21T10:00"), at("21T10:10"))
    assert climbed(POLICY, None, first) == (0,)
    assert climbed(POLICY, first, first) == ()
    assert climbed(POLICY, first, first._replace(level=1)) == (1,)
    assert climbed(POLICY, None, first._replace(level=1)) == (0, 1)
    assert climbed(POLICY, first, first._replace(round=2)) == (1, 0)
    assert climbed(POLICY, first, first._replace(round=40, level=1)) == (0, 1)


def walk(policy: EscalationPolicy, severity: int, since: datetime, zone: ZoneInfo, steps: int) -> list[tuple[int, int]]:
    """Where it is at every half minute, by counting: waited by the rule of the hour, dawn looked for by walking."""
    place, told, count = 0, since, len(policy.levels)
    seen = []
    for i in range(steps):
        now = since + i * HALF_MINUTE
        level = policy.levels[place % count]
        pause = of(policy.pause, severity) if place % count == count - 1 else 0
        day, night = of(level.day, severity) + pause, of(level.night, severity) + pause
        begun_at_night = policy.night.hold(told, zone)
        dawn = told
        while begun_at_night and policy.night.hold(dawn, zone):
            dawn += HALF_MINUTE
        by_night = begun_at_night and now >= told + timedelta(minutes=night)
        by_day = now >= dawn + timedelta(minutes=day)
        if by_night or by_day:
            place, told = place + 1, now
        seen.append((1 + place // count, place % count))
    return seen


@settings(max_examples=15, deadline=None)
@given(
    severity=st.integers(1, 4),
    since=st.integers(0, 2 * 24 * 120).map(lambda i: i * HALF_MINUTE),
    zone=st.sampled_from([SHANGHAI, BERLIN]),
    day=st.sampled_from([datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 10, 24, tzinfo=UTC)]),
)
def test_it_is_where_a_walk_in_half_minutes_finds_it(
    severity: int, since: timedelta, zone: ZoneInfo, day: datetime
) -> None:
    begun = day + since
    for i, seen in enumerate(walk(EscalationPolicy(), severity, begun, zone, steps=2000)):
        found = rungs(EscalationPolicy(), severity, begun, begun + i * HALF_MINUTE, zone)
        assert (found.round, found.level) == seen
        assert found.since <= begun + i * HALF_MINUTE < found.next_at


@settings(deadline=None)
@given(
    moves=st.lists(st.tuples(st.integers(-90, 90), st.integers(1, 4)), max_size=30), zone=st.sampled_from([SHANGHAI])
)
def test_it_never_falls_whatever_the_clock_and_the_severity_do(moves: list[tuple[int, int]], zone: ZoneInfo) -> None:
    now = since = at("21T20:00")
    reached: Rung | None = None
    places = []
    for minutes, severity in moves:
        now += timedelta(minutes=minutes)
        reached = rungs(POLICY, severity, since, now, zone, reached)
        places.append((reached.round, reached.level))
    assert all(before <= after for before, after in pairwise(places))


def test_a_month_without_anybody_is_found_at_once() -> None:
    found = rungs(POLICY, 4, at("01T00:00"), at("30T00:00"), SHANGHAI)
    assert found.round > 1000


@pytest.mark.parametrize("severity", [3, 4])
def test_by_default_the_shift_leader_hears_of_a_severe_alert_within_five_minutes_at_any_hour(severity: int) -> None:
    for hour in range(24):
        opened = at(f"21T{hour:02}:00")
        found = rungs(EscalationPolicy(), severity, opened, opened, SHANGHAI)
        assert found.next_at - opened <= timedelta(minutes=5)
