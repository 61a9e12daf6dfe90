"""Occasions on which the neighbours of a monitor rise, and whether it is there to see them."""

from collections.abc import Sequence

import numpy as np
from numba import njit
from numpy.typing import NDArray

from alerts.detector.panel import Panel
from alerts.rules.fabrication_rows import Rows
from alerts.rules.fabrication_trace import Trace

VOC = ("tvoc", "nmhc", "a99054", "a24088")
APART = 360  # min between the beginnings of two occasions: less and they are one
QUIET = 30  # min without an excess end an occasion …
LONGEST = 180  # … and so many at the latest
SHORTEST = 5  # min in excess make an occasion
MISSED = 0.8  # of these without a good value: absent
FADE = 0.97  # an occasion, of the weight of those before it
USUAL = 1680  # min at an hour of the day (four weeks) over which the usual absence is known
LEAST = 0.03  # nobody is absent less than this


def rising(panels: Sequence[Panel], devices: int) -> NDArray[np.bool_]:
    """Which devices of the layout are in excess of VOC in this minute."""
    risen = np.zeros(devices, bool)
    for panel in panels:
        if panel.pollutant in VOC:
            risen[panel.network.order[panel.state.alarm == 1]] = True
    return risen


@njit(nogil=True, cache=False)
def attend(risen: NDArray[np.bool_], good: NDArray[np.bool_], rows: Rows, trace: Trace, clock: int) -> None:
    """Minute number `clock` at every monitor with neighbours; `good` (rows): has an unmarked value."""
    for r in range(len(good)):
        if rows.near[r, 0] < 0:
            continue
        up = False
        for near in rows.near[r]:
            up = up or (near >= 0 and risen[near])
        trace.quiet[r] = 0 if up else trace.quiet[r] + 1
        trace.watched[r] += 1
        hour, usual = clock // 60 % 24, min(trace.watched[r] // 24 + 60, USUAL)
        trace.missing[r, hour] += ((not good[r]) - trace.missing[r, hour]) / usual
        if trace.onset[r] < 0 and up and clock - trace.since[r] >= APART:
            trace.onset[r], trace.since[r], trace.risen[r], trace.missed[r] = clock, clock, 0, 0
        if trace.onset[r] < 0:
            continue
        if up:
            trace.risen[r] += 1
            trace.missed[r] += not good[r]
        if trace.quiet[r] >= QUIET or clock - trace.onset[r] >= LONGEST:
            if trace.risen[r] >= SHORTEST:
                share = max(trace.missing[r, trace.onset[r] // 60 % 24], trace.missing[r].mean(), LEAST)
                trace.usually[r] = FADE * trace.usually[r] + share
                trace.occasions[r] = FADE * trace.occasions[r] + 1
                trace.absences[r] = FADE * trace.absences[r] + (trace.missed[r] >= MISSED * trace.risen[r])
            trace.onset[r] = -1
