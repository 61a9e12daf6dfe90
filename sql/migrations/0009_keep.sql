-- What the keeper makes of the minutes: flags, hours, days; and the ledgers of what it still has to do.

-- An hour of a channel; `valid` minutes make the mean, `suspect` ones among them, `sent` counts what came at all.
-- `corrected` is the mean of the minutes corrected for humidity, `correction` the version of that; `mean` stays raw.
CREATE TABLE hour_mean (
    device integer NOT NULL,
    ts timestamptz NOT NULL,
    channel text NOT NULL,
    mean real, low real, high real,
    valid smallint NOT NULL,
    suspect smallint NOT NULL,
    sent smallint NOT NULL,
    corrected real,
    correction text,
    PRIMARY KEY (device, ts, channel)
);
SELECT create_hypertable('hour_mean', by_range('ts', INTERVAL '7 days'));

-- A natural day in Beijing: the mean of its valid hours, how many there were, and the minutes of all its hours.
CREATE TABLE day_mean (
    device integer NOT NULL,
    day date NOT NULL,
    channel text NOT NULL,
    mean real, low real, high real,
    hours smallint NOT NULL,
    valid smallint NOT NULL,
    suspect smallint NOT NULL,
    sent smallint NOT NULL,
    corrected real,
    correction text,
    PRIMARY KEY (device, day, channel)
);
SELECT create_hypertable('day_mean', by_range('day', INTERVAL '90 days'));

-- What was found of values beside what the gate had said (ingest.flag.Qc), as spans within an hour; `to_at` excluded.
CREATE TABLE quality_flag (
    device integer NOT NULL,
    hour timestamptz NOT NULL,
    channel text NOT NULL,
    reason smallint NOT NULL,
    from_at timestamptz NOT NULL,
    to_at timestamptz NOT NULL,
    PRIMARY KEY (device, hour, channel, reason, from_at)
);
SELECT create_hypertable('quality_flag', by_range('hour', INTERVAL '7 days'));

-- Ledgers like `touched`: rows are deleted in the transaction that has dealt with them.
CREATE TABLE day_due (
    day date NOT NULL,
    devices integer[] NOT NULL
);
CREATE TABLE drift_due (
    hour timestamptz NOT NULL  -- one whose means have changed: the 24 hours from it on are compared again
);
CREATE TABLE mark_due (
    device integer NOT NULL,
    from_at timestamptz NOT NULL,
    to_at timestamptz NOT NULL
);

-- Whoever changes a mark, the time in which it made a difference is judged again.
CREATE FUNCTION note_mark() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (OLD.device, OLD.kind, OLD.start_at) = (NEW.device, NEW.kind, NEW.start_at) THEN
        INSERT INTO mark_due
        SELECT NEW.device, least(a, b), greatest(a, b)
        FROM (SELECT coalesce(OLD.end_at, 'infinity') AS a, coalesce(NEW.end_at, 'infinity') AS b) AS ends
        WHERE a <> b;
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO mark_due VALUES (OLD.device, OLD.start_at, coalesce(OLD.end_at, 'infinity'));
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO mark_due VALUES (NEW.device, NEW.start_at, coalesce(NEW.end_at, 'infinity'));
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER mark_noted AFTER INSERT OR UPDATE OR DELETE ON mark FOR EACH ROW EXECUTE FUNCTION note_mark();

-- The application owns nothing: old chunks of just these tables it may drop by way of this, never those of a day ago.
CREATE FUNCTION drop_old_chunks(what text, before timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF what NOT IN ('station_reading', 'monitor_reading', 'mobile_reading', 'statistic', 'verdict', 'quality_flag',
            'hour_mean', 'day_mean') THEN
        RAISE EXCEPTION 'chunks of % are not dropped', what USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF before IS NULL OR before > now() - INTERVAL '1 day' THEN
        RAISE EXCEPTION 'chunks of the last day are not dropped' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF what = 'day_mean' THEN
        RETURN (SELECT count(*) FROM drop_chunks('public.day_mean', older_than => (before AT TIME ZONE 'UTC')::date));
    END IF;
    RETURN (SELECT count(*) FROM drop_chunks(format('public.%I', what)::regclass, older_than => before));
END
$$;
REVOKE ALL ON FUNCTION drop_old_chunks FROM PUBLIC;
GRANT EXECUTE ON FUNCTION drop_old_chunks TO hotgrid_app;

GRANT SELECT, INSERT, UPDATE ON hour_mean, day_mean TO hotgrid_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON quality_flag, day_due, drift_due, mark_due TO hotgrid_app;
GRANT DELETE ON device_note TO hotgrid_app;

-- What was stored before there was a keeper.
INSERT INTO touched SELECT date_trunc('hour', ts), array_agg(DISTINCT device) FROM station_reading GROUP BY 1;
INSERT INTO touched SELECT date_trunc('hour', ts), array_agg(DISTINCT device) FROM monitor_reading GROUP BY 1;
