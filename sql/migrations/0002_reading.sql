-- A device-minute of a station: `ts` is the start of the minute, units as in the contract.
-- `qc` is null when every value is good, else one byte a channel in the order of these columns (ingest.flag.Qc).
CREATE TABLE station_reading (
    device integer NOT NULL,
    ts timestamptz NOT NULL,
    pm25 real, pm10 real, so2 real, no2 real, o3 real, co real, tvoc real, nmhc real, ch4 real,
    temperature real, humidity real, pressure real, wind_speed real, wind_direction real,
    qc bytea,
    PRIMARY KEY (device, ts)
);
SELECT create_hypertable('station_reading', by_range('ts', INTERVAL '1 day'));

-- A value of an enterprise's monitor, in the canonical unit of a named channel, else in the registry's unit.
CREATE TABLE monitor_reading (
    device integer NOT NULL,
    ts timestamptz NOT NULL,
    channel text NOT NULL,
    value real,
    qc smallint NOT NULL DEFAULT 0,
    PRIMARY KEY (device, ts, channel)
);
SELECT create_hypertable('monitor_reading', by_range('ts', INTERVAL '1 day'));

-- The newest frame of every device. Half-empty pages let the update stay on its page.
CREATE TABLE station_latest (
    device integer PRIMARY KEY REFERENCES device,
    ts timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    pm25 real, pm10 real, so2 real, no2 real, o3 real, co real, tvoc real, nmhc real, ch4 real,
    temperature real, humidity real, pressure real, wind_speed real, wind_direction real,
    qc bytea
) WITH (fillfactor = 50);

CREATE TABLE monitor_latest (
    device integer NOT NULL REFERENCES device,
    channel text NOT NULL,
    ts timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    value real,
    qc smallint NOT NULL,
    PRIMARY KEY (device, channel)
) WITH (fillfactor = 50);

-- What ingest has committed and the detector has not yet judged: the minute loop takes the rows it has used.
CREATE TABLE arrival (
    minute timestamptz NOT NULL,
    devices integer NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX arrival_minute ON arrival (minute);

-- What could not be taken in, with the reason. Never dropped in silence.
CREATE TABLE reject (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    received_at timestamptz NOT NULL,
    topic text NOT NULL,
    device_id text,
    reason text NOT NULL,
    detail text NOT NULL,
    sample bytea NOT NULL,
    times integer NOT NULL
);
CREATE INDEX reject_received ON reject (received_at);

-- Two frames of a minute that carry different channels become one row; of a channel sent twice the first value stays.
CREATE FUNCTION merge_qc(old bytea, new bytea) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN old IS NULL THEN new WHEN new IS NULL THEN old ELSE (
        SELECT decode(string_agg(lpad(to_hex(CASE WHEN a > 0 THEN a ELSE b END), 2, '0'), '' ORDER BY i), 'hex')
        FROM generate_series(0, greatest(length(old), length(new)) - 1) AS i,
        LATERAL (SELECT CASE WHEN i < length(old) THEN get_byte(old, i) ELSE 0 END AS a,
                        CASE WHEN i < length(new) THEN get_byte(new, i) ELSE 0 END AS b) AS bytes
    ) END
$$;

GRANT SELECT, INSERT, UPDATE ON station_reading, monitor_reading, station_latest, monitor_latest TO hotgrid_app;
GRANT SELECT, INSERT, DELETE ON arrival, reject TO hotgrid_app;
