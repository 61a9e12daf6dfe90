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

-- name: roster of a span
SELECT p.person_id, p.name, s.role, p.phone, coalesce(nullif(s.township, ''), p.township) AS township, s.post,
    s.start_at, s.end_at, s.source, s.instead_of
FROM shift AS s JOIN person AS p USING (person_id)
WHERE tstzrange(s.start_at, s.end_at) && tstzrange(:start, :end)
ORDER BY s.start_at, s.post, p.person_id;

-- name: held: the shifts that bear on who is responsible, and what became of each by handovers up to a time
SELECT p.person_id, p.name, s.role, p.phone, coalesce(nullif(s.township, ''), p.township) AS township, s.post,
    s.start_at, s.end_at, coalesce(nullif(s.instead_of, ''), s.person_id) AS owner,
    EXISTS (
        SELECT FROM handover AS h JOIN handover_answer AS a USING (handover_id)
        WHERE (h.person_id, h.start_at, h.post) = (s.person_id, s.start_at, s.post)
            AND a.answer = 'accepted' AND a.at <= :at::timestamptz
    ) AS handed,
    EXISTS (
        SELECT FROM handover AS h JOIN handover_answer AS a USING (handover_id)
        WHERE (h.to_person, h.post, a.to_start) = (s.person_id, s.post, s.start_at)
            AND a.answer = 'accepted' AND a.at <= :at::timestamptz
    ) AS took,
    EXISTS (
        SELECT FROM handover AS h
        WHERE (h.person_id, h.start_at, h.post) = (s.person_id, s.start_at, s.post) AND h.offered_at <= :at::timestamptz
    ) AS offered
FROM shift AS s JOIN person AS p USING (person_id)
WHERE tstzrange(s.start_at, s.end_at)
        && tstzrange(:at::timestamptz - :lapse::interval, :at::timestamptz + :lapse::interval)
    AND s.role = ANY(:roles::text[])
ORDER BY s.start_at, s.post, p.person_id;

-- name: chiefs: of one station, of one township, or all; where no file names them, the chief of the township
WITH named AS (
    SELECT d.device_id AS station_id, c.township, c.person_id AS chief_id, c.acting_id
    FROM station_chief AS c JOIN device AS d USING (device)
    UNION ALL
    SELECT d.device_id, s.township, p.person_id, NULL
    FROM station AS s JOIN device AS d USING (device)
        JOIN person AS p ON p.role = 'chief' AND p.township = s.township AND s.township <> ''
    WHERE s.kind = 'national' AND NOT EXISTS (SELECT FROM station_chief)
    UNION ALL
    SELECT '', p.township, p.person_id, NULL
    FROM person AS p
    WHERE p.role = 'chief' AND p.township <> '' AND NOT EXISTS (
        SELECT FROM station_chief AS c WHERE c.township = p.township
    )
), away AS (
    SELECT body ->> 'person_id' AS person_id FROM roster_entry
    WHERE kind = 'leave' AND ended_at IS NULL
        AND (body ->> 'start')::timestamptz <= :at AND (body ->> 'end')::timestamptz > :at
), present AS (
    SELECT *, acting_id IS NOT NULL AND chief_id IN (SELECT person_id FROM away) AS acting FROM named
)
SELECT n.station_id, n.township, p.person_id, p.name, p.phone, n.acting, n.chief_id, n.acting_id
FROM present AS n JOIN person AS p ON p.person_id = CASE WHEN n.acting THEN n.acting_id ELSE n.chief_id END
WHERE (:station_id::text = '' OR n.station_id = :station_id)
    AND (:township::text = '' OR n.township = :township)
ORDER BY n.township, n.station_id, p.person_id;

-- name: township_of a station
SELECT township FROM station JOIN device USING (device) WHERE device_id = :station_id;
