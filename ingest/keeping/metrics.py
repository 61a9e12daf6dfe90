"""What the keeper counts, for Prometheus."""

from prometheus_client import Counter, Gauge, Histogram

HOURS = Counter("hotgrid_keep_hours", "Hours judged and summed up, each as often as its readings have changed")
DROPPED = Counter("hotgrid_keep_dropped", "Chunks and rows dropped since they were old, by table", ["table"])
TURN = Histogram("hotgrid_keep_turn_seconds", "Time of a turn", buckets=(0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000))
BACKLOG = Gauge(
    "hotgrid_keep_backlog_hours", "Hours that are still to be dealt with in this turn", multiprocess_mode="livesum"
)
