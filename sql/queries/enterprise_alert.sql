-- name: page of an enterprise, newest first; `before_at`, `before_id` are the last alert of the page before
SELECT e.*
FROM enterprise_alert AS e
WHERE e.enterprise_id = :enterprise_id
    AND (e.opened_at, e.alert_id) < (coalesce(:before_at, 'infinity'::timestamptz), coalesce(:before_id::text, ''))
    AND e.opened_at >= coalesce(:since, '-infinity'::timestamptz)
    AND (:status::text IS NULL OR e.status = :status)
ORDER BY e.opened_at DESC, e.alert_id DESC
LIMIT :limit::int;

-- name: one
SELECT e.* FROM enterprise_alert AS e WHERE e.enterprise_id = :enterprise_id AND e.alert_id = :alert_id;
