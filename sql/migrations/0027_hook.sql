-- Enterprises are told too: by their own platforms (hooks), and where the city has entered it by their officers' phones.

-- A contact is a person's, an enterprise's or nobody's. An enterprise's `hook` is an address it has named itself.
ALTER TABLE contact
    ADD COLUMN enterprise_id text REFERENCES enterprise,
    DROP CONSTRAINT contact_channel_check,
    ADD CONSTRAINT contact_channel_check CHECK (channel IN ('webhook', 'webpush', 'apprise', 'siren', 'hook')),
    ADD CONSTRAINT contact_of_one CHECK (person_id IS NULL OR enterprise_id IS NULL),
    ADD CONSTRAINT contact_of_enterprise_check CHECK (
        CASE WHEN enterprise_id IS NULL THEN channel <> 'hook' ELSE channel IN ('hook', 'apprise') END
    );
DROP INDEX contact_once;
CREATE UNIQUE INDEX contact_once ON contact (channel, address, person_id, enterprise_id) NULLS NOT DISTINCT
    WHERE disabled_at IS NULL;
CREATE INDEX contact_of_enterprise ON contact (enterprise_id) WHERE disabled_at IS NULL AND enterprise_id IS NOT NULL;

-- Which events an enterprise's hook wants; what is posted there is signed with `secret`, which goes with the hook.
CREATE TABLE enterprise_hook (
    contact_id bigint PRIMARY KEY REFERENCES contact,
    enterprise_id text NOT NULL REFERENCES enterprise,
    events text[] NOT NULL CHECK (cardinality(events) BETWEEN 1 AND 20),
    secret text NOT NULL
);
CREATE INDEX enterprise_hook_of ON enterprise_hook (enterprise_id);

-- What an enterprise is told is told nobody else, whoever confirms nothing: such a telling has no persons.
ALTER TABLE push
    DROP CONSTRAINT push_check,
    ADD CONSTRAINT push_check CHECK (person_id IS NULL OR telling IS NOT NULL);

ALTER TABLE contact ENABLE ROW LEVEL SECURITY;
CREATE POLICY contact_app ON contact TO hotgrid_app USING (
    enterprise_id IS NULL OR (SELECT reaches_all()) OR enterprise_id = ANY ((SELECT reached())::text[])
);
CREATE POLICY contact_enterprise ON contact TO hotgrid_enterprise
    USING (enterprise_id = ANY ((SELECT reached())::text[]));
ALTER TABLE enterprise_hook ENABLE ROW LEVEL SECURITY;
CREATE POLICY enterprise_hook_app ON enterprise_hook TO hotgrid_app
    USING ((SELECT reaches_all()) OR enterprise_id = ANY ((SELECT reached())::text[]));
CREATE POLICY enterprise_hook_enterprise ON enterprise_hook TO hotgrid_enterprise
    USING (enterprise_id = ANY ((SELECT reached())::text[]));
ALTER TABLE push ENABLE ROW LEVEL SECURITY;
CREATE POLICY push_app ON push TO hotgrid_app USING (true);
-- As the policy of `contact` lets it see.
CREATE POLICY push_enterprise ON push TO hotgrid_enterprise USING (contact_id IN (SELECT contact_id FROM contact));

GRANT SELECT, INSERT, UPDATE ON enterprise_hook TO hotgrid_app;
GRANT SELECT (contact_id, enterprise_id, events) ON enterprise_hook TO hotgrid_enterprise;
GRANT SELECT ON contact, push TO hotgrid_enterprise;
