-- name: named_before hotspots' candidates, best first, as they stood when a field team first wrote down what it found:
-- a ranking that has learned from the finding proves nothing
SELECT found.alert_id, ARRAY(
    SELECT c ->> 'enterprise_id'
    FROM jsonb_array_elements(told.body -> 'candidates') WITH ORDINALITY AS candidates(c, place) ORDER BY place
) AS enterprises
FROM (SELECT alert_id, min(at) AS at FROM finding GROUP BY alert_id) AS found
JOIN alert AS a ON a.alert_id = found.alert_id AND a.kind = 'hotspot'
LEFT JOIN LATERAL (
    SELECT e.body FROM alert_event AS e WHERE e.alert_id = found.alert_id AND e.at <= found.at
    ORDER BY e.seq DESC LIMIT 1
) AS told ON true;

-- name: newest first; `before_at`, `before_id` are the last of the page before, null for the first page
SELECT alert_id, at, enterprise_id, cause, note
FROM finding
WHERE (at, alert_id) < (coalesce(:before_at, 'infinity'::timestamptz), coalesce(:before_id::text, ''))
    AND at >= coalesce(:since, '-infinity'::timestamptz)
    AND (:causes::text[] IS NULL OR cause = ANY(:causes))
ORDER BY at DESC, alert_id DESC
LIMIT :limit::int;
