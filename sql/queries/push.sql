-- name: plan_alone until the transaction ends, so that platforms are told in order
SELECT pg_advisory_xact_lock(hashtext('push plan'));

-- name: take_notices that wait, the oldest first, with what happened and how it is now; an update is only told where the
-- alert has become graver
WITH taken AS (
    DELETE FROM notice WHERE seq IN (SELECT seq FROM notice WHERE why = '' ORDER BY seq LIMIT :most) RETURNING seq
)
SELECT e.seq, e.alert_id, e.who, CASE e.action WHEN 'updated' THEN 'raised' ELSE e.action END AS action, e.why, e.details, (e.body ->> 'severity')::integer AS severity, a.kind,
    coalesce(h.pushed, false) AS pushed, coalesce(h.stage, 'open') AS stage, coalesce(h.township, '') AS township,
    coalesce(h.body, '{}') AS handling
FROM taken JOIN alert_event AS e USING (seq) JOIN alert AS a USING (alert_id) LEFT JOIN handling AS h USING (alert_id)
ORDER BY e.seq;

-- name: set_aside the notice that cannot be dealt with: the next one that waits
UPDATE notice SET why = :why WHERE seq = (SELECT min(seq) FROM notice WHERE why = '');

-- name: bureau
SELECT person_id FROM person WHERE role = 'bureau' ORDER BY person_id;

-- name: told_before of these alerts
SELECT DISTINCT alert_id, person_id FROM push WHERE alert_id = ANY(:alert_ids::text[]) AND person_id IS NOT NULL;

-- name: people of these that are registered
SELECT person_id, role, township FROM person WHERE person_id = ANY(:person_ids::text[]);

-- name: put_tellings that are new
INSERT INTO telling (telling, seq, alert_id, action, severity, words, told, made_at, next_at)
SELECT telling, seq, alert_id, action, severity, words, told, :now::timestamptz, :now::timestamptz
FROM jsonb_to_recordset(:rows::jsonb) AS r(
    telling text, seq bigint, alert_id text, action text, severity smallint, words jsonb, told jsonb
)
ON CONFLICT (telling) DO NOTHING
RETURNING telling;

-- name: due_tellings: who or which channel may be next
SELECT t.telling, t.seq, t.alert_id, t.action, t.severity, t.told, h.stage, h.body AS handling, e.who,
    EXISTS (SELECT FROM alert_hold AS d WHERE d.alert_id = t.alert_id AND d.released_at IS NULL) AS held
FROM telling AS t LEFT JOIN handling AS h USING (alert_id) LEFT JOIN alert_event AS e USING (seq)
WHERE t.next_at <= :now
ORDER BY t.next_at, t.telling
LIMIT :most
FOR UPDATE OF t SKIP LOCKED;

-- name: tried so far for these
SELECT telling, person_id, contact_id, coalesce(sent_at, due_at) AS started, confirmed_at IS NOT NULL AS confirmed,
    state = 'failed' AS failed
FROM push
WHERE telling = ANY(:tellings::text[])
ORDER BY push_id;

-- name: next_look at tellings
UPDATE telling AS t SET next_at = r.next_at
FROM jsonb_to_recordset(:rows::jsonb) AS r(telling text, next_at timestamptz)
WHERE t.telling = r.telling;

-- name: look_now at the tellings of pushes that have failed
UPDATE telling SET next_at = :now
WHERE telling IN (SELECT telling FROM push WHERE push_id = ANY(:ids::bigint[]));

-- name: put that are new; their lanes
INSERT INTO push (key, telling, seq, alert_id, person_id, contact_id, channel, action, reason, severity, made_at,
    due_at, try_at, state, why)
SELECT key, telling, seq, alert_id, person_id, contact_id, channel, action, reason, severity, :now::timestamptz,
    :now::timestamptz, :now::timestamptz, CASE why WHEN '' THEN 'waiting' ELSE 'failed' END, why
FROM jsonb_to_recordset(:rows::jsonb) AS r(
    key text, telling text, seq bigint, alert_id text, person_id text, contact_id bigint, channel text, action text,
    reason text, severity smallint, why text
)
ON CONFLICT (key) DO NOTHING
RETURNING lane, severity, state;

-- name: begin_ladder of alerts that nobody has any more
WITH begun AS (
    INSERT INTO ladder AS l (alert_id, level, round, since, next_at, untaken_since)
    SELECT r.alert_id, r.level, r.round, r.since, r.next_at, (h.body ->> 'since')::timestamptz
    FROM jsonb_to_recordset(:rows::jsonb) AS r(
        alert_id text, level integer, round integer, since timestamptz, next_at timestamptz
    ) JOIN handling AS h USING (alert_id)
    ON CONFLICT (alert_id) DO UPDATE
    SET level = excluded.level, round = excluded.round, since = excluded.since, next_at = excluded.next_at,
        untaken_since = excluded.untaken_since
    RETURNING alert_id, next_at
)
UPDATE handling AS h SET climb_at = b.next_at FROM begun AS b
WHERE h.alert_id = b.alert_id AND h.stage = 'open' AND h.pushed;

-- name: climb_now: the waits of alerts that have become graver are looked at anew
UPDATE handling SET climb_at = :now WHERE alert_id = ANY(:alert_ids::text[]) AND stage = 'open' AND climb_at > :now;

-- name: is_climb_due; in the order of the index, so that no plan reads what is not due
SELECT true FROM handling AS h JOIN ladder USING (alert_id)
WHERE h.climb_at <= :now AND h.stage = 'open' AND h.pushed
ORDER BY h.climb_at
LIMIT 1;

-- name: due_climbs: alerts that nobody has taken in time
SELECT h.alert_id, a.severity, l.level, l.round, l.since, l.next_at,
    (h.body ->> 'since')::timestamptz IS DISTINCT FROM l.untaken_since AS anew
FROM handling AS h JOIN ladder AS l USING (alert_id) JOIN alert AS a USING (alert_id)
WHERE h.climb_at <= :now AND h.stage = 'open' AND h.pushed
    AND NOT EXISTS (SELECT FROM alert_hold AS d WHERE d.alert_id = h.alert_id AND d.released_at IS NULL)
ORDER BY h.climb_at, h.alert_id
LIMIT :most
FOR UPDATE OF h SKIP LOCKED;

-- name: log_rungs that were reached, in the log
INSERT INTO alert_event (seq, alert_id, at, who, action, why, details, body)
SELECT 0, r.alert_id, :now::timestamptz, 'timer', 'rung', '', r.details,
    a.body || jsonb_build_object('handling', h.body)
FROM jsonb_to_recordset(:rows::jsonb) AS r(alert_id text, details jsonb)
JOIN alert AS a USING (alert_id) JOIN handling AS h USING (alert_id)
RETURNING seq;

-- name: put_notices of transitions that somebody must hear of
INSERT INTO notice (seq) SELECT unnest(:seqs::bigint[]);

-- name: contact_row
SELECT contact_id, person_id, channel, address, rank, language, min_severity, c.enterprise_id, h.secret
FROM contact AS c LEFT JOIN enterprise_hook AS h USING (contact_id) WHERE contact_id = :lane::bigint AND disabled_at IS NULL;

-- name: due of a lane with what happened
SELECT p.push_id, p.key, p.telling, p.seq, p.alert_id, p.person_id, p.action, p.reason, p.severity, p.due_at, p.try_at,
    p.made_at, p.attempts, p.message_key, CASE e.action WHEN 'updated' THEN 'raised' ELSE e.action END AS happened, e.who, e.why,
    coalesce(e.details, '{}') AS details, e.body, t.words, h.stage, h.township, h.body AS handling, o.role, o.township AS home,
    EXISTS (SELECT FROM alert_hold AS d WHERE d.alert_id = p.alert_id AND d.released_at IS NULL) AS held
FROM push AS p LEFT JOIN alert_event AS e USING (seq) LEFT JOIN telling AS t USING (telling)
    LEFT JOIN handling AS h ON h.alert_id = p.alert_id LEFT JOIN person AS o ON o.person_id = p.person_id
WHERE p.lane = :lane AND p.state = 'waiting'
ORDER BY p.push_id
LIMIT :most;

-- name: heard alerts of these by a person
SELECT DISTINCT alert_id FROM push
WHERE person_id = :person_id AND alert_id = ANY(:alert_ids::text[]) AND sent_at IS NOT NULL;

-- name: sent_to_person messages, when
SELECT max(sent_at) AS at FROM push
WHERE person_id = :person_id AND sent_at > :since
GROUP BY message_key;

-- name: sent_to_address of a lane, by whichever contact, when
SELECT max(p.sent_at) AS at
FROM contact AS c JOIN contact AS same USING (channel, address) JOIN push AS p ON p.lane = same.contact_id
WHERE c.contact_id = :lane AND p.sent_at > :since
GROUP BY p.message_key;

-- name: last_sent in a lane
SELECT max(sent_at) FROM push WHERE lane = :lane AND sent_at IS NOT NULL;

-- name: is_on_duty
SELECT EXISTS (
    SELECT FROM shift WHERE person_id = :person_id AND tstzrange(start_at, end_at) @> :at::timestamptz
);

-- name: names of enterprises and people
SELECT 'enterprise' AS what, enterprise_id AS id, name FROM enterprise WHERE enterprise_id = ANY(:enterprises::text[])
UNION ALL
SELECT 'person', person_id, name FROM person WHERE person_id = ANY(:people::text[]);

-- name: claim for a message: counted before it goes, so that a crash is seen; nothing where somebody was faster
UPDATE push SET attempts = attempts + 1, message_key = :message_key
WHERE push_id = ANY(:ids::bigint[]) AND state = 'waiting'
RETURNING push_id;

-- name: went: handed over, and delivered where the channel says so
UPDATE push
SET state = CASE state WHEN 'waiting' THEN CASE WHEN :delivered THEN 'delivered' ELSE 'sent' END ELSE state END,
    why = :detail, sent_at = :now, delivered_at = CASE WHEN :delivered THEN :now::timestamptz END
WHERE push_id = ANY(:ids::bigint[]) AND message_key = :message_key;

-- name: failed for good
UPDATE push SET state = 'failed', why = :why, try_at = :now
WHERE push_id = ANY(:ids::bigint[]) AND state = 'waiting';

-- name: dropped: need not be sent any more
UPDATE push SET state = 'dropped', why = :why WHERE push_id = ANY(:ids::bigint[]) AND state = 'waiting';

-- name: later: to be tried again, in a message that is made anew
UPDATE push SET try_at = :try_at, why = :why, message_key = NULL
WHERE push_id = ANY(:ids::bigint[]) AND state = 'waiting';

-- name: strain: how often the address of a lane has failed since something went there
SELECT coalesce(max(attempts), 0) FROM push
WHERE lane = :lane AND attempts > 0 AND sent_at IS NULL AND made_at > coalesce(
    (SELECT max(sent_at) FROM push WHERE lane = :lane AND sent_at IS NOT NULL), '-infinity'
);

-- name: hold until the reader may be told
UPDATE push SET try_at = :try_at, due_at = CASE WHEN :due THEN greatest(due_at, :try_at) ELSE due_at END, why = :why
WHERE push_id = ANY(:ids::bigint[]) AND state = 'waiting';

-- name: due_lanes in which something waits
SELECT lane, max(severity) AS severity
FROM (
    SELECT lane, severity FROM push WHERE state = 'waiting' AND try_at <= :now ORDER BY try_at LIMIT 10 * :most::integer
) AS p
GROUP BY lane
ORDER BY severity DESC, lane
LIMIT :most;

-- name: try_lane of a contact: nobody else sends there meanwhile; the lock goes with the connection
SELECT pg_try_advisory_lock(hashtext('push lane'), :lane::integer);

-- name: leave_lane
SELECT pg_advisory_unlock(hashtext('push lane'), :lane::integer);

-- name: try_turn of the timers; the lock goes with the connection
SELECT pg_try_advisory_lock(hashtext('push turn'), 0);

-- name: turned: when the timers turned before, and now
INSERT INTO turned AS t (at) VALUES (:now) ON CONFLICT (one) DO UPDATE SET at = excluded.at
RETURNING (SELECT at FROM turned);

-- name: move_back what waits, by as much as the clock was set back
WITH climbs AS (
    UPDATE handling SET climb_at = climb_at - :by::interval WHERE climb_at > :now
), ladders AS (
    UPDATE ladder SET since = since - :by::interval, next_at = next_at - :by::interval WHERE next_at > :now
), tellings AS (
    UPDATE telling SET next_at = next_at - :by::interval WHERE next_at > :now
)
UPDATE push SET try_at = try_at - :by::interval, due_at = due_at - :by::interval
WHERE state = 'waiting' AND try_at > :now;

-- name: message_of a push: all that went with it to its person
SELECT p.push_id, p.person_id, p.alert_id, p.action, p.state, p.severity, p.confirmed_at, o.name, o.role, o.township,
    t.words, a.body, h.stage, h.body AS handling
FROM push AS p JOIN person AS o USING (person_id) JOIN telling AS t USING (telling)
    LEFT JOIN alert AS a ON a.alert_id = p.alert_id LEFT JOIN handling AS h ON h.alert_id = p.alert_id
WHERE p.person_id = :person_id AND (p.push_id = :push_id
    OR p.message_key = (SELECT message_key FROM push WHERE push_id = :push_id))
ORDER BY p.push_id;

-- name: person_of a push
SELECT person_id FROM push WHERE push_id = :push_id;

-- name: confirm all that went with a message: its person has it
UPDATE push SET state = 'confirmed', confirmed_at = :now, confirmed_from = :source
WHERE push_id = ANY(:ids::bigint[]) AND confirmed_at IS NULL
RETURNING telling;

-- name: look_again at tellings
UPDATE telling SET next_at = :now WHERE telling = ANY(:tellings::text[]);

-- name: again: a push that has failed is tried anew, if it still can be
UPDATE push SET state = 'waiting', try_at = :now, attempts = 0, message_key = NULL, why = :why
WHERE push_id = :push_id AND state = 'failed' AND (
    contact_id IS NULL AND person_id IS NULL
    OR EXISTS (SELECT FROM contact AS c WHERE c.contact_id = push.contact_id AND c.disabled_at IS NULL)
)
RETURNING lane, severity;

-- name: listed: the newest first
SELECT p.push_id, p.alert_id, p.person_id, o.name, p.contact_id, p.channel, c.address, c.disabled_at, p.action,
    p.reason, t.words ->> 'subject' AS subject, p.severity, p.made_at, p.due_at, p.try_at, p.state, p.why, p.attempts,
    p.sent_at, p.delivered_at, p.confirmed_at, p.confirmed_from, p.message_key
FROM push AS p LEFT JOIN person AS o USING (person_id) LEFT JOIN contact AS c ON c.contact_id = p.contact_id
    LEFT JOIN telling AS t USING (telling)
WHERE (:person_id::text IS NULL OR p.person_id = :person_id)
    AND (:alert_id::text IS NULL OR p.alert_id = :alert_id)
    AND (:states::text[] IS NULL OR p.state = ANY(:states))
    AND p.push_id < :before
ORDER BY p.push_id DESC
LIMIT :limit;
