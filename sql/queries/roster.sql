-- name: lock: who changes the roster goes one after the other
SELECT pg_advisory_xact_lock(hashtext('roster'));

-- name: moment from which on the roster can be changed
SELECT greatest(:now::timestamptz, roster_moment());

-- name: add_entry
INSERT INTO roster_entry (kind, body, who, made_at) VALUES (:kind, :body::jsonb, :who, :now)
RETURNING entry_id, kind, body, who, made_at, ended_at, ended_by;

-- name: same_entry that is in force
SELECT entry_id, kind, body, who, made_at, ended_at, ended_by FROM roster_entry
WHERE kind = :kind AND body = :body::jsonb AND ended_at IS NULL
ORDER BY entry_id
LIMIT 1;

-- name: end_entry
UPDATE roster_entry SET (ended_at, ended_by) = (:now, :who)
WHERE kind = :kind AND entry_id = :entry_id AND ended_at IS NULL
RETURNING entry_id, kind, body, who, made_at, ended_at, ended_by;

-- name: entries_of_kind in force
SELECT entry_id, kind, body, who, made_at, ended_at, ended_by FROM roster_entry
WHERE kind = :kind AND ended_at IS NULL
ORDER BY entry_id;

-- name: entries_since: what is in force and did not end of itself before
SELECT entry_id, kind, body, who, made_at, ended_at, ended_by FROM roster_entry
WHERE ended_at IS NULL AND (
    kind IN ('rotation', 'holiday')
    OR greatest((body ->> 'end')::timestamptz, (body -> 'one' ->> 'end')::timestamptz,
                (body -> 'other' ->> 'end')::timestamptz) > :since
)
ORDER BY entry_id;

-- name: imported; the roster is planned up to the year 2100
SELECT i.person_id, i.start_at, i.end_at, i.post, p.role, p.township
FROM imported_shift AS i JOIN person AS p USING (person_id)
WHERE i.end_at > :since AND i.start_at > '2000-01-01Z' AND i.end_at < '2100-01-01Z'
ORDER BY i.start_at, i.post, i.person_id;

-- name: published of a span
SELECT person_id, start_at, end_at, post, role, township, source, instead_of FROM shift
WHERE tstzrange(start_at, end_at) && tstzrange(:start, :end)
ORDER BY start_at, post, person_id;

-- name: people
SELECT person_id, name, role, township FROM person ORDER BY person_id;

-- name: take_off what has not begun
DELETE FROM shift AS s
USING jsonb_to_recordset(:rows::jsonb) AS r(person_id text, start_at timestamptz, post text)
WHERE (s.person_id, s.start_at, s.post) = (r.person_id, r.start_at, r.post);

-- name: move_ends of what runs
UPDATE shift AS s SET end_at = r.end_at
FROM jsonb_to_recordset(:rows::jsonb) AS r(person_id text, start_at timestamptz, post text, end_at timestamptz)
WHERE (s.person_id, s.start_at, s.post) = (r.person_id, r.start_at, r.post);

-- name: put_on
INSERT INTO shift (person_id, start_at, end_at, post, role, township, source, instead_of)
SELECT person_id, start_at, end_at, post, role, township, source, instead_of
FROM jsonb_to_recordset(:rows::jsonb)
    AS r(person_id text, start_at timestamptz, end_at timestamptz, post text, role text, township text, source text,
         instead_of text)
ON CONFLICT (person_id, start_at, post) DO UPDATE
SET (end_at, role, township, source, instead_of)
    = (excluded.end_at, excluded.role, excluded.township, excluded.source, excluded.instead_of);

-- name: log_change
INSERT INTO roster_change (at, who, action, why, details) VALUES (:at, :who, :action, :why, :details::jsonb);

-- name: changes newest first
SELECT seq, at, who, action, why, details FROM roster_change
WHERE seq < :before
ORDER BY seq DESC LIMIT :most;

-- name: request_swap
INSERT INTO swap_request (body, requested_by, requested_at, state) VALUES (:body::jsonb, :who, :now, 'requested')
RETURNING swap_id;

-- name: swap_request
SELECT swap_id, body, requested_by, requested_at, state, agreed_at, decided_by, decided_at, why, entry_id
FROM swap_request WHERE swap_id = :swap_id FOR UPDATE;

-- name: swap_requests newest first
SELECT swap_id, body, requested_by, requested_at, state, agreed_at, decided_by, decided_at, why, entry_id
FROM swap_request
WHERE swap_id < :before AND (:state::text IS NULL OR state = :state)
ORDER BY swap_id DESC LIMIT :most::int;

-- name: move_swap to another state
UPDATE swap_request
SET state = :state, agreed_at = CASE WHEN :state = 'agreed' THEN :now ELSE agreed_at END,
    decided_by = CASE WHEN :state <> 'agreed' THEN :who END, decided_at = CASE WHEN :state <> 'agreed' THEN :now END,
    why = :why, entry_id = :entry_id
WHERE swap_id = :swap_id;

-- name: registry_version goes up with every import
SELECT version FROM registry_version;

-- name: put_notice: that something was told; nothing where it was told before
INSERT INTO roster_notice (key, at) VALUES (:key, :at) ON CONFLICT DO NOTHING RETURNING key;

-- name: forget_notices of long ago
DELETE FROM roster_notice WHERE at < :before;

-- name: coming: shifts that begin within a span
SELECT person_id, start_at, end_at, post FROM shift
WHERE start_at > :after AND start_at <= :until
ORDER BY start_at, post, person_id;

-- name: new_notices of these that nobody was told
SELECT k.key FROM unnest(:keys::text[]) AS k (key)
WHERE NOT EXISTS (SELECT FROM roster_notice AS n WHERE n.key = k.key);
