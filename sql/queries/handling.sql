-- name: line_up with whoever writes to the log; before any row is locked, so that nobody holds a row and waits for that
SELECT pg_advisory_xact_lock(hashtext('alert_event'));

-- name: begin the handling of an alert that was opened, in the township of the station next to it; what was begun goes on
INSERT INTO handling (alert_id, stage, version, pushed, opened_at, township, climb_at, due_at, body)
SELECT alert_id, 'open', 1, :pushed, a.opened_at,
    coalesce((
        SELECT s.township FROM station AS s WHERE s.township <> ''
        ORDER BY (s.lat - a.lat) ^ 2 + ((s.lon - a.lon) * cosd(a.lat)) ^ 2, s.device LIMIT 1
    ), ''),
    CASE WHEN :pushed THEN :at::timestamptz END, CASE WHEN :pushed THEN :at::timestamptz END, :body
FROM alert AS a
WHERE alert_id = :alert_id AND NOT EXISTS (SELECT FROM handling WHERE alert_id = :alert_id)
ON CONFLICT (alert_id) DO NOTHING;

-- name: lock one for a step
SELECT h.body, a.body AS alert
FROM handling AS h JOIN alert AS a USING (alert_id)
WHERE h.alert_id = :alert_id
FOR UPDATE OF h;

-- name: put a step; the clocks look at it at once
UPDATE handling
SET stage = :stage, version = :version, body = :body, due_at = CASE WHEN pushed THEN :at::timestamptz END,
    climb_at = CASE WHEN pushed AND :stage = 'open' THEN :at::timestamptz END
WHERE alert_id = :alert_id;

-- name: log a step; its number is given under a lock that is held to the commit
INSERT INTO alert_event (seq, alert_id, at, who, action, why, place, details, body)
SELECT 0, alert_id, :at, :who, :action, :why, :place, :details,
    a.body || jsonb_build_object('handling', h.body)
FROM alert AS a JOIN handling AS h USING (alert_id)
WHERE alert_id = :alert_id
RETURNING seq;

-- name: standing of an alert that another is to be merged into
SELECT h.stage, a.kind FROM handling AS h JOIN alert AS a USING (alert_id) WHERE alert_id = :alert_id;

-- name: still_bad: whether the air is not clean yet of any alert that was merged into this one, by any way
WITH RECURSIVE below AS (
    SELECT alert_id FROM handling WHERE stage = 'merged' AND body ->> 'merged_into' = :alert_id
    UNION
    SELECT h.alert_id FROM handling AS h JOIN below AS b ON h.stage = 'merged' AND h.body ->> 'merged_into' = b.alert_id
)
SELECT EXISTS (SELECT FROM below JOIN alert USING (alert_id) WHERE status = 'open' AND alert_id <> :without);

-- name: root: the alert that this one is handled with in the end
WITH RECURSIVE above AS (
    SELECT body ->> 'merged_into' AS alert_id FROM handling WHERE alert_id = :alert_id AND stage = 'merged'
    UNION
    SELECT h.body ->> 'merged_into' FROM handling AS h JOIN above USING (alert_id) WHERE h.stage = 'merged'
)
SELECT alert_id FROM above JOIN handling AS h USING (alert_id) WHERE h.stage <> 'merged';

-- name: put_finding what was found is a truth for the detector
INSERT INTO finding (alert_id, at, enterprise_id, cause, note) VALUES (:alert_id, :at, :enterprise_id, :cause, :note)
ON CONFLICT (alert_id, at) DO UPDATE
SET enterprise_id = excluded.enterprise_id, cause = excluded.cause, note = excluded.note;

-- name: knows_enterprise
SELECT EXISTS (SELECT FROM enterprise WHERE enterprise_id = :enterprise_id);

-- name: role of a person
SELECT role FROM person WHERE person_id = :person_id;

-- name: knows_team of a township
SELECT EXISTS (SELECT FROM person WHERE role = 'field' AND township = :township);

-- name: claim a key; nothing where it was claimed before, which waits for that request to end
INSERT INTO idempotency (who, key, request, at) VALUES (:who, :key, :request, :at)
ON CONFLICT (who, key) DO NOTHING
RETURNING key;

-- name: answered
SELECT request, answer FROM idempotency WHERE who = :who AND key = :key;

-- name: answer
UPDATE idempotency SET answer = :answer WHERE who = :who AND key = :key;

-- name: forget keys
DELETE FROM idempotency WHERE at < :before;

-- name: township_of an alert, where one of the stations near it has one
SELECT township FROM handling WHERE alert_id = :alert_id;
