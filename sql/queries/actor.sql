-- name: person
SELECT name, role, township FROM person WHERE person_id = :person_id;

-- name: enterprise
SELECT name, 'enterprise' AS role, township FROM enterprise WHERE enterprise_id = :enterprise_id;
