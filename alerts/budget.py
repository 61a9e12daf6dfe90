"""At most so many alarms a day: which threshold keeps to that in a recording, and how many emissions it costs."""

import math
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple

from alerts.alert import Alert
from alerts.detector.tuning import Profile, Tuning
from alerts.difference import compare
from alerts.injection import TOLERANCE, Footprint
from alerts.tracker import HOTSPOT
from alerts.trial import Outcome, Trial
from ingest.grid import Cell

FACTORS = (0.55, 0.75, 1.0, 1.35, 1.8, 2.4)  # of the threshold, tried first
BETWEEN = 3  # more, between the last that breaks the budget and the first that keeps to it
WEAKEST, STRONG = 3.0, 6.0  # SNR; weaker ones count neither as found nor as missed
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

    @property
    def all(self) -> Tally:
        """Emissions of SNR ≥ 3."""
        return Tally(self.weak.found + self.strong.found, self.weak.of + self.strong.of)


class Proposal(NamedTuple):
    """Points by rising threshold; `chosen` None: no threshold that was tried keeps to the budget."""

    points: tuple[Point, ...]
    current: Point
    chosen: Point | None


def propose(trial: Trial, budget: float, findings: Collection[str], runs: Runs) -> Proposal:
    """The lowest threshold that, like every higher one, keeps to `budget` alarms a day; `trial` with emissions.

    Nobody knows what was false in the past, so every alert counts that is not one of `findings` (ids of alerts at
    whose place the source was found): the true budget is kept to at least as well. `runs` gives outcomes in order.
    """
    outcomes = _outcomes(trial, FACTORS, runs)
    points = [_point(trial, factor, outcomes, findings) for factor in FACTORS]
    more = between(points, budget)
    outcomes |= _outcomes(trial, more, runs)
    points += [_point(trial, factor, outcomes, findings) for factor in more]
    points.sort()
    current = next(point for point in points if point.factor == 1)
    return Proposal(tuple(points), current, lowest(points, budget))


def lowest(points: Iterable[Point], budget: float) -> Point | None:
    """The lowest threshold that keeps to the budget as all above it do (lower ones merge alerts into fewer)."""
    chosen = None
    for point in sorted(points, key=lambda point: -point.factor):
        if point.alarms > budget:
            break
        chosen = point
    return chosen


def between(points: Sequence[Point], budget: float) -> list[float]:
    """Factors to be tried next."""
    chosen = lowest(points, budget)
    below = [point.factor for point in points if chosen and point.factor < chosen.factor]
    if not chosen or not below:
        return []
    step = (chosen.factor / max(below)) ** (1 / (BETWEEN + 1))
    return [max(below) * step**i for i in range(1, BETWEEN + 1)]


def scaled(tuning: Tuning, factor: float) -> Tuning:
    """The thresholds of both profiles times a factor, to a hundredth."""
    if factor == 1:
        return tuning

    def of(profile: Profile) -> Profile:
        numbers = profile.numbers
        return profile._replace(numbers=numbers._replace(threshold=round(numbers.threshold * factor, 2)))

    return tuning._replace(grid=of(tuning.grid), fence=of(tuning.fence))


def _outcomes(trial: Trial, factors: Sequence[float], runs: Runs) -> dict[float, tuple[Outcome, Outcome]]:
    """For each factor what the detector says of the recording, and of the recording with emissions."""
    tried = [trial._replace(tuning=scaled(trial.tuning, factor)) for factor in factors]
    done = runs([one for t in tried for one in (t._replace(pollutants=None), t)])
    return dict(zip(factors, zip(done[::2], done[1::2], strict=True), strict=True))


def _point(
    trial: Trial, factor: float, outcomes: dict[float, tuple[Outcome, Outcome]], findings: Collection[str]
) -> Point:
    plain, injected = outcomes[factor]
    today = outcomes[1.0][0].alerts
    false = unconfirmed(plain.alerts, today, findings)
    days = len(plain.counted) / 1440
    alarms = sum(_clock(alert) in plain.counted for alert in false) / days if days else 0.0
    weak, strong = tally(injected.footprints, today, plain.alerts, injected.alerts)
    return Point(factor, scaled(trial.tuning, factor), alarms, weak, strong)


def unconfirmed(alerts: Sequence[Alert], today: Sequence[Alert], findings: Collection[str]) -> list[Alert]:
    """The hotspots that are none of those of today's tuning which a finding confirms."""
    confirmed = [alert for alert in today if alert.id in findings]
    theirs = {pair.after.id for pair in compare(confirmed, alerts).same}
    return [alert for alert in alerts if alert.kind == HOTSPOT and alert.id not in theirs]


def tally(
    footprints: Iterable[Footprint], today: Iterable[Alert], plain: Iterable[Alert], injected: Iterable[Alert]
) -> tuple[Tally, Tally]:
    """Weak and strong emissions found: a cell they touch joins an alert that is not there without them.

    Left out are those where today's tuning is in alarm without them: there nothing can be told.
    """
    stays, before, after = _stays(today), _stays(plain), _stays(injected)
    counts = [[0, 0], [0, 0]]
    for footprint in footprints:
        if footprint.snr >= WEAKEST and not any(_during(stays, *touch) for touch in footprint.touched):
            count = counts[footprint.snr >= STRONG]
            count[1] += 1
            count[0] += any(_begun(after, *touch) and not _begun(before, *touch) for touch in footprint.touched)
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


def _during(stays: Stays, cell: Cell, first: int, last: int) -> bool:
    return any(begin <= last + TOLERANCE and first <= end for begin, end in stays.get(cell, ()))


def _begun(stays: Stays, cell: Cell, first: int, last: int) -> bool:
    return any(first <= begin <= last + TOLERANCE for begin, _ in stays.get(cell, ()))


def _clock(alert: Alert) -> int:
    return round(alert.opened_at.timestamp()) // 60 - 1
