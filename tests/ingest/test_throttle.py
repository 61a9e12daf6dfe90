"""Passwords cannot be guessed, and whoever knows his is not kept waiting."""

from ingest.throttle import AGAIN_S, NONSENSE, TRIES, Throttle, site_of


def test_good_tries_cost_nothing() -> None:
    throttle = Throttle()
    for _ in range(10 * TRIES):
        assert throttle.take("a", 0)
        throttle.give_back("a", 0)
    assert not throttle.is_out("a", 0)


def test_bad_tries_are_counted_for_each_address_and_forgotten_one_by_one() -> None:
    throttle = Throttle()
    assert [throttle.take("a", 0) for _ in range(TRIES + 1)] == [True] * TRIES + [False]
    assert throttle.is_out("a", 0)
    assert throttle.take("b", 0)
    assert throttle.take("a", AGAIN_S)
    assert not throttle.take("a", AGAIN_S)


def test_who_tries_all_the_time_gets_ten_a_minute() -> None:
    throttle = Throttle()
    tries = sum(throttle.take("a", second / 10) for second in range(36_000))
    assert tries == TRIES + 600 - 1


def test_nonsense_costs_less_than_a_wrong_password() -> None:
    throttle = Throttle()
    tries = 0
    while throttle.take("a", 0):
        throttle.give_back("a", 0, 1 - NONSENSE)
        tries += 1
    assert TRIES / NONSENSE - 20 <= tries <= TRIES / NONSENSE


def test_an_address_that_has_its_tokens_again_is_not_remembered() -> None:
    throttle = Throttle()
    throttle.take("a", 0)
    throttle.charge("b", 1)
    throttle.forget(0 + AGAIN_S)
    assert len(throttle) == 1
    throttle.forget(1 + AGAIN_S)
    assert len(throttle) == 0


def test_of_a_network_of_ipv6_all_addresses_are_one() -> None:
    assert site_of("2001:db8:1:2:a::1") == site_of("2001:db8:1:2:b::9") == "2001:db8:1:2::/64"
    assert site_of("2001:db8:1:3::1") != site_of("2001:db8:1:2::1")
    assert site_of("::ffff:10.0.0.7") == site_of("10.0.0.7") == "10.0.0.7"
    assert site_of("fe80::1%eth0") == "fe80::/64"
    assert site_of("nobody") == "nobody"
