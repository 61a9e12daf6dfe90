-- name: enter
SELECT set_config('role', :role, false), set_config('hotgrid.reach', :reach, false);

-- name: leave: as every connection of the processes begins
SET ROLE hotgrid_app;

-- name: reached_enterprise
SELECT enterprise_id FROM enterprise
WHERE enterprise_id = :enterprise_id AND (reaches_all() OR enterprise_id = ANY (reached()));

-- name: whose_session
-- `within` is null for who is bound to no place; of an enterprise's account it does not matter.
SELECT a.name, a.role, a.display, a.person_id, p.township, s.session_id, s.seen_at AS used_at, true AS writes,
       NULL::text AS only, w.enterprises, w.townships, w.within
FROM session AS s
JOIN account AS a ON a.name = s.account
LEFT JOIN person AS p ON p.person_id = a.person_id
CROSS JOIN LATERAL account_reach(a.name) AS w
WHERE s.token_sha256 = :token_sha256 AND s.expires_at > :now AND s.seen_at > :idle_since AND a.disabled_at IS NULL;

-- name: whose_key
SELECT a.name, a.role, a.display, a.person_id, p.township, k.last_used AS used_at, k.writes,
       k.enterprise_id AS only, k.secret_sha256, w.enterprises, w.townships, w.within
FROM api_key AS k
JOIN account AS a ON a.name = k.account
LEFT JOIN person AS p ON p.person_id = a.person_id
CROSS JOIN LATERAL account_reach(a.name) AS w
WHERE k.prefix = :prefix AND k.expires_at > :now AND k.revoked_at IS NULL AND a.disabled_at IS NULL;

-- name: session_seen
UPDATE session SET seen_at = :now WHERE session_id = :session_id AND seen_at < :now;

-- name: key_used
UPDATE api_key SET last_used = :now WHERE prefix = :prefix;

