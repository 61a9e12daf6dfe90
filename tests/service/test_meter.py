"""What a key may take in a minute, and how little is kept of it."""

import random
from itertools import pairwise

from service.meter import WINDOW_S, Meter


def test_all_may_be_taken_at_once_and_comes_back_evenly() -> None:
    meter = Meter(60)
    taken = [meter.take("a", 0.0) for _ in range(61)]
    assert [one.remaining for one in taken] == [*range(59, -1, -1), 0]
    assert [one.refused for one in taken] == [False] * 60 + [True]
    assert taken[-1].retry_s == 1
    assert meter.take("a", 1.0).refused is False
    assert meter.take("a", 1.5).refused is True


def test_it_may_be_taken_when_it_was_said_that_it_may() -> None:
    meter, dice, now = Meter(7), random.Random(1), 0.0
    for _ in range(2_000):
        cost = dice.randint(1, 9)
        standing = meter.take("a", now, cost)
        if standing.refused:
            now += standing.retry_s
            assert not meter.take("a", now, cost).refused
        now += dice.random()


def test_nobody_takes_more_than_twice_the_limit_in_a_minute() -> None:
    meter, dice, now = Meter(50), random.Random(2), 0.0
    taken = []
    for _ in range(20_000):
        now += dice.expovariate(20)
        if not meter.take("a", now).refused:
            taken.append(now)
    assert all(later - first > WINDOW_S for first, later in zip(taken, taken[100:], strict=False))
    assert sum(later - first for first, later in pairwise(taken)) / len(taken) > 0.9 * WINDOW_S / 50


def test_what_is_refused_takes_nothing_and_looking_neither() -> None:
    meter = Meter(2)
    assert not meter.look("a", 0.0).refused
    for _ in range(2):
        meter.take("a", 0.0)
    assert all(meter.take("a", 0.0).retry_s == meter.look("a", 0.0).retry_s == 30 for _ in range(100))
    assert meter.take("a", 60.0).remaining == 1


def test_one_key_does_not_count_for_another() -> None:
    meter = Meter(1)
    assert not meter.take("a", 0.0).refused
    assert not meter.take("b", 0.0).refused


def test_what_costs_more_than_the_limit_is_had_by_whom_took_nothing() -> None:
    meter = Meter(10)
    assert not meter.take("a", 0.0, cost=1_000).refused
    assert meter.take("a", 59.0, cost=1_000).refused
    assert not meter.take("a", 60.0, cost=1_000).refused


def test_of_a_flood_of_keys_only_so_many_are_kept_and_the_busy_one_among_them() -> None:
    meter = Meter(1_000, most=100)
    for number in range(10_000):
        meter.take(number, 0.0)
        if number % 50 == 0:
            assert meter.take("busy", 0.0).remaining == 999 - number // 50
    assert len(meter) == 100
