"""How long each step of handling may take, and which took longer: pure, over the times that a handling keeps."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.handling.policy import SlaPolicy
from alerts.handling.stage import ENDED, Handling
from alerts.severity import of

# What begins the clock of each step: the step before it, or the opening.
BEGINS: Mapping[str, str] = {
    "acknowledge": "open",
    "dispatch": "acknowledge",
    "accept": "dispatch",
    "arrive": "accept",
    "report": "arrive",
    "close": "open",
}
WITHOUT_VISIT = ("dispatch", "accept", "arrive")
RECTIFY = "rectify"


@dataclass(frozen=True, slots=True)
class Clock:
    """One step's clock: from when, until when, and when the step was done (None: not yet)."""

    step: str
    since: datetime
    due: datetime
    done: datetime | None

    def is_broken(self, now: datetime) -> bool:
        """Whether the step took, or takes by now, longer than it may."""
        return (self.done or now) > self.due


def clocks(handling: Handling, severity: int, policy: SlaPolicy) -> list[Clock]:
    """The clocks that have begun, in the order of the steps.

    Time in which the alert was silenced does not count. What has ended stops every clock; what was reported without a
    visit needed none; rectification has the deadline that the desk set, and until it is over closing waits for it.
    """
    ended = handling.since if handling.stage in ENDED else None
    return [*_steps(handling, severity, policy, ended), *_rectification(handling, ended)]


def _steps(handling: Handling, severity: int, policy: SlaPolicy, ended: datetime | None) -> Iterator[Clock]:
    times = handling.times
    for step, begin in BEGINS.items():
        since = times.get(begin)
        if since is None or (step in WITHOUT_VISIT and "report" in times and step not in times):
            continue
        minutes: float = of(getattr(policy, step), severity)
        due = max(since, handling.muted_until or since) + timedelta(minutes=minutes)
        if step == "close" and handling.rectify_by is not None:
            due = max(due, handling.rectify_by + timedelta(minutes=minutes))
        yield Clock(step, since, due, times.get(step) or ended)


def _rectification(handling: Handling, ended: datetime | None) -> Iterator[Clock]:
    if handling.rectify_by is not None and "report" in handling.times:
        done = None if handling.stage == "rectifying" else handling.times.get("rectify") or ended
        yield Clock(RECTIFY, handling.times["report"], handling.rectify_by, done)


def broken(handling: Handling, severity: int, policy: SlaPolicy, now: datetime) -> list[Clock]:
    """The steps that took longer than they may, by now."""
    return [clock for clock in clocks(handling, severity, policy) if clock.is_broken(now)]


def next_due(handling: Handling, severity: int, policy: SlaPolicy, now: datetime) -> datetime | None:
    """When the next clock will be over that runs now; None where none does."""
    coming = [clock.due for clock in clocks(handling, severity, policy) if clock.done is None and clock.due >= now]
    return min(coming, default=None)
