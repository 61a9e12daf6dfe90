-- name: flags of a station's minutes; what lasts longest first, so that what is said of a single minute comes after it
SELECT channel, reason, from_at, to_at FROM quality_flag
WHERE device = :device::integer AND hour >= date_trunc('hour', :from_at::timestamptz) AND hour < :to_at::timestamptz
ORDER BY to_at - from_at DESC;

-- name: hours of a station, a row an hour with its channels side by side
SELECT ts, max(valid)::integer AS minutes, array_agg(channel) AS channels, array_agg(mean) AS means,
    array_agg(valid) AS valid, NULL::smallint[] AS hours, array_agg(corrected) AS corrected, max(correction) AS correction
FROM hour_mean
WHERE device = :device::integer AND ts >= :from_at::timestamptz AND ts < :to_at::timestamptz
GROUP BY ts ORDER BY ts;

-- name: days of a station, likewise; a day begins at midnight in Beijing
SELECT (day::timestamp - INTERVAL '8 hours') AT TIME ZONE 'UTC' AS ts, max(valid)::integer AS minutes,
    array_agg(channel) AS channels, array_agg(mean) AS means, array_agg(valid) AS valid, array_agg(hours) AS hours,
    array_agg(corrected) AS corrected, max(correction) AS correction
FROM day_mean
WHERE device = :device::integer AND day >= :from_day::date AND day < :to_day::date
GROUP BY day ORDER BY day;

-- name: days_of of a device by channel
SELECT day, channel, sent, valid, suspect, hours FROM day_mean
WHERE device = :device::integer AND day >= :from_day::date AND day < :to_day::date
ORDER BY day, channel;

-- name: day_of_all stations and monitors, those from which least is usable first.
-- Counted are the channels that a device has sent since `week`, also those that fell silent.
WITH known AS (
    SELECT DISTINCT device, channel FROM day_mean WHERE day >= :week::date AND day <= :day::date
), told AS (
    SELECT k.device, count(*) AS channels, coalesce(sum(d.sent), 0) AS sent, coalesce(sum(d.valid), 0) AS valid,
        coalesce(sum(d.suspect), 0) AS suspect, count(*) FILTER (WHERE d.hours >= :day_hours::integer) AS valid_days
    FROM known AS k LEFT JOIN day_mean AS d ON d.device = k.device AND d.channel = k.channel AND d.day = :day::date
    GROUP BY k.device
), listed AS (
    SELECT device, kind, lon, lat FROM station WHERE kind <> 'mobile'
    UNION ALL SELECT device, 'monitor', lon, lat FROM monitor
)
SELECT l.device, d.device_id, l.kind, l.lon, l.lat, coalesce(t.channels, 0)::integer AS channels,
    coalesce(t.sent::float8 / t.channels / :minutes::integer, 0) AS sent,
    coalesce(t.valid::float8 / t.channels / :minutes::integer, 0) AS usable,
    coalesce(t.suspect::float8 / t.channels / :minutes::integer, 0) AS suspect,
    coalesce(t.valid_days, 0)::integer AS valid_days
FROM listed AS l JOIN device AS d USING (device) LEFT JOIN told AS t USING (device)
ORDER BY usable, sent, d.device_id;

-- name: wrong_clocks of a span that lasted
SELECT DISTINCT device FROM clock_error
WHERE since < :until::timestamptz AND seen_at >= :first::timestamptz AND seen_at - since >= :least::interval;

-- name: places of the stations that stand still
SELECT device, kind, lon, lat FROM station WHERE kind <> 'mobile' ORDER BY device;
