"""An alert as the detector makes it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from alerts.alert import Alert, Candidate, Stay

OPENED = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)


def hotspot(**changed: Any) -> Alert:
    """PM2.5 in cell 3-4, open since 16:30 in Beijing."""
    alert = Alert(
        id="hotspot-pm25-20261121T0830Z-3-4",
        kind="hotspot",
        profile="grid",
        pollutant="pm25",
        pollutants=("pm25",),
        source="3-4",
        opened_at=OPENED,
        closed_at=None,
        severity=2,
        cells=(Stay(3, 4, OPENED, None),),
        lon=119.123456789,
        lat=31.5,
        peak_at=OPENED,
        peak_value=182.25,
        background=35.0,
        excess=147.25,
        score=9.5,
        candidates=(Candidate("E1", 0.75),),
        attribution="wind",
        detector="test",
        evidence={"devices": ["S1"], "value": 182.25},
    )
    if changed.get("cells"):
        changed.setdefault("source", f"{changed['cells'][0].ix}-{changed['cells'][0].iy}")
    return replace(alert, **changed)
