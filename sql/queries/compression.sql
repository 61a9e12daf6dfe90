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

-- name: compress_mobile_reading
ALTER TABLE mobile_reading SET (
    timescaledb.compress, timescaledb.compress_segmentby = 'device', timescaledb.compress_orderby = 'ts'
);

-- name: policy_mobile_reading
SELECT add_compression_policy('mobile_reading', INTERVAL '14 days', if_not_exists => true);
