-- name: alone: one at a time settles the deadlines of a monitor
SELECT pg_advisory_xact_lock(hashtext('deadline'), :device::integer);

-- name: declared of a monitor: all faults, and other marks since a time
SELECT * FROM declaration
WHERE device = :device AND state IN ('declared', 'accepted')
    AND (kind = 'fault' OR end_at IS NULL OR end_at > :since::timestamptz)
ORDER BY declaration_id;

-- name: seen: when the detector saw a monitor fail; what people found to be none is none
SELECT a.alert_id, coalesce((a.body -> 'evidence' ->> 'last_heard')::timestamptz, a.opened_at) AS began,
    a.closed_at AS ended
FROM alert AS a JOIN handling AS h USING (alert_id)
JOIN device AS d ON d.device_id = a.source
WHERE d.device = :device AND a.kind IN ('offline', 'fault') AND (a.closed_at IS NULL OR a.closed_at > :since::timestamptz)
    AND h.stage <> 'false_alarm'
ORDER BY a.opened_at, a.alert_id;

-- name: put: what was due stays due as it was first said, unless the failure began at another time
INSERT INTO deadline AS old (enterprise_id, device, task, declaration_id, alert_id, began_at, due_at, done_at)
SELECT coalesce(x.enterprise_id, m.enterprise_id), m.device, r.task, r.declaration_id, r.alert_id, r.began, r.due, r.done
FROM jsonb_to_recordset(:rows::jsonb)
    AS r(task text, declaration_id bigint, alert_id text, began timestamptz, due timestamptz, done timestamptz)
JOIN monitor AS m ON m.device = :device
LEFT JOIN declaration AS x USING (declaration_id)
ON CONFLICT ON CONSTRAINT deadline_once DO UPDATE
SET (began_at, done_at, void) = (excluded.began_at, excluded.done_at, false),
    due_at = CASE WHEN old.began_at = excluded.began_at THEN old.due_at ELSE excluded.due_at END,
    told_at = CASE WHEN old.began_at = excluded.began_at THEN old.told_at END
WHERE (old.began_at, old.done_at, old.void) IS DISTINCT FROM (excluded.began_at, excluded.done_at, false);

-- name: void_others of a monitor: what there is no failure for any more
UPDATE deadline AS old SET void = true
WHERE device = :device AND NOT void AND (declaration_id IS NOT NULL OR began_at > :since::timestamptz) AND NOT EXISTS (
    SELECT FROM jsonb_to_recordset(:rows::jsonb) AS r(task text, declaration_id bigint, alert_id text)
    WHERE (r.task, r.declaration_id, r.alert_id) IS NOT DISTINCT FROM (old.task, old.declaration_id, old.alert_id)
);

-- name: is_due
SELECT EXISTS (SELECT FROM failure_due)
    OR EXISTS (
        SELECT FROM deadline WHERE done_at IS NULL AND told_at IS NULL AND NOT void AND due_at < :now::timestamptz
    );

-- name: take_failures some at a time: the monitors whose alerts have changed
WITH taken AS (
    DELETE FROM failure_due WHERE ctid = ANY (ARRAY(SELECT ctid FROM failure_due LIMIT :most::integer))
    RETURNING alert_id
)
SELECT DISTINCT m.device
FROM taken JOIN alert AS a USING (alert_id)
JOIN device AS d ON d.device_id = a.source JOIN monitor AS m USING (device)
WHERE a.kind IN ('offline', 'fault')
ORDER BY m.device;

-- name: missed that nobody was told of
SELECT x.deadline_id, x.task, x.began_at, x.due_at, e.name AS enterprise, d.device_id
FROM deadline AS x JOIN device AS d USING (device) JOIN enterprise AS e USING (enterprise_id)
WHERE x.done_at IS NULL AND x.told_at IS NULL AND NOT x.void AND x.due_at < :now::timestamptz
ORDER BY x.due_at, x.deadline_id
LIMIT :most
FOR UPDATE OF x;

-- name: told
UPDATE deadline SET told_at = :now WHERE deadline_id = ANY (:ids::bigint[]);

-- name: newest: what is due last first. All filters are optional
SELECT x.deadline_id, x.enterprise_id, e.name AS enterprise, d.device_id AS mn, x.task, x.declaration_id, x.alert_id,
    x.began_at, x.due_at, x.done_at
FROM deadline AS x JOIN device AS d USING (device) JOIN enterprise AS e USING (enterprise_id)
WHERE NOT x.void
    AND (:enterprise_id::text IS NULL OR x.enterprise_id = :enterprise_id)
    AND (:states::text[] IS NULL OR
        ('met' = ANY (:states) AND x.done_at <= x.due_at)
        OR ('open' = ANY (:states) AND x.done_at IS NULL AND x.due_at >= :now::timestamptz)
        OR ('missed' = ANY (:states) AND coalesce(x.done_at, :now::timestamptz) > x.due_at))
    AND (:since::timestamptz IS NULL OR x.due_at >= :since)
    AND (:before_at::timestamptz IS NULL OR (x.due_at, x.deadline_id) < (:before_at, :before_id::bigint))
ORDER BY x.due_at DESC, x.deadline_id DESC
LIMIT :limit;

-- name: counts by enterprise, the most that was missed first
SELECT x.enterprise_id, e.name AS enterprise,
    count(*) FILTER (WHERE x.done_at IS NULL AND x.due_at >= :now::timestamptz) AS open,
    count(*) FILTER (WHERE coalesce(x.done_at, :now) > x.due_at) AS missed,
    count(*) FILTER (WHERE x.done_at IS NULL AND x.due_at < :now) AS overdue
FROM deadline AS x JOIN enterprise AS e USING (enterprise_id)
WHERE NOT x.void AND (x.done_at IS NULL OR x.done_at > x.due_at)
    AND (:since::timestamptz IS NULL OR x.due_at >= :since)
    AND (:enterprise_id::text IS NULL OR x.enterprise_id = :enterprise_id)
GROUP BY 1, 2
ORDER BY overdue DESC, missed DESC, open DESC, x.enterprise_id;
