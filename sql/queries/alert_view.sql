-- Every list is newest first; `before_at`, `before_id` are the last alert of the page before, null for the first page.

-- name: newest
SELECT alert_id, opened_at, body::text AS body
FROM alert
WHERE (opened_at, alert_id) < (coalesce(:before_at, 'infinity'::timestamptz), coalesce(:before_id::text, ''))
    AND opened_at >= coalesce(:since, '-infinity'::timestamptz)
    AND (:status::text IS NULL OR status = :status)
ORDER BY opened_at DESC, alert_id DESC
LIMIT :limit::int;

-- name: newest_open where few are open among many closed
SELECT alert_id, opened_at, body::text AS body
FROM alert
WHERE status = 'open'
    AND (opened_at, alert_id) < (coalesce(:before_at, 'infinity'::timestamptz), coalesce(:before_id::text, ''))
    AND opened_at >= coalesce(:since, '-infinity'::timestamptz)
    AND (:kinds::text[] IS NULL OR kind = ANY(:kinds))
ORDER BY opened_at DESC, alert_id DESC
LIMIT :limit::int;

-- name: newest_of_kinds merged from the newest of each
SELECT a.alert_id, a.opened_at, a.body::text AS body
FROM unnest(:kinds::text[]) AS k (kind)
CROSS JOIN LATERAL (
    SELECT alert_id, opened_at, body
    FROM alert
    WHERE kind = k.kind
        AND (opened_at, alert_id) < (coalesce(:before_at, 'infinity'::timestamptz), coalesce(:before_id::text, ''))
        AND opened_at >= coalesce(:since, '-infinity'::timestamptz)
        AND (:status::text IS NULL OR status = :status)
    ORDER BY opened_at DESC, alert_id DESC
    LIMIT :limit::int
) AS a
ORDER BY a.opened_at DESC, a.alert_id DESC
LIMIT :limit::int;

-- name: newest_in_cell that had a stay in this cell, over or not
SELECT alert_id, opened_at, body::text AS body
FROM alert
WHERE alert_id IN (SELECT c.alert_id FROM alert_cell AS c WHERE c.ix = :ix AND c.iy = :iy)
    AND (opened_at, alert_id) < (coalesce(:before_at, 'infinity'::timestamptz), coalesce(:before_id::text, ''))
    AND opened_at >= coalesce(:since, '-infinity'::timestamptz)
    AND (:kinds::text[] IS NULL OR kind = ANY(:kinds))
    AND (:status::text IS NULL OR status = :status)
ORDER BY opened_at DESC, alert_id DESC
LIMIT :limit::int;

-- name: detail of one alert: its last thousand transitions and who its candidates are
SELECT (a.body || jsonb_build_object(
    'events', coalesce((
        SELECT jsonb_agg(to_jsonb(e) ORDER BY e.seq)
        FROM (
            SELECT seq, at, who, action, why FROM alert_event
            WHERE alert_id = :alert_id ORDER BY seq DESC LIMIT 1000
        ) AS e), '[]'),
    'enterprises', coalesce((
        SELECT jsonb_agg(jsonb_build_object(
            'enterprise_id', n.enterprise_id, 'name', n.name, 'lon', n.lon, 'lat', n.lat,
            'industry', n.industry, 'township', n.township) ORDER BY n.enterprise_id)
        FROM enterprise AS n
        WHERE n.enterprise_id IN (
            SELECT c ->> 'enterprise_id' FROM jsonb_array_elements(a.body -> 'candidates') AS c)), '[]')
))::text AS body
FROM alert AS a
WHERE a.alert_id = :alert_id;

-- name: head of the log: the number of its last event, 0 of an empty one
SELECT coalesce(max(seq), 0) FROM alert_event;

-- name: events_after
SELECT seq, action,
    (body || jsonb_build_object('seq', seq, 'at', at, 'who', who, 'action', action, 'why', why))::text AS body
FROM alert_event
WHERE seq > :seq
ORDER BY seq
LIMIT :limit::int;
