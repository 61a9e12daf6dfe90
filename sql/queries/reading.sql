-- name: put_station_readings in one statement: the rows, the newest of each device, and what arrived for the detector
-- A second frame of a minute fills in the channels that the first one did not have; of a channel the first value stays.
WITH sent AS MATERIALIZED (
    SELECT device, ts, nullif(pm25, 'NaN') AS pm25, nullif(pm10, 'NaN') AS pm10, nullif(so2, 'NaN') AS so2,
        nullif(no2, 'NaN') AS no2, nullif(o3, 'NaN') AS o3, nullif(co, 'NaN') AS co, nullif(tvoc, 'NaN') AS tvoc,
        nullif(nmhc, 'NaN') AS nmhc, nullif(ch4, 'NaN') AS ch4, nullif(temperature, 'NaN') AS temperature,
        nullif(humidity, 'NaN') AS humidity, nullif(pressure, 'NaN') AS pressure,
        nullif(wind_speed, 'NaN') AS wind_speed, nullif(wind_direction, 'NaN') AS wind_direction, qc
    FROM unnest(
        :device::integer[], :ts::timestamptz[], :pm25::real[], :pm10::real[], :so2::real[], :no2::real[], :o3::real[],
        :co::real[], :tvoc::real[], :nmhc::real[], :ch4::real[], :temperature::real[], :humidity::real[],
        :pressure::real[], :wind_speed::real[], :wind_direction::real[], :qc::bytea[]
    ) AS frame(device, ts, pm25, pm10, so2, no2, o3, co, tvoc, nmhc, ch4, temperature, humidity, pressure, wind_speed,
        wind_direction, qc)
), put AS (
    INSERT INTO station_reading AS old
    SELECT * FROM sent
    ON CONFLICT (device, ts) DO UPDATE SET
        pm25 = coalesce(old.pm25, excluded.pm25), pm10 = coalesce(old.pm10, excluded.pm10),
        so2 = coalesce(old.so2, excluded.so2), no2 = coalesce(old.no2, excluded.no2),
        o3 = coalesce(old.o3, excluded.o3), co = coalesce(old.co, excluded.co),
        tvoc = coalesce(old.tvoc, excluded.tvoc), nmhc = coalesce(old.nmhc, excluded.nmhc),
        ch4 = coalesce(old.ch4, excluded.ch4), temperature = coalesce(old.temperature, excluded.temperature),
        humidity = coalesce(old.humidity, excluded.humidity), pressure = coalesce(old.pressure, excluded.pressure),
        wind_speed = coalesce(old.wind_speed, excluded.wind_speed),
        wind_direction = coalesce(old.wind_direction, excluded.wind_direction),
        qc = merge_qc(old.qc, excluded.qc, ARRAY[old.pm25, old.pm10, old.so2, old.no2, old.o3, old.co, old.tvoc,
            old.nmhc, old.ch4, old.temperature, old.humidity, old.pressure, old.wind_speed, old.wind_direction])
    WHERE (old.pm25 IS NULL AND excluded.pm25 IS NOT NULL) OR (old.pm10 IS NULL AND excluded.pm10 IS NOT NULL)
        OR (old.so2 IS NULL AND excluded.so2 IS NOT NULL) OR (old.no2 IS NULL AND excluded.no2 IS NOT NULL)
        OR (old.o3 IS NULL AND excluded.o3 IS NOT NULL) OR (old.co IS NULL AND excluded.co IS NOT NULL)
        OR (old.tvoc IS NULL AND excluded.tvoc IS NOT NULL) OR (old.nmhc IS NULL AND excluded.nmhc IS NOT NULL)
        OR (old.ch4 IS NULL AND excluded.ch4 IS NOT NULL)
        OR (old.temperature IS NULL AND excluded.temperature IS NOT NULL)
        OR (old.humidity IS NULL AND excluded.humidity IS NOT NULL)
        OR (old.pressure IS NULL AND excluded.pressure IS NOT NULL)
        OR (old.wind_speed IS NULL AND excluded.wind_speed IS NOT NULL)
        OR (old.wind_direction IS NULL AND excluded.wind_direction IS NOT NULL)
        OR merge_qc(old.qc, excluded.qc, ARRAY[old.pm25, old.pm10, old.so2, old.no2, old.o3, old.co, old.tvoc,
            old.nmhc, old.ch4, old.temperature, old.humidity, old.pressure, old.wind_speed, old.wind_direction])
            IS DISTINCT FROM old.qc
    RETURNING device, ts, (xmax = 0) AS new
), seen AS (
    INSERT INTO arrival (minute, devices)
    SELECT ts, count(*) FILTER (WHERE new) FROM put WHERE :live::boolean GROUP BY ts
), changed AS (
    INSERT INTO touched SELECT date_trunc('hour', ts), array_agg(DISTINCT device) FROM put GROUP BY 1
), latest AS (
    INSERT INTO station_latest AS old
    SELECT DISTINCT ON (device) device, ts, :now::timestamptz, pm25, pm10, so2, no2, o3, co, tvoc, nmhc, ch4,
        temperature, humidity, pressure, wind_speed, wind_direction, qc
    FROM sent ORDER BY device, ts DESC
    ON CONFLICT (device) DO UPDATE SET
        ts = excluded.ts, received_at = excluded.received_at,
        pm25 = CASE WHEN old.ts = excluded.ts THEN coalesce(old.pm25, excluded.pm25) ELSE excluded.pm25 END,
        pm10 = CASE WHEN old.ts = excluded.ts THEN coalesce(old.pm10, excluded.pm10) ELSE excluded.pm10 END,
        so2 = CASE WHEN old.ts = excluded.ts THEN coalesce(old.so2, excluded.so2) ELSE excluded.so2 END,
        no2 = CASE WHEN old.ts = excluded.ts THEN coalesce(old.no2, excluded.no2) ELSE excluded.no2 END,
        o3 = CASE WHEN old.ts = excluded.ts THEN coalesce(old.o3, excluded.o3) ELSE excluded.o3 END,
        co = CASE WHEN old.ts = excluded.ts THEN coalesce(old.co, excluded.co) ELSE excluded.co END,
        tvoc = CASE WHEN old.ts = excluded.ts THEN coalesce(old.tvoc, excluded.tvoc) ELSE excluded.tvoc END,
        nmhc = CASE WHEN old.ts = excluded.ts THEN coalesce(old.nmhc, excluded.nmhc) ELSE excluded.nmhc END,
        ch4 = CASE WHEN old.ts = excluded.ts THEN coalesce(old.ch4, excluded.ch4) ELSE excluded.ch4 END,
        temperature = CASE WHEN old.ts = excluded.ts THEN coalesce(old.temperature, excluded.temperature)
            ELSE excluded.temperature END,
        humidity = CASE WHEN old.ts = excluded.ts THEN coalesce(old.humidity, excluded.humidity)
            ELSE excluded.humidity END,
        pressure = CASE WHEN old.ts = excluded.ts THEN coalesce(old.pressure, excluded.pressure)
            ELSE excluded.pressure END,
        wind_speed = CASE WHEN old.ts = excluded.ts THEN coalesce(old.wind_speed, excluded.wind_speed)
            ELSE excluded.wind_speed END,
        wind_direction = CASE WHEN old.ts = excluded.ts THEN coalesce(old.wind_direction, excluded.wind_direction)
            ELSE excluded.wind_direction END,
        qc = CASE WHEN old.ts = excluded.ts THEN merge_qc(old.qc, excluded.qc, ARRAY[old.pm25, old.pm10, old.so2, old.no2, old.o3, old.co, old.tvoc,
            old.nmhc, old.ch4, old.temperature, old.humidity, old.pressure, old.wind_speed, old.wind_direction])
            ELSE excluded.qc END
    WHERE excluded.ts >= old.ts
)
SELECT count(*) FILTER (WHERE new) FROM put;

-- name: put_monitor_readings likewise
WITH sent AS MATERIALIZED (
    SELECT * FROM unnest(
        :device::integer[], :ts::timestamptz[], :channel::text[], :value::real[], :qc::smallint[]
    ) AS frame(device, ts, channel, value, qc)
), put AS (
    INSERT INTO monitor_reading AS old
    SELECT * FROM sent
    ON CONFLICT (device, ts, channel) DO NOTHING
    RETURNING device, ts
), seen AS (
    INSERT INTO arrival (minute, devices) SELECT ts, count(DISTINCT device) FROM put GROUP BY ts
), changed AS (
    INSERT INTO touched SELECT date_trunc('hour', ts), array_agg(DISTINCT device) FROM put GROUP BY 1
), latest AS (
    INSERT INTO monitor_latest AS old (device, channel, ts, received_at, value, qc)
    SELECT DISTINCT ON (device, channel) device, channel, ts, :now::timestamptz, value, qc
    FROM sent ORDER BY device, channel, ts DESC
    ON CONFLICT (device, channel) DO UPDATE
    SET ts = excluded.ts, received_at = excluded.received_at, value = excluded.value, qc = excluded.qc
    WHERE excluded.ts > old.ts
)
SELECT count(*) FROM put;

-- name: put_mobile_readings of a second: the first one stays; the newest of each device is shown beside the stations'
WITH put AS (
    INSERT INTO mobile_reading
    SELECT * FROM unnest(
        :device::integer[], :ts::timestamptz[], :lon::float8[], :lat::float8[], :ix::integer[], :iy::integer[],
        :pm25::real[], :pm10::real[], :so2::real[], :no2::real[], :o3::real[],
        :co::real[], :tvoc::real[], :nmhc::real[], :ch4::real[], :temperature::real[],
        :humidity::real[], :pressure::real[], :wind_speed::real[], :wind_direction::real[],
        :qc::bytea[]
    )
    ON CONFLICT (device, ts) DO NOTHING
    RETURNING device, ts, pm25, pm10, so2, no2, o3, co, tvoc, nmhc, ch4, temperature, humidity, pressure, wind_speed, wind_direction, qc
), latest AS (
    INSERT INTO station_latest AS old
    SELECT DISTINCT ON (device) device, ts, :now::timestamptz, pm25, pm10, so2, no2, o3, co, tvoc, nmhc, ch4, temperature, humidity, pressure, wind_speed, wind_direction, qc
    FROM put ORDER BY device, ts DESC
    ON CONFLICT (device) DO UPDATE
    SET (ts, received_at, pm25, pm10, so2, no2, o3, co, tvoc, nmhc, ch4, temperature, humidity, pressure, wind_speed, wind_direction, qc) = (excluded.ts, excluded.received_at,
        excluded.pm25, excluded.pm10, excluded.so2, excluded.no2, excluded.o3, excluded.co, excluded.tvoc, excluded.nmhc, excluded.ch4, excluded.temperature, excluded.humidity, excluded.pressure, excluded.wind_speed, excluded.wind_direction, excluded.qc)
    WHERE excluded.ts > old.ts
)
SELECT count(*) FROM put;

-- name: put_statistics as loggers reported them: the first report of a period stays
INSERT INTO statistic (device, ts, command, channel, low, mean, high, total, zs_low, zs_mean, zs_high, qc)
SELECT * FROM unnest(
    :device::integer[], :ts::timestamptz[], :command::smallint[], :channel::text[], :low::real[], :mean::real[],
    :high::real[], :total::float8[], :zs_low::real[], :zs_mean::real[], :zs_high::real[], :qc::smallint[]
)
ON CONFLICT DO NOTHING;

-- name: put_notes
INSERT INTO device_note (device, at, command, code, name, text)
SELECT * FROM unnest(
    :device::integer[], :at::timestamptz[], :command::smallint[], :code::text[], :name::text[], :text::text[]
)
ON CONFLICT DO NOTHING;

-- name: put_parts: one without a time belongs to the frame of the same kind that is still open
INSERT INTO hj212_part (device, command, data_time, total, number, topic, payload, received_at)
SELECT device, command, coalesce(nullif(data_time, ''), (
        SELECT open.data_time FROM hj212_part AS open
        WHERE (open.device, open.command, open.total) = (p.device, p.command, p.total) AND open.data_time <> ''
        ORDER BY open.received_at DESC LIMIT 1
    ), ''), total, number, topic, payload, :now::timestamptz
FROM unnest(
    :device::integer[], :command::smallint[], :data_time::text[], :total::smallint[], :number::smallint[],
    :topic::text[], :payload::bytea[]
) AS p(device, command, data_time, total, number, topic, payload)
ON CONFLICT DO NOTHING;

-- name: whole_parts: frames of which every packet has come, and those whose newest came before a time
SELECT device, command, data_time, total, min(topic) AS topic, array_agg(number ORDER BY number) AS numbers,
    array_agg(payload ORDER BY number) AS payloads
FROM hj212_part GROUP BY device, command, data_time, total
HAVING count(*) = total OR max(received_at) < :abandoned::timestamptz
LIMIT 1000;

-- name: drop_parts of a frame that is committed
DELETE FROM hj212_part AS p USING unnest(
    :device::integer[], :command::smallint[], :data_time::text[], :total::smallint[]
) AS done(device, command, data_time, total)
WHERE (p.device, p.command, p.data_time, p.total) = (done.device, done.command, done.data_time, done.total);

-- name: put_refused: the messages of which something was refused, whole and once each
INSERT INTO refused AS old (digest, received_at, topic, payload, bytes)
SELECT digest, :now::timestamptz, topic, payload, bytes
FROM unnest(:digest::bytea[], :topic::text[], :payload::bytea[], :bytes::integer[]) AS r(digest, topic, payload, bytes)
ORDER BY digest
ON CONFLICT (digest) DO UPDATE SET received_at = excluded.received_at
RETURNING message, digest;

-- name: put_rejects
INSERT INTO reject AS old (message, first_at, received_at, device_id, reason, detail, times)
SELECT message, :now::timestamptz, :now::timestamptz, device_id, reason, detail, times
FROM unnest(:message::bigint[], :device_id::text[], :reason::text[], :detail::text[], :times::integer[])
    AS r(message, device_id, reason, detail, times)
ON CONFLICT (message, device_id, reason, detail) DO UPDATE
SET received_at = excluded.received_at, times = old.times + excluded.times;

-- name: put_clock_errors: a run goes on while errors come that hardly differ, else another one begins
WITH wrong AS MATERIALIZED (
    SELECT * FROM unnest(:device::integer[], :seconds::float8[]) AS w(device, seconds)
), going AS (
    SELECT DISTINCT ON (e.device) e.device, e.since FROM clock_error AS e JOIN wrong AS w USING (device)
    WHERE e.seen_at >= :before::timestamptz AND abs(e.seconds - w.seconds) <= :jump::float8
    ORDER BY e.device, e.since DESC
)
INSERT INTO clock_error AS old (device, since, seen_at, seconds)
SELECT device, coalesce(since, :now::timestamptz), :now::timestamptz, seconds
FROM wrong LEFT JOIN going USING (device) ORDER BY device
ON CONFLICT (device, since) DO UPDATE
SET seen_at = greatest(old.seen_at, excluded.seen_at), seconds = excluded.seconds;

-- name: drop_clock_errors of these devices that nobody asks for any more: over and too short to be told, or old
DELETE FROM clock_error
WHERE device = ANY(:device::integer[])
    AND (seen_at < :old::timestamptz OR (seen_at < :before::timestamptz AND seen_at - since < :short::interval));

-- name: announce wakes the detector
SELECT pg_notify('arrival', '');
