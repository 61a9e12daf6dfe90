-- Runs of readings that were far from our clock when they came in, refused ones included: a row is a run of a device,
-- from `since` to `seen_at` on our clock; `seconds` is how far the newest of them was ahead (+) or behind (-).
CREATE TABLE clock_error (
    device integer NOT NULL REFERENCES device,
    since timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    seconds double precision NOT NULL,
    PRIMARY KEY (device, since)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON clock_error TO hotgrid_app;
