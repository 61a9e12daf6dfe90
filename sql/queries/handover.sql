-- name: offer
INSERT INTO handover (person_id, start_at, post, to_person, offered_at, who, note, alerts)
VALUES (:person_id, :start, :post, :to_person, :at, :who, :note, :alerts)
RETURNING handover_id;

-- name: answer; nothing where it was answered before
INSERT INTO handover_answer (handover_id, answer, to_start, at, who, reason)
VALUES (:handover_id, :answer, :to_start, :at, :who, :reason)
ON CONFLICT DO NOTHING
RETURNING handover_id;

-- name: one
SELECT h.handover_id, h.person_id, h.start_at, s.end_at, h.post, s.role, h.to_person, h.offered_at, h.who, h.note,
    h.alerts, f.name AS from_name, t.name AS to_name, a.answer, a.at AS answered_at, a.who AS answered_by, a.reason,
    a.to_start
FROM handover AS h JOIN shift AS s USING (person_id, start_at, post)
    JOIN person AS f ON f.person_id = h.person_id JOIN person AS t ON t.person_id = h.to_person
    LEFT JOIN handover_answer AS a USING (handover_id)
WHERE h.handover_id = :handover_id;

-- name: newest first, without what they say of alerts
SELECT h.handover_id, h.person_id, h.start_at, s.end_at, h.post, s.role, h.to_person, h.offered_at, h.who, h.note,
    jsonb_array_length(h.alerts) AS alerts, f.name AS from_name, t.name AS to_name, a.answer, a.at AS answered_at,
    a.who AS answered_by, a.reason, a.to_start
FROM handover AS h JOIN shift AS s USING (person_id, start_at, post)
    JOIN person AS f ON f.person_id = h.person_id JOIN person AS t ON t.person_id = h.to_person
    LEFT JOIN handover_answer AS a USING (handover_id)
WHERE h.handover_id < :before AND (:person_id::text IS NULL OR :person_id IN (h.person_id, h.to_person))
ORDER BY h.handover_id DESC LIMIT :most::int;

-- name: pending or accepted for a shift
SELECT h.handover_id, a.answer FROM handover AS h LEFT JOIN handover_answer AS a USING (handover_id)
WHERE (h.person_id, h.start_at, h.post) = (:person_id::text, :start::timestamptz, :post::text)
    AND (a.answer IS NULL OR a.answer = 'accepted');

-- name: incoming: who comes to a post next, or is there already; of one person if named
SELECT person_id, start_at, end_at FROM shift
WHERE post = :post AND end_at > :at AND start_at < :until AND person_id <> :person_id
    AND (:to_person::text IS NULL OR person_id = :to_person)
    AND start_at >= :since
ORDER BY start_at, person_id LIMIT 1;

-- name: open_alerts with the stage that people are at, the gravest and oldest first
SELECT a.alert_id, a.kind, a.pollutant, a.severity, a.status, coalesce(h.stage, 'open') AS stage, a.opened_at,
    coalesce(h.township, '') AS township, a.lon, a.lat, h.body ->> 'since' AS since,
    h.body ->> 'acknowledged_by' AS acknowledged_by, coalesce(h.body ->> 'person', h.body ->> 'team') AS assignee
FROM alert AS a LEFT JOIN handling AS h USING (alert_id)
WHERE a.status = 'open' AND coalesce(h.stage, 'open') NOT IN ('closed', 'false_alarm', 'merged')
UNION ALL
SELECT a.alert_id, a.kind, a.pollutant, a.severity, a.status, h.stage, a.opened_at, h.township, a.lon, a.lat,
    h.body ->> 'since', h.body ->> 'acknowledged_by', coalesce(h.body ->> 'person', h.body ->> 'team')
FROM handling AS h JOIN alert AS a USING (alert_id)
WHERE a.status = 'closed' AND h.stage NOT IN ('closed', 'false_alarm', 'merged')
ORDER BY severity DESC, opened_at, alert_id;

-- name: taken_by a person and not yet ended, the gravest first
SELECT h.alert_id FROM handling AS h JOIN alert AS a USING (alert_id)
WHERE h.stage NOT IN ('closed', 'false_alarm', 'merged') AND h.stage <> 'open'
    AND h.body ->> 'acknowledged_by' = :person_id
ORDER BY a.severity DESC, h.alert_id LIMIT :most::int;
