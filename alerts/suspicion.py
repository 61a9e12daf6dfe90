"""What speaks for or against an enterprise beside the wind: its own monitors, and what field teams found before."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from alerts.detector.panel import Panel
from alerts.detector.state import NO_TRACE, TRACE, TRACE_STEP
from ingest.layout import Layout
from ingest.registry import Finding

Floats = NDArray[np.float64]

QUIET = 1.5  # z below which a monitor shows nothing
LOUD = 3.0  # z from which it clearly shows something
CLEARED = 0.5  # how likely an enterprise is whose monitors are quiet: much is let out beside the stack
CAUGHT = 5.0  # and one whose monitors are not
FADES = timedelta(days=180)  # a finding says half as much after it
QUARTER = 15  # min looked back
BLOCK = 5  # of these averaged
BOUNDS = (0.2, 20.0)  # all reasons together: the wind must be able to outvote them


def weights(of_monitors: Floats, of_findings: Floats) -> Floats:
    """How many times likelier than usual each enterprise is (E,), for `attribution.attribute`."""
    product: Floats = np.clip(of_monitors * of_findings, *BOUNDS)
    return product


def of_monitors(panels: Iterable[Panel], layout: Layout, clock: int) -> dict[str, float]:
    """Enterprise → highest excess z of its monitors, five minutes' mean, in the quarter of an hour up to `clock`.

    Every pollutant counts: what goes wrong in a plant shows where it is measured. NaN where none gave evidence.
    """
    highest: dict[str, float] = {}
    newest = np.arange(clock - QUARTER + 1, clock + 1)
    for panel in panels:
        for place in np.flatnonzero(layout.is_monitor[panel.network.order]):
            trace = panel.state.trace[newest % TRACE, place].astype(np.float64)
            blocks = np.where(trace == NO_TRACE, np.nan, trace).reshape(-1, BLOCK)
            means = [float(np.nanmean(block)) for block in blocks if not np.isnan(block).all()]
            owner = str(layout.devices[panel.network.order[place]].enterprise_id)
            scale = max(panel.state.scale[place], panel.profile.numbers.scale_floor)
            highest[owner] = float(np.fmax(highest.get(owner, np.nan), max(means, default=np.nan) * TRACE_STEP / scale))
    return highest


def from_monitors(excess: Mapping[str, float], enterprises: Sequence[str]) -> Floats:
    """Factor (E,) from the highest excess z of every enterprise's monitors while the alert's air left; 1: no monitor.

    CLEARED up to QUIET, CAUGHT from LOUD on, geometrically in between; NaN (silent, marked) says nothing.
    """
    z = np.array([excess.get(name, np.nan) for name in enterprises], np.float64)
    share = np.clip((z - QUIET) / (LOUD - QUIET), 0.0, 1.0)
    factor: Floats = np.where(np.isnan(z), 1.0, CLEARED ** (1 - share) * CAUGHT**share)
    return factor


def from_findings(findings: Iterable[Finding], enterprises: Sequence[str], now: datetime) -> Floats:
    """Factor (E,) from the findings known `now`: 1 and one for each that named the enterprise, halved every FADES.

    The newest finding of an alert counts: what was corrected counts no more.
    """
    newest: dict[str, Finding] = {}
    for finding in sorted((f for f in findings if f.at <= now), key=lambda f: f.at):
        newest[finding.alert_id] = finding
    factor = dict.fromkeys(enterprises, 1.0)
    for finding in newest.values():
        if finding.enterprise_id in factor:
            factor[finding.enterprise_id] += float(0.5 ** ((now - finding.at) / FADES))
    return np.array(list(factor.values()), np.float64)
