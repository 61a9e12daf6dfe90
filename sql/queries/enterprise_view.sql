-- name: monitors of an enterprise, a row a channel
SELECT m.device, d.device_id AS mn, m.outlet, m.lon, m.lat, c.channel, c.unit, c.permit_limit, c.limit_period,
    f.line, f.role, f.on_above
FROM monitor AS m
JOIN device AS d USING (device)
LEFT JOIN monitor_channel AS c USING (device)
LEFT JOIN facility AS f USING (device, channel)
WHERE m.enterprise_id = :enterprise_id::text AND (:mn::text IS NULL OR d.device_id = :mn)
ORDER BY d.device_id, c.channel;

-- name: figures of each channel now: its newest value with what was found of it since, where that is not older than
-- `since`; the running mean of the hour, from minutes of flag N under none of the marks that are given; the newest whole
-- hour and today's valid minutes, from the hours since then; the valid minutes of this month's days before today
WITH running AS (
    SELECT r.device, r.channel, avg(r.value::double precision) AS mean, count(*)::integer AS valid
    FROM monitor_reading AS r
    WHERE r.device = ANY(:devices::integer[]) AND r.ts >= :hour::timestamptz AND r.ts < :until::timestamptz
        AND r.qc = :good::smallint AND r.value <> 'NaN'
        AND NOT EXISTS (
            SELECT FROM unnest(:marked::integer[], :starts::timestamptz[], :ends::timestamptz[])
                AS k(device, start_at, end_at)
            WHERE k.device = r.device AND k.start_at < r.ts + INTERVAL '1 minute'
                AND (k.end_at IS NULL OR k.end_at > greatest(r.ts, k.start_at))
        )
    GROUP BY r.device, r.channel
), whole AS (
    SELECT device, channel, max(ts) AS ts, (array_agg(mean ORDER BY ts DESC))[1] AS mean,
        (array_agg(valid ORDER BY ts DESC))[1] AS valid, sum(valid) FILTER (WHERE ts >= :midnight::timestamptz) AS today
    FROM hour_mean
    WHERE device = ANY(:devices) AND ts >= :since::timestamptz AND ts < :hour
    GROUP BY device, channel
), month AS (
    SELECT device, channel, sum(valid) AS valid
    FROM day_mean
    WHERE device = ANY(:devices) AND day >= :first::date AND day < :today::date
    GROUP BY device, channel
)
SELECT c.device, c.channel, l.ts, l.received_at, nullif(l.value, 'NaN') AS value, l.qc, f.found,
    r.mean AS running_mean, coalesce(r.valid, 0) AS running_valid,
    w.ts AS last_at, w.mean AS last_mean, w.valid AS last_valid,
    coalesce(w.today, 0)::integer AS valid_today, coalesce(m.valid, 0)::integer AS valid_before
FROM monitor_channel AS c
LEFT JOIN monitor_latest AS l USING (device, channel)
LEFT JOIN running AS r USING (device, channel)
LEFT JOIN whole AS w USING (device, channel)
LEFT JOIN month AS m USING (device, channel)
LEFT JOIN LATERAL (
    SELECT array_agg(DISTINCT q.reason) AS found
    FROM quality_flag AS q
    WHERE q.device = c.device AND q.channel = c.channel AND q.hour >= :since AND q.hour = date_trunc('hour', l.ts)
        AND q.from_at <= l.ts AND q.to_at > l.ts
) AS f ON true
WHERE c.device = ANY(:devices);

-- name: hours that were summed up
SELECT device, ts, channel, mean, low, high, valid, suspect, sent
FROM hour_mean
WHERE device = ANY(:devices::integer[]) AND ts >= :from_at::timestamptz AND ts < :to_at::timestamptz
    AND (:channels::text[] IS NULL OR channel = ANY(:channels))
ORDER BY ts, device, channel;

-- name: days that were summed up
SELECT device, day, channel, mean, low, high, hours, valid, suspect, sent
FROM day_mean
WHERE device = ANY(:devices::integer[]) AND day >= :from_day::date AND day < :to_day::date
    AND (:channels::text[] IS NULL OR channel = ANY(:channels))
ORDER BY day, device, channel;

-- name: months of days that were summed up
SELECT device, date_trunc('month', day::timestamp)::date AS month, channel, sum(valid)::integer AS valid,
    sum(sent)::integer AS sent, sum(suspect)::integer AS suspect,
    count(*) FILTER (WHERE hours >= :day_hours::integer)::integer AS days
FROM day_mean
WHERE device = ANY(:devices::integer[]) AND day >= :from_day::date AND day < :to_day::date
GROUP BY device, month, channel;

-- name: open_alerts by monitor and kind
SELECT device, kind, count(*)::integer AS alerts
FROM own_alert
WHERE status = 'open' AND device = ANY(:devices::integer[]) AND kind = ANY(:kinds::text[])
GROUP BY device, kind;

-- name: open_deadlines of failures that are not reported or not repaired yet
SELECT device, count(*)::integer AS deadlines, min(due_at) AS next_at
FROM deadline
WHERE enterprise_id = :enterprise_id::text AND done_at IS NULL AND NOT void
GROUP BY device;

-- name: marks in force at any time of a span; one that ends where it starts was taken back
SELECT device, kind, start_at, end_at, reason
FROM mark
WHERE device = ANY(:devices::integer[]) AND start_at < :to_at::timestamptz
    AND (end_at IS NULL OR end_at > greatest(:from_at::timestamptz, start_at))
ORDER BY start_at, device, kind;

-- name: minutes as they came
SELECT device, channel, ts, nullif(value, 'NaN') AS value, qc
FROM monitor_reading
WHERE device = :device::integer AND channel = ANY(:channels::text[])
    AND ts >= :from_at::timestamptz AND ts < :to_at::timestamptz
ORDER BY ts;

-- name: flags of minutes, found after they had come
SELECT device, channel, reason, from_at, to_at
FROM quality_flag
WHERE device = ANY(:devices::integer[]) AND hour >= date_trunc('hour', :from_at::timestamptz)
    AND hour < :to_at::timestamptz
ORDER BY from_at, device, channel, reason;

-- name: exceedances: valid hours above the level of their channel, newest first; keys tell those of one hour apart
SELECT h.device, h.channel, h.ts, h.mean, h.high, h.valid, h.suspect, h.sent, p.key, a.alert_id
FROM unnest(:devices::integer[], :channels::text[], :levels::double precision[], :keys::text[])
    AS p(device, channel, level, key)
JOIN hour_mean AS h ON h.device = p.device AND h.channel = p.channel
LEFT JOIN LATERAL (
    SELECT e.alert_id FROM own_alert AS e
    WHERE e.device = p.device AND e.kind = 'exceedance' AND e.pollutant = p.channel
        AND e.opened_at <= h.ts + INTERVAL '1 hour' AND (e.closed_at IS NULL OR e.closed_at > h.ts + INTERVAL '1 hour')
    ORDER BY e.opened_at DESC LIMIT 1
) AS a ON true
WHERE h.device = ANY(:devices) AND h.ts >= :from_at::timestamptz AND h.ts < :to_at::timestamptz
    AND h.valid >= :valid::smallint AND h.mean > p.level
    AND (h.ts, p.key) < (coalesce(:before_at, 'infinity'::timestamptz), coalesce(:before_key::text, ''))
ORDER BY h.ts DESC, p.key DESC
LIMIT :limit::integer;

-- name: minutes_of some hours
SELECT e.key, e.hour, r.ts, nullif(r.value, 'NaN') AS value, r.qc
FROM unnest(:devices::integer[], :channels::text[], :hours::timestamptz[], :keys::text[]) AS e(device, channel, hour, key)
CROSS JOIN LATERAL (
    SELECT m.ts, m.value, m.qc FROM monitor_reading AS m
    WHERE m.device = e.device AND m.channel = e.channel AND m.ts >= e.hour AND m.ts < e.hour + INTERVAL '1 hour'
        AND m.ts >= :first::timestamptz AND m.ts < :last::timestamptz
) AS r
ORDER BY r.ts;

-- name: own_means: what loggers themselves say of some hours (HJ 212, CN 2061)
SELECT e.key, e.hour, s.low, s.mean, s.high, s.zs_mean, s.qc
FROM unnest(:devices::integer[], :channels::text[], :hours::timestamptz[], :keys::text[]) AS e(device, channel, hour, key)
JOIN statistic AS s ON s.device = e.device AND s.channel = e.channel AND s.ts = e.hour
WHERE s.command = 2061 AND s.ts >= :first::timestamptz AND s.ts < :last::timestamptz;

-- name: flags_of some hours
SELECT e.key, e.hour, f.channel, f.reason, f.from_at, f.to_at
FROM unnest(:devices::integer[], :channels::text[], :hours::timestamptz[], :keys::text[]) AS e(device, channel, hour, key)
JOIN quality_flag AS f ON f.device = e.device AND f.channel = e.channel AND f.hour = e.hour
WHERE f.hour >= :first::timestamptz AND f.hour < :last::timestamptz;

-- name: signs of faults, newest first: spans of minutes of which something was found, and alerts about the monitor
WITH found AS (
    SELECT device, channel, reason, from_at, to_at, max(to_at) OVER (
        PARTITION BY device, channel, reason ORDER BY from_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS told
    FROM quality_flag
    WHERE device = ANY(:devices::integer[]) AND hour >= date_trunc('hour', :from_at::timestamptz)
        AND hour < :to_at::timestamptz
), numbered AS (
    SELECT *, count(*) FILTER (WHERE told IS NULL OR told < from_at)
        OVER (PARTITION BY device, channel, reason ORDER BY from_at) AS run
    FROM found
), sign AS (
    SELECT device, channel, reason, min(from_at) AS from_at, max(to_at) AS to_at,
        (sum(extract(epoch FROM to_at - from_at)) / 60)::integer AS minutes,
        NULL::text AS alert_id, NULL::text AS kind, NULL::text AS sign, NULL::smallint AS severity,
        'flag/' || device || '/' || channel || '/' || reason AS key
    FROM numbered GROUP BY device, channel, reason, run
    UNION ALL
    SELECT a.device, nullif(a.pollutant, ''), NULL, a.opened_at, a.closed_at, NULL,
        a.alert_id, a.kind, a.evidence ->> 'sign', a.severity, 'alert/' || a.alert_id
    FROM own_alert AS a
    WHERE a.device = ANY(:devices) AND a.kind = ANY(:kinds::text[])
        AND a.opened_at >= :from_at AND a.opened_at < :to_at
)
SELECT * FROM sign
WHERE (from_at, key) < (coalesce(:before_at, 'infinity'::timestamptz), coalesce(:before_key::text, ''))
    AND (:channels::text[] IS NULL OR channel = ANY(:channels))
ORDER BY from_at DESC, key DESC
LIMIT :limit::integer;

-- name: warnings that an hour is about to break its limit, newest first
SELECT alert_id, mn, pollutant, status, severity, opened_at, closed_at, evidence
FROM own_alert
WHERE device = ANY(:devices::integer[]) AND kind = 'early_warning'
    AND opened_at >= :from_at::timestamptz AND opened_at < :to_at::timestamptz
    AND (:factors::text[] IS NULL OR pollutant = ANY(:factors))
    AND (opened_at, alert_id) < (coalesce(:before_at, 'infinity'::timestamptz), coalesce(:before_id::text, ''))
ORDER BY opened_at DESC, alert_id DESC
LIMIT :limit::integer;

-- name: upkeep of a monitor, newest first: what was declared, and what its logger said about itself
WITH told AS (
    SELECT start_at AS at, end_at AS until, 'mark' AS what, kind, NULL::smallint AS command, reason AS text,
        'mark/' || kind || '/' || coalesce(declaration_id, 0) AS key
    FROM mark
    WHERE device = :device::integer AND start_at >= :from_at::timestamptz AND start_at < :to_at::timestamptz
        AND end_at IS DISTINCT FROM start_at
    UNION ALL
    SELECT at, NULL, 'note', concat_ws('/', nullif(code, ''), nullif(name, '')), command, text,
        'note/' || command || '/' || code || '/' || name
    FROM device_note
    WHERE device = :device AND at >= :from_at AND at < :to_at
)
SELECT * FROM told
WHERE (at, key) < (coalesce(:before_at, 'infinity'::timestamptz), coalesce(:before_key::text, ''))
    AND (:what::text IS NULL OR what = :what)
ORDER BY at DESC, key DESC
LIMIT :limit::integer;
