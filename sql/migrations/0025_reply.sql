-- What an enterprise is told of an alert, what it answers, and the papers of both sides.

-- Files of the enterprise's window: pictures as they were encoded anew, the rest as it came, checked by its content.
-- What is attached to nothing is seen by nobody but the side that sent it, and goes after a day.
CREATE TABLE window_file (
    file_id text PRIMARY KEY CHECK (file_id ~ '^[0-9a-f]{32}$'),
    enterprise_id text NOT NULL REFERENCES enterprise,
    side text NOT NULL CHECK (side IN ('enterprise', 'desk')),
    name text NOT NULL,
    content_type text NOT NULL,
    sha256 text NOT NULL,
    received_sha256 text NOT NULL,
    at timestamptz NOT NULL,
    who text NOT NULL,
    attached_at timestamptz,
    bytes integer NOT NULL CHECK (bytes > 0),
    body bytea NOT NULL
);
ALTER TABLE window_file ALTER body SET STORAGE EXTERNAL;
CREATE UNIQUE INDEX window_file_once ON window_file (enterprise_id, side, received_sha256);

-- Whose name the desk has released for an alert, and so who sees it; taken back, never struck out.
CREATE TABLE alert_release (
    release_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    alert_id text NOT NULL REFERENCES alert,
    enterprise_id text NOT NULL REFERENCES enterprise,
    released_as text NOT NULL CHECK (released_as IN ('found', 'candidate')),
    at timestamptz NOT NULL,
    who text NOT NULL,
    why text NOT NULL,
    reply_by timestamptz NOT NULL,
    appeal_by timestamptz NOT NULL,
    reminded_at timestamptz,
    withdrawn_at timestamptz,
    withdrawn_by text,
    withdrawn_why text,
    CHECK ((withdrawn_at IS NULL) = (withdrawn_by IS NULL) AND (withdrawn_at IS NULL) = (withdrawn_why IS NULL))
);
CREATE UNIQUE INDEX alert_release_in_force ON alert_release (alert_id, enterprise_id) WHERE withdrawn_at IS NULL;
CREATE INDEX alert_release_due ON alert_release (reply_by) WHERE withdrawn_at IS NULL AND reminded_at IS NULL;
CREATE INDEX alert_release_of_enterprise ON alert_release (enterprise_id, alert_id) WHERE withdrawn_at IS NULL;

-- Replies, appeals, reports and messages are counted together: a letter has one number.
CREATE SEQUENCE letter_number;
CREATE TABLE reply (
    letter_id bigint PRIMARY KEY DEFAULT nextval('letter_number'),
    enterprise_id text NOT NULL REFERENCES enterprise,
    alert_id text NOT NULL REFERENCES alert,
    release_id bigint REFERENCES alert_release,
    kind text NOT NULL CHECK (kind IN ('reply', 'appeal', 'rectification')),
    text text NOT NULL,
    files text[] NOT NULL,
    at timestamptz NOT NULL,
    who text NOT NULL,
    due_at timestamptz,          -- null: nothing was due
    state text CHECK (state IN ('open', 'upheld', 'dismissed')),
    decided_at timestamptz,
    decided_by text,
    decided_why text,
    CHECK ((kind = 'appeal') = (state IS NOT NULL)),
    CHECK ((coalesce(state, 'open') = 'open') = (decided_at IS NULL)),
    CHECK ((decided_at IS NULL) = (decided_by IS NULL) AND (decided_at IS NULL) = (decided_why IS NULL))
);
CREATE UNIQUE INDEX reply_one_appeal ON reply (release_id) WHERE kind = 'appeal';
CREATE INDEX reply_of_enterprise ON reply (enterprise_id, alert_id, letter_id);

CREATE TABLE thread_message (
    letter_id bigint PRIMARY KEY DEFAULT nextval('letter_number'),
    enterprise_id text NOT NULL REFERENCES enterprise,
    alert_id text REFERENCES alert,  -- null: of no alert
    side text NOT NULL CHECK (side IN ('enterprise', 'desk')),
    text text NOT NULL,
    files text[] NOT NULL,
    at timestamptz NOT NULL,
    who text NOT NULL,
    read_at timestamptz              -- by the other side
);
CREATE INDEX thread_message_of_enterprise ON thread_message (enterprise_id, letter_id);
CREATE INDEX thread_message_unread ON thread_message (enterprise_id, side) WHERE read_at IS NULL;

ALTER TABLE window_file ENABLE ROW LEVEL SECURITY;
CREATE POLICY window_file_app ON window_file TO hotgrid_app
    USING ((SELECT reaches_all()) OR enterprise_id = ANY ((SELECT reached())::text[]));
CREATE POLICY window_file_enterprise ON window_file TO hotgrid_enterprise
    USING (enterprise_id = ANY ((SELECT reached())::text[]) AND (side = 'enterprise' OR attached_at IS NOT NULL));
CREATE POLICY window_file_kept ON window_file AS RESTRICTIVE FOR DELETE TO hotgrid_app, hotgrid_enterprise
    USING (attached_at IS NULL);

ALTER TABLE alert_release ENABLE ROW LEVEL SECURITY;
CREATE POLICY alert_release_app ON alert_release TO hotgrid_app
    USING ((SELECT reaches_all()) OR enterprise_id = ANY ((SELECT reached())::text[]));
CREATE POLICY alert_release_enterprise ON alert_release TO hotgrid_enterprise
    USING (enterprise_id = ANY ((SELECT reached())::text[]));

ALTER TABLE reply ENABLE ROW LEVEL SECURITY;
CREATE POLICY reply_app ON reply TO hotgrid_app
    USING ((SELECT reaches_all()) OR enterprise_id = ANY ((SELECT reached())::text[]));
CREATE POLICY reply_enterprise ON reply TO hotgrid_enterprise
    USING (enterprise_id = ANY ((SELECT reached())::text[]));

ALTER TABLE thread_message ENABLE ROW LEVEL SECURITY;
CREATE POLICY thread_message_app ON thread_message TO hotgrid_app
    USING ((SELECT reaches_all()) OR enterprise_id = ANY ((SELECT reached())::text[]));
CREATE POLICY thread_message_enterprise ON thread_message TO hotgrid_enterprise
    USING (enterprise_id = ANY ((SELECT reached())::text[]));

GRANT SELECT, INSERT, DELETE, UPDATE (attached_at) ON window_file TO hotgrid_app, hotgrid_enterprise;
GRANT SELECT, INSERT, UPDATE (reminded_at, withdrawn_at, withdrawn_by, withdrawn_why) ON alert_release TO hotgrid_app;
GRANT SELECT, INSERT, UPDATE (state, decided_at, decided_by, decided_why) ON reply TO hotgrid_app;
GRANT SELECT, INSERT, UPDATE (read_at) ON thread_message TO hotgrid_app;
GRANT USAGE ON SEQUENCE letter_number TO hotgrid_app;
-- Who of the desk acted, and why it released a name, is not the enterprise's to read.
GRANT SELECT (release_id, alert_id, enterprise_id, released_as, at, reply_by, appeal_by, withdrawn_at)
    ON alert_release TO hotgrid_enterprise;
GRANT SELECT (letter_id, enterprise_id, alert_id, release_id, kind, text, files, at, due_at, state, decided_at,
    decided_why) ON reply TO hotgrid_enterprise;
GRANT SELECT (letter_id, enterprise_id, alert_id, side, text, files, at, read_at), UPDATE (read_at)
    ON thread_message TO hotgrid_enterprise;

-- Alerts about an enterprise's own monitors, as it may know them by itself; signs of fabrication are not among them.
CREATE INDEX alert_of_own ON alert (source, opened_at DESC)
    WHERE kind IN ('exceedance', 'early_warning', 'fault', 'offline', 'clock');

-- The view reads as its owner does: it looks at the reach itself.
CREATE VIEW own_alert WITH (security_barrier) AS
SELECT m.enterprise_id, m.device, d.device_id AS mn, a.alert_id, a.kind, a.pollutant, a.status, a.severity,
    a.opened_at, a.closed_at, a.body -> 'evidence' AS evidence
FROM monitor AS m
JOIN device AS d USING (device)
JOIN alert AS a ON a.source = d.device_id
    AND a.kind IN ('exceedance', 'early_warning', 'fault', 'offline', 'clock')
WHERE (SELECT reaches_all()) OR m.enterprise_id = ANY ((SELECT reached())::text[]);

GRANT SELECT ON own_alert TO hotgrid_app, hotgrid_enterprise;

-- An alert as the enterprise that it concerns may see it, a row an enterprise: without other candidates, without the
-- place of the likely source, without people, and without who is on the way. It concerns whom the desk has named, and
-- whoever's own monitor it is about. The view reads as its owner does: it looks at the reach itself.
CREATE VIEW enterprise_alert WITH (security_barrier) AS
WITH concerned AS (
    SELECT r.enterprise_id, r.alert_id, r.release_id, r.released_as, r.at AS released_at, r.reply_by, r.appeal_by
    FROM alert_release AS r
    WHERE r.withdrawn_at IS NULL
    UNION ALL
    SELECT o.enterprise_id, o.alert_id, NULL::bigint AS release_id, NULL::text AS released_as,
        NULL::timestamptz AS released_at, NULL::timestamptz AS reply_by, NULL::timestamptz AS appeal_by
    FROM own_alert AS o
    WHERE NOT EXISTS (
        SELECT FROM alert_release AS r
        WHERE r.alert_id = o.alert_id AND r.enterprise_id = o.enterprise_id AND r.withdrawn_at IS NULL)
)
SELECT c.enterprise_id, c.alert_id, c.release_id, c.released_as, c.released_at, c.reply_by, c.appeal_by,
    a.kind, a.pollutant, a.status, a.severity, a.opened_at, a.closed_at,
    CASE WHEN h.stage IN ('closed', 'false_alarm') OR f.found AND h.stage IN ('reported', 'rectifying', 'rectified',
        'verified') THEN h.stage ELSE 'inquiry' END AS stage,
    CASE WHEN f.found THEN (h.body ->> 'rectify_by')::timestamptz END AS rectify_by,
    CASE WHEN f.found THEN h.body ->> 'cause' END AS cause,
    (a.body ->> 'peak_at')::timestamptz AS peak_at,
    (a.body ->> 'peak_value')::double precision AS peak_value,
    (a.body ->> 'background')::double precision AS background,
    (a.body ->> 'excess')::double precision AS excess,
    a.body -> 'evidence' ->> 'sign' AS sign,
    a.body -> 'evidence' ->> 'unit' AS unit,
    a.body -> 'evidence' -> 'wind' AS wind,
    o.device_id, o.outlet, o.lon, o.lat
FROM concerned AS c
JOIN alert AS a USING (alert_id)
JOIN handling AS h USING (alert_id)
LEFT JOIN LATERAL (
    SELECT d.device_id, m.outlet, m.lon, m.lat
    FROM device AS d JOIN monitor AS m USING (device)
    WHERE d.device_id = a.source AND m.enterprise_id = c.enterprise_id
) AS o ON true
CROSS JOIN LATERAL (
    SELECT coalesce(c.released_as = 'found' AND h.body ->> 'enterprise_id' = c.enterprise_id, false) AS found
) AS f
WHERE (SELECT reaches_all()) OR c.enterprise_id = ANY ((SELECT reached())::text[]);
GRANT SELECT ON enterprise_alert TO hotgrid_app, hotgrid_enterprise;
