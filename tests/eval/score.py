"""Claims against the truth: an onset is right if a station of its cell stands in a plume then or did 10 minutes ago.

A claim is true if one of its onsets is right, an emission is found if an onset is right because of it. Times count to
the end of the deciding minute.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.eval.claim import Claim
from tests.eval.truth import Cell, Event, Truth

BANDS = ((3, 6), (6, 12), (12, 24), (24, math.inf))
DAY = 1440
Metrics = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one emission; nothing but its SNR if it was not found."""

    snr: float | None
    found: bool = False
    delay: int = 0  # minutes from its start
    after_detectable: int | None = None  # minutes
    error_m: float = 0.0
    rank: int | None = None  # of the true enterprise among the candidates; None: not of the registry
    alerts: int = 0  # that were right because of it


@dataclass(slots=True)
class Tally:
    """Counts of one scenario; those of several add up field by field."""

    minutes: int = 0
    cell_minutes: int = 0
    device_cell_minutes: int = 0
    station_minutes: int = 0
    false: int = 0
    false_on_fault: int = 0
    false_in_episode: int = 0
    onsets: int = 0
    false_onsets: int = 0
    false_minutes: int = 0
    quiet_minutes: int = 0
    quiet_minutes_in_alert: int = 0
    lumped: list[int] = field(default_factory=list)  # emissions of every true alert
    outcomes: list[Outcome] = field(default_factory=list)


def pool(tallies: Iterable[Tally]) -> Tally:
    """The sum of the tallies."""
    total = Tally()
    for tally in tallies:
        for part in fields(Tally):
            setattr(total, part.name, getattr(total, part.name) + getattr(tally, part.name))
    return total


def tally(truth: Truth, claims: list[Claim]) -> Tally:
    """Score one scenario; what was claimed in the warm-up counts for nothing."""
    claims = [claim for claim in claims if claim.opened >= truth.warm]
    span = truth.minutes - truth.warm
    stations = sum(map(len, truth.stations.values()))
    out = Tally(span, truth.nx * truth.ny * span, len(truth.stations) * span, stations * span)
    right: dict[int, tuple[int, Claim]] = {}  # event → its first right onset
    alerts: dict[int, int] = {}  # event → how many
    for claim in claims:
        causes = _judge(truth, claim, out, right)
        for key in causes:
            alerts[key] = alerts.get(key, 0) + 1
    _add_minutes(truth, claims, out)
    for event in truth.scored_events():
        key = event["id"]
        known = key in right
        out.outcomes.append(_found(truth, event, *right[key], alerts[key]) if known else Outcome(event["snr"]))
    return out


def _judge(truth: Truth, claim: Claim, out: Tally, right: dict[int, tuple[int, Claim]]) -> set[int]:
    """Count one claim; returns the emissions it is right about."""
    causes: set[int] = set()
    for onset in claim.onsets:
        because = truth.causes(onset.cell, onset.first)
        causes |= because
        out.onsets += 1
        out.false_onsets += not because
        for key in because:
            if key not in right or onset.first < right[key][0]:
                right[key] = (onset.first, claim)
    if causes:
        out.lumped.append(len(causes))
    else:
        out.false += 1
        out.false_on_fault += any(truth.faulty(onset.cell, onset.first) for onset in claim.onsets)
        out.false_in_episode += truth.in_episode(claim.opened)
    return causes


def _add_minutes(truth: Truth, claims: list[Claim], out: Tally) -> None:
    """Count the minutes that cells spent in an alert without a plume, and the quiet time."""
    alarmed: dict[Cell, NDArray[np.bool_]] = {}
    for claim in claims:
        for onset in claim.onsets:
            alarmed.setdefault(onset.cell, np.zeros(truth.minutes, bool))[onset.first : onset.last] = True
    out.false_minutes = sum(int((on & truth.clean_minutes(cell)).sum()) for cell, on in alarmed.items())
    quiet = truth.quiet_minutes()
    out.quiet_minutes = int(quiet.sum())
    anywhere = np.any(list(alarmed.values()), axis=0) if alarmed else np.zeros(truth.minutes, bool)
    out.quiet_minutes_in_alert = int((quiet & anywhere).sum())


def _found(truth: Truth, event: Event, minute: int, claim: Claim, alerts: int) -> Outcome:
    x, y = truth.metres(event["lon"], event["lat"])
    rank = None
    if event["enterprise_id"] is not None:
        ranked = claim.ranked
        rank = ranked.index(event["enterprise_id"]) if event["enterprise_id"] in ranked else len(ranked) + 3
    return Outcome(
        snr=event["snr"],
        found=True,
        delay=minute + 1 - event["t0"],
        after_detectable=None if event["t_detectable"] is None else minute - event["t_detectable"],
        error_m=math.hypot(claim.x - x, claim.y - y),
        rank=rank,
        alerts=alerts,
    )


def metrics(total: Tally) -> Metrics:
    """All figures; a share without a denominator is None."""
    found = [outcome for outcome in total.outcomes if outcome.found]
    ranks = [outcome.rank for outcome in found if outcome.rank is not None]
    after = [outcome.after_detectable for outcome in found if outcome.after_detectable is not None]
    alerts = len(total.lumped) + total.false
    return {
        "events": len(total.outcomes),
        "found": len(found),
        "pod": _share(len(found), len(total.outcomes)),
        "pod_by_snr": {_name(band): _pod(total.outcomes, band) for band in BANDS},
        "alerts": alerts,
        "true_alerts": len(total.lumped),
        "false_alarms": total.false,
        "precision": _share(len(total.lumped), alerts),
        "cell_days": total.cell_minutes / DAY,
        "false_alarms_per_1000_cell_days": _share(1000 * DAY * total.false, total.cell_minutes),
        "false_alarms_per_day": _share(DAY * total.false, total.minutes),
        "false_alarms_on_fault": total.false_on_fault,
        "false_alarms_in_episode": total.false_in_episode,
        "minutes_to_detect": _quantiles([outcome.delay for outcome in found]),
        "minutes_after_detectable": _quantiles(after),
        "location_error_m": _quantiles([outcome.error_m for outcome in found]),
        "events_of_enterprises_found": len(ranks),
        "top1": _share(sum(rank < 1 for rank in ranks), len(ranks)),
        "top3": _share(sum(rank < 3 for rank in ranks), len(ranks)),
        "alerts_per_event": _mean([outcome.alerts for outcome in found]),
        "events_per_true_alert": _mean(total.lumped),
        "onsets": total.onsets,
        "false_onsets_per_1000_station_days": _share(1000 * DAY * total.false_onsets, total.station_minutes),
        "false_minute_share": _share(total.false_minutes, total.device_cell_minutes),
        "quiet_days": total.quiet_minutes / DAY,
        "quiet_minutes_in_alert": _share(total.quiet_minutes_in_alert, total.quiet_minutes),
    }


def _name(band: tuple[float, float]) -> str:
    low, high = band
    return f"{low}-{high}" if high < math.inf else f">{low}"


def _pod(outcomes: list[Outcome], band: tuple[float, float]) -> Metrics:
    low, high = band
    inside = [outcome.found for outcome in outcomes if outcome.snr is not None and low <= outcome.snr < high]
    return {"events": len(inside), "found": sum(inside), "pod": _share(sum(inside), len(inside))}


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _mean(values: list[int]) -> float | None:
    return float(np.mean(values)) if values else None


def _quantiles(values: list[int] | list[float]) -> dict[str, float | None]:
    return {f"p{p}": float(np.percentile(values, p)) if values else None for p in (50, 90)}
