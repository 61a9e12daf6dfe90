"""How long one waits after failed tries to sign in: by name and address together, and by each of them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from service.network import network_of

FORGOTTEN = timedelta(hours=24)
"""Failures before a pause of so long count no more."""


@dataclass(frozen=True, slots=True)
class Bound:
    """So many failures are free; then the wait doubles with each, up to the longest (s)."""

    free: int
    first_s: float
    longest_s: float


# Of one's own errors one waits soon and long; of the errors that others make in one's name late and briefly, so that
# nobody can lock an officer out from elsewhere. An address may be that of a whole office.
BOUNDS: Mapping[str, Bound] = {
    "both": Bound(5, 2.0, 900.0),
    "name": Bound(50, 1.0, 30.0),
    "address": Bound(50, 1.0, 900.0),
}


class Failures(NamedTuple):
    """The failures of one kind so far, and until when none of it is tried."""

    failures: int
    last_at: datetime
    until: datetime


def keys(name: str, address: str) -> dict[str, str]:
    """Under what failures are counted, by kind. Hashed: people type passwords into the field of the name."""
    who, place = digest(name), digest(network_of(address))
    return {"both": f"both:{who}:{place}", "name": f"name:{who}", "address": f"address:{place}"}


def digest(text: str) -> str:
    """What is kept of a name or an address."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def wait_s(now: datetime, found: Mapping[str, Failures], at_home: bool) -> float:
    """How long (s) nothing is tried, 0 where it may be; whose account is in use at this address waits for no others."""
    untils = [one.until for kind, one in found.items() if not (at_home and kind == "name")]
    return max([0.0, *((until - now).total_seconds() for until in untils)])


def failed(kind: str, before: Failures | None, now: datetime) -> Failures:
    """One more failure: until when the next try waits."""
    count = 1 if before is None or now - before.last_at > FORGOTTEN else before.failures + 1
    bound = BOUNDS[kind]
    over = count - bound.free
    pause = min(bound.longest_s, bound.first_s * 2.0 ** min(over, 32)) if over >= 0 else 0.0
    return Failures(count, now, now + timedelta(seconds=pause))
