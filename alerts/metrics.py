"""What the detector counts, for Prometheus."""

from collections.abc import Sequence
from datetime import datetime

from prometheus_client import Counter, Gauge

from alerts.alert import Change

MINUTES = Counter("hotgrid_detect_minutes", "Minutes judged")
REJUDGED = Counter("hotgrid_detect_rejudged_minutes", "Minutes judged again because readings came late")
TOO_LATE = Counter("hotgrid_detect_too_late_minutes", "Minutes whose readings came too late to be judged")
ALERTS = Counter("hotgrid_detect_alert_changes", "Transitions of alerts", ["action"])
WATERMARK = Gauge("hotgrid_detect_watermark_seconds", "Newest minute judged, Unix time", multiprocess_mode="livemax")


def closed(minutes: Sequence[datetime], changes: Sequence[Change]) -> None:
    """Count minutes that were committed."""
    MINUTES.inc(len(minutes))
    WATERMARK.set(minutes[-1].timestamp())
    for change in changes:
        ALERTS.labels(change.what).inc()
