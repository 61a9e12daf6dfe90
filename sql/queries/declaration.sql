-- name: monitor of an enterprise by its MN; nothing where it has none of this name
SELECT device FROM device JOIN monitor USING (device) WHERE device_id = :mn AND enterprise_id = :enterprise_id;

-- name: one
SELECT * FROM declaration JOIN device USING (device) WHERE declaration_id = :declaration_id;

-- name: meeting: others of a monitor that have any time in common with a span
SELECT * FROM declaration
WHERE device = :device AND state <> 'withdrawn' AND declaration_id <> :without
    AND start_at < coalesce(:until::timestamptz, 'infinity') AND (end_at IS NULL OR end_at > :first::timestamptz)
ORDER BY declaration_id;

-- name: make
INSERT INTO declaration (enterprise_id, device, kind, start_at, end_at, reason, proofs, state, waits, version, made_at,
    made_by, side, review_reason)
VALUES (:enterprise_id, :device, :kind, :start_at, :end_at, :reason, :proofs, :state, :waits, 1, :made_at, :made_by,
    :side, '')
RETURNING declaration_id;

-- name: put
UPDATE declaration
SET (start_at, end_at, reason, proofs, state, waits, version, reviewed_at, reviewed_by, review_reason) =
    (:start_at, :end_at, :reason, :proofs, :state, :waits, :version, :reviewed_at, :reviewed_by, :review_reason)
WHERE declaration_id = :declaration_id;

-- name: log a step
INSERT INTO declaration_change (declaration_id, version, enterprise_id, at, who, side, place, action, why, body)
SELECT declaration_id, version, enterprise_id, :at, :who, :side, :place, :action, :why,
    to_jsonb(declaration) - '{made_by,reviewed_by}'::text[]
FROM declaration WHERE declaration_id = :declaration_id;

-- name: changes with who took the step
SELECT version, at, who, side, action, why, body FROM declaration_change
WHERE declaration_id = :declaration_id ORDER BY version;

-- name: own_changes as an enterprise sees them
SELECT version, at, side, action, why, body FROM declaration_change
WHERE declaration_id = :declaration_id AND enterprise_id = :enterprise_id ORDER BY version;

-- name: put_mark: the time in which it is in force; a reason of the registry has 200 characters at most
INSERT INTO mark (device, kind, start_at, end_at, reason, declaration_id)
SELECT device, kind, :start_at, :end_at, left(reason, 200), declaration_id
FROM declaration WHERE declaration_id = :declaration_id
ON CONFLICT (declaration_id) WHERE declaration_id IS NOT NULL DO UPDATE
SET (start_at, end_at, reason) = (excluded.start_at, excluded.end_at, excluded.reason);

-- name: drop_mark
DELETE FROM mark WHERE declaration_id = :declaration_id;

-- name: concerned: alerts that rest on what a monitor sent, or did not send, in a span
SELECT body FROM alert
WHERE source = :mn AND kind IN ('exceedance', 'offline')
    AND coalesce((body -> 'evidence' ->> 'since')::timestamptz, (body -> 'evidence' ->> 'last_heard')::timestamptz,
        opened_at - INTERVAL '1 hour') < coalesce(:until::timestamptz, 'infinity')
    AND (closed_at IS NULL OR closed_at > :first::timestamptz)
ORDER BY opened_at, alert_id;

-- name: newest first; all filters are optional
SELECT x.*, d.device_id, e.name AS enterprise
FROM declaration AS x JOIN device AS d USING (device) JOIN enterprise AS e USING (enterprise_id)
WHERE (:declaration_id::bigint IS NULL OR x.declaration_id = :declaration_id)
    AND (:enterprise_id::text IS NULL OR x.enterprise_id = :enterprise_id)
    AND (:state::text IS NULL OR x.state = :state)
    AND (:since::timestamptz IS NULL OR x.made_at >= :since)
    AND (:before_at::timestamptz IS NULL OR (x.made_at, x.declaration_id) < (:before_at, :before_id::bigint))
ORDER BY x.made_at DESC, x.declaration_id DESC
LIMIT :limit;

-- name: own as an enterprise sees them, newest first; all filters are optional
SELECT x.declaration_id, x.kind, x.start_at, x.end_at, x.reason, x.proofs, x.state, x.waits, x.version, x.made_at,
    x.side, x.reviewed_at, x.review_reason, d.device_id
FROM declaration AS x JOIN device AS d USING (device)
WHERE x.enterprise_id = :enterprise_id
    AND (:declaration_id::bigint IS NULL OR x.declaration_id = :declaration_id)
    AND (:state::text IS NULL OR x.state = :state)
    AND (:mn::text IS NULL OR d.device_id = :mn)
    AND (:since::timestamptz IS NULL OR x.made_at >= :since)
    AND (:before_at::timestamptz IS NULL OR (x.made_at, x.declaration_id) < (:before_at, :before_id::bigint))
ORDER BY x.made_at DESC, x.declaration_id DESC
LIMIT :limit;
