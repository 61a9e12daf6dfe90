-- name: of_events: whose monitor each of these is about; what is about anything else has no row
SELECT e.seq, CASE e.action WHEN 'updated' THEN 'raised' ELSE e.action END AS action, e.body,
       m.enterprise_id, m.outlet, d.device_id AS mn
FROM alert_event AS e
JOIN alert AS a USING (alert_id)
JOIN device AS d ON d.device_id = a.source
JOIN monitor AS m USING (device)
WHERE e.seq = ANY (:seqs::bigint[])
ORDER BY e.seq;
