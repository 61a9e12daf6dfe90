"""How high the escalation of an alert that nobody takes has climbed, and when it climbs next."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from alerts.push.policy import EscalationPolicy
from alerts.severity import of


class Rung(NamedTuple):
    """A level (0 is the first) in a round (1 is the first), told at `since`; the next is told at `next_at`."""

    level: int
    round: int
    since: datetime
    next_at: datetime


def rungs(
    policy: EscalationPolicy,
    severity: int,
    since: datetime,
    now: datetime,
    zone: ZoneInfo,
    reached: Rung | None = None,
) -> Rung:
    """The rung of an alert at `now` that nobody has taken since `since`; a pure function of times.

    The first level is told at `since`, each other when the one before has had its wait; after the last level's wait and
    the pause the first is told again, round after round.

    A wait is as long as the hour in which it begins says, day or night. One that begins at night and would go on into
    the day is over at the latest when the day has lasted the day's wait: what may sleep at night is not late in the
    morning.

    `reached` is where it was before; it goes on from there: a clock that is set back or an alert that has become less
    severe never lowers it. Of an alert that has become more severe the running wait is shortened.
    """
    level, number, since = (reached.level, reached.round, reached.since) if reached else (0, 1, since)
    while (next_at := _over(policy, severity, level, since, zone)) <= now:
        last = level == len(policy.levels) - 1
        level, number, since = (0, number + 1, next_at) if last else (level + 1, number, next_at)
    return Rung(level, number, since, next_at)


def climbed(policy: EscalationPolicy, before: Rung | None, after: Rung) -> tuple[int, ...]:
    """The levels that were reached since `before` (None: never looked), in that order, each once.

    More than one after an outage of ours: those that were passed over are told as well, what was missed is not skipped.
    """
    count = len(policy.levels)
    first = 0 if before is None else (before.round - 1) * count + before.level + 1
    last = (after.round - 1) * count + after.level
    return tuple(dict.fromkeys(place % count for place in range(max(first, last - count + 1), last + 1)))


def _over(policy: EscalationPolicy, severity: int, level: int, since: datetime, zone: ZoneInfo) -> datetime:
    """When the wait of a level that was told at `since` is over."""
    pause = of(policy.pause, severity) if level == len(policy.levels) - 1 else 0.0
    day = timedelta(minutes=of(policy.levels[level].day, severity) + pause)
    if not policy.night.hold(since, zone):
        return since.astimezone(UTC) + day
    night = timedelta(minutes=of(policy.levels[level].night, severity) + pause)
    return min(since.astimezone(UTC) + night, policy.night.over(since, zone) + day)
