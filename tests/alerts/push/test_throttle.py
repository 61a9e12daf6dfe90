"""How much one person and one address get: never more than the bucket, and never nothing."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.push.policy import BUCKETS, Bucket
from alerts.push.throttle import earliest, free_slot

NOW = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
BUCKET = Bucket(burst=3, seconds=60)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
WAITS = st.lists(st.integers(0, 300), max_size=40)


def flood(count: int, ask: Callable[[list[datetime], datetime], datetime], waits: list[int]) -> list[datetime]:
    """When `count` messages go that are asked for as fast as possible, or after some waiting."""
    sent: list[datetime] = []
    now = NOW
    for i in range(count):
        now = ask(sent, now + timedelta(seconds=waits[i] if i < len(waits) else 0))
        sent.append(now)
    return sent


def test_a_burst_goes_at_once_then_one_every_refill() -> None:
    sent = flood(6, lambda sent, now: earliest(BUCKET, sent, now), [])
    assert [(at - NOW) / SECOND for at in sent] == [0, 0, 0, 60, 120, 180]


def test_who_was_left_alone_for_long_gets_a_burst_again() -> None:
    sent = [NOW, NOW, NOW]
    assert earliest(BUCKET, sent, NOW + 3 * MINUTE) == NOW + 3 * MINUTE
    assert earliest(BUCKET, [*sent, *[NOW + 3 * MINUTE] * 3], NOW + 3 * MINUTE) == NOW + 4 * MINUTE


def test_what_is_severe_still_goes_when_what_is_light_must_wait() -> None:
    light, severe = BUCKETS[0], BUCKETS[3]
    sent = [NOW] * light.burst
    assert earliest(light, sent, NOW) > NOW
    assert earliest(severe, sent, NOW) == NOW


def test_after_a_flood_of_the_severe_one_light_message_waits_one_refill() -> None:
    assert earliest(BUCKET, [NOW] * 100, NOW) == NOW + MINUTE


def test_a_clock_that_was_set_back_silences_nobody() -> None:
    assert earliest(BUCKET, [NOW + timedelta(hours=1)] * 50, NOW) == NOW
    assert earliest(BUCKET, [NOW + SECOND] * 50, NOW) == NOW + MINUTE  # two workers' clocks differ a little
    assert free_slot(5, [NOW + timedelta(hours=1)] * 50, NOW) == NOW
    assert free_slot(5, [NOW + SECOND] * 50, NOW) == NOW + MINUTE


@given(waits=WAITS, burst=st.integers(1, 6), seconds=st.integers(1, 300), order=st.randoms(use_true_random=False))
def test_never_more_than_the_bucket_allows_in_any_time(
    waits: list[int], burst: int, seconds: int, order: Random
) -> None:
    bucket = Bucket(burst=burst, seconds=seconds)

    def ask(sent: list[datetime], now: datetime) -> datetime:
        return earliest(bucket, order.sample(sent, len(sent)), now)

    sent = flood(40, ask, waits)
    for i, first in enumerate(sent):
        for count, last in enumerate(sent[i:], start=1):
            assert count <= burst + (last - first) / timedelta(seconds=seconds) + 1e-6


@given(waits=WAITS, others=st.lists(st.integers(0, 600), max_size=20))
def test_messages_of_other_severities_never_make_it_more(waits: list[int], others: list[int]) -> None:
    beside = [NOW + timedelta(seconds=second) for second in others]
    sent = flood(20, lambda sent, now: earliest(BUCKET, [*sent, *beside], now), waits)
    for i, first in enumerate(sent):
        for count, last in enumerate(sent[i:], start=1):
            assert count <= BUCKET.burst + (last - first) / timedelta(seconds=BUCKET.seconds) + 1e-6


@given(waits=WAITS)
def test_the_next_one_never_waits_longer_than_one_refill(waits: list[int]) -> None:
    sent = flood(30, lambda sent, now: earliest(BUCKET, sent, now), waits)
    assert sent[-1] <= earliest(BUCKET, sent, sent[-1]) <= sent[-1] + MINUTE


@given(waits=st.lists(st.integers(0, 20), max_size=40), limit=st.integers(1, 8))
def test_an_address_gets_no_more_than_its_limit_in_any_minute_and_all_of_it(waits: list[int], limit: int) -> None:
    sent = flood(40, lambda sent, now: free_slot(limit, sent, now), waits)
    for i, first in enumerate(sent):
        assert sum(first <= at < first + MINUTE for at in sent[i:]) <= limit
    if not any(waits):
        assert sent[-1] == NOW + (39 // limit) * MINUTE


@pytest.mark.parametrize("count", [0, 10_000])
def test_an_address_that_nobody_limits_is_never_waited_for(count: int) -> None:
    assert free_slot(None, [NOW] * count, NOW) == NOW
