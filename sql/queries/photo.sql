-- name: room of an alert: how many photos it has
SELECT (SELECT count(*) FROM photo AS p WHERE p.alert_id = a.alert_id) AS photos
FROM alert AS a
WHERE a.alert_id = :alert_id;

-- name: put nothing where the alert has this file already
INSERT INTO photo (photo_id, alert_id, at, who, place, width, height, sha256, received_sha256, body)
VALUES (:photo_id, :alert_id, :at, :who, :place, :width, :height, :sha256, :received, :body)
ON CONFLICT (alert_id, received_sha256) DO NOTHING;

-- name: same file of an alert
SELECT photo_id, at, who, width, height, sha256, octet_length(body) AS bytes
FROM photo
WHERE alert_id = :alert_id AND received_sha256 = :received;

-- name: of_alert in the order they came
SELECT photo_id, at, who, width, height, sha256, octet_length(body) AS bytes
FROM photo
WHERE alert_id = :alert_id
ORDER BY at, photo_id;

-- name: ids
SELECT photo_id FROM photo WHERE alert_id = :alert_id;

-- name: sha256
SELECT sha256 FROM photo WHERE photo_id = :photo_id;

-- name: body
SELECT body FROM photo WHERE photo_id = :photo_id;
