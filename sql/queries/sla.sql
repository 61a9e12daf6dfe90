-- name: is_due; in the order of the index, so that no plan reads what is not
SELECT true FROM handling AS h
WHERE h.due_at <= :now
    AND NOT EXISTS (SELECT FROM alert_hold AS d WHERE d.alert_id = h.alert_id AND d.released_at IS NULL)
ORDER BY h.due_at
LIMIT 1;

-- name: due whose clocks are to be looked at, the longest waiting first; each by one worker; what is held waits
SELECT h.alert_id, h.body, h.pushed, a.severity, a.kind, a.body AS alert,
    (SELECT max(e.at) FROM alert_event AS e
        WHERE e.alert_id = h.alert_id AND e.who NOT IN ('detector', 'timer')) AS touched
FROM handling AS h JOIN alert AS a USING (alert_id)
WHERE h.due_at <= :now
    AND NOT EXISTS (SELECT FROM alert_hold AS d WHERE d.alert_id = h.alert_id AND d.released_at IS NULL)
ORDER BY h.due_at
LIMIT :most::int
FOR UPDATE OF h SKIP LOCKED;

-- name: look_again later, or never
UPDATE handling SET due_at = t.at
FROM unnest(:ids::text[], :at::timestamptz[]) AS t (alert_id, at)
WHERE handling.alert_id = t.alert_id;

-- name: put_breach that was not known yet
INSERT INTO breach (alert_id, step, since, due_at, found_at, who)
VALUES (:alert_id, :step, :since, :due_at, :now, :who)
ON CONFLICT DO NOTHING
RETURNING alert_id;

-- name: breaches newest first; drills are none
SELECT b.alert_id, b.step, b.since, b.due_at, b.found_at, b.who, a.severity, h.township, h.stage
FROM breach AS b JOIN alert AS a USING (alert_id) JOIN handling AS h USING (alert_id)
WHERE (b.due_at, b.alert_id || ' ' || b.step)
        < (coalesce(:before_at, 'infinity'::timestamptz), coalesce(:before_id::text, ''))
    AND b.due_at >= coalesce(:since, '-infinity'::timestamptz)
    AND (:step::text IS NULL OR b.step = :step)
    AND (:township::text IS NULL OR h.township = :township)
    AND a.kind <> 'drill'
ORDER BY b.due_at DESC, b.alert_id || ' ' || b.step DESC
LIMIT :limit::int;

-- name: figures of the steps of alerts that opened in a span: seconds each took, by step and by what they are grouped by
WITH told AS (
    SELECT h.alert_id, h.township, coalesce(h.body ->> 'team', p.township, '') AS team, h.body -> 'times' AS times
    FROM handling AS h JOIN alert AS a USING (alert_id) LEFT JOIN person AS p ON p.person_id = h.body ->> 'accepted_by'
    WHERE h.opened_at >= :since AND h.opened_at < :until AND h.pushed AND a.kind <> 'drill'
), taken AS (
    SELECT t.alert_id, s.step, CASE :by WHEN 'township' THEN t.township WHEN 'team' THEN t.team ELSE '' END AS part,
        extract(epoch FROM (t.times ->> s.step)::timestamptz - (t.times ->> s.begins)::timestamptz) AS seconds
    FROM told AS t
    CROSS JOIN (VALUES ('acknowledge', 'open'), ('dispatch', 'acknowledge'), ('accept', 'dispatch'),
        ('arrive', 'accept'), ('report', 'arrive'), ('close', 'open')) AS s (step, begins)
    WHERE t.times ? s.step AND t.times ? s.begins
), broke AS (
    SELECT b.alert_id, b.step FROM breach AS b JOIN told USING (alert_id) GROUP BY b.alert_id, b.step
)
SELECT part, step, count(*) AS done, count(b.alert_id) AS broken,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS p50_s,
    percentile_cont(0.9) WITHIN GROUP (ORDER BY seconds) AS p90_s,
    max(seconds) AS most_s
FROM taken LEFT JOIN broke AS b USING (alert_id, step)
GROUP BY part, step
ORDER BY part, array_position(ARRAY['acknowledge', 'dispatch', 'accept', 'arrive', 'report', 'close'], step);
