"""First channel, next channel, next person: by receipts, failures and time."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from alerts.push.audience import Told
from alerts.push.policy import PushPolicy
from alerts.push.succession import Next, Tried, Way, next_channel, whose_turn

NOW = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
POLICY = PushPolicy(receipt=(10, 5, 3, 2))
PHONE, CHAT, MAIL = Way(11, 0), Way(12, 1), Way(13, 2)
WAYS = (CHAT, MAIL, PHONE)


def after(*tried: Tried, ways: tuple[Way, ...] = WAYS, severity: int = 2, now: datetime = NOW) -> Next:
    return next_channel(tried, ways, POLICY, severity, now)


def test_the_first_channel_by_rank_is_used_at_once() -> None:
    assert after() == Next(11, NOW, "first channel")


def test_the_next_one_follows_when_there_is_no_receipt_in_time_sooner_for_the_severe() -> None:
    assert after(Tried(11, NOW)) == Next(12, NOW + 5 * MINUTE, "no receipt in time")
    assert after(Tried(11, NOW), severity=4).at == NOW + 2 * MINUTE


def test_after_the_last_channel_it_is_the_next_persons_turn() -> None:
    tried = [Tried(11, NOW - 10 * MINUTE), Tried(12, NOW - 5 * MINUTE), Tried(13, NOW)]
    assert after(*tried) == Next(None, NOW + 5 * MINUTE, "no receipt in time")


def test_a_receipt_by_any_channel_ends_it() -> None:
    assert after(Tried(11, NOW, confirmed=True), Tried(12, NOW)) == Next(None, None, "confirmed")


def test_a_channel_that_failed_for_good_is_not_waited_for() -> None:
    assert after(Tried(11, NOW, failed=True)) == Next(12, NOW, "the one before failed")
    assert after(Tried(11, NOW, failed=True), ways=(PHONE,)) == Next(None, NOW, "the one before failed")


def test_whoever_has_no_channel_for_it_is_passed_over() -> None:
    assert after(ways=()) == Next(None, NOW, "no contact")
    assert after(ways=(Way(11, 0, min_severity=3),)) == Next(None, NOW, "no contact")
    assert after(ways=(Way(11, 0, min_severity=3),), severity=3).contact_id == 11


def test_a_clock_that_was_set_back_makes_nobody_wait_longer_than_a_receipt() -> None:
    assert after(Tried(11, NOW + timedelta(hours=1))).at == NOW + 5 * MINUTE


@given(
    ways=st.lists(st.builds(Way, st.integers(1, 6), st.integers(0, 3), st.integers(1, 4)), max_size=6),
    severity=st.integers(1, 4),
)
def test_every_fitting_contact_is_tried_once_and_then_it_ends(ways: list[Way], severity: int) -> None:
    tried: list[Tried] = []
    now = NOW
    while (found := after(*tried, ways=tuple(ways), severity=severity, now=now)).contact_id is not None:
        assert found.at is not None
        now = max(now, found.at)
        tried.append(Tried(found.contact_id, now))
    used = [one.contact_id for one in tried]
    assert len(used) == len(set(used))
    assert set(used) == {way.contact_id for way in ways if way.min_severity <= severity}


def person(person_id: str, order: int) -> Told:
    return Told(person_id, "opened", "opened-1", order, "")


PEOPLE = [person("D1", 0), person("D2", 0), person("T1", 1), person("L1", 2)]
SPENT, WAITING = Next(None, NOW, ""), Next(None, NOW + MINUTE, "")
ON_THE_WAY, CONFIRMED = Next(12, NOW, ""), Next(None, None, "")


def turn(**nexts: Next) -> list[str]:
    return [one.person_id for one in whose_turn(PEOPLE, nexts, NOW)]


def test_the_first_are_told_at_once_all_of_them() -> None:
    assert turn() == ["D1", "D2"]


def test_the_next_are_told_when_all_before_them_have_no_channel_left() -> None:
    assert turn(D1=SPENT, D2=ON_THE_WAY) == ["D1", "D2"]
    assert turn(D1=SPENT, D2=WAITING) == ["D1", "D2"]
    assert turn(D1=SPENT) == ["D1", "D2"]
    assert turn(D1=SPENT, D2=SPENT) == ["D1", "D2", "T1"]
    assert turn(D1=SPENT, D2=SPENT, T1=SPENT) == ["D1", "D2", "T1", "L1"]


def test_nobody_else_is_told_when_somebody_has_confirmed() -> None:
    assert turn(D1=SPENT, D2=CONFIRMED) == []
