-- name: ground on which it is decided now whether an alert is held back: one row, whatever there is
SELECT
    coalesce((
        SELECT jsonb_agg(jsonb_build_object('mute_id', m.mute_id, 'scope', m.scope, 'place', m.place,
            'area', m.area::text, 'kinds', m.kinds, 'pollutants', m.pollutants, 'start', m.start_at, 'end', m.end_at,
            'planned_works', m.planned_works) ORDER BY m.mute_id)
        FROM mute AS m
        WHERE m.end_at > :now AND m.start_at <= :now
            AND NOT EXISTS (SELECT FROM mute_change AS c WHERE c.mute_id = m.mute_id AND c.action = 'ended')
    ), '[]') AS mutes,
    coalesce((
        SELECT jsonb_agg(jsonb_build_object('alert_id', alert_id, 'pollutant', pollutant, 'opened_at', opened_at)
            ORDER BY opened_at)
        FROM alert WHERE kind = 'regional' AND status = 'open'
    ), '[]') AS regionals,
    (SELECT to_jsonb(g) - 'one' FROM grid AS g) AS grid,
    EXISTS (SELECT FROM alert_hold WHERE released_at IS NULL) AS holds;

-- name: owners of those devices that are an enterprise's monitor
SELECT device_id, enterprise_id FROM monitor JOIN device USING (device) WHERE device_id = ANY(:devices::text[]);

-- name: lock_free handling, what nobody else has locked
SELECT alert_id FROM handling WHERE alert_id = ANY(:alert_ids::text[]) FOR UPDATE SKIP LOCKED;

-- name: lock the handling of alerts: whoever changes both takes it before the hold, and all in one order
SELECT h.alert_id, h.stage, a.body
FROM handling AS h JOIN alert AS a USING (alert_id)
WHERE alert_id = ANY(:alert_ids::text[])
ORDER BY alert_id
FOR UPDATE OF h;

-- name: put_holds opens spans or prolongs those that are open; the escalation stops and the clocks wait for their end
WITH held AS (
    SELECT * FROM unnest(:alert_ids::text[], :untils::timestamptz[], :mute_ids::bigint[], :regional_ids::text[])
        AS h (alert_id, until, mute_id, regional_id)
), quiet AS (
    UPDATE handling AS d
    SET climb_at = NULL, due_at = held.until, body = CASE WHEN held.until IS NULL THEN d.body
        ELSE d.body || jsonb_build_object('muted_until', held.until) END
    FROM held WHERE d.alert_id = held.alert_id
), muted AS (
    INSERT INTO mute_hit (mute_id, alert_id, at) SELECT mute_id, alert_id, :now FROM held WHERE mute_id IS NOT NULL
    ON CONFLICT DO NOTHING
), flooded AS (
    INSERT INTO regional_hit (regional_id, alert_id, at)
    SELECT regional_id, alert_id, :now FROM held WHERE regional_id IS NOT NULL
    ON CONFLICT DO NOTHING
)
INSERT INTO alert_hold AS h (alert_id, from_at, until, mute_id, regional_id, judged)
SELECT alert_id, :now, until, mute_id, regional_id,
    (SELECT coalesce(max(seq), 0) FROM alert_event AS e WHERE e.alert_id = held.alert_id)
FROM held
ON CONFLICT (alert_id) WHERE released_at IS NULL DO UPDATE
SET until = excluded.until, mute_id = excluded.mute_id, regional_id = excluded.regional_id, judged = excluded.judged;

-- name: put_mute_hits of alerts that several mutes cover
INSERT INTO mute_hit (mute_id, alert_id, at)
SELECT mute_id, alert_id, :now FROM unnest(:mute_ids::bigint[], :alert_ids::text[]) AS h (mute_id, alert_id)
ON CONFLICT DO NOTHING;

-- name: standing holds of these alerts
SELECT alert_id, until, mute_id, regional_id FROM alert_hold
WHERE alert_id = ANY(:alert_ids::text[]) AND released_at IS NULL;

-- name: release the open spans of alerts, of those that have one: the clocks run from now
WITH free AS (
    UPDATE alert_hold AS h
    SET released_at = greatest(:now, h.from_at), outcome = CASE a.status WHEN 'open' THEN 'told' ELSE 'over' END
    FROM alert AS a
    WHERE h.alert_id = ANY(:alert_ids::text[]) AND h.released_at IS NULL AND a.alert_id = h.alert_id
    RETURNING h.alert_id, h.until, h.mute_id, h.regional_id
), woken AS (
    UPDATE handling AS d
    SET due_at = CASE WHEN pushed THEN :now::timestamptz END,
        body = d.body || jsonb_build_object('muted_until', :now::timestamptz)
    FROM free WHERE d.alert_id = free.alert_id
)
SELECT alert_id, until, mute_id, regional_id FROM free;

-- name: begun mutes whose time has come; each begins once
INSERT INTO mute_change (mute_id, action, at, who, why)
SELECT m.mute_id, 'begun', :now, 'timer', '' FROM mute AS m
WHERE m.start_at <= :now AND m.end_at > :now
    AND NOT EXISTS (SELECT FROM mute_change AS c WHERE c.mute_id = m.mute_id AND c.action IN ('begun', 'ended'))
ON CONFLICT DO NOTHING
RETURNING mute_id;

-- name: is_beginning: whether the time of a mute has come
SELECT EXISTS (
    SELECT FROM mute AS m
    WHERE m.start_at <= :now AND m.end_at > :now
        AND NOT EXISTS (SELECT FROM mute_change AS c WHERE c.mute_id = m.mute_id AND c.action IN ('begun', 'ended'))
);

-- name: ringing alerts: those that people are or will be called for
SELECT a.body FROM handling AS h JOIN alert AS a USING (alert_id)
WHERE h.pushed AND h.stage NOT IN ('closed', 'false_alarm', 'merged') AND a.status = 'open';

-- name: due for another look: over, changed since, or held by what is over itself; the gravest first
SELECT h.alert_id
FROM alert_hold AS h
JOIN alert AS a USING (alert_id)
LEFT JOIN alert AS r ON r.alert_id = h.regional_id
WHERE h.released_at IS NULL AND (
    h.until <= :now OR a.status = 'closed' OR r.status = 'closed'
    OR EXISTS (SELECT FROM alert_event AS e WHERE e.alert_id = h.alert_id AND e.seq > h.judged)
)
ORDER BY a.severity DESC, a.opened_at, a.alert_id
LIMIT :most::int;

-- name: held_counts by reason
SELECT count(*) FILTER (WHERE mute_id IS NOT NULL) AS mute, count(*) FILTER (WHERE regional_id IS NOT NULL) AS regional
FROM alert_hold WHERE released_at IS NULL;

-- name: body of an alert and whether it stands
SELECT body FROM alert WHERE alert_id = :alert_id;

-- name: station_in which township
SELECT s.township FROM station AS s JOIN device USING (device) WHERE device_id = :place;

-- name: knows_device
SELECT EXISTS (SELECT FROM device WHERE device_id = :place);

-- name: knows_enterprise
SELECT EXISTS (SELECT FROM enterprise WHERE enterprise_id = :place);

-- name: knows_cell
SELECT EXISTS (SELECT FROM grid WHERE :ix::int BETWEEN 0 AND nx - 1 AND :iy::int BETWEEN 0 AND ny - 1);

-- name: alone with a wish, until the end of the transaction
SELECT pg_advisory_xact_lock(hashtextextended(:what, 0));

-- name: twin that the same person has just made, and that nobody has ended: a double tap
SELECT mute_id FROM mute AS m
WHERE scope = :scope AND place = :place AND area IS NOT DISTINCT FROM :area::jsonb AND kinds = :kinds
    AND pollutants = :pollutants AND start_at BETWEEN :start::timestamptz - INTERVAL '10 s' AND :start
    AND end_at = :end AND reason = :reason AND author = :author AND planned_works = :planned_works
    AND alert_id IS NOT DISTINCT FROM :alert_id AND made_at > :now::timestamptz - INTERVAL '10 s'
    AND NOT EXISTS (SELECT FROM mute_change AS c WHERE c.mute_id = m.mute_id AND c.action = 'ended')
LIMIT 1;

-- name: make
INSERT INTO mute (scope, place, area, kinds, pollutants, start_at, end_at, reason, author, planned_works, alert_id,
    made_at)
VALUES (:scope, :place, :area, :kinds, :pollutants, :start, :end, :reason, :author, :planned_works, :alert_id, :now)
RETURNING mute_id;

-- name: log a change of a mute; each is made once
INSERT INTO mute_change (mute_id, action, at, who, why) VALUES (:mute_id, :action, :now, :who, :why)
ON CONFLICT DO NOTHING
RETURNING mute_id;

-- name: span of a mute
SELECT start_at, end_at, EXISTS (
    SELECT FROM mute_change AS c WHERE c.mute_id = m.mute_id AND c.action = 'ended') AS ended
FROM mute AS m WHERE mute_id = :mute_id;

-- name: end_holds of a mute that somebody ends
UPDATE alert_hold SET until = :now WHERE mute_id = :mute_id AND released_at IS NULL;

-- name: newest mutes, with how many alerts each kept quiet
SELECT m.mute_id, m.scope, m.place, m.area AS polygon, m.kinds, m.pollutants, m.start_at AS start, m.end_at AS "end",
    m.reason, m.author, p.name AS author_name, m.planned_works, m.alert_id, m.made_at, e.at AS ended_at,
    (SELECT count(*) FROM mute_hit AS h WHERE h.mute_id = m.mute_id) AS hits
FROM mute AS m
LEFT JOIN mute_change AS e ON e.mute_id = m.mute_id AND e.action = 'ended'
LEFT JOIN person AS p ON p.person_id = m.author
WHERE m.mute_id < coalesce(:before::bigint, 9223372036854775807)
    AND (:mute_id::bigint IS NULL OR m.mute_id = :mute_id)
    AND (:active::boolean IS NULL
        OR :active = (m.start_at <= :now AND m.end_at > :now AND e.at IS NULL))
ORDER BY m.mute_id DESC
LIMIT :limit::int;

-- name: changes of a mute
SELECT c.action, c.at, c.who, p.name, c.why
FROM mute_change AS c LEFT JOIN person AS p ON p.person_id = c.who
WHERE c.mute_id = :mute_id
ORDER BY c.at, array_position(ARRAY['made', 'begun', 'ended'], c.action);

-- name: hits of a mute, the newest first: what it kept quiet, and when people were told after all
SELECT h.alert_id, h.at, a.kind, a.pollutant, a.severity, a.status, a.opened_at, a.closed_at, t.released_at AS told_at
FROM mute_hit AS h JOIN alert AS a USING (alert_id)
LEFT JOIN LATERAL (
    SELECT max(released_at) AS released_at FROM alert_hold AS s
    WHERE s.alert_id = h.alert_id AND s.outcome = 'told' AND s.released_at >= h.at) AS t ON true
WHERE h.mute_id = :mute_id
ORDER BY h.at DESC, h.alert_id
LIMIT :limit::int;

-- name: flood of a regional notice, the newest first
SELECT h.alert_id, h.at, a.kind, a.pollutant, a.severity, a.status, a.opened_at, a.closed_at, t.released_at AS told_at,
    count(*) OVER () AS hits
FROM regional_hit AS h JOIN alert AS a USING (alert_id)
LEFT JOIN LATERAL (
    SELECT max(released_at) AS released_at FROM alert_hold AS s
    WHERE s.alert_id = h.alert_id AND s.outcome = 'told' AND s.released_at >= h.at) AS t ON true
WHERE h.regional_id = :alert_id
ORDER BY h.at DESC, h.alert_id
LIMIT :limit::int;

-- name: spans in which an alert was held back
SELECT from_at AS "from", until, mute_id, regional_id, released_at, outcome
FROM alert_hold WHERE alert_id = :alert_id ORDER BY from_at, hold_id;
