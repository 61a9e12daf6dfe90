-- name: samples of a mobile device, oldest first
SELECT ts, lon, lat, ix, iy, pm25, pm10, so2, no2, o3, co, tvoc, nmhc, ch4, temperature, humidity, pressure, wind_speed,
    wind_direction, qc
FROM mobile_reading
WHERE device = :device AND ts >= :from_at AND ts < :to_at
ORDER BY ts
LIMIT :limit::integer;

-- name: newest_sample of a mobile device
SELECT max(ts) FROM mobile_reading WHERE device = :device;
