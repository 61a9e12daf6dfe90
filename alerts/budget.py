"""At most so many alarms a day: which threshold keeps to that in a recording, and how many emissions it costs."""

import itertools
import math
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple

from alerts.alert import Alert
from alerts.detector.tuning import Profile, Tuning
from alerts.difference import compare
from alerts.injection import TOLERANCE, Touch
from alerts.tracker import HOTSPOT
from alerts.trial import Outcome, Scope, Trial
from ingest.grid import Cell

FACTORS = (0.55, 0.75, 1.0, 1.35, 1.8, 2.4)  # of the threshold, tried first
BETWEEN = 3  # more, between the last that breaks the budget and the first that keeps to it
WEAKEST, STRONG = 3.0, 6.0  # SNR; weaker ones count neither as found nor as missed
Outcomes = dict[float, tuple[Outcome, Outcome]]  # factor → without emissions, with them
Runs = Callable[[Sequence[Trial]], Sequence[Outcome]]


class Tally(NamedTuple):
    """So many found of so many."""

    found: int
    of: int

    @property
    def share(self) -> float:
        """NaN of none."""
        return self.found / self.of if self.of else math.nan


class Point(NamedTuple):
    """What a threshold gives: alarms a day that no finding confirms, and emissions found by SNR: 3–6, from 6."""

    factor: float
    tuning: Tuning
    alarms: float
    weak: Tally
    strong: Tally
    alerts: tuple[Alert, ...]

    @property
    def all(self) -> Tally:
        """Emissions of SNR ≥ 3."""
        return Tally(self.weak.found + self.strong.found, self.weak.of + self.strong.of)


class Proposal(NamedTuple):
    """Points by rising threshold; `chosen` None: no threshold that was tried keeps to the budget."""

    points: tuple[Point, ...]
    current: Point
    chosen: Point | None


def propose(trial: Trial, here: Scope, budget: float, runs: Runs) -> Proposal:
    """Of the thresholds that, like every higher one, keep to `budget` alarms a day, the one that finds most.

    Of those that find as many, it is the one nearest to the current threshold. `trial` is one with emissions.

    Nobody knows what was false in the past, so every alert counts that no finding confirms: the true budget is kept
    to at least as well. `runs` gives outcomes in order.
    """
    outcomes: Outcomes = {}

    def points_at(factors: Sequence[float]) -> list[Point]:
        tried = [trial._replace(tuning=scaled(trial.tuning, factor, here.profiles)) for factor in factors]
        done = runs([one for t in tried for one in (t._replace(pollutants=None), t)])
        outcomes.update(zip(factors, zip(done[::2], done[1::2], strict=True), strict=True))
        return [_point(factor, t.tuning, outcomes, here) for factor, t in zip(factors, tried, strict=True)]

    points = points_at(FACTORS)
    points += points_at(between(points, budget))
    points.sort(key=lambda point: point.factor)
    current = next(point for point in points if point.factor == 1)
    chosen = max(keeping(points, budget), key=lambda p: (p.all.found, -abs(math.log(p.factor))), default=None)
    return Proposal(tuple(points), current, chosen)


def keeping(points: Iterable[Point], budget: float) -> list[Point]:
    """The thresholds that keep to the budget as all above do, highest first (very low ones melt alerts into few)."""
    falling = sorted(points, key=lambda point: -point.factor)
    return list(itertools.takewhile(lambda point: point.alarms <= budget, falling))


def between(points: Sequence[Point], budget: float) -> list[float]:
    """Factors to be tried next."""
    fitting = keeping(points, budget)
    below = [point.factor for point in points if fitting and point.factor < fitting[-1].factor]
    if not below:
        return []
    step = (fitting[-1].factor / max(below)) ** (1 / (BETWEEN + 1))
    return [max(below) * step**i for i in range(1, BETWEEN + 1)]


def scaled(tuning: Tuning, factor: float, profiles: Collection[str]) -> Tuning:
    """The thresholds of some profiles times a factor, to a hundredth."""

    def of(profile: Profile) -> Profile:
        if factor == 1 or profile.name not in profiles:
            return profile
        numbers = profile.numbers
        return profile._replace(numbers=numbers._replace(threshold=round(numbers.threshold * factor, 2)))

    return tuning._replace(grid=of(tuning.grid), fence=of(tuning.fence))


def _point(factor: float, tuning: Tuning, outcomes: Outcomes, here: Scope) -> Point:
    (plain, injected), today = outcomes[factor], outcomes[1.0][0].alerts
    days = len(plain.counted) / 1440
    false = unconfirmed(plain.alerts, today, here.confirmed)
    alarms = sum(_clock(alert) in plain.counted for alert in false) / days if days else 0.0
    weak, strong = tally(injected.footprints, today, plain.alerts, injected.alerts)
    return Point(factor, tuning, alarms, weak, strong, plain.alerts)


def unconfirmed(alerts: Sequence[Alert], today: Sequence[Alert], ids: Collection[str]) -> list[Alert]:
    """The hotspots that are none of those of today's tuning which are confirmed by their `ids`."""
    confirmed = [alert for alert in today if alert.id in ids]
    theirs = {pair.after.id for pair in compare(confirmed, alerts).same}
    return [alert for alert in alerts if alert.kind == HOTSPOT and alert.id not in theirs]


def tally(
    footprints: Iterable[Iterable[Touch]], today: Iterable[Alert], plain: Iterable[Alert], injected: Iterable[Alert]
) -> tuple[Tally, Tally]:
    """Weak and strong emissions found: a cell they touch joins an alert that is not there without them.

    Cells in which today's tuning is in alarm without them are left out: there nothing can be told.
    """
    stays, before, after = _stays(today), _stays(plain), _stays(injected)
    counts = [[0, 0], [0, 0]]
    for footprint in footprints:
        free = [touch for touch in footprint if not _during(stays, touch)]
        snr = max((touch.snr for touch in free), default=0.0)
        if snr >= WEAKEST:
            count = counts[snr >= STRONG]
            count[1] += 1
            count[0] += any(_begun(after, touch) and not _begun(before, touch) for touch in free)
    return Tally(*counts[0]), Tally(*counts[1])


Stays = dict[Cell, list[tuple[int, float]]]


def _stays(alerts: Iterable[Alert]) -> Stays:
    """Cell → deciding minute and end of every stay in a hotspot alert."""
    stays: Stays = {}
    for alert in alerts:
        for stay in alert.cells if alert.kind == HOTSPOT else ():
            end = stay.to.timestamp() / 60 if stay.to else math.inf
            stays.setdefault((stay.ix, stay.iy), []).append((round(stay.from_.timestamp()) // 60 - 1, end))
    return stays


def _during(stays: Stays, touch: Touch) -> bool:
    return any(begin <= touch.last + TOLERANCE and touch.first <= end for begin, end in stays.get(touch.cell, ()))


def _begun(stays: Stays, touch: Touch) -> bool:
    return any(touch.first <= begin <= touch.last + TOLERANCE for begin, _ in stays.get(touch.cell, ()))


def _clock(alert: Alert) -> int:
    return round(alert.opened_at.timestamp()) // 60 - 1
