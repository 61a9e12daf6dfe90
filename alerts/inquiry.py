"""Asking for the source of open alerts: when, on what evidence, and what the answer changes."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from alerts import attribution, suspicion
from alerts.attribution import TRAVEL
from alerts.case import Anchor, Case, Sighting, leading
from alerts.detector.panel import Panel
from alerts.detector.wind import Wind
from alerts.trail import traced
from ingest.layout import Layout
from ingest.registry import Registry

SPAN = 10  # min for which a source is asked what it brings to a device in alarm
NEWEST = 5  # of these, what the device sees
SLIGHT = 0.02  # log units


class Inquiry:
    """Who the enterprises of a district are, and what is held against them."""

    def __init__(self, registry: Registry, layout: Layout, wind: Wind) -> None:
        self.layout = layout
        self.wind = wind
        self.names = [row.enterprise_id for row in registry.enterprises]
        lon, lat = [row.lon for row in registry.enterprises], [row.lat for row in registry.enterprises]
        self.sites = np.column_stack(layout.grid.metres(lon, lat))
        self.findings = registry.findings
        self._weights: tuple[int, NDArray[np.float64]] = (-1, np.ones(len(self.names)))

    def follow(self, case: Case, panels: Sequence[Panel], clock: int) -> None:
        """Keep the trails of an alert in minute number `clock`, and ask who it may be when it is time to."""
        asked = [anchor for anchor in case.anchors if self._is_due(anchor, panels, clock)]
        for anchor in asked:
            self._ask(anchor, panels, clock)
        if asked:
            best = leading([anchor.source for anchor in case.anchors if anchor.source])
            lon, lat = self.layout.grid.lonlat(best.x, best.y)
            case.adopt((round(float(lon), 6), round(float(lat), 6)))

    def expects(self, anchor: Anchor, sighting: Sighting, clock: int) -> float | None:
        """What the source would have brought to a device in alarm, as a share of what it sees; None: nobody knows.

        Highest log excess expected in the last SPAN minutes over the mean of the newest of them; SLIGHT is added to
        both, so that nothing over nothing is one.
        """
        source = anchor.source
        if source is None or source.attribution != "wind" or anchor.pollutant != sighting.pollutant:
            return None
        panel, place = sighting.panel, np.array([sighting.place], np.int32)
        trace = np.array([traced(panel, clock - i, place)[0] for i in range(NEWEST)])
        seen = float(np.nanmean(trace)) if not np.isnan(trace).all() else 0.0
        level = np.nan_to_num(panel.minute.level[place].astype(np.float64), nan=math.log(panel.floor + 1))
        winds = self.wind.last(clock, TRAVEL + SPAN)
        xy = np.array([[sighting.device.x, sighting.device.y]])
        brought = attribution.predict(source, xy, level, winds, panel.profile.plume)
        return (float(brought.max()) + SLIGHT) / (max(seen, 0.0) + SLIGHT)

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

    def _ask(self, anchor: Anchor, panels: Sequence[Panel], clock: int) -> None:
        assert anchor.trail is not None
        winds = self.wind.last(clock, len(anchor.trail.excess) + TRAVEL)
        prior = self._prior(panels, clock)
        anchor.source = attribution.attribute(anchor.trail, winds, self.names, self.sites, prior)

    def _prior(self, panels: Sequence[Panel], clock: int) -> NDArray[np.float64]:
        """How suspicious every enterprise is in this minute beside the wind; the same for all alerts."""
        if self._weights[0] != clock:
            seen = suspicion.from_monitors(suspicion.of_monitors(panels, self.layout, clock), self.names)
            found = suspicion.from_findings(self.findings, self.names, datetime.fromtimestamp(clock * 60, UTC))
            self._weights = (clock, suspicion.weights(seen, found))
        return self._weights[1]
