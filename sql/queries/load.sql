-- name: create_station_arriving: what is there in part already waits here
CREATE TEMPORARY TABLE IF NOT EXISTS station_arriving (LIKE station_reading) ON COMMIT DELETE ROWS;

-- name: create_monitor_arriving
CREATE TEMPORARY TABLE IF NOT EXISTS monitor_arriving (LIKE monitor_reading) ON COMMIT DELETE ROWS;

-- name: create_mobile_arriving
CREATE TEMPORARY TABLE IF NOT EXISTS mobile_arriving (LIKE mobile_reading) ON COMMIT DELETE ROWS;

-- name: add_stations that are not there yet; returns how many were new
WITH added AS (
    INSERT INTO station_reading SELECT * FROM station_arriving ORDER BY device, ts
    ON CONFLICT DO NOTHING RETURNING device, ts
), changed AS (
    INSERT INTO touched SELECT date_trunc('hour', ts), array_agg(DISTINCT device) FROM added GROUP BY 1
)
SELECT count(*) FROM added;

-- name: other_stations: rows that are there and are not the same. Devices and span bound the search: a file may be in
-- the order of either.
SELECT new.* FROM station_arriving AS new JOIN station_reading AS old USING (device, ts)
WHERE old.device = ANY(:devices::integer[]) AND old.ts BETWEEN :first AND :last AND new IS DISTINCT FROM old;

-- name: add_monitors
WITH added AS (
    INSERT INTO monitor_reading SELECT * FROM monitor_arriving ORDER BY device, ts, channel
    ON CONFLICT DO NOTHING RETURNING device, ts
), changed AS (
    INSERT INTO touched SELECT date_trunc('hour', ts), array_agg(DISTINCT device) FROM added GROUP BY 1
)
SELECT count(*) FROM added;

-- name: add_mobile
WITH added AS (
    INSERT INTO mobile_reading SELECT * FROM mobile_arriving ORDER BY device, ts
    ON CONFLICT DO NOTHING RETURNING 1
)
SELECT count(*) FROM added;

-- name: touch the hours of devices
INSERT INTO touched
SELECT hour, array_agg(device) FROM unnest(:hour::timestamptz[], :device::integer[]) AS t(hour, device) GROUP BY hour;

-- name: newest_stations that are shown
SELECT device, ts FROM station_latest;

-- name: newest_monitors
SELECT device, channel, ts FROM monitor_latest;

-- name: show_stations: the newest rows of stations and of who moves
INSERT INTO station_latest AS old
SELECT device, ts, :now::timestamptz, nullif(pm25, 'NaN'), nullif(pm10, 'NaN'), nullif(so2, 'NaN'), nullif(no2, 'NaN'),
    nullif(o3, 'NaN'), nullif(co, 'NaN'), nullif(tvoc, 'NaN'), nullif(nmhc, 'NaN'), nullif(ch4, 'NaN'),
    nullif(temperature, 'NaN'), nullif(humidity, 'NaN'), nullif(pressure, 'NaN'), nullif(wind_speed, 'NaN'),
    nullif(wind_direction, 'NaN'), qc
FROM unnest(
    :device::integer[], :ts::timestamptz[], :pm25::real[], :pm10::real[], :so2::real[], :no2::real[], :o3::real[],
    :co::real[], :tvoc::real[], :nmhc::real[], :ch4::real[], :temperature::real[], :humidity::real[],
    :pressure::real[], :wind_speed::real[], :wind_direction::real[], :qc::bytea[]
) AS new(device, ts, pm25, pm10, so2, no2, o3, co, tvoc, nmhc, ch4, temperature, humidity, pressure, wind_speed,
    wind_direction, qc)
ORDER BY device
ON CONFLICT (device) DO UPDATE
SET (ts, received_at, pm25, pm10, so2, no2, o3, co, tvoc, nmhc, ch4, temperature, humidity, pressure, wind_speed,
    wind_direction, qc) = (excluded.ts, excluded.received_at, excluded.pm25, excluded.pm10, excluded.so2, excluded.no2,
    excluded.o3, excluded.co, excluded.tvoc, excluded.nmhc, excluded.ch4, excluded.temperature, excluded.humidity,
    excluded.pressure, excluded.wind_speed, excluded.wind_direction, excluded.qc)
WHERE excluded.ts > old.ts;

-- name: show_monitors
INSERT INTO monitor_latest AS old (device, channel, ts, received_at, value, qc)
SELECT device, channel, ts, :now::timestamptz, nullif(value, 'NaN'), qc
FROM unnest(:device::integer[], :ts::timestamptz[], :channel::text[], :value::real[], :qc::smallint[])
    AS new(device, ts, channel, value, qc)
ORDER BY device, channel
ON CONFLICT (device, channel) DO UPDATE
SET ts = excluded.ts, received_at = excluded.received_at, value = excluded.value, qc = excluded.qc
WHERE excluded.ts > old.ts;
