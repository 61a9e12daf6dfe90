-- Who was given the evidence of a case, when, and by what it is known: append-only.
CREATE TABLE evidence_pack (
    manifest_sha256 bytea PRIMARY KEY,
    alert_id text NOT NULL REFERENCES alert,
    at timestamptz NOT NULL,
    who text NOT NULL,
    files integer NOT NULL,
    bytes bigint NOT NULL
);
CREATE INDEX evidence_pack_of_alert ON evidence_pack (alert_id, at);
GRANT SELECT, INSERT ON evidence_pack TO hotgrid_app;
-- Which schema a pack was made with is written in it.
GRANT SELECT ON migration TO hotgrid_app;
