-- name: put_grid
INSERT INTO grid AS old (cell_m, epsg, lon0, lat0, nx, ny)
SELECT cell_m, epsg, lon0, lat0, nx, ny
FROM jsonb_to_recordset(:rows::jsonb)
    AS r(cell_m double precision, epsg integer, lon0 double precision, lat0 double precision, nx integer, ny integer)
ON CONFLICT (one) DO UPDATE
SET (cell_m, epsg, lon0, lat0, nx, ny)
    = (excluded.cell_m, excluded.epsg, excluded.lon0, excluded.lat0, excluded.nx, excluded.ny)
WHERE (old.cell_m, old.epsg, old.lon0, old.lat0, old.nx, old.ny)
    IS DISTINCT FROM (excluded.cell_m, excluded.epsg, excluded.lon0, excluded.lat0, excluded.nx, excluded.ny)
RETURNING (xmax = 0) AS added;

-- name: put_devices gives every new device its number
INSERT INTO device (device_id)
SELECT id FROM unnest(:ids::text[]) AS id WHERE id NOT IN (SELECT device_id FROM device);

-- name: put_stations
INSERT INTO station AS old (device, name, kind, lon, lat, township, chief)
SELECT device, name, kind, lon, lat, township, chief
FROM jsonb_to_recordset(:rows::jsonb)
    AS r(station_id text, name text, kind text, lon double precision, lat double precision, township text, chief text)
JOIN device ON device_id = station_id
ON CONFLICT (device) DO UPDATE
SET (name, kind, lon, lat, township, chief)
    = (excluded.name, excluded.kind, excluded.lon, excluded.lat, excluded.township, excluded.chief)
WHERE (old.name, old.kind, old.lon, old.lat, old.township, old.chief)
    IS DISTINCT FROM (excluded.name, excluded.kind, excluded.lon, excluded.lat, excluded.township, excluded.chief)
RETURNING (xmax = 0) AS added;

-- name: put_enterprises
INSERT INTO enterprise AS old (enterprise_id, name, lon, lat, industry, township, contact)
SELECT enterprise_id, name, lon, lat, industry, township, contact
FROM jsonb_to_recordset(:rows::jsonb)
    AS r(enterprise_id text, name text, lon double precision, lat double precision, industry text, township text,
         contact text)
ON CONFLICT (enterprise_id) DO UPDATE
SET (name, lon, lat, industry, township, contact)
    = (excluded.name, excluded.lon, excluded.lat, excluded.industry, excluded.township, excluded.contact)
WHERE (old.name, old.lon, old.lat, old.industry, old.township, old.contact)
    IS DISTINCT FROM
    (excluded.name, excluded.lon, excluded.lat, excluded.industry, excluded.township, excluded.contact)
RETURNING (xmax = 0) AS added;

-- name: put_monitors
INSERT INTO monitor AS old (device, enterprise_id, outlet, lon, lat, password)
SELECT DISTINCT ON (device) device, enterprise_id, outlet, lon, lat, password
FROM jsonb_to_recordset(:rows::jsonb)
    AS r(mn text, enterprise_id text, outlet text, lon double precision, lat double precision, password text)
JOIN device ON device_id = mn
ON CONFLICT (device) DO UPDATE
SET (enterprise_id, outlet, lon, lat, password)
    = (excluded.enterprise_id, excluded.outlet, excluded.lon, excluded.lat, excluded.password)
WHERE (old.enterprise_id, old.outlet, old.lon, old.lat, old.password)
    IS DISTINCT FROM (excluded.enterprise_id, excluded.outlet, excluded.lon, excluded.lat, excluded.password)
RETURNING (xmax = 0) AS added;

-- name: put_channels
INSERT INTO monitor_channel AS old (device, channel, unit, permit_limit, limit_period)
SELECT device, channel, unit, "limit", limit_period
FROM jsonb_to_recordset(:rows::jsonb)
    AS r(mn text, channel text, unit text, "limit" double precision, limit_period text)
JOIN device ON device_id = mn
ON CONFLICT (device, channel) DO UPDATE
SET (unit, permit_limit, limit_period) = (excluded.unit, excluded.permit_limit, excluded.limit_period)
WHERE (old.unit, old.permit_limit, old.limit_period)
    IS DISTINCT FROM (excluded.unit, excluded.permit_limit, excluded.limit_period)
RETURNING (xmax = 0) AS added;

-- name: put_people
INSERT INTO person AS old (person_id, name, role, phone, township)
SELECT person_id, name, role, phone, township
FROM jsonb_to_recordset(:rows::jsonb) AS r(person_id text, name text, role text, phone text, township text)
ON CONFLICT (person_id) DO UPDATE
SET (name, role, phone, township) = (excluded.name, excluded.role, excluded.phone, excluded.township)
WHERE (old.name, old.role, old.phone, old.township)
    IS DISTINCT FROM (excluded.name, excluded.role, excluded.phone, excluded.township)
RETURNING (xmax = 0) AS added;

-- name: lock_roster: who changes the roster goes one after the other
SELECT pg_advisory_xact_lock(hashtext('roster'));

-- name: put_shifts leaves alone what has begun: who was on duty is not rewritten
-- Only at set-up is there a past to bring along; later a shift that is running already is on the roster from now on.
WITH moment AS (SELECT greatest(:now::timestamptz, roster_moment()) AS at),
set_up AS (SELECT NOT EXISTS (SELECT FROM shift, moment WHERE start_at <= moment.at) AS yes),
told AS (
    SELECT DISTINCT ON (person_id, post, start_at) person_id, post, "end" AS end_at,
        CASE WHEN set_up.yes THEN "start" ELSE greatest("start", moment.at) END AS start_at
    FROM jsonb_to_recordset(:rows::jsonb) AS r(person_id text, "start" timestamptz, "end" timestamptz, post text),
        set_up, moment
    WHERE (set_up.yes OR "start" > moment.at OR "end" > moment.at AND NOT EXISTS (
        SELECT FROM shift AS s
        WHERE s.person_id = r.person_id AND tstzrange(s.start_at, s.end_at) @> moment.at
    ) AND NOT EXISTS (
        -- Then it may be somebody else's by now: the next publishing knows.
        SELECT FROM roster_entry AS e WHERE e.kind IN ('leave', 'swap', 'substitute', 'temporary') AND e.ended_at IS NULL
    )) AND NOT EXISTS (
        SELECT FROM roster_entry AS e WHERE e.kind = 'rotation' AND e.ended_at IS NULL AND e.body ->> 'post' = r.post
    )
)
INSERT INTO shift AS old (person_id, start_at, end_at, post)
SELECT person_id, start_at, end_at, post FROM told
ON CONFLICT (person_id, start_at, post) DO UPDATE
SET (end_at, source, instead_of) = (excluded.end_at, 'import', '')
WHERE old.end_at <> excluded.end_at AND old.start_at > (SELECT at FROM moment)
RETURNING (xmax = 0) AS added;

-- name: keep_imported as they were told; those that have ended make no difference any more
WITH told AS (
    SELECT person_id, "start" AS start_at, "end" AS end_at, post
    FROM jsonb_to_recordset(:rows::jsonb) AS r(person_id text, "start" timestamptz, "end" timestamptz, post text)
    WHERE "end" > :now::timestamptz
),
gone AS (
    DELETE FROM imported_shift WHERE (person_id, start_at, post) NOT IN (SELECT person_id, start_at, post FROM told)
)
INSERT INTO imported_shift AS old SELECT person_id, start_at, end_at, post FROM told
ON CONFLICT (person_id, start_at, post) DO UPDATE SET end_at = excluded.end_at WHERE old.end_at <> excluded.end_at;

-- name: drop_shifts that have not begun, were imported, and that the new roster does not have
DELETE FROM shift
WHERE start_at > greatest(:now::timestamptz, roster_moment())
    AND source = 'import'
    AND (person_id, start_at, post) NOT IN (
        SELECT person_id, "start", post
        FROM jsonb_to_recordset(:rows::jsonb) AS r(person_id text, "start" timestamptz, post text)
    )
RETURNING person_id;

-- name: put_marks of the registry itself: those of declarations are others
INSERT INTO mark AS old (device, kind, start_at, end_at, reason)
SELECT device, kind, "start", "end", reason
FROM jsonb_to_recordset(:rows::jsonb)
    AS r(device_id text, kind text, "start" timestamptz, "end" timestamptz, reason text)
JOIN device USING (device_id)
ON CONFLICT (device, kind, start_at, declaration_id) DO UPDATE
SET (end_at, reason) = (excluded.end_at, excluded.reason)
WHERE (old.end_at, old.reason) IS DISTINCT FROM (excluded.end_at, excluded.reason)
RETURNING (xmax = 0) AS added;

-- name: put_findings
INSERT INTO finding AS old (alert_id, at, enterprise_id, cause, note)
SELECT alert_id, at, enterprise_id, cause, note
FROM jsonb_to_recordset(:rows::jsonb)
    AS r(alert_id text, at timestamptz, enterprise_id text, cause text, note text)
ON CONFLICT (alert_id, at) DO UPDATE
SET (enterprise_id, cause, note) = (excluded.enterprise_id, excluded.cause, excluded.note)
WHERE (old.enterprise_id, old.cause, old.note)
    IS DISTINCT FROM (excluded.enterprise_id, excluded.cause, excluded.note)
RETURNING (xmax = 0) AS added;

-- name: put_parks
INSERT INTO park_device AS old (park_id, name, device, channel, unit, permit_limit)
SELECT park_id, name, device, channel, unit, "limit"
FROM jsonb_to_recordset(:rows::jsonb)
    AS r(park_id text, name text, device_id text, channel text, unit text, "limit" double precision)
JOIN device USING (device_id)
ON CONFLICT (park_id, device, channel) DO UPDATE
SET (name, unit, permit_limit) = (excluded.name, excluded.unit, excluded.permit_limit)
WHERE (old.name, old.unit, old.permit_limit) IS DISTINCT FROM (excluded.name, excluded.unit, excluded.permit_limit)
RETURNING (xmax = 0) AS added;

-- name: drop_parks that the new file does not have
DELETE FROM park_device AS old
WHERE (park_id, device, channel) NOT IN (
    SELECT park_id, device, channel
    FROM jsonb_to_recordset(:rows::jsonb) AS r(park_id text, device_id text, channel text) JOIN device USING (device_id)
)
RETURNING park_id;

-- name: put_loggers
INSERT INTO logger AS old (device, mn, password)
SELECT device, mn, password
FROM jsonb_to_recordset(:rows::jsonb) AS r(device_id text, mn text, password text) JOIN device USING (device_id)
ON CONFLICT (device) DO UPDATE SET (mn, password) = (excluded.mn, excluded.password)
WHERE (old.mn, old.password) IS DISTINCT FROM (excluded.mn, excluded.password)
RETURNING (xmax = 0) AS added;

-- name: put_station_channels
INSERT INTO station_channel AS old (device, channel, unit)
SELECT device, channel, unit
FROM jsonb_to_recordset(:rows::jsonb) AS r(station_id text, channel text, unit text)
JOIN device ON device_id = station_id
ON CONFLICT (device, channel) DO UPDATE SET unit = excluded.unit
WHERE old.unit IS DISTINCT FROM excluded.unit
RETURNING (xmax = 0) AS added;

-- name: put_facilities
INSERT INTO facility AS old (device, channel, line, role, on_above)
SELECT device, channel, line, role, on_above
FROM jsonb_to_recordset(:rows::jsonb)
    AS r(mn text, channel text, line text, role text, on_above double precision)
JOIN device ON device_id = mn
ON CONFLICT (device, channel) DO UPDATE SET (line, role, on_above) = (excluded.line, excluded.role, excluded.on_above)
WHERE (old.line, old.role, old.on_above) IS DISTINCT FROM (excluded.line, excluded.role, excluded.on_above)
RETURNING (xmax = 0) AS added;

-- name: drop_facilities that the new file does not have
DELETE FROM facility AS old
WHERE (device, channel) NOT IN (
    SELECT device, channel
    FROM jsonb_to_recordset(:rows::jsonb) AS r(mn text, channel text) JOIN device ON device_id = mn
)
RETURNING device;

-- name: put_chiefs
INSERT INTO station_chief AS old (device, person_id, acting_id, township)
SELECT device, person_id, acting_id, township
FROM jsonb_to_recordset(:rows::jsonb) AS r(station_id text, person_id text, acting_id text, township text)
JOIN device ON device_id = station_id
ON CONFLICT (device) DO UPDATE
SET (person_id, acting_id, township) = (excluded.person_id, excluded.acting_id, excluded.township)
WHERE (old.person_id, old.acting_id, old.township)
    IS DISTINCT FROM (excluded.person_id, excluded.acting_id, excluded.township)
RETURNING (xmax = 0) AS added;

-- name: drop_chiefs that the new file does not have
DELETE FROM station_chief AS old
WHERE device NOT IN (
    SELECT device FROM jsonb_to_recordset(:rows::jsonb) AS r(station_id text) JOIN device ON device_id = station_id
)
RETURNING device;

-- name: put_outlets
INSERT INTO outlet AS old (enterprise_id, name, due)
SELECT enterprise_id, outlet, due FROM jsonb_to_recordset(:rows::jsonb) AS r(enterprise_id text, outlet text, due date)
ON CONFLICT (enterprise_id, name) DO UPDATE SET due = excluded.due
WHERE old.due IS DISTINCT FROM excluded.due
RETURNING outlet_id, (xmax = 0) AS added;

-- name: put_designs where an outlet is designed for something else than so far
INSERT INTO outlet_design (outlet_id, enterprise_id, since, design_flow_m3h, industry_class)
SELECT o.outlet_id, o.enterprise_id, :now::timestamptz, r.design_flow_m3h, r.industry_class
FROM jsonb_to_recordset(:rows::jsonb)
    AS r(enterprise_id text, outlet text, design_flow_m3h double precision, industry_class text)
JOIN outlet AS o ON o.enterprise_id = r.enterprise_id AND o.name = r.outlet
LEFT JOIN LATERAL (
    SELECT d.design_flow_m3h, d.industry_class FROM outlet_design AS d
    WHERE d.outlet_id = o.outlet_id ORDER BY d.design_id DESC LIMIT 1
) AS last ON true
WHERE (last.design_flow_m3h, last.industry_class) IS DISTINCT FROM (r.design_flow_m3h, r.industry_class)
RETURNING outlet_id;

-- name: put_operators
INSERT INTO operator AS old (operator_id, name, contact)
SELECT operator_id, name, contact FROM jsonb_to_recordset(:rows::jsonb) AS r(operator_id text, name text, contact text)
ON CONFLICT (operator_id) DO UPDATE SET (name, contact) = (excluded.name, excluded.contact)
WHERE (old.name, old.contact) IS DISTINCT FROM (excluded.name, excluded.contact)
RETURNING (xmax = 0) AS added;

-- name: put_operator_monitors
INSERT INTO operator_link AS old (device, operator_id, from_on, to_on)
SELECT device, operator_id, from_on, to_on
FROM jsonb_to_recordset(:rows::jsonb) AS r(mn text, operator_id text, from_on date, to_on date)
JOIN device ON device_id = mn
ON CONFLICT (device, from_on) DO UPDATE SET (operator_id, to_on) = (excluded.operator_id, excluded.to_on)
WHERE (old.operator_id, old.to_on) IS DISTINCT FROM (excluded.operator_id, excluded.to_on)
RETURNING (xmax = 0) AS added;

-- name: drop_operator_monitors that the new file does not have
DELETE FROM operator_link AS old
WHERE (device, from_on) NOT IN (
    SELECT device, from_on
    FROM jsonb_to_recordset(:rows::jsonb) AS r(mn text, from_on date) JOIN device ON device_id = mn
)
RETURNING device;

-- name: put_townships
INSERT INTO district_township (district, township)
SELECT district, township FROM jsonb_to_recordset(:rows::jsonb) AS r(district text, township text)
ON CONFLICT DO NOTHING
RETURNING true AS added;

-- name: drop_townships that the new file does not have
DELETE FROM district_township
WHERE (district, township) NOT IN (
    SELECT district, township FROM jsonb_to_recordset(:rows::jsonb) AS r(district text, township text)
)
RETURNING township;

-- name: put_quality says all there is
INSERT INTO quality_thresholds AS old (text) VALUES (:text)
ON CONFLICT (one) DO UPDATE SET text = excluded.text WHERE old.text <> excluded.text
RETURNING (xmax = 0) AS added;

-- name: foreign_kind names ids that are to be a station and are a monitor, or the other way round
SELECT device_id FROM device JOIN monitor USING (device) WHERE device_id = ANY(:stations::text[])
UNION
SELECT device_id FROM device JOIN station USING (device) WHERE device_id = ANY(:monitors::text[]);

-- name: announce
WITH newer AS (UPDATE registry_version SET version = version + 1) SELECT pg_notify('registry', '');

-- name: version goes up with every import
SELECT version FROM registry_version;

-- name: grid
SELECT cell_m, epsg, lon0, lat0, nx, ny FROM grid;

-- name: stations
SELECT device_id AS station_id, name, kind, lon, lat, township, chief FROM station JOIN device USING (device);

-- name: enterprises
SELECT enterprise_id, name, lon, lat, industry, township, contact FROM enterprise;

-- name: monitors one row a channel
SELECT device_id AS mn, enterprise_id, outlet, lon, lat, password, channel, unit, permit_limit AS "limit", limit_period
FROM monitor JOIN device USING (device) JOIN monitor_channel USING (device);

-- name: marks that may bear on minutes that the detector judges, or judges again: over the years there are very many
SELECT device_id, kind, start_at AS "start", end_at AS "end", reason FROM mark JOIN device USING (device)
WHERE end_at IS NULL OR end_at > coalesce((SELECT minute - INTERVAL '4 days' FROM watermark), '-infinity')
ORDER BY start_at, device_id, kind, declaration_id;

-- name: findings
SELECT alert_id, at, enterprise_id, cause, note FROM finding ORDER BY at, alert_id;

-- name: parks one row a device and channel
SELECT park_id, name, device_id, channel, unit, permit_limit AS "limit" FROM park_device JOIN device USING (device)
ORDER BY park_id, device_id, channel;

-- name: devices
SELECT device, device_id FROM device;

-- name: loggers
SELECT device_id, mn, password FROM logger JOIN device USING (device);

-- name: station_channels
SELECT device_id AS station_id, channel, unit FROM station_channel JOIN device USING (device);

-- name: facilities
SELECT device_id AS mn, channel, line, role, on_above FROM facility JOIN device USING (device)
ORDER BY device_id, channel;

-- name: quality: the district's own thresholds
SELECT text FROM quality_thresholds;
