"""The nouns of handling an alert: how far people are, who does what, and what is known of it then."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Literal, get_args

Stage = Literal[
    "open",  # nobody has taken it
    "acknowledged",  # somebody at the desk has
    "dispatched",  # a team or person is asked to go
    "accepted",  # and is on the way
    "arrived",
    "reported",  # what was found is known
    "rectifying",  # the enterprise is to put it right by a time
    "rectified",  # and says it has
    "verified",  # somebody has looked
    "closed",
    "false_alarm",
    "merged",  # is handled with another alert
]
Action = Literal[
    "acknowledge",
    "release",
    "dispatch",
    "accept",
    "decline",
    "arrive",
    "report",
    "rectify",
    "verify",
    "handover",
    "propose",
    "close",
    "reopen",
    "false-alarm",
    "recheck",
    "merge",
    "split",
    "link",
    "silence",
    "comment",
    "clear",
    "resume",
    "lapse",
]
Role = Literal["duty", "leader", "dispatcher", "chief", "field", "bureau", "admin", "enterprise", "detector", "timer"]
Cause = Literal[
    "production",  # emission of normal production
    "bypass",  # emission past the treatment
    "treatment_fault",
    "leak",
    "solvent",  # spraying, printing, open use of solvents
    "burning",  # open burning
    "construction",  # dust of a site
    "traffic",
    "cooking",
    "fireworks",
    "regional",  # brought from outside
    "maintenance",  # start-up, shut-down, maintenance
    "device",  # the device is wrong
    "weather",
    "not_found",
    "other",
]

STAGES: tuple[Stage, ...] = get_args(Stage)
ENDED: frozenset[Stage] = frozenset({"closed", "false_alarm", "merged"})
FALSE_ALARM = "false_alarm"
REOPENED = "reopened"
"""Causes of findings besides those that are reported: there was nothing; and it was no false alarm after all."""
NO_EMISSION: frozenset[str] = frozenset({FALSE_ALARM, "device", "weather", "regional"})
"""Causes that say that the detector was wrong to see an emission here."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person of the roster (`who` its id), `enterprise:ID`, `detector`, `timer` or `local`.

    `place` is from where: an address, `link` for a receipt link, "" for our own processes.
    """

    who: str
    role: Role
    name: str = ""
    place: str = ""
    township: str = ""


TIMER = Actor("timer", "timer")
DETECTOR = Actor("detector", "detector")


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody does to an alert; only the fields of that action are set."""

    action: Action
    actor: Actor
    why: str = ""  # reason, note or comment
    person: str | None = None  # dispatch: to whom
    team: str | None = None  # dispatch: or the field team of this township
    lon: float | None = None  # arrive: degrees WGS84
    lat: float | None = None
    accuracy_m: float | None = None
    distance_m: float | None = None  # arrive: from the estimated source, computed, never told
    cause: Cause | None = None  # report
    enterprise_id: str | None = None  # report: who was found
    photos: tuple[str, ...] = ()  # arrive, report, rectify, verify
    deadline: datetime | None = None  # rectify
    passed: bool | None = None  # verify, recheck; clear, resume: see alerts.handling.air
    at: datetime | None = None  # recheck: when to look again
    into: str | None = None  # merge: the other alert
    case_number: str | None = None  # link
    until: datetime | None = None  # silence
    scope: str | None = None  # silence
    planned_works: bool | None = None  # silence

    def details(self) -> dict[str, Any]:
        """What the log keeps beside action, who, why and from where."""
        told = {name.name: getattr(self, name.name) for name in fields(self)[3:]}
        return {name: _plain(value) for name, value in told.items() if value not in (None, ())}


@dataclass(frozen=True, slots=True)
class Handling:
    """How far people are with an alert; `version` goes up with every change."""

    stage: Stage
    since: datetime  # in this stage
    version: int = 1
    acknowledged_by: str | None = None
    person: str | None = None  # dispatched to
    team: str | None = None
    accepted_by: str | None = None
    distance_m: float | None = None
    cause: Cause | None = None
    enterprise_id: str | None = None
    rectify_by: datetime | None = None
    recheck_at: datetime | None = None
    proposed_by: str | None = None  # who proposes to close
    closed_by: str | None = None
    cleared_at: datetime | None = None  # when the air was clean again
    merged_into: str | None = None
    before: Stage | None = None  # the merge, or the detector's end
    case_number: str | None = None
    muted_until: datetime | None = None
    times: Mapping[str, datetime] = field(default_factory=dict)
    """When each step was first done since the alert opened or was opened again."""

    def body(self) -> dict[str, Any]:
        """As JSON: the database's and the API's `handling`."""
        told = {name.name: _plain(getattr(self, name.name)) for name in fields(self)}
        return {**told, "times": {step: at.isoformat() for step, at in self.times.items()}}

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> "Handling":
        """The handling of such a body; what an older program did not know has its default."""
        known = {name.name: body[name.name] for name in fields(cls) if name.name in body}
        dated = {name: datetime.fromisoformat(known[name]) for name in _TIMES if known.get(name)}
        times = {step: datetime.fromisoformat(at) for step, at in body.get("times", {}).items()}
        return cls(**{**known, **dated, "times": times})


_TIMES = ("since", "rectify_by", "recheck_at", "cleared_at", "muted_until")


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


Effect = Callable[[Handling, Act, datetime], Handling]
"""What an action makes of a handling at a time."""


def done(handling: Handling, now: datetime, *steps: str) -> dict[str, datetime]:
    """The times of a handling with those of these steps; the first time of each counts."""
    return {**handling.times, **{step: now for step in steps if step not in handling.times}}
