-- name: shape of the grid
SELECT cell_m, epsg, lon0, lat0, nx, ny FROM grid;

-- name: places of all devices, as arrays: one row is read five times faster than one a device
SELECT coalesce(array_agg(device_id), '{}') AS ids, coalesce(array_agg(kind), '{}') AS kinds,
    coalesce(array_agg(lon), '{}') AS lons, coalesce(array_agg(lat), '{}') AS lats
FROM (
    SELECT device_id, kind, lon, lat FROM station JOIN device USING (device) WHERE kind <> 'mobile'
    UNION ALL
    SELECT device_id, 'monitor', lon, lat FROM monitor JOIN device USING (device)
) AS place;

-- name: places_within a box of degrees
SELECT device_id, kind, name, lon, lat
FROM (
    SELECT device_id, kind, name, lon, lat FROM station JOIN device USING (device) WHERE kind <> 'mobile'
    UNION ALL
    SELECT device_id, 'monitor', outlet, lon, lat FROM monitor JOIN device USING (device)
) AS place
WHERE lon BETWEEN :west::float8 AND :east::float8 AND lat BETWEEN :south::float8 AND :north::float8
ORDER BY device_id;

-- name: newest_minute that was judged
SELECT minute, layout FROM verdict ORDER BY minute DESC LIMIT 1;

-- name: minute_of_all: the verdicts of a minute
SELECT v.pollutant, l.devices, v.value, v.background, v.score, v.state
FROM verdict AS v JOIN layout AS l USING (layout)
WHERE v.minute = :minute AND v.layout = :layout
ORDER BY v.pollutant;

-- name: series of some devices: each one's slice of every minute's arrays, one after the other
WITH span AS MATERIALIZED (
    SELECT minute, pollutant, layout, value, background, score, state FROM verdict
    WHERE minute >= :from_at AND minute < :to_at AND (:pollutant::text IS NULL OR pollutant = :pollutant)
), place AS MATERIALIZED (
    SELECT l.layout, d.device_id, array_position(l.devices, d.device_id) AS i
    FROM layout AS l CROSS JOIN unnest(:devices::text[]) AS d (device_id)
    WHERE l.layout IN (SELECT layout FROM span)
)
SELECT p.device_id, s.pollutant, array_agg(s.minute ORDER BY s.minute) AS minutes,
    string_agg(substring(s.value FROM 4 * p.i - 3 FOR 4), '' ORDER BY s.minute) AS value,
    string_agg(substring(s.background FROM 4 * p.i - 3 FOR 4), '' ORDER BY s.minute) AS background,
    string_agg(substring(s.score FROM 4 * p.i - 3 FOR 4), '' ORDER BY s.minute) AS score,
    string_agg(substring(s.state FROM p.i FOR 1), '' ORDER BY s.minute) AS state
FROM span AS s JOIN place AS p USING (layout)
WHERE p.i IS NOT NULL
GROUP BY p.device_id, s.pollutant
ORDER BY p.device_id, s.pollutant;
