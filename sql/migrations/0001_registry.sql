-- The role that all four processes act as: it reads and writes, it never alters and never bypasses row security.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'hotgrid_app') THEN
        CREATE ROLE hotgrid_app NOLOGIN;
        EXECUTE format('GRANT hotgrid_app TO %I', current_user);
    END IF;
END
$$;
CREATE EXTENSION IF NOT EXISTS timescaledb;
GRANT USAGE ON SCHEMA public TO hotgrid_app;
GRANT SELECT ON migration TO hotgrid_app;

CREATE TABLE grid (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    cell_m double precision NOT NULL CHECK (cell_m > 0),
    epsg integer NOT NULL,
    lon0 double precision NOT NULL,
    lat0 double precision NOT NULL,
    nx integer NOT NULL CHECK (nx > 0),
    ny integer NOT NULL CHECK (ny > 0)
);

-- One short number for every station and monitor: readings carry it instead of the text.
CREATE TABLE device (
    device integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    device_id text NOT NULL UNIQUE
);

CREATE TABLE station (
    device integer PRIMARY KEY REFERENCES device,
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('micro', 'national', 'weather', 'boundary')),
    lon double precision NOT NULL,
    lat double precision NOT NULL,
    township text NOT NULL,
    chief text NOT NULL
);

CREATE TABLE enterprise (
    enterprise_id text PRIMARY KEY,
    name text NOT NULL,
    lon double precision NOT NULL,
    lat double precision NOT NULL,
    industry text NOT NULL,
    township text NOT NULL,
    contact text NOT NULL
);

CREATE TABLE monitor (
    device integer PRIMARY KEY REFERENCES device,
    enterprise_id text NOT NULL REFERENCES enterprise,
    outlet text NOT NULL,
    lon double precision NOT NULL,
    lat double precision NOT NULL,
    password text NOT NULL
);

CREATE TABLE monitor_channel (
    device integer NOT NULL REFERENCES monitor,
    channel text NOT NULL,
    unit text NOT NULL,
    permit_limit double precision CHECK (permit_limit > 0),
    limit_period text NOT NULL CHECK (limit_period IN ('hour', '')),
    PRIMARY KEY (device, channel)
);

CREATE TABLE person (
    person_id text PRIMARY KEY,
    name text NOT NULL,
    role text NOT NULL CHECK (role IN ('leader', 'duty', 'dispatcher', 'chief', 'field')),
    phone text NOT NULL,
    township text NOT NULL
);

CREATE TABLE shift (
    person_id text NOT NULL REFERENCES person,
    start_at timestamptz NOT NULL,
    end_at timestamptz NOT NULL,
    post text NOT NULL,
    PRIMARY KEY (person_id, start_at),
    CHECK (end_at > start_at)
);
CREATE INDEX shift_span ON shift USING gist (tstzrange(start_at, end_at));

GRANT SELECT, INSERT, UPDATE ON grid, device, station, enterprise, monitor, monitor_channel, person TO hotgrid_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON shift TO hotgrid_app;
