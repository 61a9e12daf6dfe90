-- By what devices are let in at the broker. Of a password only its hash is kept, as mosquitto_passwd writes it.
CREATE TABLE credential (
    device_id text PRIMARY KEY CHECK (device_id !~ '[/+#[:cntrl:]]'),
    hash text NOT NULL CHECK (hash ~ '^\$7\$[0-9]+\$[A-Za-z0-9+/=]+\$[A-Za-z0-9+/=]+$'),
    made_at timestamptz NOT NULL,
    made_by text NOT NULL,
    rotated_at timestamptz,
    revoked_at timestamptz
);
GRANT SELECT, INSERT, UPDATE ON credential TO hotgrid_app;
