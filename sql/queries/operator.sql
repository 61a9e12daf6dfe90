-- name: operators
SELECT operator_id, name, contact FROM operator WHERE :operator_id::text IS NULL OR operator_id = :operator_id
ORDER BY operator_id;

-- name: links of operators to monitors within reach that held in a span of days
SELECT l.operator_id, l.device, d.device_id AS mn, m.enterprise_id, e.name AS enterprise, m.outlet, l.from_on, l.to_on
FROM operator_link AS l
JOIN device AS d USING (device)
JOIN monitor AS m USING (device)
JOIN enterprise AS e USING (enterprise_id)
WHERE (:operator_id::text IS NULL OR l.operator_id = :operator_id)
    AND (:enterprise_id::text IS NULL OR m.enterprise_id = :enterprise_id)
    AND l.from_on < :to_day::date AND coalesce(l.to_on, 'infinity') >= :from_day::date
ORDER BY m.enterprise_id, d.device_id, l.from_on;

-- name: valid_hours of monitors by link: the mean of the channels with a limit, of all where none has one
WITH asked AS (
    SELECT device, from_on, to_on
    FROM unnest(:devices::integer[], :from_days::date[], :to_days::date[]) AS a (device, from_on, to_on)
), counted AS (
    SELECT device, channel FROM monitor_channel AS c
    WHERE device IN (SELECT device FROM asked) AND (permit_limit IS NOT NULL OR NOT EXISTS (
        SELECT FROM monitor_channel AS o WHERE o.device = c.device AND o.permit_limit IS NOT NULL))
)
SELECT a.device, a.from_on, (coalesce(sum(k.hours), 0)::double precision / count(DISTINCT n.channel)) AS hours
FROM asked AS a
JOIN counted AS n USING (device)
LEFT JOIN day_mean AS k ON k.device = a.device AND k.channel = n.channel AND k.day >= a.from_on AND k.day < a.to_on
    AND k.day >= :from_day::date AND k.day < :to_day::date
GROUP BY a.device, a.from_on;

-- name: marks of devices that meet a span
SELECT device, kind, start_at, end_at FROM mark
WHERE device = ANY (:devices::integer[]) AND kind = ANY (:kinds::text[]) AND start_at < :to_at::timestamptz
    AND coalesce(end_at, 'infinity') > :from_at::timestamptz AND end_at IS DISTINCT FROM start_at
ORDER BY device, start_at;

-- name: outages of devices that meet a span, as the detector saw them
SELECT d.device, a.opened_at, a.closed_at
FROM device AS d
JOIN alert AS a ON a.source = d.device_id AND a.kind IN ('exceedance', 'fault', 'offline')
WHERE d.device = ANY (:devices::integer[]) AND a.kind <> 'exceedance' AND a.opened_at < :to_at::timestamptz
    AND coalesce(a.closed_at, 'infinity') > :from_at::timestamptz
ORDER BY d.device, a.opened_at;
