-- name: concern of an alert and an enterprise: whose monitor it is about, and what is released already
SELECT h.body ->> 'enterprise_id' AS found,
    (SELECT m.enterprise_id FROM device AS d JOIN monitor AS m USING (device)
     WHERE d.device_id = a.source) AS owner,
    r.release_id, r.released_as
FROM alert AS a
JOIN handling AS h USING (alert_id)
LEFT JOIN alert_release AS r
    ON r.alert_id = a.alert_id AND r.enterprise_id = :enterprise_id AND r.withdrawn_at IS NULL
WHERE a.alert_id = :alert_id;

-- name: put
INSERT INTO alert_release (alert_id, enterprise_id, released_as, at, who, why, reply_by, appeal_by)
VALUES (:alert_id, :enterprise_id, :released_as, :at, :who, :why, :reply_by, :appeal_by)
RETURNING release_id;

-- name: withdraw what is in force
UPDATE alert_release SET withdrawn_at = :at, withdrawn_by = :who, withdrawn_why = :why
WHERE alert_id = :alert_id AND enterprise_id = :enterprise_id AND withdrawn_at IS NULL
RETURNING release_id;

-- name: is_found: whether an enterprise knows that it was found
SELECT EXISTS (
    SELECT FROM alert_release
    WHERE alert_id = :alert_id AND enterprise_id = :enterprise_id AND released_as = 'found' AND withdrawn_at IS NULL);

-- name: is_due: whether a time to answer is over by then
SELECT EXISTS (SELECT FROM alert_release WHERE withdrawn_at IS NULL AND reminded_at IS NULL AND reply_by <= :until);

-- name: take_due: each once, whether it was answered or not; whoever else looks takes others
UPDATE alert_release AS r SET reminded_at = :now
FROM (
    SELECT release_id FROM alert_release
    WHERE withdrawn_at IS NULL AND reminded_at IS NULL AND reply_by <= :until
    ORDER BY reply_by LIMIT :most::int
    FOR UPDATE SKIP LOCKED
) AS due
WHERE r.release_id = due.release_id
RETURNING r.release_id, r.alert_id, r.enterprise_id, r.reply_by,
    EXISTS (SELECT FROM reply AS l WHERE l.release_id = r.release_id) AS answered;

-- name: of_alert in the order they were made
SELECT r.release_id, r.enterprise_id, n.name, r.released_as, r.at, r.who, r.why, r.reply_by, r.appeal_by,
    r.withdrawn_at, r.withdrawn_by, r.withdrawn_why,
    (SELECT max(l.at) FROM reply AS l WHERE l.release_id = r.release_id AND l.kind = 'reply') AS replied_at
FROM alert_release AS r JOIN enterprise AS n USING (enterprise_id)
WHERE r.alert_id = :alert_id
ORDER BY r.release_id;
