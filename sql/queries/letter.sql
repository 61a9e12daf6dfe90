-- Letters are replies, appeals, rectification reports and messages; they are counted together.

-- name: known: what an enterprise knows of an alert that it may answer to
SELECT e.stage, e.reply_by, e.appeal_by, e.rectify_by, e.release_id,
    EXISTS (SELECT FROM reply AS l WHERE l.release_id = e.release_id AND l.kind = 'appeal') AS appealed
FROM enterprise_alert AS e
WHERE e.enterprise_id = :enterprise_id AND e.alert_id = :alert_id;

-- name: put_reply
INSERT INTO reply (enterprise_id, alert_id, release_id, kind, text, files, at, who, due_at, state)
VALUES (:enterprise_id, :alert_id, :release_id, :kind, :text, :files, :at, :who, :due_at,
    CASE WHEN :kind = 'appeal' THEN 'open' END)
RETURNING letter_id;

-- name: lock a letter to decide on it
SELECT alert_id, enterprise_id, state FROM reply WHERE letter_id = :letter_id FOR UPDATE;

-- name: is_message of an enterprise
SELECT EXISTS (SELECT FROM thread_message WHERE letter_id = :letter_id AND side = 'enterprise');

-- name: decide on an appeal
UPDATE reply SET state = :state, decided_at = :at, decided_by = :who, decided_why = :why WHERE letter_id = :letter_id;

-- name: replies of an enterprise to an alert, in the order they came
SELECT letter_id, kind, text, files, at, due_at, state, decided_at, decided_why
FROM reply
WHERE enterprise_id = :enterprise_id AND alert_id = :alert_id
ORDER BY letter_id;

-- name: put_message
INSERT INTO thread_message (enterprise_id, alert_id, side, text, files, at, who)
VALUES (:enterprise_id, :alert_id, :side, :text, :files, :at, :who)
RETURNING letter_id;

-- name: messages of an enterprise's thread, newest first; null as an alert: of all
SELECT letter_id, alert_id, side, text, files, at, read_at
FROM thread_message
WHERE enterprise_id = :enterprise_id
    AND (:alert_id::text IS NULL OR alert_id = :alert_id)
    AND (:before::bigint IS NULL OR letter_id < :before)
ORDER BY letter_id DESC
LIMIT :limit::int;

-- name: unread messages of the other side
SELECT count(*) FROM thread_message WHERE enterprise_id = :enterprise_id AND side <> :side AND read_at IS NULL;

-- name: read the other side's messages up to one
WITH seen AS (
    UPDATE thread_message SET read_at = :at
    WHERE enterprise_id = :enterprise_id AND side <> :side AND read_at IS NULL AND letter_id <= :until
    RETURNING letter_id)
SELECT count(*) FROM seen;

-- name: letters of enterprises to the desk, newest first; null in a filter: whatever
SELECT l.*, n.name AS enterprise
FROM (
    SELECT letter_id, kind, enterprise_id, alert_id, text, files, at, who, due_at, state, decided_at, decided_by,
        decided_why, NULL::timestamptz AS read_at, coalesce(state = 'open', false) AS waits
    FROM reply
    UNION ALL
    SELECT letter_id, 'message', enterprise_id, alert_id, text, files, at, who, NULL, NULL, NULL, NULL,
        NULL, read_at, read_at IS NULL
    FROM thread_message
    WHERE side = 'enterprise'
) AS l JOIN enterprise AS n USING (enterprise_id)
WHERE (:kinds::text[] IS NULL OR l.kind = ANY (:kinds))
    AND (:enterprise_id::text IS NULL OR l.enterprise_id = :enterprise_id)
    AND (:alert_id::text IS NULL OR l.alert_id = :alert_id)
    AND (:waits::boolean IS NULL OR l.waits = :waits)
    AND (:since::timestamptz IS NULL OR l.at >= :since)
    AND (:before::bigint IS NULL OR l.letter_id < :before)
ORDER BY l.letter_id DESC
LIMIT :limit::int;
