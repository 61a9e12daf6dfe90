-- How far people are with every alert. The row `alert` is the detector's; what people do goes here, so that the two
-- never wait for each other. `body` is the whole handling as the API gives it; the columns are what is searched by.
CREATE TABLE handling (
    alert_id text PRIMARY KEY REFERENCES alert,
    stage text NOT NULL CHECK (stage IN ('open', 'acknowledged', 'dispatched', 'accepted', 'arrived', 'reported',
        'rectifying', 'rectified', 'verified', 'closed', 'false_alarm', 'merged')),
    version integer NOT NULL,
    pushed boolean NOT NULL,
    opened_at timestamptz NOT NULL,
    township text NOT NULL,
    -- When the escalation and when the other clocks are to look at it next; null: never.
    climb_at timestamptz,
    due_at timestamptz,
    body jsonb NOT NULL
);
CREATE INDEX handling_climb ON handling (climb_at) WHERE climb_at IS NOT NULL;
CREATE INDEX handling_due ON handling (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX handling_newest ON handling (stage, opened_at DESC, alert_id DESC);
CREATE INDEX handling_merged ON handling ((body ->> 'merged_into')) WHERE stage = 'merged';

-- Alerts of before: nobody's phone rings for them any more.
INSERT INTO handling (alert_id, stage, version, pushed, opened_at, township, body)
SELECT alert_id, status, 1, false, opened_at, '', jsonb_build_object('stage', status, 'version', 1, 'since',
    coalesce(closed_at, opened_at), 'times', jsonb_build_object('open', opened_at), 'cleared_at', closed_at,
    'closed_by', CASE WHEN status = 'closed' THEN 'detector' END,
    'before', CASE WHEN status = 'closed' THEN 'open' END)
FROM alert;

-- From where somebody acted, and what the act said beside its reason.
ALTER TABLE alert_event ADD place text NOT NULL DEFAULT '', ADD details jsonb NOT NULL DEFAULT '{}';

-- Answers to requests that carried an Idempotency-Key: the same request again gets the same answer.
CREATE TABLE idempotency (
    who text NOT NULL,
    key text NOT NULL,
    request text NOT NULL,
    answer jsonb,
    at timestamptz NOT NULL,
    PRIMARY KEY (who, key)
);
CREATE INDEX idempotency_at ON idempotency (at);

-- What was found is read newest first.
CREATE INDEX finding_newest ON finding (at DESC, alert_id DESC);

GRANT SELECT, INSERT, UPDATE ON handling TO hotgrid_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency TO hotgrid_app;
