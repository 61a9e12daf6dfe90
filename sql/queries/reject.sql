-- name: rejects, the last refused first
SELECT r.id, r.message, r.first_at, r.received_at, r.device_id, r.reason, r.detail, r.times,
    m.topic, substring(m.payload FROM 1 FOR :sample::integer) AS sample, m.bytes, length(m.payload) = m.bytes AS whole
FROM reject AS r JOIN refused AS m USING (message)
WHERE (:reasons::text[] IS NULL OR r.reason = ANY(:reasons::text[]))
    AND (:device_id::text IS NULL OR r.device_id = :device_id::text)
    AND (:since::timestamptz IS NULL OR r.received_at >= :since::timestamptz)
    AND (:before_at::timestamptz IS NULL OR (r.received_at, r.id) < (:before_at::timestamptz, :before_id::bigint))
ORDER BY r.received_at DESC, r.id DESC
LIMIT :limit::integer;

-- name: summary by reason and device
SELECT reason, device_id, count(*) AS messages, sum(times) AS times, min(first_at) AS first_at,
    max(received_at) AS received_at, (array_agg(detail ORDER BY received_at DESC))[1] AS detail
FROM reject
WHERE (:reasons::text[] IS NULL OR reason = ANY(:reasons::text[]))
    AND (:device_id::text IS NULL OR device_id = :device_id::text)
    AND (:since::timestamptz IS NULL OR received_at >= :since::timestamptz)
GROUP BY reason, device_id
ORDER BY max(received_at) DESC, reason, device_id
LIMIT :limit::integer;

-- name: messages of which something was refused, oldest first: whole ones can be taken in again
SELECT m.message, m.topic, m.payload, length(m.payload) = m.bytes AS whole
FROM refused AS m
WHERE m.message > :after::bigint AND m.received_at < :until::timestamptz AND EXISTS (
    SELECT FROM reject AS r
    WHERE r.message = m.message
        AND (:reasons::text[] IS NULL OR r.reason = ANY(:reasons::text[]))
        AND (:device_id::text IS NULL OR r.device_id = :device_id::text)
        AND (:since::timestamptz IS NULL OR r.received_at >= :since::timestamptz)
)
ORDER BY m.message
LIMIT :limit::integer;

-- name: settle messages that were taken in again: what was not refused once more is done with
WITH gone AS (
    DELETE FROM reject WHERE message = ANY(:messages::bigint[]) AND received_at < :until::timestamptz
), left_over AS (
    SELECT message FROM reject WHERE message = ANY(:messages::bigint[]) AND received_at >= :until::timestamptz
), done AS (
    DELETE FROM refused
    WHERE message = ANY(:messages::bigint[]) AND message NOT IN (SELECT message FROM left_over)
    RETURNING message
)
SELECT count(*) FROM done;
