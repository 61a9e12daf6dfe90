"""An alert as the demo's people see it: who is there, how long they take, and chance that is no chance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, NamedTuple

from alerts.handling.stage import Handling

DELAYS_S: Mapping[str, tuple[float, float]] = {
    "acknowledge": (10, 40),
    "desk": (20, 60),
    "dispatch": (15, 45),
    "accept": (10, 40),
    "arrive": (50, 120),
    "report": (50, 130),
    "order": (20, 60),
    "rectify": (70, 180),
    "verify": (40, 90),
    "propose": (20, 50),
    "close": (20, 60),
}
NO_ALARM = 0.15
QUIET = timedelta(minutes=5)
"""Without any station in alarm, before somebody believes that it is over."""


class Place(NamedTuple):
    """A station, by which townships are known."""

    lon: float
    lat: float
    township: str


@dataclass(frozen=True, slots=True)
class Crew:
    """Who is on duty: the desk by role, field officers by township; `began` is when the first of them sat down."""

    began: datetime
    desk: Mapping[str, str]
    teams: Mapping[str, str]
    places: Sequence[Place] = ()

    def one_of(self, *roles: str) -> str:
        """Somebody at the desk, of the first of these roles that is there; "" where none is."""
        return next((self.desk[role] for role in roles if role in self.desk), "")


@dataclass(frozen=True, slots=True)
class Step:
    """What somebody says to the API.

    Before it a picture is taken, of which `photo` is the seed, and the enterprise `names` learns that it is named; ""
    for none.
    """

    who: str
    alert_id: str
    action: str
    version: int
    said: Mapping[str, Any] = field(default_factory=dict)
    photo: str = ""
    names: str = ""

    @property
    def is_of_enterprise(self) -> bool:
        """Whether it is said in an enterprise's own window."""
        return self.who.startswith("enterprise:")

    @property
    def path(self) -> str:
        """Where it is posted to."""
        room = "/enterprise" if self.is_of_enterprise else ""
        return f"{room}/{'drills' if self.action == 'end' else 'alerts'}/{self.alert_id}/{self.action}"


class Plan(NamedTuple):
    """A step, and how many seconds after the last one."""

    after_s: float
    step: Step


@dataclass(frozen=True, slots=True)
class Case:
    """An alert as the crew sees it at a time; `waits` behind older ones that nobody has taken yet."""

    alert: Mapping[str, Any]
    handling: Handling
    crew: Crew
    now: datetime
    seed: int
    waits: bool

    def random(self, word: str) -> Random:
        """The same for the same question about the same alert."""
        return Random(f"{self.seed} {self.alert['id']} {word}")

    def happens(self, word: str, share: float) -> bool:
        """Whether something comes true that does in a share of the alerts."""
        return self.random(word).random() < share

    def delay(self, name: str) -> float:
        """Seconds that somebody takes, mostly the quicker half of what is usual."""
        low, high = DELAYS_S[name]
        return self.random(f"{name} {self.handling.version}").triangular(low, high, low + (high - low) / 4)

    def plan(self, after_s: float, who: str | None, action: str, **said: Any) -> Plan | None:
        """What that person does; nothing where there is no such person."""
        photo = f"{self.seed} {self.alert['id']} {action}" if said.pop("photo", False) else ""
        names = said.pop("names", None) or ""
        step = Step(who or "", self.alert["id"], action, self.handling.version, said, photo, names)
        return Plan(after_s, step) if who else None

    @property
    def is_over(self) -> bool:
        """Whether the detector says so."""
        return str(self.alert["status"]) == "closed"

    @property
    def is_clean(self) -> bool:
        """Whether no station is in alarm any more; the detector lingers, as the wind may only look away."""
        left = [stay["to"] and datetime.fromisoformat(stay["to"]) for stay in self.alert.get("cells", ())]
        return self.is_over or (bool(left) and all(to and to + QUIET <= self.now for to in left))

    @property
    def is_drill(self) -> bool:
        """Whether nobody measured it."""
        return str(self.alert["kind"]) == "drill"

    @property
    def is_no_alarm(self) -> bool:
        """Whether people will find that there was nothing: of the light ones a few."""
        alert = self.alert
        light = alert["kind"] == "hotspot" and alert["severity"] <= 2 and len(alert["pollutants"]) <= 2
        return light and self.happens("no alarm", NO_ALARM)
