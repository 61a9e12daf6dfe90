"""How long one waits after wrong tries; and that nobody is locked out from elsewhere, or for long."""

from datetime import UTC, datetime, timedelta

import pytest

from service.account import lockout
from service.account.lockout import BOUNDS, FORGOTTEN, Failures, failed, keys, wait_s

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)


def after(kind: str, count: int) -> Failures:
    """So many failures in the same second."""
    found = failed(kind, None, NOW)
    for _ in range(count - 1):
        found = failed(kind, found, NOW)
    return found


@pytest.mark.parametrize(
    ("count", "wait"), [(1, 0), (4, 0), (5, 2), (6, 4), (7, 8), (13, 512), (14, 900), (10**4, 900)]
)
def test_the_wait_doubles_with_each_failure_up_to_a_quarter_of_an_hour(count: int, wait: float) -> None:
    assert wait_s(NOW, {"both": after("both", count)}, at_home=False) == wait


def test_a_wait_passes() -> None:
    found = {"both": after("both", 6)}
    assert wait_s(NOW + timedelta(seconds=3.5), found, at_home=False) == 0.5
    assert wait_s(NOW + timedelta(seconds=4), found, at_home=False) == 0


def test_failures_of_yesterday_count_no_more() -> None:
    before = after("both", 12)
    assert failed("both", before, NOW + FORGOTTEN + timedelta(seconds=1)).failures == 1
    assert failed("both", before, NOW + FORGOTTEN - timedelta(seconds=1)).failures == 13


@pytest.mark.parametrize("kind", ["name", "address"])
def test_by_name_or_address_alone_the_bound_is_higher(kind: str) -> None:
    assert wait_s(NOW, {kind: after(kind, 49)}, at_home=False) == 0
    assert wait_s(NOW, {kind: after(kind, 50)}, at_home=False) == 1
    assert wait_s(NOW, {kind: after(kind, 10**4)}, at_home=False) == BOUNDS[kind].longest_s


def test_others_make_an_officer_wait_briefly_and_where_the_account_is_in_use_not_at_all() -> None:
    found = {"name": after("name", 10**4)}
    assert wait_s(NOW, found, at_home=False) == 30
    assert wait_s(NOW, found, at_home=True) == 0
    assert wait_s(NOW, found | {"both": after("both", 5)}, at_home=True) == 2


def test_a_name_and_an_address_are_kept_as_hashes_of_one_length() -> None:
    told = keys("my password, typed into the wrong field\ud800\x00" * 1000, "192.0.2.1")
    assert [*told] == [*BOUNDS]
    assert all(len(key) <= 80 and key.isascii() and "password" not in key for key in told.values())


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("fe80::1%eth0", "fe80::2", True),
        ("-", "-", True),
    ],
)
def test_an_address_of_ipv6_is_its_network(one: str, other: str, same: bool) -> None:
    assert (lockout.keys("a", one)["address"] == lockout.keys("a", other)["address"]) == same
