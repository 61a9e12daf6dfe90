"""Keeps pushes out of the internal network: of a host that is looked up every address is judged, before it is used."""

import asyncio
import ipaddress
import socket
from collections.abc import Iterable, Sequence

from alerts.channels.outside import embedded, is_number, is_outside
from alerts.channels.refused import Refused

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Guard:
    """Judges where a push may go: to the whole outside, and inside only where the operator allows it."""

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        """`allowed`: networks such as 10.1.0.0/16 and names of hosts. Raises ValueError."""
        self._networks: list[_Network] = []
        self._hosts: set[str] = set()
        for one in allowed:
            if "/" in one or is_number(one):
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
        inner = embedded(number)
        return self.permits(str(inner)) if inner else is_outside(number)
