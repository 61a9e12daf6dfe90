"""From exceedances of single stations to alerts, the same simple way for every peer.

A station is in alarm in a minute if the statistic was above the threshold in enough of the last minutes. It stays so
until it has been quiet for 10 minutes; the stay ends with its last alarm. A stay joins the oldest alert that has had an
alarm within 1.2 km in the last 30 minutes, else it opens one; there is no limit to how far an alert may grow (this
spares a peer false alarms when a haze front crosses the city). An alert is placed at the mean of the stations it began
with; it names no enterprise.
"""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tests.eval.readings import Readings
from tests.eval.truth import Truth

QUIET = 10  # minutes
NEAR_M = 1200.0
RECENT = 30  # minutes
BEGINNING = 5  # minutes: stations that join so soon say where the alert is


class Stays(NamedTuple):
    """N stays in the order of their beginning; minutes are the deciding ones."""

    station: NDArray[np.intp]
    first: NDArray[np.intp]
    last: NDArray[np.intp]
    alert: NDArray[np.intp]


class Limit(NamedTuple):
    """Above the threshold in `votes` of the last `window` minutes; a missing statistic is no vote."""

    threshold: float
    votes: int = 1
    window: int = 1


def alarms(statistic: NDArray[np.floating], limit: Limit) -> NDArray[np.bool_]:
    """Whether a station is in alarm (T, S)."""
    above = statistic > limit.threshold
    total = np.concatenate([np.zeros((1, above.shape[1]), np.int32), np.cumsum(above, axis=0, dtype=np.int32)])
    until = np.arange(1, len(total))
    return np.asarray(total[until] - total[np.maximum(until - limit.window, 0)] >= limit.votes)


def join(alarm: NDArray[np.bool_], readings: Readings) -> Stays:
    """The stays of the stations, each with the number of its alert."""
    station, minute = np.nonzero(alarm.T)
    new = np.ones(len(minute), bool)
    new[1:] = (np.diff(station) != 0) | (np.diff(minute) > QUIET)
    starts = np.flatnonzero(new)
    stops = np.append(starts[1:], len(minute))[: len(starts)] - 1
    order = np.lexsort((station[starts], minute[starts]))
    station, first, last = station[starts][order], minute[starts][order], minute[stops][order]
    alert = np.arange(len(first))
    xy = readings.xy[station]
    for i in range(1, len(first)):
        active = np.flatnonzero(last[:i] >= first[i] - RECENT)
        near = active[np.hypot(*(xy[active] - xy[i]).T) <= NEAR_M]
        if len(near):
            alert[i] = alert[near].min()
    return Stays(station, first, last, alert)


def lines(stays: Stays, readings: Readings, truth: Truth) -> Iterable[dict[str, object]]:
    """The alerts as lines of alerts.jsonl."""
    for number in np.unique(stays.alert):
        mine = np.flatnonzero(stays.alert == number)
        opened = stays.first[mine].min()
        begun = stays.station[mine[stays.first[mine] <= opened + BEGINNING]]
        lon, lat = _lonlat(readings.xy[begun].mean(axis=0), truth)
        yield {
            "id": int(number),
            "kind": "hotspot",
            "opened_at": _end_of(truth.start, opened),
            "closed_at": _end_of(truth.start, stays.last[mine].max()),
            "cells": [_cell(stays, int(i), readings, truth) for i in mine],
            "lon": lon,
            "lat": lat,
            "candidates": [],
        }


def write(alerts: Iterable[dict[str, object]], path: Path) -> None:
    """One line of JSON an alert."""
    path.write_text("".join(json.dumps(alert) + "\n" for alert in alerts))


def _cell(stays: Stays, i: int, readings: Readings, truth: Truth) -> dict[str, object]:
    ix, iy = readings.cells[stays.station[i]]
    return {
        "ix": ix,
        "iy": iy,
        "from": _end_of(truth.start, stays.first[i]),
        "to": _end_of(truth.start, stays.last[i]),
    }


def _lonlat(xy: NDArray[np.float64], truth: Truth) -> tuple[float, float]:
    lon, lat = truth.to_grid.transform(xy[0] + truth.corner[0], xy[1] + truth.corner[1], direction="INVERSE")
    return float(lon), float(lat)


def _end_of(start: datetime, minute: int) -> str:
    return (start + timedelta(minutes=int(minute) + 1)).isoformat()
