"""Who answers for the desk: the outgoing officer until the incoming one has accepted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class OnDuty:
    """A person on a post, from `start` (included) to `end` (not)."""

    person_id: str
    name: str
    role: str
    phone: str
    township: str
    post: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Held:
    """A shift and what handovers have made of it; `owner` is whose shift it was at first."""

    duty: OnDuty
    owner: str
    handed: bool  # somebody has accepted it
    took: bool  # its person has accepted another one's
    offered: bool  # to somebody, whatever the answer


def holders(shifts: Iterable[Held], at: datetime, lapse: timedelta) -> list[OnDuty]:
    """Who is responsible at a time.

    On a post where nobody hands over it is who is on duty. A shift that was taken over or is offered stays with its
    person until somebody accepts it, at most `lapse` beyond its end. A substitute goes on with what was taken before.
    """
    posts: dict[str, list[Held]] = {}
    for held in sorted(shifts, key=lambda held: (held.duty.start, held.duty.person_id)):
        posts.setdefault(held.duty.post, []).append(held)
    return [duty for held in posts.values() for duty in _of_post(_continued(held, at), at, lapse)]


def overdue(shifts: Iterable[Held], at: datetime, lapse: timedelta) -> list[OnDuty]:
    """Those who are still responsible though their shift is over."""
    return [duty for duty in holders(shifts, at, lapse) if duty.end <= at]


def _continued(shifts: Sequence[Held], at: datetime) -> list[Held]:
    """A cut shift and what follows it of the same owner are one: the later part has what the earlier part took."""
    found: list[Held] = []
    for held in shifts:
        before = [one for one in found if _goes_on(one, held)] if held.duty.start <= at else []
        found = [one for one in found if one not in before]
        took = held.took or any(one.took or one.offered for one in before)
        found.append(replace(held, took=took))
    return found


def _goes_on(one: Held, other: Held) -> bool:
    return not one.handed and one.owner == other.owner and one.duty.end == other.duty.start


def _of_post(shifts: Sequence[Held], at: datetime, lapse: timedelta) -> list[OnDuty]:
    open_ = [held for held in shifts if not held.handed and at < held.duty.end + lapse]
    keeping = [held for held in open_ if held.took or held.offered]
    if any(held.duty.end <= at for held in keeping):
        return [held.duty for held in keeping]
    return [held.duty for held in open_ if held in keeping or held.duty.start <= at < held.duty.end]
