-- Alerts about an enterprise's own monitors, as it may know them by itself; signs of fabrication are not among them.
CREATE INDEX alert_of_own ON alert (source, opened_at DESC)
    WHERE kind IN ('exceedance', 'early_warning', 'fault', 'offline', 'clock');

-- The view reads as its owner does: it looks at the reach itself.
CREATE VIEW own_alert WITH (security_barrier) AS
SELECT m.enterprise_id, m.device, d.device_id AS mn, a.alert_id, a.kind, a.pollutant, a.status, a.severity,
    a.opened_at, a.closed_at, a.body -> 'evidence' AS evidence
FROM monitor AS m
JOIN device AS d USING (device)
JOIN alert AS a ON a.source = d.device_id
    AND a.kind IN ('exceedance', 'early_warning', 'fault', 'offline', 'clock')
WHERE (SELECT reaches_all()) OR m.enterprise_id = ANY ((SELECT reached())::text[]);

GRANT SELECT ON own_alert TO hotgrid_app, hotgrid_enterprise;

CREATE INDEX monitor_of_enterprise ON monitor (enterprise_id);
