-- Secret addresses of calendar feeds; of an address only its hash is kept. Without a person it is the whole team's.
CREATE TABLE calendar_address (
    address_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    token_sha256 bytea NOT NULL UNIQUE,
    person_id text REFERENCES person,
    made_by text NOT NULL,
    at timestamptz NOT NULL,
    revoked_at timestamptz,
    revoked_by text,
    last_used timestamptz
);
CREATE INDEX calendar_address_in_force ON calendar_address (person_id) WHERE revoked_at IS NULL;

GRANT SELECT, INSERT, UPDATE (revoked_at, revoked_by, last_used) ON calendar_address TO hotgrid_app;
