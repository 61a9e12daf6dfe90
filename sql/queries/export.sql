-- name: devices by kind and id
SELECT device, device_id, CASE WHEN kind = 'mobile' THEN 'mobile' ELSE 'station' END AS kind
FROM station JOIN device USING (device)
UNION ALL
SELECT device, device_id, 'monitor' FROM monitor JOIN device USING (device)
ORDER BY device_id;

-- name: channels that monitors have or had
SELECT channel FROM monitor_channel WHERE device = ANY(:devices::integer[])
UNION
SELECT channel FROM monitor_latest WHERE device = ANY(:devices::integer[])
ORDER BY channel;

-- name: stations of a span, without nulls: all rows are of one size
SELECT device, ts, coalesce(pm25, 'NaN'), coalesce(pm10, 'NaN'), coalesce(so2, 'NaN'), coalesce(no2, 'NaN'),
    coalesce(o3, 'NaN'), coalesce(co, 'NaN'), coalesce(tvoc, 'NaN'), coalesce(nmhc, 'NaN'), coalesce(ch4, 'NaN'),
    coalesce(temperature, 'NaN'), coalesce(humidity, 'NaN'), coalesce(pressure, 'NaN'), coalesce(wind_speed, 'NaN'),
    coalesce(wind_direction, 'NaN'),
    substring(coalesce(qc, '') || decode(repeat('00', 14), 'hex') FROM 1 FOR 14)
FROM station_reading
WHERE ts >= :from_at::timestamptz AND ts < :to_at::timestamptz
    AND (:devices::integer[] IS NULL OR device = ANY(:devices::integer[]));

-- name: mobile likewise
SELECT device, ts, coalesce(pm25, 'NaN'), coalesce(pm10, 'NaN'), coalesce(so2, 'NaN'), coalesce(no2, 'NaN'),
    coalesce(o3, 'NaN'), coalesce(co, 'NaN'), coalesce(tvoc, 'NaN'), coalesce(nmhc, 'NaN'), coalesce(ch4, 'NaN'),
    coalesce(temperature, 'NaN'), coalesce(humidity, 'NaN'), coalesce(pressure, 'NaN'), coalesce(wind_speed, 'NaN'),
    coalesce(wind_direction, 'NaN'),
    substring(coalesce(qc, '') || decode(repeat('00', 14), 'hex') FROM 1 FOR 14), lon, lat
FROM mobile_reading
WHERE ts >= :from_at::timestamptz AND ts < :to_at::timestamptz
    AND (:devices::integer[] IS NULL OR device = ANY(:devices::integer[]));

-- name: monitors: a row a value, the channel by its place among `channels`
SELECT device, ts, array_position(:channels::text[], channel) - 1, coalesce(value, 'NaN'), qc
FROM monitor_reading
WHERE ts >= :from_at::timestamptz AND ts < :to_at::timestamptz
    AND (:devices::integer[] IS NULL OR device = ANY(:devices::integer[])) AND channel = ANY(:channels::text[]);

-- name: hours: a row a mean
SELECT device, ts, array_position(:channels::text[], channel) - 1, coalesce(mean, 'NaN'), valid
FROM hour_mean
WHERE ts >= :from_at::timestamptz AND ts < :to_at::timestamptz
    AND device = ANY(:devices::integer[]) AND channel = ANY(:channels::text[]);

-- name: days: those that begin within the span; a day begins at midnight in Beijing
SELECT device, day::timestamp AT TIME ZONE 'Asia/Shanghai', array_position(:channels::text[], channel) - 1,
    coalesce(mean, 'NaN'), hours
FROM day_mean
WHERE day >= (:from_at::timestamptz AT TIME ZONE 'Asia/Shanghai')::date
    AND day::timestamp AT TIME ZONE 'Asia/Shanghai' >= :from_at AND day::timestamp AT TIME ZONE 'Asia/Shanghai' < :to_at
    AND device = ANY(:devices::integer[]) AND channel = ANY(:channels::text[]);
