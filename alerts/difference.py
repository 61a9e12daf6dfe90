"""What another tuning changes: alerts gained, alerts lost, and how much earlier or later the others open."""

from collections.abc import Hashable, Iterable, Sequence
from datetime import UTC, datetime
from statistics import median
from typing import NamedTuple

from alerts.alert import Alert

NEVER = datetime.max.replace(tzinfo=UTC)


class Pair(NamedTuple):
    """The same alert in two runs."""

    before: Alert
    after: Alert

    @property
    def minutes(self) -> int:
        """How much later it opens, below zero: earlier."""
        return round((self.after.opened_at - self.before.opened_at).total_seconds() / 60)


class Shift(NamedTuple):
    """Over the alerts that both runs have: minutes later (below zero: earlier), and how many of each."""

    p50: float
    earliest: int
    latest: int
    earlier: int
    later: int


class Difference(NamedTuple):
    """All alerts of two runs, each in one place, in the order opened."""

    gained: tuple[Alert, ...]
    lost: tuple[Alert, ...]
    same: tuple[Pair, ...]

    @property
    def shift(self) -> Shift | None:
        """None if no alert is in both runs."""
        moved = [pair.minutes for pair in self.same]
        if not moved:
            return None
        return Shift(median(moved), min(moved), max(moved), sum(m < 0 for m in moved), sum(m > 0 for m in moved))


def compare(before: Sequence[Alert], after: Sequence[Alert]) -> Difference:
    """Pair the alerts of two runs.

    Two alerts can be the same if they are of one kind, share a pollutant and a cell (without cells: are about the same)
    and overlap in time. Each is paired once: those first that open closest together.
    """
    places: dict[Hashable, list[int]] = {}
    for i, alert in enumerate(before):
        for place in _places(alert):
            places.setdefault(place, []).append(i)
    near = {(i, j) for j, alert in enumerate(after) for place in _places(alert) for i in places.get(place, ())}
    fitting = sorted((abs(Pair(before[i], after[j]).minutes), i, j) for i, j in near if _overlap(before[i], after[j]))
    taken: dict[int, int] = {}
    used: set[int] = set()
    for _, i, j in fitting:
        if i not in taken and j not in used:
            taken[i] = j
            used.add(j)
    pairs = [Pair(before[i], after[j]) for i, j in taken.items()]
    return Difference(
        gained=_in_order(alert for j, alert in enumerate(after) if j not in used),
        lost=_in_order(alert for i, alert in enumerate(before) if i not in taken),
        same=tuple(sorted(pairs, key=lambda pair: (pair.before.opened_at, pair.before.id))),
    )


def _places(alert: Alert) -> set[Hashable]:
    where: set[Hashable] = {(stay.ix, stay.iy) for stay in alert.cells} or {alert.source}
    return {(alert.kind, name, place) for name in {alert.pollutant, *alert.pollutants} for place in where}


def _overlap(a: Alert, b: Alert) -> bool:
    return a.opened_at <= (b.closed_at or NEVER) and b.opened_at <= (a.closed_at or NEVER)


def _in_order(alerts: Iterable[Alert]) -> tuple[Alert, ...]:
    return tuple(sorted(alerts, key=lambda alert: (alert.opened_at, alert.id)))
