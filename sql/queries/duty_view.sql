-- name: on_duty
SELECT p.person_id, p.name, s.role, p.phone, coalesce(nullif(s.township, ''), p.township) AS township, s.post,
    s.start_at, s.end_at
FROM shift AS s JOIN person AS p USING (person_id)
WHERE tstzrange(s.start_at, s.end_at) @> :at::timestamptz
ORDER BY s.post, p.name, p.person_id;

-- name: next_on_duty: those of the nearest start to come
SELECT p.person_id, p.name, s.role, p.phone, coalesce(nullif(s.township, ''), p.township) AS township, s.post,
    s.start_at, s.end_at
FROM shift AS s JOIN person AS p USING (person_id)
WHERE s.start_at = (SELECT min(start_at) FROM shift WHERE start_at > :at::timestamptz)
ORDER BY s.post, p.name, p.person_id;

-- name: chiefs of a station or, where none is given, of a township
SELECT '' AS station_id, p.township, p.person_id, p.name, p.phone, false AS acting
FROM person AS p
WHERE p.role = 'chief' AND p.township <> '' AND :at::timestamptz IS NOT NULL
    AND p.township = coalesce(
        nullif(:township::text, ''),
        (SELECT township FROM station JOIN device USING (device) WHERE device_id = :station_id::text)
    )
ORDER BY p.person_id;
