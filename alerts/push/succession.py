"""By which of a person's channels next, and when it is the next person's turn."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from alerts.push.audience import Told
from alerts.push.policy import PushPolicy
from alerts.severity import of


class Way(NamedTuple):
    """A contact of a person, as far as choosing needs it; the least rank is tried first."""

    contact_id: int
    rank: int
    min_severity: int = 1


class Tried(NamedTuple):
    """A push of this person and step so far; `started` is when it was handed over or, not sent yet, due."""

    contact_id: int
    started: datetime
    confirmed: bool = False
    failed: bool = False  # for good: refused, a dead address, a contact that was removed


class Next(NamedTuple):
    """The contact to use at `at`; None: none is left, at `at` it is the next person's turn.

    `at` None: nothing is to be done any more, the person has confirmed. `why` is for the log.
    """

    contact_id: int | None
    at: datetime | None
    why: str


def next_channel(tried: Sequence[Tried], ways: Sequence[Way], policy: PushPolicy, severity: int, now: datetime) -> Next:
    """By which channel a person is told next: the first at once, each other when there was no receipt in time.

    `tried` is in the order of trying. A contact is used once a step, one that failed for good is not waited for; one
    whose channel is down is, as long as for a receipt. Whoever has no contact is passed over at once.
    """
    if any(push.confirmed for push in tried):
        return Next(None, None, "confirmed")
    used = {push.contact_id for push in tried}
    left = sorted((way.rank, way.contact_id) for way in ways if way.contact_id not in used)
    fitting = {way.contact_id for way in ways if way.min_severity <= severity}
    contact_id = next((contact_id for _, contact_id in left if contact_id in fitting), None)
    at, why = _wait(tried, policy, severity, now)
    return Next(contact_id, at, why if contact_id is not None or tried else "no contact")


def _wait(tried: Sequence[Tried], policy: PushPolicy, severity: int, now: datetime) -> tuple[datetime, str]:
    if not tried:
        return now, "first channel"
    if tried[-1].failed:
        return now, "the one before failed"
    receipt = timedelta(minutes=of(policy.receipt, severity))
    # A clock that was set back must not make anybody wait for longer than a receipt may take.
    return min(tried[-1].started, now) + receipt, "no receipt in time"


def whose_turn(told: Sequence[Told], nexts: Mapping[str, Next], now: datetime) -> list[Told]:
    """Who is to be told by now: order 0, and each next order when all of those before have no channel left to try.

    `nexts` by person; one who is not in it was not told yet. Empty when somebody of them has confirmed.
    """
    if any(one.at is None for one in nexts.values()):
        return []
    turn: list[Told] = []
    for order in sorted({one.order for one in told}):
        if not all(_spent(nexts.get(one.person_id), now) for one in turn):
            break
        turn += [one for one in told if one.order == order]
    return turn


def _spent(one: Next | None, now: datetime) -> bool:
    return one is not None and one.contact_id is None and one.at is not None and one.at <= now
