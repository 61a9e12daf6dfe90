-- name: monitor of an enterprise
SELECT m.device FROM monitor AS m JOIN device AS d USING (device)
WHERE d.device_id = :mn::text AND m.enterprise_id = :enterprise_id::text;

-- name: channels of a monitor with the units that the registry has; those that it had before without any
SELECT channel, max(unit) AS unit
FROM (
    SELECT channel, unit FROM monitor_channel WHERE device = :device::integer
    UNION ALL
    SELECT channel, '' FROM monitor_latest WHERE device = :device::integer
) AS known
GROUP BY channel
ORDER BY channel;
