"""What ingest counts, for Prometheus."""

from prometheus_client import Counter, Gauge, Histogram

MESSAGES = Counter("hotgrid_ingest_messages", "MQTT messages taken, committed and acknowledged")
READINGS = Counter("hotgrid_ingest_readings", "Station-minutes and monitor values stored for the first time")
REPEATS = Counter("hotgrid_ingest_repeats", "Station-minutes and monitor values that were stored already")
REJECTS = Counter("hotgrid_ingest_rejects", "What could not be taken in, by reason", ["reason"])
COMMIT = Histogram(
    "hotgrid_ingest_commit_seconds", "Time to commit a batch", buckets=(0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30)
)
CONNECTED = Gauge("hotgrid_ingest_connected", "1 while the broker is connected", multiprocess_mode="livesum")
SLOWED = Counter("hotgrid_ingest_slowed", "Messages of devices that flood, which waited behind the others'", ["topic"])
GATEWAY_CONNECTIONS = Gauge(
    "hotgrid_gateway_connections", "Loggers that are connected over TCP", multiprocess_mode="livesum"
)
GATEWAY_FRAMES = Counter("hotgrid_gateway_frames", "HJ 212 frames over TCP: taken, or refused whole", ["result"])
GATEWAY_ENDED = Counter("hotgrid_gateway_ended", "Connections over TCP that were ended, by reason", ["reason"])
