-- Photos of the field teams, as they were encoded anew; what came is known by its hash alone. Never changed.
CREATE TABLE photo (
    photo_id text PRIMARY KEY CHECK (photo_id ~ '^[0-9a-f]{32}$'),
    alert_id text NOT NULL REFERENCES alert,
    at timestamptz NOT NULL,
    who text NOT NULL,
    place text NOT NULL,
    width integer NOT NULL CHECK (width > 0),
    height integer NOT NULL CHECK (height > 0),
    sha256 text NOT NULL,
    received_sha256 text NOT NULL,
    body bytea NOT NULL
);
-- JPEG does not get smaller: not worth the try.
ALTER TABLE photo ALTER body SET STORAGE EXTERNAL;
-- The same file sent again, as a phone does where the answer was lost, is the same photo.
CREATE UNIQUE INDEX photo_once ON photo (alert_id, received_sha256);

GRANT SELECT, INSERT ON photo TO hotgrid_app;
