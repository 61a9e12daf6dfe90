-- The audit log: written by audit_append alone (migration 0021), read in order.

-- name: append
SELECT audit_append(given.line) AS seq
FROM unnest(:lines::text[]) WITH ORDINALITY AS given (line, place)
ORDER BY given.place;

-- name: after
SELECT seq, line, hash FROM audit WHERE seq > :after ORDER BY seq LIMIT :limit;

-- name: before
SELECT seq, line, hash FROM audit WHERE seq < :before ORDER BY seq DESC LIMIT :limit;

-- name: one
SELECT seq, line, hash FROM audit WHERE seq = :seq;

-- name: head
SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1;
