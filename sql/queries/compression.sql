-- What only TimescaleDB's own licence has (`timescaledb.license` is `timescale`): run by `hotgrid migrate`, as the owner.
-- Never run on the Apache edition, which refuses every statement that begins with compress_ or policy_.

-- name: edition
SELECT extversion AS version, current_setting('timescaledb.license') AS license
FROM pg_extension WHERE extname = 'timescaledb';

-- name: lacking: hypertables that are not compressed yet
SELECT hypertable_name FROM timescaledb_information.hypertables
WHERE hypertable_schema = 'public' AND NOT compression_enabled;

-- name: compress_station_reading
ALTER TABLE station_reading SET (
    timescaledb.compress, timescaledb.compress_segmentby = 'device', timescaledb.compress_orderby = 'ts'
);

-- name: policy_station_reading: by then hardly anything comes late
SELECT add_compression_policy('station_reading', INTERVAL '14 days', if_not_exists => true);

-- name: compress_monitor_reading
ALTER TABLE monitor_reading SET (
    timescaledb.compress, timescaledb.compress_segmentby = 'device, channel', timescaledb.compress_orderby = 'ts'
);

-- name: policy_monitor_reading
SELECT add_compression_policy('monitor_reading', INTERVAL '14 days', if_not_exists => true);

-- name: compress_mobile_reading
ALTER TABLE mobile_reading SET (
    timescaledb.compress, timescaledb.compress_segmentby = 'device', timescaledb.compress_orderby = 'ts'
);

-- name: policy_mobile_reading
SELECT add_compression_policy('mobile_reading', INTERVAL '14 days', if_not_exists => true);

-- name: compress_hour_mean: an hour after the other of a channel
ALTER TABLE hour_mean SET (
    timescaledb.compress, timescaledb.compress_segmentby = 'device', timescaledb.compress_orderby = 'channel, ts'
);

-- name: policy_hour_mean
SELECT add_compression_policy('hour_mean', INTERVAL '30 days', if_not_exists => true);

-- name: compress_quality_flag
ALTER TABLE quality_flag SET (
    timescaledb.compress, timescaledb.compress_segmentby = 'device',
    timescaledb.compress_orderby = 'channel, reason, hour, from_at'
);

-- name: policy_quality_flag
SELECT add_compression_policy('quality_flag', INTERVAL '30 days', if_not_exists => true);
