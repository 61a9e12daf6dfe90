-- name: put_enterprises of a big city, and accounts with a session for the first of them: token `bench-N`
WITH named AS (
    SELECT 'E' || lpad(n::text, 4, '0') AS enterprise_id, n FROM generate_series(1, :enterprises::integer) AS n
), put AS (
    INSERT INTO enterprise (enterprise_id, name, lon, lat, industry, township, contact)
    SELECT enterprise_id, enterprise_id || '化工', 119.9 + n % 60 * 0.005, 31.6 + n / 60 * 0.005, '化工', '', ''
    FROM named RETURNING enterprise_id
), accounts AS (
    INSERT INTO account (name, role, display, made_at, made_by)
    SELECT lower(enterprise_id), 'enterprise', enterprise_id, now(), 'bench' FROM named WHERE n <= :accounts::integer
    RETURNING name
), scopes AS (
    INSERT INTO account_scope SELECT name, 'enterprise', upper(name) FROM accounts RETURNING account
)
INSERT INTO session (token_sha256, account, made_at, expires_at, seen_at, address, agent)
SELECT sha256(convert_to('bench-' || upper(name), 'UTF8')), name, now(), now() + INTERVAL '1 day', now(), '', ''
FROM accounts;

-- name: put_monitors, one or two an enterprise, with two channels that have a limit, every second with the flow too
WITH put AS (
    INSERT INTO device (device_id) SELECT 'M' || lpad(n::text, 5, '0') FROM generate_series(1, :monitors::integer) AS n
    RETURNING device, device_id, ltrim(substr(device_id, 2), '0')::integer AS n
), monitors AS (
    INSERT INTO monitor (device, enterprise_id, outlet, lon, lat, password)
    SELECT device, 'E' || lpad((1 + (n - 1) % :owners::integer)::text, 4, '0'), 'DA001', 120.0, 31.7, '' FROM put
    RETURNING device
)
INSERT INTO monitor_channel (device, channel, unit, permit_limit, limit_period)
SELECT device, channel, unit, permit, CASE WHEN permit IS NULL THEN '' ELSE 'hour' END
FROM put CROSS JOIN (VALUES ('nmhc', 'mg/m³', 60.0, 1), ('a25002', 'mg/m³', 4.0, 1), ('a00000', 'm³/h', NULL, 2))
    AS c(channel, unit, permit, every)
WHERE n % every = 0;

-- name: put_hours of all channels in a span, as the keeper sums them up: one in fifty is too short
INSERT INTO hour_mean (device, ts, channel, mean, low, high, valid, suspect, sent)
SELECT c.device, ts, c.channel, level, level * 0.5, level * 1.7, CASE WHEN random() < 0.02 THEN 40 ELSE 58 END, 0, 60
FROM monitor_channel AS c
CROSS JOIN generate_series(:from_at::timestamptz, :to_at::timestamptz - INTERVAL '1 hour', INTERVAL '1 hour') AS ts
CROSS JOIN LATERAL (
    SELECT (coalesce(c.permit_limit, 9000) * (0.2 + 0.81 * random()) + 0 * extract(hour FROM ts))::real AS level
) AS l
ORDER BY c.device, ts, c.channel;

-- name: put_days of all channels
INSERT INTO day_mean (device, day, channel, mean, low, high, hours, valid, suspect, sent)
SELECT c.device, day::date, c.channel, 30, 10, 70, 23, 1380, 2, 1436
FROM monitor_channel AS c
CROSS JOIN generate_series(:from_day::date, :to_day::date - 1, INTERVAL '1 day') AS day
ORDER BY c.device, day, c.channel;

-- name: put_minutes of all channels since a time, and the newest of them
WITH put AS (
    INSERT INTO monitor_reading (device, ts, channel, value, qc)
    SELECT c.device, ts, c.channel, 30, 0
    FROM monitor_channel AS c CROSS JOIN generate_series(:from_at::timestamptz, now(), INTERVAL '1 minute') AS ts
    ORDER BY c.device, ts, c.channel
    RETURNING device, ts, channel
)
INSERT INTO monitor_latest (device, channel, ts, received_at, value, qc)
SELECT device, channel, max(ts), max(ts), 30, 0 FROM put GROUP BY device, channel;

-- name: put_beside: a calibration a day, a span of a flat line a week, thirty alerts a monitor of which one is open
WITH marks AS (
    INSERT INTO mark (device, kind, start_at, end_at, reason)
    SELECT device, 'calibration', day, day + INTERVAL '20 minutes', '零点'
    FROM monitor CROSS JOIN generate_series(:from_at::timestamptz, now(), INTERVAL '1 day') AS day
), flags AS (
    INSERT INTO quality_flag (device, hour, channel, reason, from_at, to_at)
    SELECT device, hour, 'nmhc', 35, hour, hour + INTERVAL '30 minutes'
    FROM monitor CROSS JOIN generate_series(:from_at, now(), INTERVAL '7 days') AS hour
)
INSERT INTO alert (alert_id, kind, profile, pollutant, source, status, severity, opened_at, closed_at, lon, lat, body)
SELECT kind || n || '-' || d.device_id, kind, 'rule', 'nmhc', d.device_id,
    CASE WHEN n = 1 THEN 'open' ELSE 'closed' END, 1, now() - n * INTERVAL '12 days',
    CASE WHEN n > 1 THEN now() - n * INTERVAL '12 days' + INTERVAL '2 hours' END, 120.0, 31.7,
    jsonb_build_object('evidence', jsonb_build_object('sign', 'hour_mean'))
FROM monitor JOIN device AS d USING (device) CROSS JOIN generate_series(1, 30) AS n
CROSS JOIN LATERAL (SELECT (ARRAY['exceedance', 'early_warning', 'offline'])[1 + n % 3] AS kind) AS k;

-- name: settled: what the autovacuum comes to do sooner or later
VACUUM (ANALYZE) enterprise, monitor, monitor_channel, device, monitor_latest, monitor_reading, hour_mean, day_mean,
    mark, quality_flag, alert, account, session;

-- name: loaded: what there is
SELECT (SELECT count(*) FROM enterprise) AS enterprises, (SELECT count(*) FROM monitor) AS monitors,
    (SELECT count(*) FROM monitor_channel) AS channels, (SELECT count(*) FROM hour_mean) AS hours,
    (SELECT count(*) FROM day_mean) AS days, (SELECT count(*) FROM alert) AS alerts, (SELECT count(*) FROM mark) AS marks;
