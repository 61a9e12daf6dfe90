-- name: put the alert as it stands now; an alert that was opened late stays marked so. Nothing where another alert of its
-- source is open, and nothing that ends without ever having been put; who puts has lined up, so that is sure.
WITH old AS (SELECT status, severity FROM alert WHERE alert_id = :alert_id)
INSERT INTO alert (alert_id, kind, profile, pollutant, source, status, severity, opened_at, closed_at, late, lon, lat,
    body)
SELECT :alert_id, :kind, :profile, :pollutant, :source, :status, :severity, :opened_at, :closed_at, :late, :lon, :lat,
    :body
WHERE NOT (:status::text = 'open' AND EXISTS (
        SELECT FROM alert WHERE status = 'open' AND (kind, pollutant, source) = (:kind, :pollutant, :source)
            AND alert_id <> :alert_id))
    AND (:action::text <> 'closed' OR EXISTS (SELECT FROM old))
ON CONFLICT (alert_id) DO UPDATE
SET status = excluded.status, severity = excluded.severity, closed_at = excluded.closed_at, lon = excluded.lon,
    lat = excluded.lat, body = excluded.body || jsonb_build_object('late', alert.late)
RETURNING body, (SELECT status FROM old) AS before, (SELECT severity FROM old) AS severity;

-- name: drop_cells
DELETE FROM alert_cell WHERE alert_id = :alert_id;

-- name: put_cells
INSERT INTO alert_cell (alert_id, ix, iy, from_at, to_at)
SELECT :alert_id, ix, iy, from_at, to_at
FROM unnest(:ix::integer[], :iy::integer[], :from_at::timestamptz[], :to_at::timestamptz[])
    AS c(ix, iy, from_at, to_at);

-- name: log a transition; its number is given under a lock that is held to the commit
INSERT INTO alert_event (seq, alert_id, at, who, action, why, body)
SELECT 0, alert_id, :at, :who, :action, :why, :body::jsonb || jsonb_build_object('handling', body)
FROM handling WHERE alert_id = :alert_id
RETURNING seq;

-- name: bodies
SELECT alert_id, body FROM alert WHERE alert_id = ANY(:ids::text[]);

-- name: opened_since that judging opened and that are still open: a silence is told by the clock, a drill by people
SELECT alert_id, body FROM alert WHERE status = 'open' AND opened_at > :since AND kind NOT IN ('silence', 'drill');

-- name: open_of_kind
SELECT body FROM alert WHERE status = 'open' AND kind = :kind ORDER BY opened_at DESC LIMIT 1;

-- name: withdraw closes an alert that no longer stands, with the stays that were not over
WITH gone AS (
    UPDATE alert SET status = 'closed', closed_at = :closed_at, body = :body WHERE alert_id = :alert_id
), ended AS (
    UPDATE alert_cell SET to_at = :closed_at WHERE alert_id = :alert_id AND to_at IS NULL
)
INSERT INTO alert_event (seq, alert_id, at, who, action, why, body)
SELECT 0, alert_id, :closed_at, :who, 'closed', :why, :body::jsonb || jsonb_build_object('handling', body)
FROM handling WHERE alert_id = :alert_id
RETURNING seq;

-- name: open_drill that is still under way, for its end
SELECT body FROM alert WHERE alert_id = :alert_id AND kind = 'drill' AND status = 'open' FOR UPDATE;
