"""Pushes go outside; inside they go only where the operator allows it."""

import asyncio

import pytest

from alerts.channels.guard import Guard
from alerts.channels.refused import Refused

OUTSIDE = ["1.1.1.1", "114.114.114.114", "223.5.5.5", "2400:3200::1", "2606:4700:4700::1111", "::ffff:1.1.1.1"]
INSIDE = [
    *("127.0.0.1", "127.8.9.1", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
    *("169.254.169.254", "100.100.100.200", "100.64.0.1", "168.63.129.16", "192.0.0.192", "198.18.0.1"),
    *("224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1"),
    *("::ffff:127.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1"),
    *("2002:7f00:1::", "2002:a9fe:a9fe::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2"),
]


@pytest.mark.parametrize("address", OUTSIDE)
def test_what_is_outside_is_permitted(address: str) -> None:
    assert Guard().permits(address)


@pytest.mark.parametrize("address", INSIDE)
def test_what_is_inside_is_not_however_it_is_written(address: str) -> None:
    assert not Guard().permits(address)


def test_a_network_that_is_allowed_is_permitted_and_no_other() -> None:
    guard = Guard(["10.1.0.0/16", "fd12::/32", "192.168.7.7"])
    assert guard.permits("10.1.2.3")
    assert guard.permits("::ffff:10.1.2.3")
    assert guard.permits("fd12::9")
    assert guard.permits("192.168.7.7")
    assert not guard.permits("10.2.0.1")
    assert not guard.permits("192.168.7.8")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1", "2130706433", "0x7f000001", "::1"])
async def test_the_loopback_is_found_behind_every_way_to_name_it(host: str) -> None:
    with pytest.raises(Refused, match="internal network"):
        await Guard().addresses(host, 80)


async def test_a_host_that_is_allowed_by_name_may_be_inside() -> None:
    assert "127.0.0.1" in await Guard(["LocalHost"]).addresses("LOCALHOST", 80)


async def test_one_address_inside_is_enough_to_refuse_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    async def found(*_: object, **__: object) -> list[tuple[object, ...]]:
        return [(2, 1, 6, "", ("1.1.1.1", 80)), (2, 1, 6, "", ("10.0.0.1", 80))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", found)
    with pytest.raises(Refused):
        await Guard().addresses("two-faced.example", 80)


@pytest.mark.parametrize("host", ["x" * 64 + ".example", "a..b"])
async def test_a_name_that_is_none_is_refused(host: str) -> None:
    with pytest.raises(Refused):
        await Guard().addresses(host, 80)


def test_a_network_with_a_slip_in_it_is_an_error() -> None:
    with pytest.raises(ValueError, match="host bits"):
        Guard(["10.1.0.1/16"])
