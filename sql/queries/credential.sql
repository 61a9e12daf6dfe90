-- name: alone: one after the other, so that the broker is told in the order in which it is kept
SELECT pg_advisory_xact_lock(hashtext('hotgrid.credential'));

-- name: known of these names
SELECT name FROM unnest(:names::text[]) AS name
WHERE name IN (SELECT device_id FROM device) OR name IN (SELECT mn FROM logger);

-- name: stations
SELECT device_id FROM device JOIN station USING (device) ORDER BY device_id;

-- name: monitors
SELECT device_id FROM device JOIN monitor USING (device) ORDER BY device_id;

-- name: holding: those that are let in
SELECT device_id, hash FROM credential WHERE revoked_at IS NULL ORDER BY device_id;

-- name: put for devices that have none that holds
INSERT INTO credential AS old (device_id, hash, made_at, made_by)
SELECT device_id, hash, :at::timestamptz, :who::text
FROM unnest(:device_ids::text[], :hashes::text[]) AS r(device_id, hash)
ON CONFLICT (device_id) DO UPDATE
SET (hash, made_at, made_by, rotated_at, revoked_at)
    = (excluded.hash, excluded.made_at, excluded.made_by, NULL, NULL)
WHERE old.revoked_at IS NOT NULL
RETURNING device_id;

-- name: rotate those that hold
UPDATE credential
SET hash = r.hash, rotated_at = :at::timestamptz
FROM unnest(:device_ids::text[], :hashes::text[]) AS r(device_id, hash)
WHERE credential.device_id = r.device_id AND revoked_at IS NULL
RETURNING credential.device_id;

-- name: revoke those that hold
UPDATE credential SET revoked_at = :at::timestamptz
WHERE device_id = ANY(:device_ids::text[]) AND revoked_at IS NULL
RETURNING device_id;

-- name: listed
SELECT device_id, made_at, made_by, rotated_at, revoked_at FROM credential ORDER BY device_id;
