-- What the gate learnt: mobile devices, loggers that speak HJ 212, units of stations, power streams, statistics of
-- loggers, split packets, rejects that can be replayed, and what is to be summed up again.

ALTER TABLE station DROP CONSTRAINT station_kind_check;
ALTER TABLE station ADD CONSTRAINT station_kind_check
    CHECK (kind IN ('micro', 'national', 'weather', 'boundary', 'mobile'));

-- The MN and password under which a station speaks HJ 212; a monitor's are its own.
CREATE TABLE logger (
    device integer PRIMARY KEY REFERENCES device,
    mn text NOT NULL UNIQUE,
    password text NOT NULL
);

-- Units in which a station sends, where they are not those of the contract.
CREATE TABLE station_channel (
    device integer NOT NULL REFERENCES device,
    channel text NOT NULL,
    unit text NOT NULL,
    PRIMARY KEY (device, channel)
);

-- Streams that tell whether production or a treatment facility runs: it does above `on_above`, in the stream's unit.
CREATE TABLE facility (
    device integer NOT NULL,
    channel text NOT NULL,
    line text NOT NULL,
    role text NOT NULL CHECK (role IN ('production', 'treatment')),
    on_above double precision NOT NULL,
    PRIMARY KEY (device, channel),
    FOREIGN KEY (device, channel) REFERENCES monitor_channel
);

-- Goes up with every import: who keeps a copy of the registry looks here whether it is old.
CREATE TABLE registry_version (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    version bigint NOT NULL
);
INSERT INTO registry_version (version) VALUES (1);

-- Samples of a car or a drone at their own places; `ix`, `iy` is the cell, null outside the grid.
CREATE TABLE mobile_reading (
    device integer NOT NULL,
    ts timestamptz NOT NULL,
    lon double precision NOT NULL,
    lat double precision NOT NULL,
    ix integer,
    iy integer,
    pm25 real, pm10 real, so2 real, no2 real, o3 real, co real, tvoc real, nmhc real, ch4 real,
    temperature real, humidity real, pressure real, wind_speed real, wind_direction real,
    qc bytea,
    PRIMARY KEY (device, ts)
);
SELECT create_hypertable('mobile_reading', by_range('ts', INTERVAL '1 day'));

-- What loggers report of a period themselves, by HJ 212 command (2031 day, 2051 minutes, 2061 hour, 2111 five minutes).
CREATE TABLE statistic (
    device integer NOT NULL,
    ts timestamptz NOT NULL,
    command smallint NOT NULL,
    channel text NOT NULL,
    low real, mean real, high real, total double precision, zs_low real, zs_mean real, zs_high real,
    qc smallint NOT NULL,
    PRIMARY KEY (device, ts, command, channel)
);
SELECT create_hypertable('statistic', by_range('ts', INTERVAL '7 days'));

-- What loggers say about themselves and their instruments: serial numbers, parameters, logs, checks, restarts.
CREATE TABLE device_note (
    device integer NOT NULL REFERENCES device,
    at timestamptz NOT NULL,
    command smallint NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    text text NOT NULL,
    PRIMARY KEY (device, at, command, code, name)
);

-- Packets of frames that are not complete yet: committed, so answered.
CREATE TABLE hj212_part (
    device integer NOT NULL,
    command smallint NOT NULL,
    data_time text NOT NULL,
    total smallint NOT NULL,
    number smallint NOT NULL,
    topic text NOT NULL,
    payload bytea NOT NULL,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (device, command, data_time, total, number)
);

-- Hours and devices whose minutes have changed since they were last judged and summed up: a ledger, like `arrival`.
CREATE TABLE touched (
    hour timestamptz NOT NULL,
    devices integer[] NOT NULL
);

-- A message is kept once and whole, however much of it was refused, so that it can be taken in again after a fix.
CREATE TABLE refused (
    message bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    digest bytea NOT NULL UNIQUE,
    received_at timestamptz NOT NULL,
    topic text NOT NULL,
    payload bytea NOT NULL,
    bytes integer NOT NULL  -- of the message as it came: more than there are here if it was absurdly long
);
CREATE INDEX refused_received ON refused (received_at);

INSERT INTO refused (digest, received_at, topic, payload, bytes)
SELECT DISTINCT ON (digest) digest, received_at, topic, sample,
    CASE WHEN length(sample) < 4096 THEN length(sample) ELSE 4097 END  -- longer ones were cut off
FROM (SELECT *, sha256(convert_to(topic, 'UTF8') || '\x00'::bytea || sample) AS digest FROM reject) AS old
ORDER BY digest, received_at DESC;

CREATE TABLE kept_reject (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    message bigint NOT NULL REFERENCES refused ON DELETE CASCADE,
    first_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    device_id text,
    reason text NOT NULL,
    detail text NOT NULL,
    times integer NOT NULL,
    UNIQUE NULLS NOT DISTINCT (message, device_id, reason, detail)
);
INSERT INTO kept_reject (message, first_at, received_at, device_id, reason, detail, times)
SELECT r.message, min(o.received_at), max(o.received_at), o.device_id, o.reason, o.detail, sum(o.times)
FROM reject AS o JOIN refused AS r ON r.digest = sha256(convert_to(o.topic, 'UTF8') || '\x00'::bytea || o.sample)
GROUP BY r.message, o.device_id, o.reason, o.detail;
DROP TABLE reject;
ALTER TABLE kept_reject RENAME TO reject;
ALTER TABLE reject RENAME CONSTRAINT kept_reject_pkey TO reject_pkey;
CREATE INDEX reject_received ON reject (received_at, id);

-- Of a channel that was sent before, the first flag stays as the first value does; `had` are the values that there were.
DROP FUNCTION merge_qc(bytea, bytea);
CREATE FUNCTION merge_qc(old bytea, new bytea, had real[]) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN new IS NULL THEN old ELSE (
        SELECT decode(string_agg(lpad(to_hex(CASE WHEN a > 0 OR had[i + 1] IS NOT NULL THEN a ELSE b END), 2, '0'), ''
            ORDER BY i), 'hex')
        FROM generate_series(0, greatest(length(old), length(new)) - 1) AS i,
        LATERAL (SELECT CASE WHEN i < length(old) THEN get_byte(old, i) ELSE 0 END AS a,
                        CASE WHEN i < length(new) THEN get_byte(new, i) ELSE 0 END AS b) AS bytes
    ) END
$$;

GRANT SELECT, INSERT, UPDATE ON logger, station_channel TO hotgrid_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON facility TO hotgrid_app;
GRANT SELECT, UPDATE ON registry_version TO hotgrid_app;
GRANT SELECT, INSERT, UPDATE ON mobile_reading, statistic, device_note TO hotgrid_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON hj212_part, touched, refused, reject TO hotgrid_app;
