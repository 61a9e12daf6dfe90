-- How people, platforms and sirens are reached, and the keys of this installation.

-- Made once, on first use, and never changed: what was signed or subscribed with them stays good.
CREATE TABLE secret (
    name text PRIMARY KEY,
    value text NOT NULL
);

-- `person_id` is null where nobody in particular is reached: another platform, a siren, a lamp.
-- An address is a secret: of a contact that is disabled only its mask is kept.
CREATE TABLE contact (
    contact_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id text REFERENCES person,
    channel text NOT NULL CHECK (channel IN ('webhook', 'webpush', 'apprise', 'siren')),
    address text NOT NULL CHECK (address ~ '^[ -~]+$' AND length(address) <= 2048),
    rank smallint NOT NULL CHECK (rank BETWEEN 1 AND 99),
    language text NOT NULL CHECK (language IN ('zh', 'en')),
    min_severity smallint NOT NULL CHECK (min_severity BETWEEN 1 AND 4),
    created_at timestamptz NOT NULL,
    created_by text NOT NULL,
    disabled_at timestamptz,
    why_disabled text,
    CHECK ((disabled_at IS NULL) = (why_disabled IS NULL))
);
CREATE UNIQUE INDEX contact_once ON contact (channel, address, person_id) NULLS NOT DISTINCT WHERE disabled_at IS NULL;
CREATE INDEX contact_of_person ON contact (person_id, rank) WHERE disabled_at IS NULL;

GRANT SELECT, INSERT ON secret TO hotgrid_app;
GRANT SELECT, INSERT, UPDATE ON contact TO hotgrid_app;
