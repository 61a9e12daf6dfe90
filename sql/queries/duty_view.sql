-- name: on_duty
SELECT p.person_id, p.name, p.role, p.phone, p.township, s.post, s.start_at, s.end_at
FROM shift AS s JOIN person AS p USING (person_id)
WHERE tstzrange(s.start_at, s.end_at) @> :at::timestamptz
ORDER BY s.post, p.name, p.person_id;

-- name: next_on_duty: those of the nearest start to come
SELECT p.person_id, p.name, p.role, p.phone, p.township, s.post, s.start_at, s.end_at
FROM shift AS s JOIN person AS p USING (person_id)
WHERE s.start_at = (SELECT min(start_at) FROM shift WHERE start_at > :at::timestamptz)
ORDER BY s.post, p.name, p.person_id;
