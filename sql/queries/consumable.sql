-- name: entries of an enterprise, newest change first; `is_last` the one of its outlet and kind that counts, with the
-- hours that the outlet's treatment ran since: those whose mean lies above what its registered power says
SELECT c.entry_id, c.outlet_id, o.name AS outlet, c.kind, c.amount, c.unit, c.done_on, c.next_due_on, c.note, c.files,
    c.at, c.supersedes, s.entry_id AS superseded_by, coalesce(l.entry_id = c.entry_id, false) AS is_last,
    CASE WHEN l.entry_id = c.entry_id AND c.kind = 'activated_carbon' THEN r.hours END AS hours_run
FROM consumable AS c
JOIN outlet AS o USING (outlet_id)
LEFT JOIN consumable AS s ON s.supersedes = c.entry_id
LEFT JOIN LATERAL (
    SELECT n.entry_id FROM consumable AS n
    WHERE n.outlet_id = c.outlet_id AND n.kind = c.kind
        AND NOT EXISTS (SELECT FROM consumable AS x WHERE x.supersedes = n.entry_id)
    ORDER BY n.done_on DESC, n.entry_id DESC LIMIT 1
) AS l ON true
LEFT JOIN LATERAL (
    SELECT max(t.hours)::double precision AS hours
    FROM (
        SELECT count(h.ts) AS hours
        FROM monitor AS m JOIN facility AS f USING (device)
        LEFT JOIN hour_mean AS h ON h.device = f.device AND h.channel = f.channel AND h.mean > f.on_above
            AND h.ts >= c.done_on::timestamp AT TIME ZONE :zone::text
        WHERE m.enterprise_id = c.enterprise_id AND m.outlet = o.name AND f.role = 'treatment'
            AND f.channel NOT LIKE 'SB%'
        GROUP BY f.device, f.channel
    ) AS t
) AS r ON l.entry_id = c.entry_id AND c.kind = 'activated_carbon'
WHERE c.enterprise_id = :enterprise_id
    AND (:kind::text IS NULL OR c.kind = :kind)
    AND (:outlet_id::bigint IS NULL OR c.outlet_id = :outlet_id)
    AND (:entry_id::bigint IS NULL OR c.entry_id = :entry_id)
    AND (:last::boolean IS FALSE OR l.entry_id = c.entry_id)
    AND (c.done_on, c.entry_id) < (coalesce(:before_on::date, 'infinity'), coalesce(:before_id::bigint, 0))
ORDER BY c.done_on DESC, c.entry_id DESC
LIMIT :limit;

-- name: outlet of an enterprise
SELECT name FROM outlet WHERE outlet_id = :outlet_id AND enterprise_id = :enterprise_id;

-- name: alone at an enterprise's ledger: whoever else writes there waits
SELECT pg_advisory_xact_lock(hashtext('consumable ' || :enterprise_id::text));

-- name: twin: the same change, told again
SELECT entry_id FROM consumable AS c
WHERE enterprise_id = :enterprise_id AND outlet_id = :outlet_id AND kind = :kind AND amount = :amount AND unit = :unit
    AND done_on = :done_on AND next_due_on IS NOT DISTINCT FROM :next_due_on AND note = :note AND files = :files
    AND supersedes IS NOT DISTINCT FROM :supersedes
    AND NOT EXISTS (SELECT FROM consumable AS x WHERE x.supersedes = c.entry_id)
LIMIT 1;

-- name: put; nothing where the entry to supersede is superseded already, or is not there
INSERT INTO consumable (enterprise_id, outlet_id, kind, amount, unit, done_on, next_due_on, note, files, who, at,
    supersedes)
SELECT :enterprise_id, :outlet_id, :kind, :amount, :unit, :done_on, :next_due_on, :note, :files, :who, :now, :supersedes
WHERE :supersedes::bigint IS NULL OR EXISTS (
    SELECT FROM consumable AS c
    WHERE c.entry_id = :supersedes AND c.enterprise_id = :enterprise_id
        AND NOT EXISTS (SELECT FROM consumable AS x WHERE x.supersedes = c.entry_id)
)
RETURNING entry_id;

-- name: last of every outlet and kind that may be overdue: changed before some day, with the enterprise
SELECT c.entry_id, c.enterprise_id, e.name AS enterprise, o.name AS outlet, c.kind, c.done_on, c.next_due_on, r.hours
FROM (
    SELECT DISTINCT ON (outlet_id, kind) entry_id, enterprise_id, outlet_id, kind, done_on, next_due_on
    FROM consumable AS n
    WHERE NOT EXISTS (SELECT FROM consumable AS x WHERE x.supersedes = n.entry_id)
    ORDER BY outlet_id, kind, done_on DESC, entry_id DESC
) AS c
JOIN outlet AS o USING (outlet_id)
JOIN enterprise AS e ON e.enterprise_id = c.enterprise_id
LEFT JOIN LATERAL (
    SELECT max(t.hours)::double precision AS hours
    FROM (
        SELECT count(h.ts) AS hours
        FROM monitor AS m JOIN facility AS f USING (device)
        LEFT JOIN hour_mean AS h ON h.device = f.device AND h.channel = f.channel AND h.mean > f.on_above
            AND h.ts >= c.done_on::timestamp AT TIME ZONE :zone::text
        WHERE m.enterprise_id = c.enterprise_id AND m.outlet = o.name AND f.role = 'treatment'
            AND f.channel NOT LIKE 'SB%'
        GROUP BY f.device, f.channel
    ) AS t
) AS r ON c.kind = 'activated_carbon'
ORDER BY c.enterprise_id, o.name, c.kind;
