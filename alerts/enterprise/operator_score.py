"""The score of a company that operates monitors, from what the system itself measures on them.

    score = 100 · Σ weight · part / Σ weight, over the parts that can be told

- `valid`: valid hours / hours in which data was owed (linked, and not under a mark of stop), over all monitors.
- `repair`: the mean over faults of min(1, allowed time / time taken), allowed until the deadline of repair; one that
  goes on counts with its time so far.
- `sound`: 1 − hours under a mark of fault, or an alert of fault or offline, / hours owed.
- `calibration`: the share of the time in which the last calibration was no longer ago than allowed.

What cannot be told (no fault to repair, no data owed) is left out and the others weigh the more. The weights and times
are local rules (`OperatorPolicy`).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from alerts.enterprise.outlet_policy import OperatorPolicy

Name = Literal["valid", "repair", "sound", "calibration"]
Span = tuple[datetime, datetime]
HOUR = timedelta(hours=1)


class Fault(NamedTuple):
    """A mark of fault, and until when it was to be repaired; one that goes on ends now."""

    start: datetime
    end: datetime
    due: datetime


class Watched(NamedTuple):
    """What is known of a monitor over the time in which the company operated it within the window."""

    monitor: str
    spans: Sequence[Span]
    valid_hours: float  # mean of its channels, within the spans
    stops: Sequence[Span]
    faults: Sequence[Fault]
    outages: Sequence[Span]  # alerts of fault and offline
    calibrations: Sequence[datetime]  # when each ended, also before the spans


class Part(NamedTuple):
    """A part of a score, 0 to 1; None where nothing can be told."""

    name: Name
    value: float | None
    weight: float


class Score(NamedTuple):
    """0 to 100, None where nothing can be told; the hours and counts it rests on."""

    score: float | None
    parts: tuple[Part, ...]
    monitors: int
    owed_hours: float
    valid_hours: float
    out_hours: float
    faults: int
    late_repairs: int


def score_of(watched: Sequence[Watched], policy: OperatorPolicy) -> Score:
    """The score of the monitors that a company operates; the formula is that of the module."""
    owed = sum(_hours(_without(one.spans, one.stops)) for one in watched)
    valid = sum(one.valid_hours for one in watched)
    out = sum(
        _hours(
            _within(_without(one.spans, one.stops), _merged([*((f.start, f.end) for f in one.faults), *one.outages]))
        )
        for one in watched
    )
    faults = [fault for one in watched for fault in one.faults if _begun_within(fault, one.spans)]
    covered, asked = _calibrated(watched, timedelta(days=policy.calibration_days))
    parts = (
        Part("valid", min(1.0, valid / owed) if owed else None, policy.valid_weight),
        Part("repair", _mean(map(_promptness, faults)), policy.repair_weight),
        Part("sound", 1 - out / owed if owed else None, policy.sound_weight),
        Part("calibration", covered / asked if asked else None, policy.calibration_weight),
    )
    late = sum(fault.end > fault.due for fault in faults)
    return Score(_weighed(parts), parts, len({one.monitor for one in watched}), owed, valid, out, len(faults), late)


def _weighed(parts: Iterable[Part]) -> float | None:
    known = [(part.value, part.weight) for part in parts if part.value is not None]
    weight = sum(weight for _, weight in known)
    return 100 * sum(value * weight for value, weight in known) / weight if weight else None


def ranks(scores: Mapping[str, float | None]) -> dict[str, int]:
    """Places from the best (1) on; equal scores share one, who has no score has none."""
    known = [score for score in scores.values() if score is not None]
    return {name: 1 + sum(other > score for other in known) for name, score in scores.items() if score is not None}


def _calibrated(watched: Sequence[Watched], every: timedelta) -> tuple[float, float]:
    """Hours in which the last calibration was recent enough, of how many."""
    covered = asked = 0.0
    for one in watched:
        fresh = _merged([(at, at + every) for at in one.calibrations])
        owed = _without(one.spans, one.stops)
        covered += _hours(_within(owed, fresh))
        asked += _hours(owed)
    return covered, asked


def _begun_within(fault: Fault, spans: Sequence[Span]) -> bool:
    """Who began with it answers for it."""
    return any(start <= fault.start < end for start, end in spans)


def _promptness(fault: Fault) -> float:
    return 1.0 if fault.end <= fault.due else (fault.due - fault.start) / (fault.end - fault.start)


def _mean(values: Iterable[float]) -> float | None:
    told = list(values)
    return sum(told) / len(told) if told else None


def _hours(spans: Iterable[Span]) -> float:
    return sum((end - start) / HOUR for start, end in spans)


def _merged(spans: Iterable[Span]) -> list[Span]:
    """The same time, in order and without overlaps."""
    merged: list[Span] = []
    for start, end in sorted(span for span in spans if span[1] > span[0]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _within(spans: Iterable[Span], bounds: Iterable[Span]) -> list[Span]:
    """What of spans lies within bounds; both without overlaps."""
    cut = [(max(a, c), min(b, d)) for a, b in spans for c, d in bounds]
    return [(start, end) for start, end in cut if end > start]


def _without(spans: Iterable[Span], holes: Iterable[Span]) -> list[Span]:
    """What of spans lies outside of holes."""
    left = _merged(spans)
    for start, end in _merged(holes):
        left = [piece for a, b in left for piece in ((a, min(b, start)), (max(a, end), b)) if piece[1] > piece[0]]
    return left
