-- name: is_on_duty
SELECT EXISTS (SELECT FROM shift WHERE person_id = :person_id AND tstzrange(start_at, end_at) @> :at::timestamptz);

-- name: check_in
INSERT INTO check_in (person_id, at, lon, lat, note) VALUES (:person_id, :at, :lon, :lat, :note)
RETURNING check_in_id, person_id, at, lon, lat, note;

-- name: check_ins of a span
SELECT check_in_id, person_id, at, lon, lat, note FROM check_in
WHERE at >= :start AND at < :end
ORDER BY at, check_in_id;

-- name: shift that is known by its person, start and post
SELECT person_id, start_at, end_at, post, role, township, source, instead_of FROM shift
WHERE (person_id, start_at, post) = (:person_id::text, :start::timestamptz, :post::text);

-- name: current: the newest shift of a person that has begun and that ended not long ago
SELECT person_id, start_at, end_at, post, role, township, source, instead_of FROM shift
WHERE person_id = :person_id AND start_at <= :at AND end_at > :since AND (:post::text = '' OR post = :post)
    AND (:roles::text[] IS NULL OR role = ANY(:roles))
ORDER BY start_at DESC, post LIMIT 1;

-- name: write an entry by hand
INSERT INTO duty_log_entry (person_id, start_at, post, at, who, text)
VALUES (:person_id, :start, :post, :at, :who, :text)
RETURNING entry_id;

-- name: entries of a shift
SELECT entry_id, at, who, text FROM duty_log_entry
WHERE (person_id, start_at, post) = (:person_id::text, :start::timestamptz, :post::text)
ORDER BY at, entry_id;

-- name: locked
SELECT locked_at, handover_id, lines FROM duty_log_lock
WHERE (person_id, start_at, post) = (:person_id::text, :start::timestamptz, :post::text);

-- name: line_up: who locks a log and who writes to it go one after the other
SELECT pg_advisory_xact_lock(hashtext('duty_log'), hashtext(:person_id || :start::timestamptz || :post));

-- name: lock the log of a shift, as it is now
INSERT INTO duty_log_lock (person_id, start_at, post, locked_at, handover_id, lines)
VALUES (:person_id, :start, :post, :at, :handover_id, :lines);

-- name: events of a span that people want to read
SELECT e.at, e.who, e.action, e.why, e.alert_id, e.body ->> 'kind' AS kind, e.body ->> 'pollutant' AS pollutant,
    e.body -> 'severity' AS severity, coalesce(p.name, '') AS name
FROM alert_event AS e LEFT JOIN person AS p ON p.person_id = e.who
WHERE e.at >= :start AND e.at < :end AND e.action <> 'updated'
ORDER BY e.at, e.seq LIMIT :most::int;

-- name: changes of the roster within a span
SELECT at, who, action, why, details FROM roster_change WHERE at >= :start AND at < :end ORDER BY at, seq;

-- name: handovers_of a span: offers and answers
SELECT h.offered_at AS at, h.who, 'offered' AS action, h.note AS why, h.handover_id, h.person_id, h.to_person, h.post
FROM handover AS h
WHERE h.offered_at >= :start AND h.offered_at < :end
UNION ALL
SELECT a.at, a.who, a.answer, a.reason, h.handover_id, h.person_id, h.to_person, h.post
FROM handover AS h JOIN handover_answer AS a USING (handover_id)
WHERE a.at >= :start AND a.at < :end
ORDER BY 1, 5;
