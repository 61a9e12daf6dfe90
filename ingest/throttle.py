"""How often an address may try: a bucket of tokens each, so that passwords cannot be guessed."""

import ipaddress

TRIES = 50  # at once; as many loggers behind one address may come back at the same moment
AGAIN_S = 6.0  # until another one is there
NONSENSE = 0.1  # what a frame costs that tries no password: unknown MN, wrong CRC; such loggers are many, and no danger
PREFIX = 64  # of an IPv6 address: what one site has


class Throttle:
    """Whoever is not known yet takes a token for a try, and gets it back unless that was a wrong password.

    Every method takes `now`, seconds of a clock that does not jump.
    """

    def __init__(self) -> None:
        self._buckets: dict[str, tuple[float, float]] = {}  # tokens at a time

    def take(self, site: str, now: float) -> bool:
        """A token, if there is one."""
        if self._tokens(site, now) < 1:
            return False
        self.charge(site, now)
        return True

    def charge(self, site: str, now: float) -> None:
        """A token, even if there is none: of somebody who is known, and tries to be somebody else."""
        self._buckets[site] = self._tokens(site, now) - 1, now

    def give_back(self, site: str, now: float, part: float = 1.0) -> None:
        """It was no wrong password."""
        self._buckets[site] = self._tokens(site, now) + part, now

    def is_out(self, site: str, now: float) -> bool:
        """Whether no token is left."""
        return self._tokens(site, now) < 1

    def forget(self, now: float) -> None:
        """Drop the buckets that are full again."""
        self._buckets = {site: kept for site, kept in self._buckets.items() if self._tokens(site, now) < TRIES}

    def __len__(self) -> int:
        """How many addresses have taken some."""
        return len(self._buckets)

    def _tokens(self, site: str, now: float) -> float:
        tokens, at = self._buckets.get(site, (TRIES, now))
        return min(TRIES, tokens + (now - at) / AGAIN_S)


def site_of(host: str) -> str:
    """Whose address it is: of IPv6 the network, as everybody there has many addresses."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv4Address):
        return host
    mapped = address.ipv4_mapped
    return str(mapped or ipaddress.ip_network((address, PREFIX), strict=False))
