-- name: freshness: the newest judged minute and the newest arrival, null where there is none
SELECT
    (SELECT minute FROM watermark) AS watermark,
    greatest((SELECT max(received_at) FROM station_latest), (SELECT max(received_at) FROM monitor_latest)) AS arrived;

-- name: open_alerts
SELECT kind, severity, count(*) AS alerts FROM alert WHERE status = 'open' GROUP BY kind, severity;
