-- name: shifts of a span, of one person or of all
SELECT start_at, end_at, post, role, person_id, township, source, instead_of
FROM shift
WHERE tstzrange(start_at, end_at) && tstzrange(:start, :end)
    AND (:person_id::text IS NULL OR person_id = :person_id)
ORDER BY start_at, post, end_at, person_id;

-- name: people
SELECT person_id, name, role, township FROM person;

-- name: held: how many addresses in force somebody has, or the team
SELECT count(*) FROM calendar_address WHERE person_id IS NOT DISTINCT FROM :person_id::text AND revoked_at IS NULL;

-- name: add
INSERT INTO calendar_address (token_sha256, person_id, made_by, at)
VALUES (:token, :person_id, :made_by, :at)
RETURNING address_id, person_id, made_by, at, revoked_at, last_used;

-- name: addresses, the newest first; of one person or of all
SELECT address_id, person_id, made_by, at, revoked_at, last_used
FROM calendar_address
WHERE :person_id::text IS NULL OR person_id = :person_id
ORDER BY address_id DESC
LIMIT 500;

-- name: address
SELECT address_id, person_id, made_by, at, revoked_at, last_used FROM calendar_address WHERE address_id = :address_id;

-- name: revoke; once is enough
UPDATE calendar_address SET (revoked_at, revoked_by) = (:at, :who)
WHERE address_id = :address_id AND revoked_at IS NULL;

-- name: in_force
SELECT address_id, person_id, made_by, at, revoked_at, last_used
FROM calendar_address
WHERE token_sha256 = :token AND revoked_at IS NULL;

-- name: used; to the hour is enough
UPDATE calendar_address SET last_used = :at
WHERE address_id = :address_id AND (last_used IS NULL OR last_used < :at::timestamptz - INTERVAL '1 hour');
