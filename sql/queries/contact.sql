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
WHERE person_id IS NULL AND enterprise_id IS NULL AND disabled_at IS NULL
ORDER BY contact_id;

-- name: of_enterprises: the addresses in use of these that want this event
SELECT c.contact_id, c.enterprise_id, c.channel
FROM contact AS c LEFT JOIN enterprise_hook AS h USING (contact_id)
WHERE c.enterprise_id = ANY(:enterprise_ids::text[]) AND c.disabled_at IS NULL
    AND CASE WHEN :only::bigint IS NULL
        THEN c.min_severity <= :severity::smallint AND (h.contact_id IS NULL OR :event::text = ANY(h.events))
        ELSE c.contact_id = :only END
ORDER BY c.enterprise_id, c.rank, c.contact_id;

-- name: one that is in use
SELECT contact_id, person_id, channel, address, rank, language, min_severity, enterprise_id
FROM contact
WHERE contact_id = :contact_id::bigint AND disabled_at IS NULL;

-- name: listed
SELECT c.contact_id, c.person_id, c.enterprise_id, coalesce(p.name, e.name) AS name, c.channel, c.address, c.rank, c.language, c.min_severity,
    c.created_at, c.created_by, c.disabled_at, c.why_disabled
FROM contact AS c LEFT JOIN person AS p USING (person_id) LEFT JOIN enterprise AS e USING (enterprise_id)
WHERE (:person_id::text IS NULL OR c.person_id = :person_id::text)
    AND (:disabled::boolean OR c.disabled_at IS NULL)
    AND c.contact_id > :after::bigint
ORDER BY c.contact_id
LIMIT :limit::integer;

-- name: person
SELECT name FROM person WHERE person_id = :person_id::text;

-- name: enterprise
SELECT name FROM enterprise WHERE enterprise_id = :enterprise_id::text;

-- name: in_use how many a person, an enterprise or nobody has
SELECT count(*) FROM contact
WHERE person_id IS NOT DISTINCT FROM :person_id::text AND enterprise_id IS NOT DISTINCT FROM :enterprise_id::text
    AND disabled_at IS NULL;

-- name: one_by_one: whoever else adds one of the same person or enterprise waits, so that they are counted
SELECT pg_advisory_xact_lock(hashtext(
    'contact ' || coalesce(:person_id::text, '') || ' ' || coalesce(:enterprise_id::text, '')));

-- name: add or set anew: the same address of the same person or enterprise is there once
INSERT INTO contact AS old
    (person_id, channel, address, rank, language, min_severity, created_at, created_by, enterprise_id)
VALUES (
    :person_id::text, :channel::text, :address::text, :rank::smallint, :language::text, :min_severity::smallint,
    :at::timestamptz, :who::text, :enterprise_id::text
)
ON CONFLICT (channel, address, person_id, enterprise_id) WHERE disabled_at IS NULL DO UPDATE
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

-- name: put_hook of a contact, or set it anew
INSERT INTO enterprise_hook AS h (contact_id, enterprise_id, events, secret)
VALUES (:contact_id::bigint, :enterprise_id::text, :events::text[], :secret::text)
ON CONFLICT (contact_id) DO UPDATE SET (events, secret) = (excluded.events, excluded.secret);

-- name: hooks of an enterprise in use, and how it went there: waiting, failed for good, last sent, what came of the last
SELECT c.contact_id, c.channel, c.address, c.language, c.min_severity, c.created_at, c.created_by, h.events,
    (SELECT count(*) FROM push AS p WHERE p.lane = c.contact_id AND p.state = 'waiting') AS waiting,
    (SELECT count(*) FROM push AS p WHERE p.contact_id = c.contact_id AND p.lane = c.contact_id AND p.state = 'failed'
        AND p.sent_at IS NULL AND p.attempts > 0) AS failed,
    (SELECT max(p.sent_at) FROM push AS p WHERE p.lane = c.contact_id AND p.sent_at IS NOT NULL) AS last_sent,
    (SELECT p.why FROM push AS p WHERE p.lane = c.contact_id AND p.attempts > 0 AND p.sent_at IS NULL
        ORDER BY p.made_at DESC LIMIT 1) AS last_problem
FROM contact AS c JOIN enterprise_hook AS h USING (contact_id)
WHERE h.enterprise_id = :enterprise_id::text AND c.disabled_at IS NULL
ORDER BY c.contact_id;

-- name: hook of an enterprise that is in use
SELECT c.contact_id FROM contact AS c JOIN enterprise_hook AS h USING (contact_id)
WHERE c.contact_id = :contact_id::bigint AND h.enterprise_id = :enterprise_id::text AND c.disabled_at IS NULL;

-- name: count_hooks of an enterprise in use
SELECT count(*) FROM contact WHERE enterprise_id = :enterprise_id::text AND channel = 'hook' AND disabled_at IS NULL;

-- name: forget_secret of a hook that is used no more
UPDATE enterprise_hook SET secret = '' WHERE contact_id = :contact_id::bigint;
