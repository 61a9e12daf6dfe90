"""Who is told of an event, in which order, and by which of their channels next."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from alerts.push.policy import PushPolicy, Role


class Person(Protocol):
    """Somebody on duty; `alerts.roster.duty.OnDuty` is one."""

    @property
    def person_id(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def township(self) -> str: ...


class Event(NamedTuple):
    """What happened to an alert; `seq` is the number of its line in the log, `who` did it and is not told of it.

    Actions are those of `alerts.handling.stage` and the detector's `opened`, `raised`, `closed`, and of timers
    `rung` (details `level`, `round`), `breach` (`step`, `limit_min`), `handover` (`persons`: who must accept),
    `recheck_due`. Details of `dispatch`: `person` or `team`, and `previous`: persons who had it before.
    """

    action: str
    seq: int
    who: str = ""
    details: Mapping[str, Any] = {}


class Scene(NamedTuple):
    """Who could be told: all on duty (handover-aware), chiefs of the alert's stations in their order (chief, acting
    chief), the bureau, whom the alert is with, and who was told of it before."""

    on_duty: Sequence[Person]
    chiefs: Sequence[str] = ()
    bureau: Sequence[str] = ()
    handling: Mapping[str, Any] = {}
    told: Collection[str] = ()


class Told(NamedTuple):
    """A person to be told; `order` 0 at once, the next order when nobody before has confirmed on any channel.

    `step` is the same for all pushes of one event: with alert, person and contact it makes a push unique.
    """

    person_id: str
    step: str
    order: int
    why: str


def audience(event: Event, scene: Scene, levels: Sequence[Role]) -> list[Told]:
    """Who is told of an event, each person once; empty where nobody needs to be.

    Nobody there of those who should be told: the next level of the escalation that is there is told in their place.
    """
    raise NotImplementedError


class Way(NamedTuple):
    """A contact of a person, as far as choosing needs it."""

    contact_id: int
    rank: int
    min_severity: int = 1


class Tried(NamedTuple):
    """A push of this person and step so far; `started` is when it was handed over or, not sent yet, due."""

    contact_id: int
    started: datetime
    confirmed: bool = False
    failed: bool = False  # for good: refused, a dead address, a disabled contact


class Next(NamedTuple):
    """The contact to use at `at`; None: there is none left, at `at` it is the next person's turn.

    `at` None: nothing is to be done any more, it is confirmed.
    """

    contact_id: int | None
    at: datetime | None
    why: str


def next_channel(tried: Sequence[Tried], ways: Sequence[Way], policy: PushPolicy, severity: int, now: datetime) -> Next:
    """By which channel a person is told next: the first at once, each other when there was no receipt in time.

    A contact is used once a step. One that failed for good is not waited for.
    """
    raise NotImplementedError


def whose_turn(told: Sequence[Told], nexts: Mapping[str, Next], now: datetime) -> list[Told]:
    """Who is to be told by now: order 0, and each next order when all of those before have no channel left to try.

    Empty when somebody of them has confirmed.
    """
    raise NotImplementedError
