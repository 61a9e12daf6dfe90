-- name: plan_anew whatever is asked in this transaction: a plan that does not know the span takes thirty times as long
SELECT set_config('plan_cache_mode', 'force_custom_plan', true);

-- name: standings of enterprises within reach, sorted by what is asked, the worst first; from what is summed up alone.
-- `key` is what they are sorted by: the smaller comes first. Minutes of today and of the month are those of hours that
-- are over; streams of facilities do not count.
WITH meant AS (
    SELECT enterprise_id, name, industry, township, lon, lat, contact FROM enterprise
    WHERE (:enterprise_id::text IS NULL OR enterprise_id = :enterprise_id)
        AND (:township::text IS NULL OR township = :township) AND (:industry::text IS NULL OR industry = :industry)
), own AS MATERIALIZED (
    SELECT m.enterprise_id, m.device, d.device_id FROM monitor AS m JOIN device AS d USING (device)
    JOIN meant USING (enterprise_id)
), heard AS (
    SELECT l.device, max(l.received_at) AS at FROM monitor_latest AS l JOIN own USING (device) GROUP BY l.device
), quantity AS (
    SELECT c.device, c.channel FROM monitor_channel AS c JOIN own USING (device)
    WHERE NOT EXISTS (SELECT FROM facility AS f WHERE f.device = c.device AND f.channel = c.channel)
), due AS (
    SELECT device, count(*) AS channels FROM quantity GROUP BY device
), came AS (
    SELECT d.device, sum(d.valid) FILTER (WHERE d.day = :today::date) AS today, sum(d.valid) AS month
    FROM day_mean AS d JOIN quantity USING (device, channel)
    WHERE d.day >= :from_day::date AND d.day < :to_day::date
    GROUP BY d.device
), stands AS (
    SELECT o.enterprise_id, count(*)::integer AS monitors,
        count(*) FILTER (WHERE h.at > :since::timestamptz)::integer AS online,
        count(*) FILTER (WHERE coalesce(h.at, '-infinity') <= :since AND NOT EXISTS (
            SELECT FROM mark AS k WHERE k.device = o.device AND k.start_at <= :now::timestamptz
                AND coalesce(k.end_at, 'infinity') > :now
        ))::integer AS offline,
        max(h.at) AS heard,
        least(sum(c.today) / nullif(sum(e.channels) * :today_minutes::integer, 0), 1)::double precision AS valid_today,
        least(coalesce(sum(c.month), 0) / nullif(sum(e.channels) * :month_minutes::integer, 0), 1)::double precision
            AS valid_month
    FROM own AS o LEFT JOIN heard AS h USING (device) LEFT JOIN due AS e USING (device) LEFT JOIN came AS c USING (device)
    GROUP BY o.enterprise_id
), about AS (
    SELECT o.enterprise_id, a.alert_id, a.kind, a.status, a.opened_at
    FROM alert AS a JOIN own AS o ON o.device_id = a.source
    WHERE a.kind = ANY(:kinds::text[]) AND a.opened_at >= :from_at::timestamptz AND a.opened_at < :to_at::timestamptz
    UNION
    SELECT o.enterprise_id, a.alert_id, a.kind, a.status, a.opened_at
    FROM alert AS a JOIN own AS o ON o.device_id = a.source
    WHERE a.kind = ANY(:kinds) AND a.status = 'open'
    UNION
    SELECT r.enterprise_id, a.alert_id, a.kind, a.status, a.opened_at
    FROM alert_release AS r JOIN alert AS a USING (alert_id)
    WHERE r.withdrawn_at IS NULL AND a.status = 'open'
), alerts AS (
    SELECT enterprise_id, count(*) FILTER (WHERE status = 'open')::integer AS open_alerts,
        count(*) FILTER (WHERE kind = 'exceedance' AND opened_at >= :from_at AND opened_at < :to_at)::integer
            AS exceedances,
        count(*) FILTER (WHERE kind = 'fabrication' AND opened_at >= :from_at AND opened_at < :to_at)::integer
            AS fabrication
    FROM about GROUP BY enterprise_id
), waits AS (
    SELECT enterprise_id, due_at FROM deadline WHERE done_at IS NULL AND NOT void
    UNION ALL
    SELECT r.enterprise_id, r.reply_by FROM alert_release AS r
    WHERE r.withdrawn_at IS NULL AND NOT EXISTS (
        SELECT FROM reply AS p
        WHERE p.enterprise_id = r.enterprise_id AND p.alert_id = r.alert_id AND p.kind = 'reply'
    )
), deadlines AS (
    SELECT enterprise_id, count(*)::integer AS deadlines, count(*) FILTER (WHERE due_at < :now)::integer AS overdue
    FROM waits GROUP BY enterprise_id
), found AS (
    SELECT enterprise_id, count(*)::integer AS findings FROM finding
    WHERE at >= :from_at AND at < :to_at AND enterprise_id IS NOT NULL AND cause <> 'false_alarm'
    GROUP BY enterprise_id
), standing AS (
    SELECT m.*, coalesce(s.monitors, 0) AS monitors, coalesce(s.online, 0) AS online, s.heard,
        CASE WHEN s.monitors IS NULL THEN 'no_monitor' WHEN s.offline > 0 THEN 'offline' ELSE 'online' END AS state,
        CASE WHEN s.monitors IS NOT NULL AND :today_minutes > 0 THEN coalesce(s.valid_today, 0) END AS valid_today,
        s.valid_month, coalesce(a.exceedances, 0) AS exceedances, coalesce(a.fabrication, 0) AS fabrication,
        coalesce(a.open_alerts, 0) AS open_alerts, coalesce(d.deadlines, 0) AS deadlines,
        coalesce(d.overdue, 0) AS overdue, coalesce(f.findings, 0) AS findings
    FROM meant AS m LEFT JOIN stands AS s USING (enterprise_id) LEFT JOIN alerts AS a USING (enterprise_id)
        LEFT JOIN deadlines AS d USING (enterprise_id) LEFT JOIN found AS f USING (enterprise_id)
), sorted AS (
    SELECT *, CASE :sort::text
        WHEN 'valid_today' THEN coalesce(valid_today, 2)
        WHEN 'valid_month' THEN coalesce(valid_month, 2)
        WHEN 'exceedances' THEN -exceedances
        WHEN 'fabrication' THEN -fabrication
        WHEN 'alerts' THEN -open_alerts
        WHEN 'deadlines' THEN -overdue - deadlines / 1e6
        ELSE 0 END::double precision AS key
    FROM standing
    WHERE :state::text IS NULL OR state = :state
)
SELECT * FROM sorted
WHERE :after_id::text IS NULL OR (key, enterprise_id) > (:after_key::double precision, :after_id)
ORDER BY key, enterprise_id
LIMIT :limit::integer;
