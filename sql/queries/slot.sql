-- name: take the number if nobody holds it; the lock goes with the connection
SELECT pg_try_advisory_lock(hashtext('ingest slot'), :number::integer);
