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
    (SELECT to_jsonb(g) - 'one' FROM grid AS g) AS grid;

-- name: owners of those devices that are an enterprise's monitor
SELECT device_id, enterprise_id FROM monitor JOIN device USING (device) WHERE device_id = ANY(:devices::text[]);

-- name: lock the handling of alerts: whoever changes both takes it before the hold, and all in one order
SELECT FROM handling WHERE alert_id = ANY(:alert_ids::text[]) ORDER BY alert_id FOR UPDATE;

-- name: put_holds opens spans or prolongs those that are open; escalation and clocks wait for their end
WITH held AS (
    SELECT * FROM unnest(:alert_ids::text[], :untils::timestamptz[], :mute_ids::bigint[], :regional_ids::text[])
        AS h (alert_id, until, mute_id, regional_id)
), quiet AS (
    UPDATE handling AS d SET climb_at = held.until, due_at = held.until FROM held WHERE d.alert_id = held.alert_id
)
INSERT INTO alert_hold AS h (alert_id, from_at, until, mute_id, regional_id, judged)
SELECT alert_id, :now, until, mute_id, regional_id,
    (SELECT coalesce(max(seq), 0) FROM alert_event AS e WHERE e.alert_id = held.alert_id)
FROM held
ON CONFLICT (alert_id) WHERE released_at IS NULL DO UPDATE
SET until = excluded.until, mute_id = excluded.mute_id, regional_id = excluded.regional_id, judged = excluded.judged;

-- name: put_mute_hits
INSERT INTO mute_hit (mute_id, alert_id, at)
SELECT mute_id, alert_id, :now FROM unnest(:mute_ids::bigint[], :alert_ids::text[]) AS h (mute_id, alert_id)
ON CONFLICT DO NOTHING;

-- name: put_regional_hits
INSERT INTO regional_hit (regional_id, alert_id, at)
SELECT regional_id, alert_id, :now FROM unnest(:regional_ids::text[], :alert_ids::text[]) AS h (regional_id, alert_id)
ON CONFLICT DO NOTHING;

-- name: release the open span of an alert, if there is one
UPDATE alert_hold SET released_at = greatest(:now, from_at), outcome = :outcome
WHERE alert_id = :alert_id AND released_at IS NULL
RETURNING until, mute_id, regional_id;

-- name: wake the clocks of an alert that is no longer held
UPDATE handling
SET due_at = CASE WHEN pushed THEN :now::timestamptz END,
    climb_at = CASE WHEN pushed AND stage = 'open' THEN :now::timestamptz END
WHERE alert_id = :alert_id
RETURNING stage;

-- name: begun mutes whose time has come; each begins once
INSERT INTO mute_change (mute_id, action, at, who, why)
SELECT m.mute_id, 'begun', :now, 'timer', '' FROM mute AS m
WHERE m.start_at <= :now AND m.end_at > :now
    AND NOT EXISTS (SELECT FROM mute_change AS c WHERE c.mute_id = m.mute_id AND c.action IN ('begun', 'ended'))
ON CONFLICT DO NOTHING
RETURNING mute_id;

-- name: ringing alerts: those that people are or will be called for
SELECT a.body FROM handling AS h JOIN alert AS a USING (alert_id)
WHERE h.pushed AND h.stage NOT IN ('closed', 'false_alarm', 'merged') AND a.status = 'open';

-- name: due for another look: over, changed since, or held by what is over itself; the gravest first
SELECT h.alert_id, a.body
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

-- name: clock_starts when the clocks of these alerts began anew after a hold; null while one is held
SELECT alert_id, CASE WHEN bool_and(released_at IS NOT NULL) THEN max(released_at) END AS at
FROM alert_hold WHERE alert_id = ANY(:ids::text[])
GROUP BY alert_id;
