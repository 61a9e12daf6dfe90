-- What `hotgrid doctor` asks of the database.

-- name: about
SELECT current_setting('server_version') AS version, clock_timestamp() AS now;

-- name: roles that requests run as
SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = ANY (:names::text[]) ORDER BY rolname;

-- name: whose: as whom we have signed in
SELECT session_user AS name, rolsuper OR rolbypassrls AS unbound FROM pg_roles WHERE rolname = session_user;

-- name: open_tables: what has an enterprise's column, can be read by requests, and hides no row
SELECT c.relname
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname = 'public'
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'enterprise_id' AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'p') AND NOT c.relrowsecurity
  AND has_any_column_privilege('hotgrid_enterprise', c.oid, 'SELECT')
ORDER BY c.relname;

-- name: clocks of devices that went wrong since
SELECT d.device_id, c.seconds
FROM clock_error AS c JOIN device AS d USING (device)
WHERE c.seen_at > :since
ORDER BY abs(c.seconds) DESC
LIMIT 100;

-- name: pushes: contacts in use by channel, and what could not be delivered since
SELECT (SELECT count(*) FROM contact WHERE disabled_at IS NULL AND person_id IS NOT NULL) AS personal,
       (SELECT count(*) FROM contact WHERE disabled_at IS NULL AND person_id IS NULL) AS others,
       (SELECT count(*) FROM push WHERE state = 'failed' AND made_at > :since) AS failed,
       (SELECT count(*) FROM push WHERE state = 'waiting' AND try_at < :late) AS late;

-- name: passwords: those that a demo would have first
SELECT name, password_hash
FROM account
WHERE disabled_at IS NULL AND password_hash IS NOT NULL
ORDER BY name = ANY (:first::text[]) DESC, role = 'admin' DESC, made_at DESC
LIMIT :limit;
