-- name: add
INSERT INTO account (name, role, display, person_id, password_hash, subject, made_at, made_by)
VALUES (:name, :role, :display, :person_id, :password_hash, :subject, :now, :made_by)
ON CONFLICT (name) DO NOTHING
RETURNING name;

-- name: add_scope
INSERT INTO account_scope (account, kind, value)
SELECT :account, kind, value FROM unnest(:kinds::text[], :values::text[]) AS n (kind, value)
ON CONFLICT DO NOTHING;

-- name: person
SELECT p.name, a.name AS account FROM person AS p LEFT JOIN account AS a USING (person_id) WHERE person_id = :person_id;

-- name: of_subject
SELECT name FROM account WHERE subject = :subject;

-- name: unknown_enterprises
SELECT id FROM unnest(:enterprises::text[]) AS id WHERE NOT EXISTS (SELECT FROM enterprise WHERE enterprise_id = id);

-- name: unknown_townships
SELECT told.name FROM unnest(:townships::text[]) AS told (name)
WHERE NOT EXISTS (SELECT FROM enterprise AS e WHERE e.township = told.name)
  AND NOT EXISTS (SELECT FROM station AS s WHERE s.township = told.name)
  AND NOT EXISTS (SELECT FROM district_township AS d WHERE d.township = told.name);

-- name: unknown_districts
SELECT name FROM unnest(:districts::text[]) AS name
WHERE NOT EXISTS (SELECT FROM district_township WHERE district = name);

-- name: listed
SELECT a.name, a.role, a.display, a.person_id, p.name AS person, a.password_hash IS NOT NULL AS password,
       a.subject, a.made_at, a.made_by, a.disabled_at,
       ARRAY(SELECT value FROM account_scope WHERE account = a.name AND kind = 'enterprise' ORDER BY 1) AS enterprises,
       ARRAY(SELECT value FROM account_scope WHERE account = a.name AND kind = 'township' ORDER BY 1) AS townships,
       ARRAY(SELECT value FROM account_scope WHERE account = a.name AND kind = 'district' ORDER BY 1) AS districts,
       (SELECT count(*) FROM session WHERE account = a.name AND expires_at > :now) AS sessions,
       (SELECT max(seen_at) FROM session WHERE account = a.name) AS seen_at
FROM account AS a
LEFT JOIN person AS p ON p.person_id = a.person_id
WHERE a.name > :after
ORDER BY a.name
LIMIT :limit;

-- name: one
SELECT name, role, password_hash, disabled_at FROM account WHERE name = :name FOR UPDATE;

-- name: hold_admins
-- Two admins who shut each other out at the same moment are not both shut out.
SELECT name FROM account WHERE role = 'admin' ORDER BY name FOR UPDATE;

-- name: admins
SELECT count(*) FROM account WHERE role = 'admin' AND disabled_at IS NULL AND name <> :name;

-- name: disable
UPDATE account SET disabled_at = :now WHERE name = :name AND disabled_at IS NULL RETURNING name;

-- name: enable
UPDATE account SET disabled_at = NULL WHERE name = :name AND disabled_at IS NOT NULL RETURNING name;

-- name: put_password
UPDATE account SET password_hash = :password_hash WHERE name = :name RETURNING name;

-- name: whose_subject
SELECT name, password_hash FROM account WHERE subject = :subject;

-- name: bind_subject
UPDATE account SET subject = :subject
WHERE name = :name AND subject IS NULL AND password_hash IS NULL AND disabled_at IS NULL AND role <> 'admin'
RETURNING name, password_hash;
