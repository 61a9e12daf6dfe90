-- name: put: time of a device that is evidence again
INSERT INTO retrial_due (device, from_at, to_at, declaration_id)
VALUES (:device, date_trunc('hour', :first::timestamptz), :until, :declaration_id);

-- name: is_due
SELECT EXISTS (SELECT FROM retrial_due WHERE to_at <= :over::timestamptz);

-- name: take what is over and summed up again: neither its marks nor its hours wait for the keeper
DELETE FROM retrial_due AS r
WHERE to_at <= :over::timestamptz
    AND NOT EXISTS (SELECT FROM mark_due AS m WHERE m.device = r.device)
    AND NOT EXISTS (
        SELECT FROM touched AS t WHERE t.hour >= r.from_at AND t.hour < r.to_at AND r.device = ANY (t.devices)
    )
RETURNING device, from_at, to_at, declaration_id;

-- name: hours of the channels of a monitor that have an hourly limit
SELECT h.ts, h.channel, h.mean, h.high, h.valid, c.unit, c.permit_limit, d.device_id, m.outlet
FROM hour_mean AS h
JOIN monitor_channel AS c USING (device, channel) JOIN monitor AS m USING (device) JOIN device AS d USING (device)
WHERE h.device = :device AND h.ts >= :first::timestamptz AND h.ts < :until::timestamptz
    AND c.limit_period = 'hour' AND c.permit_limit IS NOT NULL AND h.mean IS NOT NULL
ORDER BY h.channel, h.ts;

-- name: told of a monitor: its exceedances, by channel and from when to when
SELECT pollutant, coalesce((body -> 'evidence' ->> 'since')::timestamptz, opened_at - INTERVAL '1 hour') AS since,
    closed_at AS until
FROM alert
WHERE source = :mn AND kind = 'exceedance'
    AND (closed_at IS NULL OR closed_at > :first::timestamptz)
    AND opened_at - INTERVAL '1 hour' < :until::timestamptz;
