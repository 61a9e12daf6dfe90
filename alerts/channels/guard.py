"""Keeps pushes out of the internal network: of a host that is looked up every address is judged, before it is used."""

import asyncio
import ipaddress
import socket
from collections.abc import Iterable, Sequence

from alerts.channels.refused import Refused

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# Global by their number, and yet inside: where clouds answer their own machines, and protocol assignments.
_INSIDE = tuple(map(ipaddress.ip_network, ("168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24")))
_GLOBAL_6 = ipaddress.ip_network("2000::/3")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Guard:
    """Judges where a push may go: to the whole outside, and inside only where the operator allows it."""

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        """`allowed`: networks such as 10.1.0.0/16 and names of hosts. Raises ValueError."""
        self._networks: list[_Network] = []
        self._hosts: set[str] = set()
        for one in allowed:
            if "/" in one or _literal(one):
                self._networks.append(ipaddress.ip_network(one))
            else:
                self._hosts.add(one.lower().rstrip("."))

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        """The addresses of a host, all of them permitted. Raises Refused, OSError where the name does not resolve."""
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except UnicodeError as error:
            raise Refused("the host's name is not one") from error
        addresses = list(dict.fromkeys(str(where[4][0]) for where in found))
        if host.lower().rstrip(".") not in self._hosts and not all(map(self.permits, addresses)):
            raise Refused("the address lies in the internal network; HOTGRID_PUSH_ALLOW may allow its host or network")
        return addresses

    def permits(self, address: str) -> bool:
        """Whether a push may go to this IP address."""
        number = ipaddress.ip_address(address.partition("%")[0])
        if any(number in network for network in self._networks if network.version == number.version):
            return True
        inner = _embedded(number)
        return self.permits(str(inner)) if inner else _is_outside(number)


def _literal(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _embedded(number: _Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 address stands for: mapped, 6to4, Teredo or NAT64."""
    if isinstance(number, ipaddress.IPv4Address):
        return None
    if number in _NAT64:
        return ipaddress.IPv4Address(number.packed[-4:])
    teredo = number.teredo
    return number.ipv4_mapped or number.sixtofour or (teredo[1] if teredo else None)


def _is_outside(number: _Address) -> bool:
    if any(number in network for network in _INSIDE if network.version == number.version):
        return False
    if number.version == 6 and number not in _GLOBAL_6:
        return False
    return number.is_global and not number.is_multicast
