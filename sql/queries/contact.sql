-- name: put_secret that stays what it was if there is one
INSERT INTO secret (name, value) VALUES (:name::text, :value::text) ON CONFLICT DO NOTHING;

-- name: secret
SELECT value FROM secret WHERE name = :name::text;

-- name: of_people in the order in which a person is tried
SELECT contact_id, person_id, channel, address, rank, language, min_severity
FROM contact
WHERE person_id = ANY(:person_ids::text[]) AND disabled_at IS NULL
ORDER BY person_id, rank, contact_id;

-- name: of_nobody in particular
SELECT contact_id, person_id, channel, address, rank, language, min_severity
FROM contact
WHERE person_id IS NULL AND disabled_at IS NULL
ORDER BY contact_id;

-- name: one that is in use
SELECT contact_id, person_id, channel, address, rank, language, min_severity
FROM contact
WHERE contact_id = :contact_id::bigint AND disabled_at IS NULL;

-- name: listed
SELECT c.contact_id, c.person_id, p.name, c.channel, c.address, c.rank, c.language, c.min_severity,
    c.created_at, c.created_by, c.disabled_at, c.why_disabled
FROM contact AS c LEFT JOIN person AS p USING (person_id)
WHERE (:person_id::text IS NULL OR c.person_id = :person_id::text)
    AND (:disabled::boolean OR c.disabled_at IS NULL)
    AND c.contact_id > :after::bigint
ORDER BY c.contact_id
LIMIT :limit::integer;

-- name: person
SELECT name FROM person WHERE person_id = :person_id::text;

-- name: in_use how many a person has
SELECT count(*) FROM contact WHERE person_id IS NOT DISTINCT FROM :person_id::text AND disabled_at IS NULL;

-- name: add or set anew: the same address of the same person is there once
INSERT INTO contact AS old
    (person_id, channel, address, rank, language, min_severity, created_at, created_by)
VALUES (
    :person_id::text, :channel::text, :address::text, :rank::smallint, :language::text, :min_severity::smallint,
    :at::timestamptz, :who::text
)
ON CONFLICT (channel, address, person_id) WHERE disabled_at IS NULL DO UPDATE
SET (rank, language, min_severity) = (excluded.rank, excluded.language, excluded.min_severity)
RETURNING contact_id, xmax = 0 AS added;

-- name: of_endpoint the subscriptions in use; a cast of another channel's address would fail
SELECT contact_id, person_id, address
FROM contact
WHERE CASE WHEN channel = 'webpush' AND disabled_at IS NULL THEN address::jsonb ->> 'endpoint' END = :endpoint::text;

-- name: disable for good
UPDATE contact SET (address, disabled_at, why_disabled) = (:masked::text, :at::timestamptz, :why::text)
WHERE contact_id = :contact_id::bigint AND disabled_at IS NULL
RETURNING contact_id;
