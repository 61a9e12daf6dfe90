-- When what a device sends is no evidence; the same mark again with another end or reason replaces it.
CREATE TABLE mark (
    device integer NOT NULL REFERENCES device,
    kind text NOT NULL CHECK (kind IN ('stop', 'maintenance', 'calibration', 'fault')),
    start_at timestamptz NOT NULL,
    end_at timestamptz,
    reason text NOT NULL,
    PRIMARY KEY (device, kind, start_at),
    CHECK (end_at >= start_at)
);

-- The marks with which the minutes up to the watermark were judged, as far back as they can be judged again.
CREATE TABLE judged_mark (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    marks jsonb NOT NULL
);

-- What field teams found; alerts may be of another database, so they are not referred to.
CREATE TABLE finding (
    alert_id text NOT NULL,
    at timestamptz NOT NULL,
    enterprise_id text REFERENCES enterprise,
    cause text NOT NULL,
    note text NOT NULL,
    PRIMARY KEY (alert_id, at)
);

-- The devices on the boundary of an industrial park, a line a channel.
CREATE TABLE park_device (
    park_id text NOT NULL,
    name text NOT NULL,
    device integer NOT NULL REFERENCES device,
    channel text NOT NULL,
    unit text NOT NULL,
    permit_limit double precision NOT NULL CHECK (permit_limit > 0),
    PRIMARY KEY (park_id, device, channel)
);

GRANT SELECT, INSERT, UPDATE ON mark, judged_mark, finding TO hotgrid_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON park_device TO hotgrid_app;
