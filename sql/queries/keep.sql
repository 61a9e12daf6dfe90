-- name: lead waits until no other keeper works; the lock goes with the connection
SELECT pg_advisory_lock(hashtext('keep'));

-- name: try_lead
SELECT pg_try_advisory_lock(hashtext('keep'));

-- name: spread_marks: hours that have readings in the time in which a mark made a difference
WITH due AS (
    DELETE FROM mark_due RETURNING device, date_trunc('hour', from_at) AS from_at, to_at
), hours AS (
    SELECT r.device, date_trunc('hour', r.ts) AS hour
    FROM due AS d JOIN station_reading AS r ON r.device = d.device AND r.ts >= d.from_at AND r.ts < d.to_at
    UNION
    SELECT r.device, date_trunc('hour', r.ts)
    FROM due AS d JOIN monitor_reading AS r ON r.device = d.device AND r.ts >= d.from_at AND r.ts < d.to_at
)
INSERT INTO touched SELECT hour, array_agg(device) FROM hours GROUP BY hour;

-- name: judged_thresholds
SELECT text FROM judged_thresholds;

-- name: put_judged_thresholds
INSERT INTO judged_thresholds (text) VALUES (:text) ON CONFLICT (one) DO UPDATE SET text = excluded.text;

-- name: touch_since a time all hours that were summed up
INSERT INTO touched SELECT ts, array_agg(DISTINCT device) FROM hour_mean WHERE ts >= :since::timestamptz GROUP BY ts;

-- name: touched_hours
SELECT DISTINCT hour FROM touched ORDER BY hour;

-- name: take_hour
WITH taken AS (DELETE FROM touched WHERE hour = :hour::timestamptz RETURNING devices)
SELECT array_agg(DISTINCT device ORDER BY device) FROM taken, unnest(devices) AS device;

-- name: followed: those of some devices that have readings in the next hour, which nothing else will bring up again
WITH due AS MATERIALIZED (
    SELECT DISTINCT unnest(devices) AS device FROM touched WHERE hour = :next::timestamptz
)
SELECT coalesce(array_agg(device ORDER BY device), '{}')
FROM unnest(:devices::integer[]) AS device
WHERE device NOT IN (SELECT device FROM due) AND (
    EXISTS (
        SELECT FROM station_reading AS r
        WHERE r.device = device.device AND r.ts >= :next AND r.ts < :next + INTERVAL '1 hour'
    ) OR EXISTS (
        SELECT FROM monitor_reading AS r
        WHERE r.device = device.device AND r.ts >= :next AND r.ts < :next + INTERVAL '1 hour'
    )
);

-- name: marks in force in a span
SELECT device_id, kind, start_at AS "start", end_at AS "end", reason FROM mark JOIN device USING (device)
WHERE start_at < :until::timestamptz AND (end_at IS NULL OR end_at > :first::timestamptz)
ORDER BY start_at, device_id, kind;

-- name: station_minutes as big-endian bytes, a device-minute after the other
SELECT string_agg(int4send(device), '') AS device,
    string_agg(int4send((extract(epoch FROM ts) / 60)::integer), '') AS minute,
    string_agg(float4send(coalesce(pm25, 'NaN')), '') AS pm25, string_agg(float4send(coalesce(pm10, 'NaN')), '') AS pm10,
    string_agg(float4send(coalesce(so2, 'NaN')), '') AS so2, string_agg(float4send(coalesce(no2, 'NaN')), '') AS no2,
    string_agg(float4send(coalesce(o3, 'NaN')), '') AS o3, string_agg(float4send(coalesce(co, 'NaN')), '') AS co,
    string_agg(float4send(coalesce(tvoc, 'NaN')), '') AS tvoc, string_agg(float4send(coalesce(nmhc, 'NaN')), '') AS nmhc,
    string_agg(float4send(coalesce(ch4, 'NaN')), '') AS ch4,
    string_agg(float4send(coalesce(temperature, 'NaN')), '') AS temperature,
    string_agg(float4send(coalesce(humidity, 'NaN')), '') AS humidity,
    string_agg(float4send(coalesce(pressure, 'NaN')), '') AS pressure,
    string_agg(float4send(coalesce(wind_speed, 'NaN')), '') AS wind_speed,
    string_agg(float4send(coalesce(wind_direction, 'NaN')), '') AS wind_direction,
    string_agg(coalesce(qc, decode(repeat('00', 14), 'hex')), '') AS qc
FROM station_reading
WHERE device = ANY(:devices::integer[]) AND ts >= :first::timestamptz AND ts < :until::timestamptz;

-- name: monitor_minutes likewise, a row a channel
SELECT channel, string_agg(int4send(device), '') AS device,
    string_agg(int4send((extract(epoch FROM ts) / 60)::integer), '') AS minute,
    string_agg(float4send(coalesce(value, 'NaN')), '') AS value,
    string_agg(substring(int2send(qc) FROM 2), '') AS qc
FROM monitor_reading
WHERE device = ANY(:devices::integer[]) AND ts >= :first::timestamptz AND ts < :until::timestamptz
GROUP BY channel ORDER BY channel;

-- name: put_hour_means: what is the same already is left alone
INSERT INTO hour_mean AS old
SELECT device, :hour::timestamptz, channel, nullif(mean, 'NaN'), nullif(low, 'NaN'), nullif(high, 'NaN'),
    valid, suspect, sent, nullif(corrected, 'NaN'), CASE WHEN corrected <> 'NaN' THEN :correction::text END
FROM unnest(:device::integer[], :channel::text[], :mean::real[], :low::real[], :high::real[], :valid::smallint[],
    :suspect::smallint[], :sent::smallint[], :corrected::real[])
    AS h(device, channel, mean, low, high, valid, suspect, sent, corrected)
ON CONFLICT (device, ts, channel) DO UPDATE
SET (mean, low, high, valid, suspect, sent, corrected, correction) = (excluded.mean, excluded.low, excluded.high,
    excluded.valid, excluded.suspect, excluded.sent, excluded.corrected, excluded.correction)
WHERE (old.mean, old.low, old.high, old.valid, old.suspect, old.sent, old.corrected, old.correction)
    IS DISTINCT FROM (excluded.mean, excluded.low, excluded.high, excluded.valid, excluded.suspect, excluded.sent,
    excluded.corrected, excluded.correction);

-- name: put_flags of an hour and some devices in place of those that there were; drift has its own
WITH found AS MATERIALIZED (
    SELECT * FROM unnest(:device::integer[], :channel::text[], :reason::smallint[], :from_at::timestamptz[],
        :to_at::timestamptz[]) AS f(device, channel, reason, from_at, to_at)
), gone AS (
    DELETE FROM quality_flag AS old
    WHERE device = ANY(:devices::integer[]) AND hour = :hour::timestamptz AND reason <> :drift::smallint
        AND NOT EXISTS (
            SELECT FROM found AS f
            WHERE (f.device, f.channel, f.reason, f.from_at) = (old.device, old.channel, old.reason, old.from_at)
        )
)
INSERT INTO quality_flag AS old SELECT device, :hour, channel, reason, from_at, to_at FROM found
ON CONFLICT (device, hour, channel, reason, from_at) DO UPDATE SET to_at = excluded.to_at
WHERE old.to_at <> excluded.to_at;

-- name: note_due: the days of hours that were summed up, and the hours whose last 24 they are among
WITH days AS (INSERT INTO day_due SELECT unnest(:days::date[]), :devices::integer[])
INSERT INTO drift_due SELECT DISTINCT hour + number * INTERVAL '1 hour'
FROM unnest(:hours::timestamptz[]) AS hour, generate_series(0, 23) AS number;

-- name: due_days
SELECT DISTINCT day FROM day_due ORDER BY day;

-- name: take_day
WITH taken AS (DELETE FROM day_due WHERE day = :day::date RETURNING devices)
SELECT array_agg(DISTINCT device ORDER BY device) FROM taken, unnest(devices) AS device;

-- name: put_day_means of some devices from their hours, in the order of time; directions as means of unit vectors
WITH hours AS (
    SELECT *, valid >= :hour_minutes::integer AS good FROM hour_mean
    WHERE device = ANY(:devices::integer[]) AND ts >= :first::timestamptz AND ts < :until::timestamptz
), day AS (
    SELECT device, channel,
        CASE WHEN channel = 'wind_direction' THEN mod((degrees(atan2(
            avg(sind(mean) ORDER BY ts) FILTER (WHERE good), avg(cosd(mean) ORDER BY ts) FILTER (WHERE good)
        )) + 360)::numeric, 360)::real
        ELSE (avg(mean ORDER BY ts) FILTER (WHERE good))::real END AS mean,
        min(low) AS low, max(high) AS high, (count(*) FILTER (WHERE good))::smallint AS hours,
        sum(valid)::smallint AS valid, sum(suspect)::smallint AS suspect, sum(sent)::smallint AS sent,
        (avg(corrected ORDER BY ts) FILTER (WHERE good))::real AS corrected,
        count(corrected) FILTER (WHERE good) >= :covered::float8 * count(*) FILTER (WHERE good) AS enough,
        max(correction) FILTER (WHERE good) AS correction
    FROM hours GROUP BY device, channel
)
INSERT INTO day_mean AS old
SELECT device, :day::date, channel, mean, low, high, hours, valid, suspect, sent,
    CASE WHEN enough THEN corrected END, CASE WHEN enough THEN correction END
FROM day
ON CONFLICT (device, day, channel) DO UPDATE
SET (mean, low, high, hours, valid, suspect, sent, corrected, correction) = (excluded.mean, excluded.low, excluded.high,
    excluded.hours, excluded.valid, excluded.suspect, excluded.sent, excluded.corrected, excluded.correction)
WHERE (old.mean, old.low, old.high, old.hours, old.valid, old.suspect, old.sent, old.corrected, old.correction)
    IS DISTINCT FROM (excluded.mean, excluded.low, excluded.high, excluded.hours, excluded.valid, excluded.suspect,
    excluded.sent, excluded.corrected, excluded.correction);

-- name: due_drifts: hours that are over
SELECT DISTINCT hour FROM drift_due WHERE hour < :over::timestamptz ORDER BY hour LIMIT :most::integer;

-- name: take_drifts
DELETE FROM drift_due WHERE hour = ANY(:hours::timestamptz[]);

-- name: valid_hours of some channels as big-endian bytes, a row a channel
SELECT channel, string_agg(int4send(device), '') AS device,
    string_agg(int4send((extract(epoch FROM ts) / 3600)::integer), '') AS hour,
    string_agg(float4send(mean), '') AS mean
FROM hour_mean
WHERE ts >= :first::timestamptz AND ts < :until::timestamptz AND channel = ANY(:channels::text[])
    AND valid >= :hour_minutes::integer
GROUP BY channel ORDER BY channel;

-- name: put_drifts of an hour in place of those that there were
WITH found AS MATERIALIZED (
    SELECT * FROM unnest(:device::integer[], :channel::text[]) AS f(device, channel)
), gone AS (
    DELETE FROM quality_flag AS old
    WHERE hour = :hour::timestamptz AND reason = :drift::smallint
        AND NOT EXISTS (SELECT FROM found AS f WHERE (f.device, f.channel) = (old.device, old.channel))
)
INSERT INTO quality_flag SELECT device, :hour, channel, :drift, :hour, :hour + INTERVAL '1 hour' FROM found
ON CONFLICT DO NOTHING;

-- name: drop_chunks that are older than a time altogether; the number of them. Whose day it is the database says.
SELECT drop_old_chunks(:what::text, least(:before::timestamptz, now() - INTERVAL '1 day'));

-- name: order_chunk: one of the days that were over at a time into the order of its key; null where all are
SELECT order_chunk(:before::timestamptz);

-- name: drop_notes some at a time; how many there were
WITH gone AS (
    DELETE FROM device_note WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM device_note WHERE at < :before::timestamptz LIMIT :most::integer
    )) RETURNING 1
)
SELECT count(*) FROM gone;

-- name: drop_hj212_parts likewise
WITH gone AS (
    DELETE FROM hj212_part WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM hj212_part WHERE received_at < :before::timestamptz LIMIT :most::integer
    )) RETURNING 1
)
SELECT count(*) FROM gone;

-- name: drop_refused likewise, with the reasons
WITH gone AS (
    DELETE FROM refused WHERE message = ANY(ARRAY(
        SELECT message FROM refused WHERE received_at < :before::timestamptz ORDER BY received_at LIMIT :most::integer
    )) RETURNING 1
)
SELECT count(*) FROM gone;

-- name: refused_pages: about how much room refused messages and reasons take, in bytes
SELECT pg_total_relation_size('refused') + pg_total_relation_size('reject');

-- name: drop_refused_beyond so many bytes: the oldest, some at a time
WITH kept AS (
    SELECT f.message, sum(pg_column_size(f.payload) + length(f.topic) + coalesce(r.bytes, 0))
        OVER (ORDER BY f.received_at DESC, f.message DESC) AS bytes
    FROM refused AS f LEFT JOIN (
        SELECT message, sum(pg_column_size(reject)) AS bytes FROM reject GROUP BY message
    ) AS r USING (message)
), gone AS (
    DELETE FROM refused WHERE message = ANY(ARRAY(
        SELECT message FROM kept WHERE bytes > :bytes::bigint ORDER BY bytes DESC LIMIT :most::integer
    )) RETURNING 1
)
SELECT count(*) FROM gone;
