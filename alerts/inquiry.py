"""Asking for the source of open alerts: when, on what evidence, and what the answer changes."""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from alerts import attribution, suspicion
from alerts.attribution import TRAVEL
from alerts.case import Anchor, Case, leading
from alerts.detector.panel import Panel
from alerts.detector.wind import Wind
from ingest.layout import Layout
from ingest.registry import Registry


class Inquiry:
    """Who the enterprises of a district are, and what is held against them."""

    def __init__(self, registry: Registry, layout: Layout) -> None:
        self.layout = layout
        self.names = [row.enterprise_id for row in registry.enterprises]
        lon, lat = [row.lon for row in registry.enterprises], [row.lat for row in registry.enterprises]
        self.sites = np.column_stack(layout.grid.metres(lon, lat))
        self.findings = registry.findings
        self._weights: tuple[int, NDArray[np.float64]] = (-1, np.ones(len(self.names)))

    def follow(self, case: Case, panels: Sequence[Panel], wind: Wind, clock: int) -> None:
        """Keep the trails of an alert in minute number `clock`, and ask who it may be when it is time to."""
        asked = [anchor for anchor in case.anchors if self._is_due(anchor, panels, clock)]
        for anchor in asked:
            self._ask(anchor, panels, wind, clock)
        if asked:
            best = leading([anchor.source for anchor in case.anchors if anchor.source])
            lon, lat = self.layout.grid.lonlat(best.x, best.y)
            case.adopt((round(float(lon), 6), round(float(lat), 6)))

    def _is_due(self, anchor: Anchor, panels: Sequence[Panel], clock: int) -> bool:
        """Bring a trail up to date; whether the source is to be asked for in this minute."""
        age, again = clock - anchor.opened, anchor.profile.again
        if age > again[-1]:
            return False
        panel = next(p for p in panels if (p.pollutant, p.profile.name) == (anchor.pollutant, anchor.profile.name))
        if age == 0:
            place = int(np.flatnonzero(panel.network.order == self.layout.index[anchor.lead])[0])
            anchor.trail = attribution.begin(panel, place, self.layout.xy, clock)
        elif anchor.trail is not None:
            anchor.trail.append(panel, clock)
        return anchor.trail is not None and age in again

    def _ask(self, anchor: Anchor, panels: Sequence[Panel], wind: Wind, clock: int) -> None:
        assert anchor.trail is not None
        winds = wind.last(clock, len(anchor.trail.excess) + TRAVEL)
        prior = self._prior(panels, clock)
        anchor.source = attribution.attribute(anchor.trail, winds, self.names, self.sites, prior)

    def _prior(self, panels: Sequence[Panel], clock: int) -> NDArray[np.float64]:
        """How suspicious every enterprise is in this minute beside the wind; the same for all alerts."""
        if self._weights[0] != clock:
            seen = suspicion.from_monitors(suspicion.of_monitors(panels, self.layout), self.names)
            found = suspicion.from_findings(self.findings, self.names, datetime.fromtimestamp(clock * 60, UTC))
            self._weights = (clock, suspicion.weights(seen, found))
        return self._weights[1]
