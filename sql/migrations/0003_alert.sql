-- The alert as it stands now; the text id is the same by backtest, live run, replay and restart.
CREATE TABLE alert (
    alert_id text PRIMARY KEY,
    kind text NOT NULL,
    profile text NOT NULL,
    pollutant text NOT NULL,
    source text NOT NULL,
    status text NOT NULL CHECK (status IN ('open', 'closed')),
    severity smallint NOT NULL CHECK (severity BETWEEN 1 AND 4),
    opened_at timestamptz NOT NULL,
    closed_at timestamptz,
    late boolean NOT NULL DEFAULT false,
    lon double precision NOT NULL,
    lat double precision NOT NULL,
    body jsonb NOT NULL,
    CHECK ((status = 'closed') = (closed_at IS NOT NULL))
);
CREATE UNIQUE INDEX alert_one_open_per_source ON alert (kind, pollutant, source) WHERE status = 'open';
CREATE INDEX alert_newest ON alert (opened_at DESC, alert_id DESC);
CREATE INDEX alert_newest_open ON alert (opened_at DESC, alert_id DESC) WHERE status = 'open';
CREATE INDEX alert_newest_of_kind ON alert (kind, opened_at DESC, alert_id DESC);

CREATE TABLE alert_cell (
    alert_id text NOT NULL REFERENCES alert,
    ix integer NOT NULL,
    iy integer NOT NULL,
    from_at timestamptz NOT NULL,
    to_at timestamptz,
    PRIMARY KEY (alert_id, ix, iy, from_at)
);
CREATE INDEX alert_cell_place ON alert_cell (ix, iy, from_at DESC);

-- Every transition, append-only, with the alert as it was then: the live feed reads this and nothing else.
CREATE TABLE alert_event (
    seq bigint PRIMARY KEY,
    alert_id text NOT NULL REFERENCES alert,
    at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    who text NOT NULL,
    action text NOT NULL,
    why text NOT NULL,
    body jsonb NOT NULL
);
CREATE INDEX alert_event_of_alert ON alert_event (alert_id, seq);
CREATE SEQUENCE alert_event_seq OWNED BY alert_event.seq;

-- Numbers are given under a lock that is held to the commit: a reader who has seen 7 will never be shown a 6 later.
CREATE FUNCTION number_alert_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('alert_event'));
    NEW.seq := nextval('alert_event_seq');
    PERFORM pg_notify('alert_event', '');
    RETURN NEW;
END
$$;
CREATE TRIGGER alert_event_number BEFORE INSERT ON alert_event FOR EACH ROW EXECUTE FUNCTION number_alert_event();

-- The order of devices in which the arrays below lie.
CREATE TABLE layout (
    layout integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    devices text[] NOT NULL
);

-- One judged minute of one pollutant: little-endian float32 arrays (state: one byte) a device of the layout.
-- Arrays instead of rows: 36,793 cells are one row a minute, and one cell's series is a slice of each.
CREATE TABLE verdict (
    minute timestamptz NOT NULL,
    pollutant text NOT NULL,
    layout integer NOT NULL REFERENCES layout,
    value bytea NOT NULL,
    background bytea NOT NULL,
    score bytea NOT NULL,
    state bytea NOT NULL,
    PRIMARY KEY (minute, pollutant)
);
ALTER TABLE verdict ALTER value SET STORAGE EXTERNAL, ALTER background SET STORAGE EXTERNAL,
    ALTER score SET STORAGE EXTERNAL, ALTER state SET STORAGE EXTERNAL;
SELECT create_hypertable('verdict', by_range('minute', INTERVAL '1 day'));

-- How far the minute loop has come, and the detector's state from time to time.
CREATE TABLE watermark (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    minute timestamptz NOT NULL
);
CREATE TABLE checkpoint (
    minute timestamptz PRIMARY KEY,
    detector text NOT NULL,
    state bytea NOT NULL
);
ALTER TABLE checkpoint ALTER state SET STORAGE EXTERNAL;

GRANT SELECT, INSERT, UPDATE ON alert, alert_cell, watermark, verdict TO hotgrid_app;
GRANT DELETE ON alert_cell TO hotgrid_app;
GRANT SELECT, INSERT ON alert_event, layout TO hotgrid_app;
GRANT USAGE ON SEQUENCE alert_event_seq TO hotgrid_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON checkpoint TO hotgrid_app;
