-- name: forget_readings before the next measurement
TRUNCATE station_reading, station_latest, arrival;

-- name: committed: frames, and the seconds between the first and the last transaction that brought some
SELECT sum(devices) AS frames, extract(epoch FROM max(at) - min(at))::float8 AS seconds,
    (SELECT sum(devices) FROM arrival WHERE at = (SELECT min(at) FROM arrival)) AS first
FROM arrival;

-- name: quiet: how many minutes since then have come
SELECT count(DISTINCT minute) FROM arrival WHERE minute >= :since::timestamptz;

-- name: readings
SELECT * FROM station_reading;

-- name: make_copy_target like the table of readings, empty
CREATE TABLE copied (LIKE station_reading INCLUDING ALL);

-- name: make_copy_hypertable of it
SELECT create_hypertable(to_regclass('copied'), by_range('ts', INTERVAL '1 day'));

-- name: forget_copied
TRUNCATE copied;

-- name: put_minute of most stations at once, as if they had come in by the broker
WITH put AS (
    INSERT INTO station_reading (device, ts, pm25, pm10, so2, no2, o3, co, wind_speed, wind_direction)
    SELECT d.device, :ts::timestamptz, f.pm25, f.pm10, f.so2, f.no2, f.o3, f.co, 2.5, 270
    FROM unnest(:id::text[], :pm25::real[], :pm10::real[], :so2::real[], :no2::real[], :o3::real[], :co::real[])
        AS f(id, pm25, pm10, so2, no2, o3, co)
    JOIN device AS d ON d.device_id = f.id
    RETURNING ts
)
INSERT INTO arrival (minute, devices) SELECT ts, count(*) FROM put GROUP BY ts;

-- name: put_registry of stations alone
WITH put AS (INSERT INTO device (device_id) SELECT unnest(:id::text[]) RETURNING device, device_id)
INSERT INTO station (device, name, kind, lon, lat, township, chief)
SELECT put.device, s.id, 'micro', s.lon, s.lat, '', ''
FROM unnest(:id::text[], :lon::float8[], :lat::float8[]) AS s(id, lon, lat) JOIN put ON put.device_id = s.id;

-- name: put_latest of every station
INSERT INTO station_latest (device, ts, received_at, pm25, pm10, so2, no2, o3, co, tvoc, temperature, humidity, qc)
SELECT device, now(), now(), 30 + random() * 20, 60, 8, 30, 55, 0.7, 0.25, 21.5, 60,
    CASE WHEN device % 50 = 0 THEN decode('00000001' || repeat('00', 10), 'hex') END
FROM station;

-- name: put_alerts of the past, one a minute backwards from `until`
WITH past AS (
    SELECT n, opened_at, closed_at, :body::jsonb || jsonb_build_object(
        'id', :status || '-' || n, 'status', :status, 'opened_at', opened_at, 'closed_at', closed_at
    ) AS body
    FROM generate_series(:first::integer, :last::integer) AS n,
    LATERAL (SELECT :until::timestamptz - n * INTERVAL '1 minute' AS opened_at) AS began,
    LATERAL (SELECT CASE WHEN :status::text = 'closed' THEN opened_at + INTERVAL '40 minutes' END AS closed_at) AS ended
), put AS (
    INSERT INTO alert (alert_id, kind, profile, pollutant, source, status, severity, opened_at, closed_at, lon, lat,
        body)
    SELECT body ->> 'id', 'hotspot', 'grid', 'pm25', n::text, :status, 1 + n % 4, opened_at, closed_at, 120.05, 31.7,
        body
    FROM past
    RETURNING alert_id, status, opened_at
)
INSERT INTO handling (alert_id, stage, version, pushed, opened_at, township, body)
SELECT alert_id, status, 1, true, opened_at, '', :handling::jsonb || jsonb_build_object('stage', status) FROM put;

-- name: numbers of the stations, in the order of their ids
SELECT device FROM station JOIN device USING (device) ORDER BY device_id;

-- name: fill_monitors with a day of made-up values
INSERT INTO monitor_reading
SELECT 1000000 + device, :start::timestamptz + minute * INTERVAL '1 minute', 'a25' || lpad(channel::text, 3, '0'),
    random(), 0
FROM generate_series(0, 1439) AS minute, generate_series(1, :monitors::integer) AS device,
    generate_series(1, :channels::integer) AS channel;

-- name: settle_readings: what the autovacuum comes to do sooner or later
VACUUM (ANALYZE) station_reading, monitor_reading, station_latest, station, device;

-- name: room that a hypertable takes
SELECT table_bytes, index_bytes, total_bytes FROM hypertable_detailed_size(:name::text::regclass);

-- name: settle after filling a table
ANALYZE alert, handling;

-- name: put_officers on duty now, each with a webhook of their own
WITH officer AS (
    INSERT INTO person (person_id, name, role, phone, township)
    SELECT 'B' || n, '王' || n, 'duty', '', '' FROM generate_series(1, :count::integer) AS n
    RETURNING person_id
), shift AS (
    INSERT INTO shift (person_id, start_at, end_at, post)
    SELECT person_id, now() - INTERVAL '1 hour', now() + INTERVAL '1 day', '值班室' FROM officer
)
INSERT INTO contact (person_id, channel, address, rank, language, min_severity, created_at, created_by)
SELECT person_id, 'webhook', :url::text || '/' || person_id, 1, 'zh', 1, now(), 'bench' FROM officer;

-- name: repeated pushes
SELECT count(*)::double precision FROM push WHERE attempts > 1;
