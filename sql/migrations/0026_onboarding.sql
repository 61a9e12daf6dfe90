-- Outlets and the way of their monitors onto the network, who operates monitors, what treatment consumes.

-- An outlet of an enterprise, as the permit names it; monitors name theirs by the same name. `due` is the day by which
-- its monitor has to be networked where the authority has set one.
CREATE TABLE outlet (
    outlet_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    enterprise_id text NOT NULL REFERENCES enterprise,
    name text NOT NULL,
    due date,
    UNIQUE (enterprise_id, name),
    UNIQUE (outlet_id, enterprise_id)
);

-- What an outlet is designed for, since when, append-only: whether it needs a monitor follows from it and the policy.
CREATE TABLE outlet_design (
    design_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    outlet_id bigint NOT NULL,
    enterprise_id text NOT NULL,
    since timestamptz NOT NULL,
    design_flow_m3h double precision NOT NULL CHECK (design_flow_m3h > 0),
    industry_class text NOT NULL CHECK (industry_class IN ('', 'chemical', 'other')),
    FOREIGN KEY (outlet_id, enterprise_id) REFERENCES outlet (outlet_id, enterprise_id)
);
CREATE INDEX outlet_design_of_outlet ON outlet_design (outlet_id, design_id);

CREATE TABLE onboarding_step (
    step_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    outlet_id bigint NOT NULL,
    enterprise_id text NOT NULL,
    step text NOT NULL CHECK (step IN ('installed', 'tested', 'accepted', 'networked', 'refused', 'waived')),
    done_on date NOT NULL,
    at timestamptz NOT NULL,
    who text NOT NULL,
    note text NOT NULL,
    files text[] NOT NULL,
    FOREIGN KEY (outlet_id, enterprise_id) REFERENCES outlet (outlet_id, enterprise_id)
);
CREATE INDEX onboarding_step_of_outlet ON onboarding_step (outlet_id, step_id);
CREATE UNIQUE INDEX onboarding_step_networked ON onboarding_step (outlet_id) WHERE step = 'networked';

-- A company that operates monitors for enterprises (运维单位), and which monitor from when to when, both days included.
CREATE TABLE operator (
    operator_id text PRIMARY KEY,
    name text NOT NULL,
    contact text NOT NULL
);
CREATE TABLE operator_link (
    device integer NOT NULL REFERENCES monitor,
    operator_id text NOT NULL REFERENCES operator,
    from_on date NOT NULL,
    to_on date,
    PRIMARY KEY (device, from_on),
    CHECK (to_on >= from_on)
);
CREATE INDEX operator_link_of_operator ON operator_link (operator_id);

-- What was changed or filled up at an outlet, append-only: a correction is a row that supersedes another.
CREATE TABLE consumable (
    entry_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    enterprise_id text NOT NULL,
    outlet_id bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('activated_carbon', 'filter', 'catalyst', 'reagent', 'gas', 'lamp', 'other')),
    amount double precision NOT NULL CHECK (amount > 0),
    unit text NOT NULL,
    done_on date NOT NULL,
    next_due_on date CHECK (next_due_on > done_on),
    note text NOT NULL,
    files text[] NOT NULL,
    who text NOT NULL,
    at timestamptz NOT NULL,
    supersedes bigint UNIQUE,
    UNIQUE (entry_id, enterprise_id),
    FOREIGN KEY (outlet_id, enterprise_id) REFERENCES outlet (outlet_id, enterprise_id),
    FOREIGN KEY (supersedes, enterprise_id) REFERENCES consumable (entry_id, enterprise_id)
);
CREATE INDEX consumable_of_enterprise ON consumable (enterprise_id, done_on);

-- What was told as overdue, and that there was a look today: once each.
CREATE TABLE overdue_notice (
    key text PRIMARY KEY,
    at timestamptz NOT NULL
);

ALTER TABLE outlet ENABLE ROW LEVEL SECURITY;
CREATE POLICY outlet_app ON outlet TO hotgrid_app
    USING ((SELECT reaches_all()) OR enterprise_id = ANY ((SELECT reached())::text[]));
CREATE POLICY outlet_enterprise ON outlet TO hotgrid_enterprise
    USING (enterprise_id = ANY ((SELECT reached())::text[]));

ALTER TABLE outlet_design ENABLE ROW LEVEL SECURITY;
CREATE POLICY outlet_design_app ON outlet_design TO hotgrid_app
    USING ((SELECT reaches_all()) OR enterprise_id = ANY ((SELECT reached())::text[]));
CREATE POLICY outlet_design_enterprise ON outlet_design TO hotgrid_enterprise
    USING (enterprise_id = ANY ((SELECT reached())::text[]));

-- An enterprise says what it has done; it accepts, refuses and waives nothing.
ALTER TABLE onboarding_step ENABLE ROW LEVEL SECURITY;
CREATE POLICY onboarding_step_app ON onboarding_step TO hotgrid_app
    USING ((SELECT reaches_all()) OR enterprise_id = ANY ((SELECT reached())::text[]));
CREATE POLICY onboarding_step_enterprise ON onboarding_step FOR SELECT TO hotgrid_enterprise
    USING (enterprise_id = ANY ((SELECT reached())::text[]));
CREATE POLICY onboarding_step_said ON onboarding_step FOR INSERT TO hotgrid_enterprise
    WITH CHECK (enterprise_id = ANY ((SELECT reached())::text[]) AND step IN ('installed', 'tested'));

ALTER TABLE operator_link ENABLE ROW LEVEL SECURITY;
CREATE POLICY operator_link_app ON operator_link TO hotgrid_app
    USING ((SELECT reaches_all()) OR device IN (SELECT reached_devices()));
CREATE POLICY operator_link_enterprise ON operator_link TO hotgrid_enterprise
    USING (device IN (SELECT reached_devices()));

-- Operators are the authority's: an enterprise sees those who operate a monitor of its own.
ALTER TABLE operator ENABLE ROW LEVEL SECURITY;
CREATE POLICY operator_app ON operator TO hotgrid_app USING (true);
CREATE POLICY operator_enterprise ON operator TO hotgrid_enterprise
    USING (operator_id IN (SELECT l.operator_id FROM operator_link AS l));

ALTER TABLE consumable ENABLE ROW LEVEL SECURITY;
CREATE POLICY consumable_app ON consumable TO hotgrid_app
    USING ((SELECT reaches_all()) OR enterprise_id = ANY ((SELECT reached())::text[]));
CREATE POLICY consumable_enterprise ON consumable TO hotgrid_enterprise
    USING (enterprise_id = ANY ((SELECT reached())::text[]));

GRANT SELECT, INSERT, UPDATE ON outlet, operator TO hotgrid_app;
GRANT SELECT, INSERT ON outlet_design, onboarding_step, consumable TO hotgrid_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON operator_link TO hotgrid_app;
GRANT SELECT, INSERT, DELETE ON overdue_notice TO hotgrid_app;
GRANT SELECT ON outlet, outlet_design, operator, operator_link TO hotgrid_enterprise;
-- Who of the authority decided is not the enterprise's to read.
GRANT SELECT (step_id, outlet_id, enterprise_id, step, done_on, at, note, files), INSERT
    ON onboarding_step TO hotgrid_enterprise;
GRANT SELECT, INSERT ON consumable TO hotgrid_enterprise;
