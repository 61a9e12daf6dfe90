-- What goes into the evidence of a case. Rows are whole, as JSON, in an order that is always the same; secrets are left
-- out. `from_at`, `to_at`: the span of the minutes; `devices`: the numbers of those concerned.

-- name: head of a case: what is needed to know what belongs to it
SELECT a.alert_id, a.opened_at, a.closed_at, a.body, coalesce(h.body, '{}') AS handling,
    a.source AS source,
    (SELECT max(e.at) FROM alert_event AS e WHERE e.alert_id = a.alert_id) AS last_at,
    (SELECT max(number) FROM migration) AS schema, coalesce(reaches_all(), false) AS whole
FROM alert AS a LEFT JOIN handling AS h USING (alert_id)
WHERE a.alert_id = :alert_id;

-- name: named enterprises: released, found or written in the handling
SELECT enterprise_id FROM alert_release WHERE alert_id = :alert_id
UNION
SELECT enterprise_id FROM finding WHERE alert_id = :alert_id AND enterprise_id IS NOT NULL
UNION
SELECT body ->> 'enterprise_id' FROM handling WHERE alert_id = :alert_id AND body ->> 'enterprise_id' IS NOT NULL
ORDER BY 1;

-- name: devices of these ids, and the monitors of these enterprises; those first that come first in the list
SELECT d.device, d.device_id
FROM device AS d LEFT JOIN monitor AS m USING (device)
WHERE d.device_id = ANY(:ids::text[]) OR m.enterprise_id = ANY(:enterprises::text[])
ORDER BY coalesce(array_position(:ids, d.device_id), 2147483647), d.device_id
LIMIT :most::integer;

-- name: alert
SELECT to_jsonb(a)::text FROM alert AS a WHERE a.alert_id = :alert_id;

-- name: log whole
SELECT to_jsonb(e)::text FROM alert_event AS e WHERE e.alert_id = :alert_id ORDER BY e.seq;

-- name: handling
SELECT to_jsonb(h)::text FROM handling AS h WHERE h.alert_id = :alert_id;

-- name: findings
SELECT to_jsonb(f)::text FROM finding AS f WHERE f.alert_id = :alert_id ORDER BY f.at, f.enterprise_id;

-- name: breaches of time limits
SELECT to_jsonb(b)::text FROM breach AS b WHERE b.alert_id = :alert_id ORDER BY b.found_at, b.step;

-- name: pushes: who was told when, without addresses
SELECT (to_jsonb(p) - 'message_key')::text FROM push AS p WHERE p.alert_id = :alert_id ORDER BY p.push_id;

-- name: enterprises
SELECT to_jsonb(e)::text FROM enterprise AS e WHERE e.enterprise_id = ANY(:enterprises::text[]) ORDER BY e.enterprise_id;

-- name: monitors with their channels and limits
SELECT (to_jsonb(m) - 'password' || jsonb_build_object('device_id', d.device_id, 'channels', (
    SELECT jsonb_agg(to_jsonb(c) ORDER BY c.channel) FROM monitor_channel AS c WHERE c.device = m.device)))::text
FROM monitor AS m JOIN device AS d USING (device)
WHERE m.device = ANY(:devices::integer[]) ORDER BY d.device_id;

-- name: stations
SELECT (to_jsonb(s) || jsonb_build_object('device_id', d.device_id))::text
FROM station AS s JOIN device AS d USING (device)
WHERE s.device = ANY(:devices::integer[]) ORDER BY d.device_id;

-- name: monitor_minutes as they are kept: the values and flags that came with the frames
SELECT d.device_id, r.ts, r.channel, r.value, r.qc
FROM monitor_reading AS r JOIN device AS d USING (device)
WHERE r.device = ANY(:devices::integer[]) AND r.ts >= :from_at::timestamptz AND r.ts < :to_at::timestamptz
ORDER BY d.device_id, r.ts, r.channel;

-- name: station_minutes likewise
SELECT d.device_id, r.ts, r.pm25, r.pm10, r.so2, r.no2, r.o3, r.co, r.tvoc, r.nmhc, r.ch4, r.temperature, r.humidity,
    r.pressure, r.wind_speed, r.wind_direction, encode(r.qc, 'hex') AS qc
FROM station_reading AS r JOIN device AS d USING (device)
WHERE r.device = ANY(:devices::integer[]) AND r.ts >= :from_at::timestamptz AND r.ts < :to_at::timestamptz
ORDER BY d.device_id, r.ts;

-- name: flags: what the checks found of minutes afterwards
SELECT d.device_id, q.channel, q.reason, q.from_at, q.to_at
FROM quality_flag AS q JOIN device AS d USING (device)
WHERE q.device = ANY(:devices::integer[]) AND q.hour >= date_trunc('hour', :from_at::timestamptz)
    AND q.hour < :to_at::timestamptz
ORDER BY d.device_id, q.channel, q.from_at, q.reason;

-- name: hours against the limits of the permits
SELECT d.device_id, h.ts, h.channel, h.mean, h.low, h.high, h.valid, h.suspect, h.sent, h.corrected,
    c.permit_limit, c.unit AS limit_unit
FROM hour_mean AS h JOIN device AS d USING (device) LEFT JOIN monitor_channel AS c USING (device, channel)
WHERE h.device = ANY(:devices::integer[]) AND h.ts >= :from_at::timestamptz AND h.ts < :to_at::timestamptz
ORDER BY d.device_id, h.ts, h.channel;

-- name: statistics that loggers have reported themselves
SELECT d.device_id, s.ts, s.command, s.channel, s.low, s.mean, s.high, s.total, s.zs_low, s.zs_mean, s.zs_high, s.qc
FROM statistic AS s JOIN device AS d USING (device)
WHERE s.device = ANY(:devices::integer[]) AND s.ts >= :from_at::timestamptz AND s.ts < :to_at::timestamptz
ORDER BY d.device_id, s.ts, s.command, s.channel;

-- name: notes of loggers
SELECT (to_jsonb(n) || jsonb_build_object('device_id', d.device_id))::text
FROM device_note AS n JOIN device AS d USING (device)
WHERE n.device = ANY(:devices::integer[]) AND n.at >= :from_at::timestamptz AND n.at < :to_at::timestamptz
ORDER BY d.device_id, n.at, n.command, n.code, n.name;

-- name: rejects: why messages of these devices were refused
SELECT to_jsonb(r)::text FROM reject AS r
WHERE r.device_id = ANY(:ids::text[]) AND r.received_at >= :from_at::timestamptz AND r.first_at < :to_at::timestamptz
ORDER BY r.id;

-- name: refused messages of these devices, the frames as they came
SELECT DISTINCT f.message FROM reject AS r JOIN refused AS f USING (message)
WHERE r.device_id = ANY(:ids::text[]) AND r.received_at >= :from_at::timestamptz AND r.first_at < :to_at::timestamptz
ORDER BY f.message LIMIT :most::integer;

-- name: refused_message
SELECT payload FROM refused WHERE message = :message;

-- name: parts of frames that are not complete
SELECT (to_jsonb(p) - 'payload' || jsonb_build_object('payload', encode(p.payload, 'base64')))::text
FROM hj212_part AS p
WHERE p.device = ANY(:devices::integer[]) AND p.received_at >= :from_at::timestamptz AND p.received_at < :to_at::timestamptz
ORDER BY p.device, p.command, p.data_time, p.total, p.number;

-- name: marks in force within the span
SELECT (to_jsonb(k) || jsonb_build_object('device_id', d.device_id))::text
FROM mark AS k JOIN device AS d USING (device)
WHERE k.device = ANY(:devices::integer[]) AND k.start_at < :to_at::timestamptz
    AND coalesce(k.end_at, 'infinity') > :from_at::timestamptz
ORDER BY d.device_id, k.start_at, k.kind, k.declaration_id;

-- name: declarations of the span, with their reviews
SELECT to_jsonb(c)::text FROM declaration AS c
WHERE c.device = ANY(:devices::integer[]) AND c.start_at < :to_at::timestamptz
    AND coalesce(c.end_at, 'infinity') > :from_at::timestamptz
ORDER BY c.declaration_id;

-- name: declaration_changes of those
SELECT to_jsonb(g)::text FROM declaration_change AS g JOIN declaration AS c USING (declaration_id)
WHERE c.device = ANY(:devices::integer[]) AND c.start_at < :to_at::timestamptz
    AND coalesce(c.end_at, 'infinity') > :from_at::timestamptz
ORDER BY g.declaration_id, g.version;

-- name: deadlines of the alert, and of those devices within the span
SELECT to_jsonb(t)::text FROM deadline AS t
WHERE t.alert_id = :alert_id OR t.device = ANY(:devices::integer[]) AND t.began_at >= :from_at::timestamptz
    AND t.began_at < :to_at::timestamptz
ORDER BY t.deadline_id;

-- name: releases of names
SELECT to_jsonb(r)::text FROM alert_release AS r WHERE r.alert_id = :alert_id ORDER BY r.release_id;

-- name: replies: answers, appeals and rectification reports
SELECT to_jsonb(r)::text FROM reply AS r WHERE r.alert_id = :alert_id ORDER BY r.letter_id;

-- name: thread with the desk about the alert
SELECT to_jsonb(m)::text FROM thread_message AS m WHERE m.alert_id = :alert_id ORDER BY m.letter_id;

-- name: file_ids of the letters and declarations of the case
SELECT f.file_id FROM window_file AS f
WHERE f.file_id IN (
    SELECT unnest(files) FROM reply WHERE alert_id = :alert_id
    UNION SELECT unnest(files) FROM thread_message WHERE alert_id = :alert_id
    UNION SELECT unnest(proofs) FROM declaration
    WHERE device = ANY(:devices::integer[]) AND start_at < :to_at::timestamptz
        AND coalesce(end_at, 'infinity') > :from_at::timestamptz
)
ORDER BY f.file_id;

-- name: files: what is known of those
SELECT (to_jsonb(f) - 'body')::text FROM window_file AS f WHERE f.file_id = ANY(:files::text[]) ORDER BY f.file_id;

-- name: file
SELECT body FROM window_file WHERE file_id = :file_id;

-- name: photos: what is known of them
SELECT (to_jsonb(p) - 'body')::text FROM photo AS p WHERE p.alert_id = :alert_id ORDER BY p.photo_id;

-- name: photo_ids
SELECT photo_id FROM photo WHERE alert_id = :alert_id ORDER BY photo_id;

-- name: photo
SELECT body FROM photo WHERE photo_id = :photo_id;

-- name: shifts of desk and leaders while the case went on
SELECT s.person_id, s.start_at, s.end_at, s.post, s.role, s.township, s.source, s.instead_of
FROM shift AS s JOIN person AS p USING (person_id)
WHERE coalesce(nullif(s.role, ''), p.role) IN ('duty', 'leader', 'dispatcher')
    AND tstzrange(s.start_at, s.end_at) && tstzrange(:from_at, :to_at)
ORDER BY s.start_at, s.post, s.person_id
LIMIT :most::integer;

-- name: verdicts: what the detector said of each device, minute by minute
SELECT v.minute, v.pollutant, l.devices, v.value, v.background, v.score, v.state
FROM verdict AS v JOIN layout AS l USING (layout)
WHERE v.minute >= :from_at::timestamptz AND v.minute < :to_at::timestamptz AND v.pollutant = ANY(:pollutants::text[])
ORDER BY v.minute, v.pollutant;

-- name: given: who was given what
INSERT INTO evidence_pack (manifest_sha256, alert_id, at, who, files, bytes)
VALUES (:manifest_sha256, :alert_id, :at, :who, :files, :bytes)
ON CONFLICT DO NOTHING;
