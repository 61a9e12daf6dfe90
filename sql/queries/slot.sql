-- name: take the number if nobody holds it; the lock goes with the connection
SELECT pg_try_advisory_lock(hashtext('ingest slot'), :number::integer);

-- name: remember that the broker keeps a session of this number
INSERT INTO ingest_session (number) VALUES (:number) ON CONFLICT DO NOTHING;

-- name: forget a session that has ended
DELETE FROM ingest_session WHERE number = :number;

-- name: sessions that the broker keeps
SELECT count(*) FROM ingest_session;

-- name: abandoned sessions: nobody holds their number
SELECT number FROM ingest_session
WHERE NOT EXISTS (
    SELECT FROM pg_locks
    WHERE locktype = 'advisory' AND objsubid = 2 AND granted AND objid::bigint = number
        AND classid::bigint = hashtext('ingest slot')::bigint & 4294967295
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
)
ORDER BY number;

-- name: holder of a number: the server's process of the connection that has its lock
SELECT pid FROM pg_locks
WHERE locktype = 'advisory' AND objsubid = 2 AND granted AND objid::bigint = :number::bigint
    AND classid::bigint = hashtext('ingest slot')::bigint & 4294967295
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database());

-- name: answer: the connection lives
SELECT 1;
