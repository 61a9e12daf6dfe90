"""Which IP addresses lie outside: on the public internet, not in a network of somebody's own."""

import ipaddress

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Global by their number, and yet inside: where clouds answer their own machines, and protocol assignments.
_INSIDE = tuple(map(ipaddress.ip_network, ("168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24")))
_GLOBAL_6 = ipaddress.ip_network("2000::/3")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def is_number(text: str) -> bool:
    """Whether a text is an IP address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def embedded(number: _Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 address stands for: mapped, 6to4, Teredo or NAT64."""
    if isinstance(number, ipaddress.IPv4Address):
        return None
    if number in _NAT64:
        return ipaddress.IPv4Address(number.packed[-4:])
    teredo = number.teredo
    return number.ipv4_mapped or number.sixtofour or (teredo[1] if teredo else None)


def is_outside(number: _Address) -> bool:
    """Whether an address that stands for no other is a public one."""
    if any(number in network for network in _INSIDE if network.version == number.version):
        return False
    if number.version == 6 and number not in _GLOBAL_6:
        return False
    return number.is_global and not number.is_multicast


def is_public(address: str) -> bool:
    """Whether an IP address, and the one that it stands for, is a public one."""
    number = ipaddress.ip_address(address.partition("%")[0])
    return is_outside(embedded(number) or number)
