-- Steps that took longer than allowed, once for every time that the step was begun.
CREATE TABLE breach (
    alert_id text NOT NULL REFERENCES alert,
    step text NOT NULL,
    since timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    found_at timestamptz NOT NULL,
    who text NOT NULL,
    PRIMARY KEY (alert_id, step, since)
);
CREATE INDEX breach_due ON breach (due_at DESC);
CREATE INDEX handling_opened ON handling (opened_at);
GRANT SELECT, INSERT ON breach TO hotgrid_app;
