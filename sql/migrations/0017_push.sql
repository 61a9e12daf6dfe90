-- Transitions that have not been looked at yet: written with the transition, gone with the rows of `push` it led to.
CREATE TABLE notice (
    seq bigint PRIMARY KEY REFERENCES alert_event,
    -- Why it cannot be dealt with, where it cannot.
    why text NOT NULL DEFAULT ''
);
GRANT SELECT, INSERT, UPDATE, DELETE ON notice TO hotgrid_app;

-- How high the escalation of an alert has climbed; `handling.climb_at` says when it is looked at next.
CREATE TABLE ladder (
    alert_id text PRIMARY KEY REFERENCES alert,
    level integer NOT NULL,
    round integer NOT NULL,
    since timestamptz NOT NULL,
    next_at timestamptz NOT NULL,
    -- Since when the alert had been nobody's then: the `since` of its handling.
    untaken_since timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE ON ladder TO hotgrid_app;

-- Whom something is told, in which order: a transition (`seq`), or words of another origin under a key of theirs.
CREATE TABLE telling (
    telling text PRIMARY KEY,
    seq bigint REFERENCES alert_event,
    alert_id text REFERENCES alert,
    action text NOT NULL,
    severity smallint NOT NULL CHECK (severity BETWEEN 1 AND 4),
    words jsonb,
    told jsonb NOT NULL,
    made_at timestamptz NOT NULL,
    -- When the next channel or the next person may be due; null: never again.
    next_at timestamptz,
    CHECK ((seq IS NULL) = (words IS NOT NULL))
);
CREATE INDEX telling_next ON telling (next_at) WHERE next_at IS NOT NULL;
GRANT SELECT, INSERT, UPDATE ON telling TO hotgrid_app;

-- A row a contact and telling, never deleted. Without a person it is for a platform, without a contact for the webhook
-- of the settings.
CREATE TABLE push (
    push_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- The idempotency key: the same reason planned twice is one row.
    key text NOT NULL UNIQUE,
    telling text REFERENCES telling,
    seq bigint REFERENCES alert_event,
    alert_id text REFERENCES alert,
    person_id text REFERENCES person,
    contact_id bigint REFERENCES contact,
    channel text NOT NULL,
    -- The contact's queue, 0 for the webhook of the settings.
    lane bigint GENERATED ALWAYS AS (coalesce(contact_id, 0)) STORED,
    -- Whose words are said, and why this person or platform is told.
    action text NOT NULL,
    reason text NOT NULL,
    severity smallint NOT NULL CHECK (severity BETWEEN 1 AND 4),
    made_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    -- When to try: later than due after a failure or while the reader has had enough.
    try_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'waiting'
        CHECK (state IN ('waiting', 'sent', 'delivered', 'confirmed', 'failed', 'dropped')),
    why text NOT NULL DEFAULT '',
    attempts integer NOT NULL DEFAULT 0,
    sent_at timestamptz,
    delivered_at timestamptz,
    confirmed_at timestamptz,
    confirmed_from text NOT NULL DEFAULT '',
    -- The message that it went with, or is going with while it is being sent: its idempotency key.
    message_key text,
    CHECK ((person_id IS NULL) = (telling IS NULL)),
    CHECK (seq IS NOT NULL OR telling IS NOT NULL)
);
CREATE INDEX push_waiting ON push (lane, push_id) WHERE state = 'waiting';
CREATE INDEX push_unsent ON push (lane, made_at) WHERE attempts > 0 AND sent_at IS NULL;
CREATE INDEX push_due ON push (try_at) WHERE state = 'waiting';
CREATE INDEX push_of_telling ON push (telling);
CREATE INDEX push_of_message ON push (message_key) WHERE message_key IS NOT NULL;
CREATE INDEX push_of_alert ON push (alert_id, push_id DESC);
CREATE INDEX push_of_person ON push (person_id, push_id DESC);
CREATE INDEX push_failed ON push (push_id DESC) WHERE state = 'failed';
CREATE INDEX push_sent_person ON push (person_id, sent_at DESC) WHERE sent_at IS NOT NULL;
CREATE INDEX push_sent_lane ON push (lane, sent_at DESC) WHERE sent_at IS NOT NULL;
GRANT SELECT, INSERT, UPDATE ON push TO hotgrid_app;

-- When the timers turned last: what waits is moved along with a clock that is set back.
CREATE TABLE turned (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    at timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE ON turned TO hotgrid_app;

-- What was delivered before there were people to tell.
INSERT INTO push (key, seq, alert_id, channel, action, reason, severity, made_at, due_at, try_at, state, why, attempts, sent_at,
    message_key)
SELECT 'hotgrid-' || d.seq, d.seq, e.alert_id, d.channel, e.action, 'platform', a.severity, e.recorded_at, e.recorded_at, d.at,
    CASE d.outcome WHEN 'sent' THEN 'sent' ELSE 'failed' END, d.detail, 1,
    CASE d.outcome WHEN 'sent' THEN d.at END, 'hotgrid-' || d.seq
FROM delivery AS d JOIN alert_event AS e USING (seq) JOIN alert AS a USING (alert_id);
DROP TABLE delivery;
-- What was queued for the webhook of the settings goes there still.
INSERT INTO push (key, seq, alert_id, channel, action, reason, severity, made_at, due_at, try_at)
SELECT DISTINCT 'hotgrid-' || e.seq, e.seq, e.alert_id, 'webhook', e.action, 'platform', a.severity, e.recorded_at,
    e.recorded_at, e.recorded_at
FROM pgqueuer AS q JOIN alert_event AS e ON e.seq = convert_from(q.payload, 'UTF8')::bigint
    JOIN alert AS a USING (alert_id)
WHERE q.entrypoint = 'notice' AND q.status IN ('queued', 'picked')
ON CONFLICT (key) DO NOTHING;
