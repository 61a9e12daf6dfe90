-- name: about an alert: where it was found first, and whose it is: by the newest finding, else the first candidate
SELECT a.kind, a.opened_at, (a.body #>> '{cells,0,ix}')::integer AS ix, (a.body #>> '{cells,0,iy}')::integer AS iy,
    CASE WHEN f.alert_id IS NULL THEN a.body #>> '{candidates,0,enterprise_id}' ELSE f.enterprise_id END
        AS enterprise_id,
    f.enterprise_id IS NOT NULL AS found
FROM alert AS a
LEFT JOIN LATERAL (
    SELECT alert_id, enterprise_id FROM finding WHERE alert_id = a.alert_id ORDER BY at DESC LIMIT 1) AS f ON true
WHERE a.alert_id = :alert_id;

-- name: earlier alerts of the same cell or enterprise, the newest first, each with the counts of all
WITH in_cell AS MATERIALIZED (
    SELECT DISTINCT alert_id FROM alert_cell
    WHERE ix = :ix::int AND iy = :iy::int AND from_at >= :since::timestamptz AND from_at <= :opened_at::timestamptz
), of_enterprise AS MATERIALIZED (
    SELECT alert_id FROM alert
    WHERE body #>> '{candidates,0,enterprise_id}' = :enterprise_id::text
        AND opened_at >= :since::timestamptz AND opened_at <= :opened_at::timestamptz
    UNION
    SELECT alert_id FROM finding WHERE enterprise_id = :enterprise_id::text
), near AS (
    SELECT alert_id FROM in_cell UNION SELECT alert_id FROM of_enterprise
), one AS (
    SELECT a.alert_id, a.kind, a.pollutant, a.severity, a.status, a.opened_at, a.closed_at, h.stage, f.cause,
        EXISTS (SELECT FROM in_cell AS c WHERE c.alert_id = a.alert_id) AS same_cell,
        coalesce(:enterprise_id::text = CASE WHEN f.alert_id IS NULL THEN a.body #>> '{candidates,0,enterprise_id}'
            ELSE f.enterprise_id END, false) AS same_enterprise
    FROM near JOIN alert AS a USING (alert_id)
    LEFT JOIN handling AS h USING (alert_id)
    LEFT JOIN LATERAL (
        SELECT alert_id, enterprise_id, cause FROM finding WHERE alert_id = a.alert_id ORDER BY at DESC LIMIT 1
    ) AS f ON true
    WHERE a.alert_id <> :alert_id AND a.opened_at >= :since::timestamptz AND a.opened_at <= :opened_at::timestamptz
        AND a.kind = ANY(:kinds::text[]) AND h.stage IS DISTINCT FROM 'merged'
)
SELECT *, count(*) OVER () AS total, count(*) FILTER (WHERE same_cell) OVER () AS same_cells,
    count(*) FILTER (WHERE same_enterprise) OVER () AS same_enterprises,
    count(*) FILTER (WHERE stage = 'false_alarm') OVER () AS false_alarms
FROM one
WHERE same_cell OR same_enterprise
ORDER BY opened_at DESC, alert_id DESC
LIMIT :limit::int;
