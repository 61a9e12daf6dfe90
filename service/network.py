"""Whose address it is, for counting: of IPv6 the network, as whoever has one address there has them all."""

import ipaddress


def network_of(address: str) -> str:
    """The address itself, or its /64; what is no address stays as it is."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is None:
            return str(ipaddress.ip_network((ip, 64), strict=False))
        return str(ip.ipv4_mapped)
    return str(ip)
