-- Every list is newest first; `before_at`, `before_id` are the last alert of the page before, null for the first page.

-- name: newest
SELECT a.alert_id, a.opened_at, a.body::text AS body, h.body::text AS handling
FROM alert AS a JOIN handling AS h USING (alert_id)
WHERE (a.opened_at, a.alert_id) < (coalesce(:before_at, 'infinity'::timestamptz), coalesce(:before_id::text, ''))
    AND a.opened_at >= coalesce(:since, '-infinity'::timestamptz)
    AND (:status::text IS NULL OR a.status = :status)
ORDER BY a.opened_at DESC, a.alert_id DESC
LIMIT :limit::int;

-- name: newest_open where few are open among many closed
SELECT a.alert_id, a.opened_at, a.body::text AS body, h.body::text AS handling
FROM alert AS a JOIN handling AS h USING (alert_id)
WHERE a.status = 'open'
    AND (a.opened_at, a.alert_id) < (coalesce(:before_at, 'infinity'::timestamptz), coalesce(:before_id::text, ''))
    AND a.opened_at >= coalesce(:since, '-infinity'::timestamptz)
    AND (:kinds::text[] IS NULL OR a.kind = ANY(:kinds))
ORDER BY a.opened_at DESC, a.alert_id DESC
LIMIT :limit::int;

-- name: newest_of_kinds merged from the newest of each
SELECT a.alert_id, a.opened_at, a.body::text AS body, a.handling::text AS handling
FROM unnest(:kinds::text[]) AS k (kind)
CROSS JOIN LATERAL (
    SELECT n.alert_id, n.opened_at, n.body, h.body AS handling
    FROM alert AS n JOIN handling AS h USING (alert_id)
    WHERE n.kind = k.kind
        AND (n.opened_at, n.alert_id) < (coalesce(:before_at, 'infinity'::timestamptz), coalesce(:before_id::text, ''))
        AND n.opened_at >= coalesce(:since, '-infinity'::timestamptz)
        AND (:status::text IS NULL OR n.status = :status)
    ORDER BY n.opened_at DESC, n.alert_id DESC
    LIMIT :limit::int
) AS a
ORDER BY a.opened_at DESC, a.alert_id DESC
LIMIT :limit::int;

-- name: newest_in_stages merged from the newest of each
SELECT a.alert_id, a.opened_at, a.body::text AS body, a.handling::text AS handling
FROM unnest(:stages::text[]) AS s (stage)
CROSS JOIN LATERAL (
    SELECT h.alert_id, h.opened_at, n.body, h.body AS handling
    FROM handling AS h JOIN alert AS n USING (alert_id)
    WHERE h.stage = s.stage
        AND (h.opened_at, h.alert_id) < (coalesce(:before_at, 'infinity'::timestamptz), coalesce(:before_id::text, ''))
        AND h.opened_at >= coalesce(:since, '-infinity'::timestamptz)
        AND (:kinds::text[] IS NULL OR n.kind = ANY(:kinds))
        AND (:status::text IS NULL OR n.status = :status)
    ORDER BY h.opened_at DESC, h.alert_id DESC
    LIMIT :limit::int
) AS a
ORDER BY a.opened_at DESC, a.alert_id DESC
LIMIT :limit::int;

-- name: newest_in_cell that had a stay in this cell, over or not
SELECT a.alert_id, a.opened_at, a.body::text AS body, h.body::text AS handling
FROM alert AS a JOIN handling AS h USING (alert_id)
WHERE a.alert_id IN (SELECT c.alert_id FROM alert_cell AS c WHERE c.ix = :ix AND c.iy = :iy)
    AND (a.opened_at, a.alert_id) < (coalesce(:before_at, 'infinity'::timestamptz), coalesce(:before_id::text, ''))
    AND a.opened_at >= coalesce(:since, '-infinity'::timestamptz)
    AND (:kinds::text[] IS NULL OR a.kind = ANY(:kinds))
    AND (:stages::text[] IS NULL OR h.stage = ANY(:stages))
    AND (:status::text IS NULL OR a.status = :status)
ORDER BY a.opened_at DESC, a.alert_id DESC
LIMIT :limit::int;

-- name: detail of one alert: its last thousand transitions, who its candidates are and who was found, who handles it,
-- what was merged into it
SELECT (a.body || jsonb_build_object(
    'events', coalesce((
        SELECT jsonb_agg(to_jsonb(e) ORDER BY e.seq)
        FROM (
            SELECT seq, at, who, action, why, place, details FROM alert_event
            WHERE alert_id = :alert_id ORDER BY seq DESC LIMIT 1000
        ) AS e), '[]'),
    'enterprises', coalesce((
        SELECT jsonb_agg(jsonb_build_object(
            'enterprise_id', n.enterprise_id, 'name', n.name, 'lon', n.lon, 'lat', n.lat,
            'industry', n.industry, 'township', n.township) ORDER BY n.enterprise_id)
        FROM enterprise AS n
        WHERE n.enterprise_id IN (
            SELECT c ->> 'enterprise_id' FROM jsonb_array_elements(a.body -> 'candidates') AS c
            UNION SELECT h.body ->> 'enterprise_id')), '[]'),
    'people', coalesce((
        SELECT jsonb_object_agg(p.person_id, p.name)
        FROM person AS p
        WHERE p.person_id IN (
            SELECT unnest(ARRAY[e.who, e.details ->> 'person']) FROM alert_event AS e WHERE e.alert_id = :alert_id
            UNION SELECT unnest(ARRAY[h.body ->> 'acknowledged_by', h.body ->> 'person', h.body ->> 'accepted_by']))
        ), '{}'),
    'merged', coalesce((
        SELECT jsonb_agg(m.alert_id ORDER BY m.opened_at, m.alert_id) FROM handling AS m
        WHERE m.stage = 'merged' AND m.body ->> 'merged_into' = a.alert_id), '[]'),
    'handling', h.body
))::text AS body, h.version
FROM alert AS a JOIN handling AS h USING (alert_id)
WHERE a.alert_id = :alert_id;

-- name: head of the log: the number of its last event, 0 of an empty one
SELECT coalesce(max(seq), 0) FROM alert_event;

-- name: events_after
SELECT seq, action,
    (body || jsonb_build_object('seq', seq, 'at', at, 'who', who, 'action', action, 'why', why, 'place', place,
        'details', details))::text AS body
FROM alert_event
WHERE seq > :seq
ORDER BY seq
LIMIT :limit::int;
