-- name: unhurried
-- A count that a crash of the server would lose is not waited for.
SELECT set_config('synchronous_commit', 'off', true);

-- name: reserve
-- Always in the same order: two tries at once wait for each other and nothing else.
INSERT INTO sign_in_failure (what, failures, last_at, until)
SELECT what, 0, :now, :now FROM unnest(:whats::text[]) AS what ORDER BY what
ON CONFLICT (what) DO NOTHING;

-- name: failures
SELECT what, failures, last_at, until FROM sign_in_failure WHERE what = ANY (:whats) ORDER BY what FOR UPDATE;

-- name: count
UPDATE sign_in_failure AS f SET (failures, last_at, until) = (n.failures, :now, n.until)
FROM unnest(:whats::text[], :failures::integer[], :untils::timestamptz[]) AS n (what, failures, until)
WHERE f.what = n.what;

-- name: uncount
UPDATE sign_in_failure SET failures = greatest(failures - 1, 0) WHERE what = ANY (:whats);

-- name: clear
DELETE FROM sign_in_failure WHERE what = ANY (:whats);

-- name: clear_name
DELETE FROM sign_in_failure WHERE what = 'name:' || :digest::text OR starts_with(what, 'both:' || :digest::text || ':');

-- name: calm
UPDATE sign_in_failure SET (failures, until) = (greatest(failures - 1, 0), :now) WHERE what = :what;

-- name: forget
DELETE FROM sign_in_failure WHERE last_at < :before;

-- name: is_at_home
SELECT EXISTS (
    SELECT FROM session WHERE account = :name AND address = :address AND expires_at > :now
);

-- name: account
SELECT name, password_hash, disabled_at FROM account WHERE name = :name;

-- name: begin
-- Only if the account is still what was verified: a change of password at the same moment is waited for.
INSERT INTO session (token_sha256, account, made_at, expires_at, seen_at, address, agent)
SELECT :token_sha256, name, :now, :expires_at, :now, :address, :agent
FROM account
WHERE name = :name AND disabled_at IS NULL AND password_hash IS NOT DISTINCT FROM :password_hash
FOR SHARE
RETURNING session_id;

-- name: trim
DELETE FROM session
WHERE expires_at <= :now
   OR seen_at <= :idle_since
   OR (account = :account AND session_id NOT IN (
       SELECT session_id FROM session WHERE account = :account ORDER BY made_at DESC, session_id DESC LIMIT :most
   ));

-- name: of_account
SELECT session_id, made_at, seen_at, expires_at, address, agent
FROM session
WHERE account = :account AND expires_at > :now AND seen_at > :idle_since
ORDER BY made_at DESC, session_id DESC;

-- name: end_token
DELETE FROM session WHERE token_sha256 = :token_sha256;

-- name: end_one
DELETE FROM session WHERE session_id = :session_id AND account = :account RETURNING session_id;

-- name: end_all
-- But for the one that is kept, if any.
DELETE FROM session WHERE account = :account AND session_id IS DISTINCT FROM :kept::bigint RETURNING session_id;

-- name: change_password
UPDATE account SET password_hash = :password_hash
WHERE name = :name AND disabled_at IS NULL AND password_hash IS NOT DISTINCT FROM :before
RETURNING name;

-- name: ended
-- Of the sessions and keys that are asked for, those that are good no longer.
SELECT 'session' AS kind, id::text AS id
FROM unnest(:sessions::bigint[]) AS id
WHERE NOT EXISTS (
    SELECT FROM session AS s JOIN account AS a ON a.name = s.account
    WHERE s.session_id = id AND s.expires_at > :now AND a.disabled_at IS NULL
)
UNION ALL
SELECT 'key', id
FROM unnest(:keys::text[]) AS id
WHERE NOT EXISTS (
    SELECT FROM api_key AS k JOIN account AS a ON a.name = k.account
    WHERE k.prefix = id AND k.expires_at > :now AND k.revoked_at IS NULL AND a.disabled_at IS NULL
);
