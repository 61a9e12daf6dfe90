-- name: lead waits until no other detector works; the lock goes with the connection
SELECT pg_advisory_lock(hashtext('detect'));

-- name: try_lead
SELECT pg_try_advisory_lock(hashtext('detect'));

-- name: arrivals
SELECT minute, sum(devices)::integer AS devices, min(at) AS first_at, max(at) AS last_at
FROM arrival GROUP BY minute;

-- name: take_arrivals of just these minutes: what has come for others meanwhile is seen at the next turn
DELETE FROM arrival WHERE minute = ANY(:minutes::timestamptz[]);

-- name: take_arrivals_between
DELETE FROM arrival WHERE minute > :after AND minute <= :until;

-- name: newest_arrival of all devices, on the clock of ingest
SELECT greatest((SELECT max(received_at) FROM station_latest), (SELECT max(received_at) FROM monitor_latest));

-- name: watermark
SELECT minute FROM watermark;

-- name: set_watermark
INSERT INTO watermark (minute) VALUES (:minute)
ON CONFLICT (one) DO UPDATE SET minute = greatest(watermark.minute, excluded.minute);

-- name: checkpoint_before
SELECT minute, state FROM checkpoint WHERE minute <= :minute AND detector = :detector ORDER BY minute DESC LIMIT 1;

-- name: put_checkpoint
INSERT INTO checkpoint (minute, detector, state) VALUES (:minute, :detector, :state)
ON CONFLICT (minute) DO UPDATE SET detector = excluded.detector, state = excluded.state;

-- name: drop_checkpoints keeps the newest of those that are old enough
DELETE FROM checkpoint
WHERE minute < (SELECT max(minute) FROM checkpoint WHERE minute <= :older_than AND detector = :detector);

-- name: drop_checkpoints_after a minute: what they hold was judged without the readings that came late
DELETE FROM checkpoint WHERE minute > :minute;

-- name: minutes that have readings
SELECT DISTINCT ts FROM (
    SELECT ts FROM station_reading WHERE ts > :after::timestamptz AND ts <= :until::timestamptz
    UNION ALL
    SELECT ts FROM monitor_reading WHERE ts > :after::timestamptz AND ts <= :until::timestamptz
) AS reading ORDER BY ts;

-- name: station_frames one row a minute: each column as big-endian bytes, a device after the other
SELECT ts, string_agg(int4send(device), '') AS device,
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
FROM station_reading WHERE ts = ANY(:minutes::timestamptz[]) AND ts >= :first AND ts <= :last
GROUP BY ts;

-- name: monitor_frames
SELECT ts, device, channel, value, qc FROM monitor_reading
WHERE ts = ANY(:minutes::timestamptz[]) AND ts >= :first AND ts <= :last;

-- name: judged_marks under which the minutes up to the watermark were judged
SELECT marks FROM judged_mark;

-- name: put_judged_marks
INSERT INTO judged_mark (marks) VALUES (:marks) ON CONFLICT (one) DO UPDATE SET marks = excluded.marks;

-- name: clock_errors that had begun by one time and went on at another
SELECT device, since, seen_at, seconds FROM clock_error
WHERE since <= :begun::timestamptz AND seen_at >= :going::timestamptz
ORDER BY device, since;

-- name: layout
SELECT layout FROM layout WHERE devices = :devices::text[] ORDER BY layout DESC LIMIT 1;

-- name: put_layout
INSERT INTO layout (devices) VALUES (:devices::text[]) RETURNING layout;

-- name: put_verdicts
INSERT INTO verdict (minute, pollutant, layout, value, background, score, state)
SELECT minute, pollutant, :layout::integer, value, background, score, state
FROM unnest(:minute::timestamptz[], :pollutant::text[], :value::bytea[], :background::bytea[], :score::bytea[],
    :state::bytea[]) AS v(minute, pollutant, value, background, score, state)
ON CONFLICT (minute, pollutant) DO UPDATE
SET layout = excluded.layout, value = excluded.value, background = excluded.background, score = excluded.score,
    state = excluded.state;
