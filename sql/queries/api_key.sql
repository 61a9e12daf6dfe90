-- name: add
INSERT INTO api_key (prefix, secret_sha256, account, name, enterprise_id, writes, made_at, made_by, expires_at)
VALUES (:prefix, :secret_sha256, :account, :name, :enterprise_id, :writes, :now, :made_by, :expires_at);

-- name: live
SELECT count(*) FROM api_key WHERE account = :account AND revoked_at IS NULL AND expires_at > :now;

-- name: hold_account
SELECT name, role, disabled_at FROM account WHERE name = :account FOR UPDATE;

-- name: listed
SELECT prefix, account, name, enterprise_id, writes, made_at, made_by, expires_at, last_used, revoked_at, replaced_by
FROM api_key
WHERE (:account::text IS NULL OR account = :account) AND prefix > :after
  AND (:ended OR (revoked_at IS NULL AND expires_at > :now))
ORDER BY prefix
LIMIT :limit;

-- name: one
SELECT prefix, account, name, enterprise_id, writes, made_at, made_by, expires_at, last_used, revoked_at, replaced_by
FROM api_key
WHERE prefix = :prefix AND (:account::text IS NULL OR account = :account)
FOR UPDATE;

-- name: replace
UPDATE api_key SET (replaced_by, expires_at) = (:replaced_by, least(expires_at, :until)) WHERE prefix = :prefix;

-- name: revoke
UPDATE api_key SET revoked_at = :now
WHERE prefix = :prefix AND (:account::text IS NULL OR account = :account) AND revoked_at IS NULL
RETURNING prefix;

-- name: own
SELECT value FROM account_scope WHERE account = :account AND kind = 'enterprise' ORDER BY value;
