-- name: outlets with what they were designed for, what was done at them, and their monitors; days are the district's
SELECT o.outlet_id, o.enterprise_id, e.name AS enterprise, e.township, e.industry, o.name AS outlet, o.due,
    d.since, d.flows, d.classes, s.steps, s.days, s.notes, coalesce(m.mns, '{}') AS mns
FROM outlet AS o
JOIN enterprise AS e USING (enterprise_id)
CROSS JOIN LATERAL (
    SELECT array_agg((since AT TIME ZONE :zone::text)::date ORDER BY design_id) AS since,
        array_agg(design_flow_m3h ORDER BY design_id) AS flows, array_agg(industry_class ORDER BY design_id) AS classes
    FROM outlet_design WHERE outlet_id = o.outlet_id
) AS d
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(step ORDER BY step_id), '{}') AS steps,
        coalesce(array_agg(done_on ORDER BY step_id), '{}') AS days,
        coalesce(array_agg(note ORDER BY step_id), '{}') AS notes
    FROM onboarding_step WHERE outlet_id = o.outlet_id
) AS s
LEFT JOIN (
    SELECT enterprise_id, outlet, array_agg(device_id ORDER BY device_id) AS mns
    FROM monitor JOIN device USING (device) GROUP BY enterprise_id, outlet
) AS m ON m.enterprise_id = o.enterprise_id AND m.outlet = o.name
WHERE (:enterprise_id::text IS NULL OR o.enterprise_id = :enterprise_id)
    AND (:township::text IS NULL OR e.township = :township)
    AND (:outlet_id::bigint IS NULL OR o.outlet_id = :outlet_id)
ORDER BY o.enterprise_id, o.name;

-- name: steps of outlets, oldest first
SELECT outlet_id, step, done_on AS "on", at, note, files FROM onboarding_step
WHERE outlet_id = ANY (:outlet_ids::bigint[]) ORDER BY step_id;

-- name: steps_by of outlets, with who did them
SELECT outlet_id, step, done_on AS "on", at, note, files, who FROM onboarding_step
WHERE outlet_id = ANY (:outlet_ids::bigint[]) ORDER BY step_id;

-- name: alone at an outlet: whoever else does something there waits
SELECT pg_advisory_xact_lock(hashtext('outlet'), (:outlet_id::bigint % 2147483647)::integer);

-- name: put
INSERT INTO onboarding_step (outlet_id, enterprise_id, step, done_on, at, who, note, files)
VALUES (:outlet_id, :enterprise_id, :step, :done_on, :now, :who, :note, :files);

-- name: see_networked: the first frame of a monitor at an outlet where none was seen so far
INSERT INTO onboarding_step (outlet_id, enterprise_id, step, done_on, at, who, note, files)
SELECT o.outlet_id, o.enterprise_id, 'networked', min(f.day), :now::timestamptz, 'timer', '', '{}'
FROM outlet AS o
JOIN monitor AS m ON m.enterprise_id = o.enterprise_id AND m.outlet = o.name
CROSS JOIN LATERAL (
    SELECT least(
        (SELECT (ts AT TIME ZONE :zone::text)::date FROM monitor_reading AS r WHERE r.device = m.device ORDER BY ts LIMIT 1),
        (SELECT day FROM day_mean AS k WHERE k.device = m.device ORDER BY day LIMIT 1),
        (SELECT (ts AT TIME ZONE :zone)::date FROM monitor_latest AS l WHERE l.device = m.device ORDER BY ts LIMIT 1)
    ) AS day
) AS f
WHERE NOT EXISTS (SELECT FROM onboarding_step AS s WHERE s.outlet_id = o.outlet_id AND s.step = 'networked')
    AND EXISTS (SELECT FROM monitor_latest AS l WHERE l.device = m.device)
GROUP BY o.outlet_id
ON CONFLICT DO NOTHING;

-- name: looked for what is overdue today; nothing where somebody did before
INSERT INTO overdue_notice (key, at) VALUES (:key, :now) ON CONFLICT DO NOTHING RETURNING key;

-- name: has_looked
SELECT EXISTS (SELECT FROM overdue_notice WHERE key = :key);

-- name: note as told; gives what was not told before
INSERT INTO overdue_notice (key, at) SELECT key, :now::timestamptz FROM unnest(:keys::text[]) AS key
ON CONFLICT DO NOTHING RETURNING key;

-- name: forget what was told long ago: what is overdue still is told again
DELETE FROM overdue_notice WHERE at < :before;
