-- What enterprises declare of their monitors, what the desk says to it, and the deadlines of failures.

-- One in state `declared` or `accepted` is in force by a row of its own in `mark`, written in the same transaction;
-- one that `waits` is not until it is accepted.
CREATE TABLE declaration (
    declaration_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    enterprise_id text NOT NULL REFERENCES enterprise,
    device integer NOT NULL REFERENCES device,
    kind text NOT NULL CHECK (kind IN ('stop', 'fault', 'maintenance', 'calibration', 'startup')),
    start_at timestamptz NOT NULL,
    end_at timestamptz,          -- null: still going on
    reason text NOT NULL,
    proofs text[] NOT NULL,
    state text NOT NULL CHECK (state IN ('declared', 'accepted', 'refused', 'withdrawn')),
    waits boolean NOT NULL,
    version integer NOT NULL,
    made_at timestamptz NOT NULL,
    made_by text NOT NULL,
    side text NOT NULL CHECK (side IN ('enterprise', 'desk')),
    reviewed_at timestamptz,
    reviewed_by text,
    review_reason text NOT NULL,
    CHECK (end_at > start_at),
    CHECK ((reviewed_at IS NULL) = (reviewed_by IS NULL))
);
CREATE UNIQUE INDEX declaration_once ON declaration (device, kind, start_at) WHERE state IN ('declared', 'accepted');
CREATE INDEX declaration_of_device ON declaration (device, start_at);
CREATE INDEX declaration_of_enterprise ON declaration (enterprise_id, made_at DESC, declaration_id DESC);
CREATE INDEX declaration_newest ON declaration (made_at DESC, declaration_id DESC);
CREATE INDEX declaration_to_review ON declaration (made_at DESC, declaration_id DESC) WHERE state = 'declared';

-- Every step, append-only, with the declaration as it was then.
CREATE TABLE declaration_change (
    declaration_id bigint NOT NULL REFERENCES declaration,
    version integer NOT NULL,
    enterprise_id text NOT NULL REFERENCES enterprise,
    at timestamptz NOT NULL,
    who text NOT NULL,
    side text NOT NULL CHECK (side IN ('enterprise', 'desk')),
    place text NOT NULL,
    action text NOT NULL CHECK (action IN ('declare', 'correct', 'end', 'withdraw', 'accept', 'refuse')),
    why text NOT NULL,
    body jsonb NOT NULL,
    PRIMARY KEY (declaration_id, version)
);

-- A mark of the registry has no declaration: an import leaves those of declarations alone, and these leave its own.
ALTER TABLE mark
    DROP CONSTRAINT mark_kind_check,
    ADD CONSTRAINT mark_kind_check CHECK (kind IN ('stop', 'maintenance', 'calibration', 'fault', 'startup')),
    ADD COLUMN declaration_id bigint REFERENCES declaration,
    DROP CONSTRAINT mark_pkey,
    ADD CONSTRAINT mark_once UNIQUE NULLS NOT DISTINCT (device, kind, start_at, declaration_id);
CREATE INDEX mark_by_end ON mark (end_at);
CREATE UNIQUE INDEX mark_of_declaration ON mark (declaration_id) WHERE declaration_id IS NOT NULL;

-- Until when a failure of a monitor is to be reported and repaired, and when it was. A failure is what somebody has
-- declared, or what the detector saw. `void`: none any more, as the declaration was taken back or refused.
CREATE TABLE deadline (
    deadline_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    enterprise_id text NOT NULL REFERENCES enterprise,
    device integer NOT NULL REFERENCES device,
    task text NOT NULL CHECK (task IN ('report', 'repair')),
    declaration_id bigint REFERENCES declaration,
    alert_id text REFERENCES alert,
    began_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    done_at timestamptz,
    void boolean NOT NULL DEFAULT false,
    told_at timestamptz,
    CHECK (num_nonnulls(declaration_id, alert_id) = 1),
    CONSTRAINT deadline_once UNIQUE NULLS NOT DISTINCT (task, declaration_id, alert_id)
);
CREATE INDEX deadline_of_device ON deadline (device, began_at);
CREATE INDEX deadline_of_enterprise ON deadline (enterprise_id, due_at DESC, deadline_id DESC) WHERE NOT void;
CREATE INDEX deadline_newest ON deadline (due_at DESC, deadline_id DESC) WHERE NOT void;
CREATE INDEX deadline_left ON deadline (enterprise_id) WHERE NOT void AND (done_at IS NULL OR done_at > due_at);
CREATE INDEX deadline_to_tell ON deadline (due_at) WHERE done_at IS NULL AND told_at IS NULL AND NOT void;

-- Ledgers like `touched`: what the timers still have to look at.
CREATE TABLE failure_due (alert_id text NOT NULL);
CREATE TABLE retrial_due (  -- time of a device that is evidence again, as a mark of it was refused or taken back
    device integer NOT NULL,
    from_at timestamptz NOT NULL,
    to_at timestamptz NOT NULL,
    declaration_id bigint NOT NULL
);

-- Whoever opens, closes or resumes an alert of a device that fails, or says that it was none: deadlines follow it.
CREATE FUNCTION note_failure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO failure_due VALUES (NEW.alert_id);
    RETURN NULL;
END
$$;
CREATE TRIGGER alert_failure_noted AFTER INSERT OR UPDATE OF status ON alert
    FOR EACH ROW WHEN (NEW.kind IN ('offline', 'fault')) EXECUTE FUNCTION note_failure();
CREATE TRIGGER handling_failure_noted AFTER UPDATE OF stage ON handling
    FOR EACH ROW WHEN (OLD.stage <> NEW.stage AND 'false_alarm' IN (OLD.stage, NEW.stage))
    EXECUTE FUNCTION note_failure();

ALTER TABLE declaration ENABLE ROW LEVEL SECURITY;
CREATE POLICY declaration_app ON declaration TO hotgrid_app
    USING ((SELECT reaches_all()) OR enterprise_id = ANY ((SELECT reached())::text[]));
CREATE POLICY declaration_enterprise ON declaration TO hotgrid_enterprise
    USING (enterprise_id = ANY ((SELECT reached())::text[]));
ALTER TABLE declaration_change ENABLE ROW LEVEL SECURITY;
CREATE POLICY declaration_change_app ON declaration_change TO hotgrid_app
    USING ((SELECT reaches_all()) OR enterprise_id = ANY ((SELECT reached())::text[]));
CREATE POLICY declaration_change_enterprise ON declaration_change TO hotgrid_enterprise
    USING (enterprise_id = ANY ((SELECT reached())::text[]));
ALTER TABLE deadline ENABLE ROW LEVEL SECURITY;
CREATE POLICY deadline_app ON deadline TO hotgrid_app
    USING ((SELECT reaches_all()) OR enterprise_id = ANY ((SELECT reached())::text[]));
CREATE POLICY deadline_enterprise ON deadline TO hotgrid_enterprise
    USING (enterprise_id = ANY ((SELECT reached())::text[]));

GRANT SELECT, INSERT, UPDATE (start_at, end_at, reason, proofs, state, waits, version, reviewed_at, reviewed_by,
    review_reason) ON declaration TO hotgrid_app;
GRANT SELECT, INSERT ON declaration_change TO hotgrid_app;
GRANT SELECT, INSERT, UPDATE ON deadline TO hotgrid_app;
GRANT DELETE ON mark TO hotgrid_app;
GRANT SELECT, INSERT, DELETE ON failure_due, retrial_due TO hotgrid_app;
-- Who of the desk acted is not the enterprise's to read.
GRANT SELECT (declaration_id, enterprise_id, device, kind, start_at, end_at, reason, proofs, state, waits, version,
    made_at, side, reviewed_at, review_reason) ON declaration TO hotgrid_enterprise;
GRANT SELECT (declaration_id, version, enterprise_id, at, side, action, why, body)
    ON declaration_change TO hotgrid_enterprise;
GRANT SELECT ON deadline TO hotgrid_enterprise;

-- What fails already, as the deadlines begin to be counted.
INSERT INTO failure_due SELECT alert_id FROM alert WHERE status = 'open' AND kind IN ('offline', 'fault');
