-- Generated from migrations/ by `make schema`: for reading, never applied. A test proves that both are the same.

CREATE EXTENSION IF NOT EXISTS timescaledb;
SET check_function_bodies = false;  -- functions come before the tables that they read

COMMENT ON SCHEMA public IS 'standard public schema';

CREATE TYPE public.pgqueuer_status AS ENUM (
    'queued',
    'picked',
    'successful',
    'exception',
    'canceled',
    'deleted',
    'failed'
);

CREATE FUNCTION public.account_reach(who text, OUT enterprises text[], OUT townships text[], OUT within text[]) RETURNS record
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    WITH mine AS (
        SELECT array_agg(value) FILTER (WHERE kind = 'enterprise') AS enterprises,
               array_agg(value) FILTER (WHERE kind = 'township') AS townships,
               array_agg(value) FILTER (WHERE kind = 'district') AS districts
        FROM account_scope WHERE account = who
    ), places AS (
        SELECT m.*, CASE WHEN m.townships IS NULL AND m.districts IS NULL THEN NULL ELSE ARRAY(
            SELECT unnest(m.townships) UNION SELECT township FROM district_township WHERE district = ANY (m.districts)
        ) END AS bound FROM mine AS m
    )
    SELECT p.enterprises, p.bound,
           CASE WHEN p.bound IS NULL AND p.enterprises IS NULL THEN NULL ELSE ARRAY(
               SELECT enterprise_id FROM enterprise
               WHERE township = ANY (p.bound) OR enterprise_id = ANY (p.enterprises) ORDER BY 1
           ) END
    FROM places AS p
$$;

CREATE FUNCTION public.audit_append(line text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    last record;
    number bigint;
BEGIN
    -- One after the other: a chain has one end.
    PERFORM pg_advisory_xact_lock(hashtext('hotgrid.audit'));
    SELECT seq, hash INTO last FROM audit ORDER BY seq DESC LIMIT 1;
    number := coalesce(last.seq, 0) + 1;
    INSERT INTO audit
    VALUES (number, line, sha256(coalesce(last.hash, '\x') || convert_to(number || ' ' || line, 'UTF8')));
    RETURN number;
END
$$;

CREATE FUNCTION public.drop_old_chunks(what text, before timestamp with time zone) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
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

CREATE FUNCTION public.fn_pgqueuer_changed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    to_emit BOOLEAN := false;  -- Flag to decide whether to emit a notification
BEGIN
    -- Check operation type and set the emit flag accordingly
    IF TG_OP = 'UPDATE' AND OLD IS DISTINCT FROM NEW THEN
        to_emit := true;
    ELSIF TG_OP = 'DELETE' THEN
        to_emit := true;
    ELSIF TG_OP = 'INSERT' THEN
        to_emit := true;
    ELSIF TG_OP = 'TRUNCATE' THEN
        to_emit := true;
    END IF;

    -- Perform notification if the emit flag is set
    IF to_emit THEN
        PERFORM pg_notify(
            'ch_pgqueuer',
            json_build_object(
                'channel', 'ch_pgqueuer',
                'operation', lower(TG_OP),
                'sent_at', NOW(),
                'table', TG_TABLE_NAME,
                'type', 'table_changed_event'
            )::text
        );
    END IF;

    -- Return appropriate value based on the operation
    IF TG_OP IN ('INSERT', 'UPDATE') THEN
        RETURN NEW;
    ELSIF TG_OP = 'DELETE' THEN
        RETURN OLD;
    ELSE
        RETURN NULL; -- For TRUNCATE and other non-row-specific contexts
    END IF;

END;
$$;

CREATE FUNCTION public.hidden_devices() RETURNS SETOF integer
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    RETURN QUERY SELECT device FROM monitor
    WHERE enterprise_id NOT IN (SELECT unnest(reached())) AND (SELECT reaches_all()) IS NOT TRUE;
END
$$;

CREATE FUNCTION public.keep_locked_log() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    -- Who locks and who writes go one after the other.
    PERFORM pg_advisory_xact_lock(hashtext('duty_log'), hashtext(NEW.person_id || NEW.start_at || NEW.post));
    IF TG_TABLE_NAME = 'duty_log_entry' AND EXISTS (
        SELECT FROM duty_log_lock WHERE (person_id, start_at, post) = (NEW.person_id, NEW.start_at, NEW.post)
    ) THEN
        RAISE restrict_violation USING MESSAGE = 'the log of this shift is locked';
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION public.keep_who_was_on_duty() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    moment CONSTANT timestamptz := roster_moment();
    same record;
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.start_at <= moment THEN
            RAISE restrict_violation USING MESSAGE = 'a shift that has begun cannot be removed';
        END IF;
        RETURN OLD;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.start_at <= moment THEN
        same := NEW;
        same.end_at := OLD.end_at;
        IF same IS DISTINCT FROM OLD OR NEW.end_at <> OLD.end_at AND least(OLD.end_at, NEW.end_at) < moment THEN
            RAISE restrict_violation USING MESSAGE = 'who was on duty cannot be changed afterwards';
        END IF;
        RETURN NEW;
    END IF;
    NEW.recorded_at := now();
    IF NEW.source = 'import' THEN
        SELECT coalesce(nullif(NEW.role, ''), role), coalesce(nullif(NEW.township, ''), township)
        INTO NEW.role, NEW.township FROM person WHERE person_id = NEW.person_id;
    END IF;
    IF NEW.start_at < moment THEN
        -- The one transaction that sets the roster up may bring a past along.
        PERFORM pg_advisory_xact_lock(hashtext('shift'));
        IF TG_OP = 'UPDATE' OR EXISTS (SELECT FROM shift WHERE start_at < moment AND recorded_at <> now()) THEN
            RAISE restrict_violation USING MESSAGE = 'who was on duty cannot be added afterwards';
        END IF;
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION public.merge_qc(old bytea, new bytea, had real[]) RETURNS bytea
    LANGUAGE sql IMMUTABLE
    AS $$
    SELECT CASE WHEN new IS NULL THEN old ELSE (
        SELECT decode(string_agg(lpad(to_hex(CASE WHEN a > 0 OR had[i + 1] IS NOT NULL THEN a ELSE b END), 2, '0'), ''
            ORDER BY i), 'hex')
        FROM generate_series(0, greatest(length(old), length(new)) - 1) AS i,
        LATERAL (SELECT CASE WHEN i < length(old) THEN get_byte(old, i) ELSE 0 END AS a,
                        CASE WHEN i < length(new) THEN get_byte(new, i) ELSE 0 END AS b) AS bytes
    ) END
$$;

CREATE FUNCTION public.note_failure() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO failure_due VALUES (NEW.alert_id);
    RETURN NULL;
END
$$;

CREATE FUNCTION public.note_mark() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION public.number_alert_event() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('alert_event'));
    NEW.seq := nextval('alert_event_seq');
    PERFORM pg_notify('alert_event', '');
    RETURN NEW;
END
$$;

CREATE FUNCTION public.order_chunk(before timestamp with time zone) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET lock_timeout TO '5s'
    AS $$
DECLARE
    chunk regclass;
    key text;
BEGIN
    SELECT c.oid::regclass, i.indexrelid::regclass::text INTO chunk, key
    FROM timescaledb_information.chunks AS t
    JOIN pg_class AS c ON c.oid = format('%I.%I', t.chunk_schema, t.chunk_name)::regclass
    JOIN pg_index AS i ON i.indrelid = c.oid AND i.indisprimary AND NOT i.indisclustered
    WHERE t.hypertable_name IN ('station_reading', 'monitor_reading')
        AND t.range_end < least(before, now() - INTERVAL '1 day')
    ORDER BY t.range_start
    LIMIT 1;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    EXECUTE format('CLUSTER %s USING %I', chunk, (SELECT relname FROM pg_class WHERE oid = key::regclass));
    RETURN chunk::text;
END
$$;

CREATE FUNCTION public.reached() RETURNS text[]
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE WHEN (current_setting('hotgrid.reach'::text, true) ~~ '{%'::text) THEN (current_setting('hotgrid.reach'::text, true))::text[] ELSE '{}'::text[] END;

CREATE FUNCTION public.reached_devices() RETURNS SETOF integer
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    RETURN QUERY SELECT device FROM monitor
    WHERE enterprise_id IN (SELECT unnest(reached())) OR (SELECT reaches_all());
END
$$;

CREATE FUNCTION public.reaches_all() RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (current_setting('hotgrid.reach'::text, true) = '*'::text);

CREATE FUNCTION public.roster_moment() RETURNS timestamp with time zone
    LANGUAGE sql STABLE
    AS $$
    SELECT greatest(now(), clock_timestamp() - INTERVAL '1 minute')
$$;

CREATE TABLE public.account (
    name text NOT NULL,
    role text NOT NULL,
    display text NOT NULL,
    person_id text,
    password_hash text,
    subject text,
    made_at timestamp with time zone NOT NULL,
    made_by text NOT NULL,
    disabled_at timestamp with time zone,
    CONSTRAINT account_name_check CHECK ((name ~ '^[a-z0-9][a-z0-9._@-]{0,63}$'::text)),
    CONSTRAINT account_role_check CHECK ((role = ANY (ARRAY['admin'::text, 'leader'::text, 'duty'::text, 'chief'::text, 'bureau'::text, 'dispatcher'::text, 'field'::text, 'enterprise'::text])))
);

CREATE TABLE public.account_scope (
    account text NOT NULL,
    kind text NOT NULL,
    value text NOT NULL,
    CONSTRAINT account_scope_kind_check CHECK ((kind = ANY (ARRAY['district'::text, 'township'::text, 'enterprise'::text])))
);

CREATE TABLE public.alert (
    alert_id text NOT NULL,
    kind text NOT NULL,
    profile text NOT NULL,
    pollutant text NOT NULL,
    source text NOT NULL,
    status text NOT NULL,
    severity smallint NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    closed_at timestamp with time zone,
    late boolean DEFAULT false NOT NULL,
    lon double precision NOT NULL,
    lat double precision NOT NULL,
    body jsonb NOT NULL,
    CONSTRAINT alert_check CHECK (((status = 'closed'::text) = (closed_at IS NOT NULL))),
    CONSTRAINT alert_severity_check CHECK (((severity >= 1) AND (severity <= 4))),
    CONSTRAINT alert_status_check CHECK ((status = ANY (ARRAY['open'::text, 'closed'::text])))
);

CREATE TABLE public.alert_cell (
    alert_id text NOT NULL,
    ix integer NOT NULL,
    iy integer NOT NULL,
    from_at timestamp with time zone NOT NULL,
    to_at timestamp with time zone
);

CREATE TABLE public.alert_event (
    seq bigint NOT NULL,
    alert_id text NOT NULL,
    at timestamp with time zone NOT NULL,
    recorded_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    who text NOT NULL,
    action text NOT NULL,
    why text NOT NULL,
    body jsonb NOT NULL,
    place text DEFAULT ''::text NOT NULL,
    details jsonb DEFAULT '{}'::jsonb NOT NULL
);

CREATE SEQUENCE public.alert_event_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.alert_event_seq OWNED BY public.alert_event.seq;

CREATE TABLE public.alert_hold (
    hold_id bigint NOT NULL,
    alert_id text NOT NULL,
    from_at timestamp with time zone NOT NULL,
    until timestamp with time zone,
    mute_id bigint,
    regional_id text,
    judged bigint NOT NULL,
    released_at timestamp with time zone,
    outcome text,
    CONSTRAINT alert_hold_check CHECK (((mute_id IS NULL) <> (regional_id IS NULL))),
    CONSTRAINT alert_hold_check1 CHECK (((released_at IS NULL) = (outcome IS NULL))),
    CONSTRAINT alert_hold_outcome_check CHECK ((outcome = ANY (ARRAY['told'::text, 'over'::text])))
);

ALTER TABLE public.alert_hold ALTER COLUMN hold_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.alert_hold_hold_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.alert_release (
    release_id bigint NOT NULL,
    alert_id text NOT NULL,
    enterprise_id text NOT NULL,
    released_as text NOT NULL,
    at timestamp with time zone NOT NULL,
    who text NOT NULL,
    why text NOT NULL,
    reply_by timestamp with time zone NOT NULL,
    appeal_by timestamp with time zone NOT NULL,
    reminded_at timestamp with time zone,
    withdrawn_at timestamp with time zone,
    withdrawn_by text,
    withdrawn_why text,
    CONSTRAINT alert_release_check CHECK ((((withdrawn_at IS NULL) = (withdrawn_by IS NULL)) AND ((withdrawn_at IS NULL) = (withdrawn_why IS NULL)))),
    CONSTRAINT alert_release_released_as_check CHECK ((released_as = ANY (ARRAY['found'::text, 'candidate'::text])))
);

ALTER TABLE public.alert_release ALTER COLUMN release_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.alert_release_release_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.api_key (
    prefix text NOT NULL,
    secret_sha256 bytea NOT NULL,
    account text NOT NULL,
    name text NOT NULL,
    enterprise_id text,
    writes boolean NOT NULL,
    made_at timestamp with time zone NOT NULL,
    made_by text NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    last_used timestamp with time zone,
    revoked_at timestamp with time zone,
    replaced_by text,
    CONSTRAINT api_key_prefix_check CHECK ((prefix ~ '^[0-9a-z]{12}$'::text))
);

CREATE TABLE public.arrival (
    minute timestamp with time zone NOT NULL,
    devices integer NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.audit (
    seq bigint NOT NULL,
    line text NOT NULL,
    hash bytea NOT NULL
);

CREATE TABLE public.breach (
    alert_id text NOT NULL,
    step text NOT NULL,
    since timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL,
    found_at timestamp with time zone NOT NULL,
    who text NOT NULL
);

CREATE TABLE public.calendar_address (
    address_id bigint NOT NULL,
    token_sha256 bytea NOT NULL,
    person_id text,
    made_by text NOT NULL,
    at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    revoked_by text,
    last_used timestamp with time zone
);

ALTER TABLE public.calendar_address ALTER COLUMN address_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.calendar_address_address_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.campaign (
    campaign_id bigint NOT NULL,
    name text NOT NULL,
    start_at timestamp with time zone NOT NULL,
    end_at timestamp with time zone NOT NULL,
    tags text[] NOT NULL,
    pollutants text[] NOT NULL,
    overrides jsonb NOT NULL,
    author text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    CONSTRAINT campaign_check CHECK ((end_at > start_at)),
    CONSTRAINT campaign_name_check CHECK ((name <> ''::text))
);

ALTER TABLE public.campaign ALTER COLUMN campaign_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.campaign_campaign_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.campaign_end (
    campaign_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    who text NOT NULL,
    why text NOT NULL
);

CREATE TABLE public.check_in (
    check_in_id bigint NOT NULL,
    person_id text NOT NULL,
    at timestamp with time zone NOT NULL,
    lon double precision,
    lat double precision,
    note text NOT NULL,
    CONSTRAINT check_in_check CHECK (((lon IS NULL) = (lat IS NULL)))
);

ALTER TABLE public.check_in ALTER COLUMN check_in_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.check_in_check_in_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.checkpoint (
    minute timestamp with time zone NOT NULL,
    detector text NOT NULL,
    state bytea NOT NULL
);
ALTER TABLE ONLY public.checkpoint ALTER COLUMN state SET STORAGE EXTERNAL;

CREATE TABLE public.clock_error (
    device integer NOT NULL,
    since timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    seconds double precision NOT NULL
);

CREATE TABLE public.consumable (
    entry_id bigint NOT NULL,
    enterprise_id text NOT NULL,
    outlet_id bigint NOT NULL,
    kind text NOT NULL,
    amount double precision NOT NULL,
    unit text NOT NULL,
    done_on date NOT NULL,
    next_due_on date,
    note text NOT NULL,
    files text[] NOT NULL,
    who text NOT NULL,
    at timestamp with time zone NOT NULL,
    supersedes bigint,
    CONSTRAINT consumable_amount_check CHECK ((amount > (0)::double precision)),
    CONSTRAINT consumable_check CHECK ((next_due_on > done_on)),
    CONSTRAINT consumable_kind_check CHECK ((kind = ANY (ARRAY['activated_carbon'::text, 'filter'::text, 'catalyst'::text, 'reagent'::text, 'gas'::text, 'lamp'::text, 'other'::text])))
);

ALTER TABLE public.consumable ALTER COLUMN entry_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.consumable_entry_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.contact (
    contact_id bigint NOT NULL,
    person_id text,
    channel text NOT NULL,
    address text NOT NULL,
    rank smallint NOT NULL,
    language text NOT NULL,
    min_severity smallint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    created_by text NOT NULL,
    disabled_at timestamp with time zone,
    why_disabled text,
    enterprise_id text,
    CONSTRAINT contact_address_check CHECK (((address ~ '^[ -~]+$'::text) AND (length(address) <= 2048))),
    CONSTRAINT contact_channel_check CHECK ((channel = ANY (ARRAY['webhook'::text, 'webpush'::text, 'apprise'::text, 'siren'::text, 'hook'::text]))),
    CONSTRAINT contact_check CHECK (((disabled_at IS NULL) = (why_disabled IS NULL))),
    CONSTRAINT contact_language_check CHECK ((language = ANY (ARRAY['zh'::text, 'en'::text]))),
    CONSTRAINT contact_min_severity_check CHECK (((min_severity >= 1) AND (min_severity <= 4))),
    CONSTRAINT contact_of_enterprise_check CHECK (
CASE
    WHEN (enterprise_id IS NULL) THEN (channel <> 'hook'::text)
    ELSE (channel = ANY (ARRAY['hook'::text, 'apprise'::text]))
END),
    CONSTRAINT contact_of_one CHECK (((person_id IS NULL) OR (enterprise_id IS NULL))),
    CONSTRAINT contact_rank_check CHECK (((rank >= 1) AND (rank <= 99)))
);

ALTER TABLE public.contact ALTER COLUMN contact_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.contact_contact_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.credential (
    device_id text NOT NULL,
    hash text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    made_by text NOT NULL,
    rotated_at timestamp with time zone,
    revoked_at timestamp with time zone,
    CONSTRAINT credential_device_id_check CHECK ((device_id !~ '[/+#[:cntrl:]]'::text)),
    CONSTRAINT credential_hash_check CHECK ((hash ~ '^\$7\$[0-9]+\$[A-Za-z0-9+/=]+\$[A-Za-z0-9+/=]+$'::text))
);

CREATE TABLE public.day_due (
    day date NOT NULL,
    devices integer[] NOT NULL
);

CREATE TABLE public.day_mean (
    device integer NOT NULL,
    day date NOT NULL,
    channel text NOT NULL,
    mean real,
    low real,
    high real,
    hours smallint NOT NULL,
    valid smallint NOT NULL,
    suspect smallint NOT NULL,
    sent smallint NOT NULL,
    corrected real,
    correction text
);

CREATE TABLE public.deadline (
    deadline_id bigint NOT NULL,
    enterprise_id text NOT NULL,
    device integer NOT NULL,
    task text NOT NULL,
    declaration_id bigint,
    alert_id text,
    began_at timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL,
    done_at timestamp with time zone,
    void boolean DEFAULT false NOT NULL,
    told_at timestamp with time zone,
    CONSTRAINT deadline_check CHECK ((num_nonnulls(declaration_id, alert_id) = 1)),
    CONSTRAINT deadline_task_check CHECK ((task = ANY (ARRAY['report'::text, 'repair'::text])))
);

ALTER TABLE public.deadline ALTER COLUMN deadline_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.deadline_deadline_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.declaration (
    declaration_id bigint NOT NULL,
    enterprise_id text NOT NULL,
    device integer NOT NULL,
    kind text NOT NULL,
    start_at timestamp with time zone NOT NULL,
    end_at timestamp with time zone,
    reason text NOT NULL,
    proofs text[] NOT NULL,
    state text NOT NULL,
    waits boolean NOT NULL,
    version integer NOT NULL,
    made_at timestamp with time zone NOT NULL,
    made_by text NOT NULL,
    side text NOT NULL,
    reviewed_at timestamp with time zone,
    reviewed_by text,
    review_reason text NOT NULL,
    CONSTRAINT declaration_check CHECK ((end_at > start_at)),
    CONSTRAINT declaration_check1 CHECK (((reviewed_at IS NULL) = (reviewed_by IS NULL))),
    CONSTRAINT declaration_kind_check CHECK ((kind = ANY (ARRAY['stop'::text, 'fault'::text, 'maintenance'::text, 'calibration'::text, 'startup'::text]))),
    CONSTRAINT declaration_side_check CHECK ((side = ANY (ARRAY['enterprise'::text, 'desk'::text]))),
    CONSTRAINT declaration_state_check CHECK ((state = ANY (ARRAY['declared'::text, 'accepted'::text, 'refused'::text, 'withdrawn'::text])))
);

CREATE TABLE public.declaration_change (
    declaration_id bigint NOT NULL,
    version integer NOT NULL,
    enterprise_id text NOT NULL,
    at timestamp with time zone NOT NULL,
    who text NOT NULL,
    side text NOT NULL,
    place text NOT NULL,
    action text NOT NULL,
    why text NOT NULL,
    body jsonb NOT NULL,
    CONSTRAINT declaration_change_action_check CHECK ((action = ANY (ARRAY['declare'::text, 'correct'::text, 'end'::text, 'withdraw'::text, 'accept'::text, 'refuse'::text]))),
    CONSTRAINT declaration_change_side_check CHECK ((side = ANY (ARRAY['enterprise'::text, 'desk'::text])))
);

ALTER TABLE public.declaration ALTER COLUMN declaration_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.declaration_declaration_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.device (
    device integer NOT NULL,
    device_id text NOT NULL
);

ALTER TABLE public.device ALTER COLUMN device ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.device_device_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.device_note (
    device integer NOT NULL,
    at timestamp with time zone NOT NULL,
    command smallint NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    text text NOT NULL
);

CREATE TABLE public.district_township (
    district text NOT NULL,
    township text NOT NULL
);

CREATE TABLE public.drift_due (
    hour timestamp with time zone NOT NULL
);

CREATE TABLE public.duty_log_entry (
    entry_id bigint NOT NULL,
    person_id text NOT NULL,
    start_at timestamp with time zone NOT NULL,
    post text NOT NULL,
    at timestamp with time zone NOT NULL,
    who text NOT NULL,
    text text NOT NULL
);

ALTER TABLE public.duty_log_entry ALTER COLUMN entry_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.duty_log_entry_entry_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.duty_log_lock (
    person_id text NOT NULL,
    start_at timestamp with time zone NOT NULL,
    post text NOT NULL,
    locked_at timestamp with time zone NOT NULL,
    handover_id bigint NOT NULL,
    lines jsonb NOT NULL
);

CREATE TABLE public.enterprise (
    enterprise_id text NOT NULL,
    name text NOT NULL,
    lon double precision NOT NULL,
    lat double precision NOT NULL,
    industry text NOT NULL,
    township text NOT NULL,
    contact text NOT NULL
);

CREATE TABLE public.handling (
    alert_id text NOT NULL,
    stage text NOT NULL,
    version integer NOT NULL,
    pushed boolean NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    township text NOT NULL,
    climb_at timestamp with time zone,
    due_at timestamp with time zone,
    body jsonb NOT NULL,
    CONSTRAINT handling_stage_check CHECK ((stage = ANY (ARRAY['open'::text, 'acknowledged'::text, 'dispatched'::text, 'accepted'::text, 'arrived'::text, 'reported'::text, 'rectifying'::text, 'rectified'::text, 'verified'::text, 'closed'::text, 'false_alarm'::text, 'merged'::text])))
);

CREATE TABLE public.monitor (
    device integer NOT NULL,
    enterprise_id text NOT NULL,
    outlet text NOT NULL,
    lon double precision NOT NULL,
    lat double precision NOT NULL,
    password text NOT NULL
);

CREATE VIEW public.own_alert WITH (security_barrier='true') AS
 SELECT m.enterprise_id,
    m.device,
    d.device_id AS mn,
    a.alert_id,
    a.kind,
    a.pollutant,
    a.status,
    a.severity,
    a.opened_at,
    a.closed_at,
    (a.body -> 'evidence'::text) AS evidence
   FROM ((public.monitor m
     JOIN public.device d USING (device))
     JOIN public.alert a ON (((a.source = d.device_id) AND (a.kind = ANY (ARRAY['exceedance'::text, 'early_warning'::text, 'fault'::text, 'offline'::text, 'clock'::text])))))
  WHERE (( SELECT public.reaches_all() AS reaches_all) OR (m.enterprise_id = ANY (( SELECT public.reached() AS reached)::text[])));

CREATE VIEW public.enterprise_alert WITH (security_barrier='true') AS
 WITH concerned AS (
         SELECT r.enterprise_id,
            r.alert_id,
            r.release_id,
            r.released_as,
            r.at AS released_at,
            r.reply_by,
            r.appeal_by
           FROM public.alert_release r
          WHERE (r.withdrawn_at IS NULL)
        UNION ALL
         SELECT o_1.enterprise_id,
            o_1.alert_id,
            NULL::bigint AS release_id,
            NULL::text AS released_as,
            NULL::timestamp with time zone AS released_at,
            NULL::timestamp with time zone AS reply_by,
            NULL::timestamp with time zone AS appeal_by
           FROM public.own_alert o_1
          WHERE (NOT (EXISTS ( SELECT
                   FROM public.alert_release r
                  WHERE ((r.alert_id = o_1.alert_id) AND (r.enterprise_id = o_1.enterprise_id) AND (r.withdrawn_at IS NULL)))))
        )
 SELECT c.enterprise_id,
    c.alert_id,
    c.release_id,
    c.released_as,
    c.released_at,
    c.reply_by,
    c.appeal_by,
    a.kind,
    a.pollutant,
    a.status,
    a.severity,
    a.opened_at,
    a.closed_at,
        CASE
            WHEN ((h.stage = ANY (ARRAY['closed'::text, 'false_alarm'::text])) OR (f.found AND (h.stage = ANY (ARRAY['reported'::text, 'rectifying'::text, 'rectified'::text, 'verified'::text])))) THEN h.stage
            ELSE 'inquiry'::text
        END AS stage,
        CASE
            WHEN f.found THEN ((h.body ->> 'rectify_by'::text))::timestamp with time zone
            ELSE NULL::timestamp with time zone
        END AS rectify_by,
        CASE
            WHEN f.found THEN (h.body ->> 'cause'::text)
            ELSE NULL::text
        END AS cause,
    ((a.body ->> 'peak_at'::text))::timestamp with time zone AS peak_at,
    ((a.body ->> 'peak_value'::text))::double precision AS peak_value,
    ((a.body ->> 'background'::text))::double precision AS background,
    ((a.body ->> 'excess'::text))::double precision AS excess,
    ((a.body -> 'evidence'::text) ->> 'sign'::text) AS sign,
    ((a.body -> 'evidence'::text) ->> 'unit'::text) AS unit,
    ((a.body -> 'evidence'::text) -> 'wind'::text) AS wind,
    o.device_id,
    o.outlet,
    o.lon,
    o.lat
   FROM ((((concerned c
     JOIN public.alert a USING (alert_id))
     JOIN public.handling h USING (alert_id))
     LEFT JOIN LATERAL ( SELECT d.device_id,
            m.outlet,
            m.lon,
            m.lat
           FROM (public.device d
             JOIN public.monitor m USING (device))
          WHERE ((d.device_id = a.source) AND (m.enterprise_id = c.enterprise_id))) o ON (true))
     CROSS JOIN LATERAL ( SELECT COALESCE(((c.released_as = 'found'::text) AND ((h.body ->> 'enterprise_id'::text) = c.enterprise_id)), false) AS found) f)
  WHERE (( SELECT public.reaches_all() AS reaches_all) OR (c.enterprise_id = ANY (( SELECT public.reached() AS reached)::text[])));

CREATE TABLE public.enterprise_hook (
    contact_id bigint NOT NULL,
    enterprise_id text NOT NULL,
    events text[] NOT NULL,
    secret text NOT NULL,
    CONSTRAINT enterprise_hook_events_check CHECK (((cardinality(events) >= 1) AND (cardinality(events) <= 20)))
);

CREATE TABLE public.evidence_pack (
    manifest_sha256 bytea NOT NULL,
    alert_id text NOT NULL,
    at timestamp with time zone NOT NULL,
    who text NOT NULL,
    files integer NOT NULL,
    bytes bigint NOT NULL
);

CREATE TABLE public.facility (
    device integer NOT NULL,
    channel text NOT NULL,
    line text NOT NULL,
    role text NOT NULL,
    on_above double precision NOT NULL,
    CONSTRAINT facility_role_check CHECK ((role = ANY (ARRAY['production'::text, 'treatment'::text])))
);

CREATE TABLE public.failure_due (
    alert_id text NOT NULL
);

CREATE TABLE public.finding (
    alert_id text NOT NULL,
    at timestamp with time zone NOT NULL,
    enterprise_id text,
    cause text NOT NULL,
    note text NOT NULL
);

CREATE TABLE public.grid (
    one boolean DEFAULT true NOT NULL,
    cell_m double precision NOT NULL,
    epsg integer NOT NULL,
    lon0 double precision NOT NULL,
    lat0 double precision NOT NULL,
    nx integer NOT NULL,
    ny integer NOT NULL,
    CONSTRAINT grid_cell_m_check CHECK ((cell_m > (0)::double precision)),
    CONSTRAINT grid_nx_check CHECK ((nx > 0)),
    CONSTRAINT grid_ny_check CHECK ((ny > 0)),
    CONSTRAINT grid_one_check CHECK (one)
);

CREATE TABLE public.handover (
    handover_id bigint NOT NULL,
    person_id text NOT NULL,
    start_at timestamp with time zone NOT NULL,
    post text NOT NULL,
    to_person text NOT NULL,
    offered_at timestamp with time zone NOT NULL,
    who text NOT NULL,
    note text NOT NULL,
    alerts jsonb NOT NULL
);

CREATE TABLE public.handover_answer (
    handover_id bigint NOT NULL,
    answer text NOT NULL,
    to_start timestamp with time zone,
    at timestamp with time zone NOT NULL,
    who text NOT NULL,
    reason text NOT NULL,
    CONSTRAINT handover_answer_answer_check CHECK ((answer = ANY (ARRAY['accepted'::text, 'declined'::text, 'withdrawn'::text]))),
    CONSTRAINT handover_answer_check CHECK (((answer = 'accepted'::text) = (to_start IS NOT NULL)))
);

ALTER TABLE public.handover ALTER COLUMN handover_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.handover_handover_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.hj212_part (
    device integer NOT NULL,
    command smallint NOT NULL,
    data_time text NOT NULL,
    total smallint NOT NULL,
    number smallint NOT NULL,
    topic text NOT NULL,
    payload bytea NOT NULL,
    received_at timestamp with time zone NOT NULL
);

CREATE TABLE public.hour_mean (
    device integer NOT NULL,
    ts timestamp with time zone NOT NULL,
    channel text NOT NULL,
    mean real,
    low real,
    high real,
    valid smallint NOT NULL,
    suspect smallint NOT NULL,
    sent smallint NOT NULL,
    corrected real,
    correction text
);

CREATE TABLE public.idempotency (
    who text NOT NULL,
    key text NOT NULL,
    request text NOT NULL,
    answer jsonb,
    at timestamp with time zone NOT NULL
);

CREATE TABLE public.imported_shift (
    person_id text NOT NULL,
    start_at timestamp with time zone NOT NULL,
    end_at timestamp with time zone NOT NULL,
    post text NOT NULL,
    CONSTRAINT imported_shift_check CHECK ((end_at > start_at))
);

CREATE TABLE public.ingest_session (
    number integer NOT NULL
);

CREATE TABLE public.judged_mark (
    one boolean DEFAULT true NOT NULL,
    marks jsonb NOT NULL,
    CONSTRAINT judged_mark_one_check CHECK (one)
);

CREATE TABLE public.judged_thresholds (
    one boolean DEFAULT true NOT NULL,
    text text NOT NULL,
    CONSTRAINT judged_thresholds_one_check CHECK (one)
);

CREATE TABLE public.reject (
    id bigint NOT NULL,
    message bigint NOT NULL,
    first_at timestamp with time zone NOT NULL,
    received_at timestamp with time zone NOT NULL,
    device_id text,
    reason text NOT NULL,
    detail text NOT NULL,
    times integer NOT NULL
);

ALTER TABLE public.reject ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.kept_reject_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.ladder (
    alert_id text NOT NULL,
    level integer NOT NULL,
    round integer NOT NULL,
    since timestamp with time zone NOT NULL,
    next_at timestamp with time zone NOT NULL,
    untaken_since timestamp with time zone NOT NULL
);

CREATE TABLE public.layout (
    layout integer NOT NULL,
    devices text[] NOT NULL
);

ALTER TABLE public.layout ALTER COLUMN layout ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.layout_layout_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE SEQUENCE public.letter_number
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE public.logger (
    device integer NOT NULL,
    mn text NOT NULL,
    password text NOT NULL
);

CREATE TABLE public.mark (
    device integer NOT NULL,
    kind text NOT NULL,
    start_at timestamp with time zone NOT NULL,
    end_at timestamp with time zone,
    reason text NOT NULL,
    declaration_id bigint,
    CONSTRAINT mark_check CHECK ((end_at >= start_at)),
    CONSTRAINT mark_kind_check CHECK ((kind = ANY (ARRAY['stop'::text, 'maintenance'::text, 'calibration'::text, 'fault'::text, 'startup'::text])))
);

CREATE TABLE public.mark_due (
    device integer NOT NULL,
    from_at timestamp with time zone NOT NULL,
    to_at timestamp with time zone NOT NULL
);

CREATE TABLE public.migration (
    number integer NOT NULL,
    name text NOT NULL,
    sha256 text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.mobile_reading (
    device integer NOT NULL,
    ts timestamp with time zone NOT NULL,
    lon double precision NOT NULL,
    lat double precision NOT NULL,
    ix integer,
    iy integer,
    pm25 real,
    pm10 real,
    so2 real,
    no2 real,
    o3 real,
    co real,
    tvoc real,
    nmhc real,
    ch4 real,
    temperature real,
    humidity real,
    pressure real,
    wind_speed real,
    wind_direction real,
    qc bytea
);

CREATE TABLE public.monitor_channel (
    device integer NOT NULL,
    channel text NOT NULL,
    unit text NOT NULL,
    permit_limit double precision,
    limit_period text NOT NULL,
    CONSTRAINT monitor_channel_limit_period_check CHECK ((limit_period = ANY (ARRAY['hour'::text, ''::text]))),
    CONSTRAINT monitor_channel_permit_limit_check CHECK ((permit_limit > (0)::double precision))
);

CREATE TABLE public.monitor_latest (
    device integer NOT NULL,
    channel text NOT NULL,
    ts timestamp with time zone NOT NULL,
    received_at timestamp with time zone NOT NULL,
    value real,
    qc smallint NOT NULL
)
WITH (fillfactor='50');

CREATE TABLE public.monitor_reading (
    device integer NOT NULL,
    ts timestamp with time zone NOT NULL,
    channel text NOT NULL,
    value real,
    qc smallint DEFAULT 0 NOT NULL
);

CREATE TABLE public.mute (
    mute_id bigint NOT NULL,
    scope text NOT NULL,
    place text NOT NULL,
    area jsonb,
    kinds text[] NOT NULL,
    pollutants text[] NOT NULL,
    start_at timestamp with time zone NOT NULL,
    end_at timestamp with time zone NOT NULL,
    reason text NOT NULL,
    author text NOT NULL,
    planned_works boolean NOT NULL,
    alert_id text,
    made_at timestamp with time zone NOT NULL,
    CONSTRAINT mute_check CHECK (((scope = 'polygon'::text) = (area IS NOT NULL))),
    CONSTRAINT mute_check1 CHECK ((end_at > start_at)),
    CONSTRAINT mute_reason_check CHECK ((reason <> ''::text)),
    CONSTRAINT mute_scope_check CHECK ((scope = ANY (ARRAY['cell'::text, 'device'::text, 'enterprise'::text, 'polygon'::text])))
);

CREATE TABLE public.mute_change (
    mute_id bigint NOT NULL,
    action text NOT NULL,
    at timestamp with time zone NOT NULL,
    who text NOT NULL,
    why text NOT NULL,
    CONSTRAINT mute_change_action_check CHECK ((action = ANY (ARRAY['made'::text, 'begun'::text, 'ended'::text])))
);

CREATE TABLE public.mute_hit (
    mute_id bigint NOT NULL,
    alert_id text NOT NULL,
    at timestamp with time zone NOT NULL
);

ALTER TABLE public.mute ALTER COLUMN mute_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.mute_mute_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.notice (
    seq bigint NOT NULL,
    why text DEFAULT ''::text NOT NULL
);

CREATE TABLE public.onboarding_step (
    step_id bigint NOT NULL,
    outlet_id bigint NOT NULL,
    enterprise_id text NOT NULL,
    step text NOT NULL,
    done_on date NOT NULL,
    at timestamp with time zone NOT NULL,
    who text NOT NULL,
    note text NOT NULL,
    files text[] NOT NULL,
    CONSTRAINT onboarding_step_step_check CHECK ((step = ANY (ARRAY['installed'::text, 'tested'::text, 'accepted'::text, 'networked'::text, 'refused'::text, 'waived'::text])))
);

ALTER TABLE public.onboarding_step ALTER COLUMN step_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.onboarding_step_step_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.operator (
    operator_id text NOT NULL,
    name text NOT NULL,
    contact text NOT NULL
);

CREATE TABLE public.operator_link (
    device integer NOT NULL,
    operator_id text NOT NULL,
    from_on date NOT NULL,
    to_on date,
    CONSTRAINT operator_link_check CHECK ((to_on >= from_on))
);

CREATE TABLE public.outlet (
    outlet_id bigint NOT NULL,
    enterprise_id text NOT NULL,
    name text NOT NULL,
    due date
);

CREATE TABLE public.outlet_design (
    design_id bigint NOT NULL,
    outlet_id bigint NOT NULL,
    enterprise_id text NOT NULL,
    since timestamp with time zone NOT NULL,
    design_flow_m3h double precision NOT NULL,
    industry_class text NOT NULL,
    CONSTRAINT outlet_design_design_flow_m3h_check CHECK ((design_flow_m3h > (0)::double precision)),
    CONSTRAINT outlet_design_industry_class_check CHECK ((industry_class = ANY (ARRAY[''::text, 'chemical'::text, 'other'::text])))
);

ALTER TABLE public.outlet_design ALTER COLUMN design_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.outlet_design_design_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE public.outlet ALTER COLUMN outlet_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.outlet_outlet_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.overdue_notice (
    key text NOT NULL,
    at timestamp with time zone NOT NULL
);

CREATE TABLE public.park_device (
    park_id text NOT NULL,
    name text NOT NULL,
    device integer NOT NULL,
    channel text NOT NULL,
    unit text NOT NULL,
    permit_limit double precision NOT NULL,
    CONSTRAINT park_device_permit_limit_check CHECK ((permit_limit > (0)::double precision))
);

CREATE TABLE public.person (
    person_id text NOT NULL,
    name text NOT NULL,
    role text NOT NULL,
    phone text NOT NULL,
    township text NOT NULL,
    CONSTRAINT person_role_check CHECK ((role = ANY (ARRAY['leader'::text, 'duty'::text, 'dispatcher'::text, 'chief'::text, 'field'::text, 'bureau'::text])))
);

CREATE TABLE public.pgqueuer (
    id bigint NOT NULL,
    priority integer NOT NULL,
    queue_manager_id uuid,
    created timestamp with time zone DEFAULT now() NOT NULL,
    updated timestamp with time zone DEFAULT now() NOT NULL,
    heartbeat timestamp with time zone DEFAULT now() NOT NULL,
    execute_after timestamp with time zone DEFAULT now() NOT NULL,
    status public.pgqueuer_status NOT NULL,
    entrypoint text NOT NULL,
    dedupe_key text,
    payload bytea,
    headers jsonb,
    attempts integer DEFAULT 0 NOT NULL,
    slot bigint
);

CREATE SEQUENCE public.pgqueuer_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.pgqueuer_id_seq OWNED BY public.pgqueuer.id;

CREATE TABLE public.pgqueuer_log (
    id bigint NOT NULL,
    created timestamp with time zone DEFAULT now() NOT NULL,
    job_id bigint NOT NULL,
    status public.pgqueuer_status NOT NULL,
    priority integer NOT NULL,
    entrypoint text NOT NULL,
    traceback jsonb,
    aggregated boolean DEFAULT false
);

ALTER TABLE public.pgqueuer_log ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.pgqueuer_log_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.pgqueuer_schedules (
    id bigint NOT NULL,
    expression text NOT NULL,
    entrypoint text NOT NULL,
    heartbeat timestamp with time zone DEFAULT now() NOT NULL,
    created timestamp with time zone DEFAULT now() NOT NULL,
    updated timestamp with time zone DEFAULT now() NOT NULL,
    next_run timestamp with time zone DEFAULT now() NOT NULL,
    last_run timestamp with time zone,
    status public.pgqueuer_status DEFAULT 'queued'::public.pgqueuer_status
);

CREATE SEQUENCE public.pgqueuer_schedules_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.pgqueuer_schedules_id_seq OWNED BY public.pgqueuer_schedules.id;

CREATE TABLE public.pgqueuer_statistics (
    id bigint NOT NULL,
    created timestamp with time zone DEFAULT date_trunc('sec'::text, now()) NOT NULL,
    count bigint NOT NULL,
    priority integer NOT NULL,
    status public.pgqueuer_status NOT NULL,
    entrypoint text NOT NULL
);

CREATE SEQUENCE public.pgqueuer_statistics_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.pgqueuer_statistics_id_seq OWNED BY public.pgqueuer_statistics.id;

CREATE TABLE public.photo (
    photo_id text NOT NULL,
    alert_id text NOT NULL,
    at timestamp with time zone NOT NULL,
    who text NOT NULL,
    place text NOT NULL,
    width integer NOT NULL,
    height integer NOT NULL,
    sha256 text NOT NULL,
    received_sha256 text NOT NULL,
    body bytea NOT NULL,
    CONSTRAINT photo_height_check CHECK ((height > 0)),
    CONSTRAINT photo_photo_id_check CHECK ((photo_id ~ '^[0-9a-f]{32}$'::text)),
    CONSTRAINT photo_width_check CHECK ((width > 0))
);
ALTER TABLE ONLY public.photo ALTER COLUMN body SET STORAGE EXTERNAL;

CREATE TABLE public.push (
    push_id bigint NOT NULL,
    key text NOT NULL,
    telling text,
    seq bigint,
    alert_id text,
    person_id text,
    contact_id bigint,
    channel text NOT NULL,
    lane bigint GENERATED ALWAYS AS (COALESCE(contact_id, (0)::bigint)) STORED,
    action text NOT NULL,
    reason text NOT NULL,
    severity smallint NOT NULL,
    made_at timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL,
    try_at timestamp with time zone NOT NULL,
    state text DEFAULT 'waiting'::text NOT NULL,
    why text DEFAULT ''::text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    sent_at timestamp with time zone,
    delivered_at timestamp with time zone,
    confirmed_at timestamp with time zone,
    confirmed_from text DEFAULT ''::text NOT NULL,
    message_key text,
    CONSTRAINT push_check CHECK (((person_id IS NULL) OR (telling IS NOT NULL))),
    CONSTRAINT push_check1 CHECK (((seq IS NOT NULL) OR (telling IS NOT NULL))),
    CONSTRAINT push_severity_check CHECK (((severity >= 1) AND (severity <= 4))),
    CONSTRAINT push_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'sent'::text, 'delivered'::text, 'confirmed'::text, 'failed'::text, 'dropped'::text])))
);

ALTER TABLE public.push ALTER COLUMN push_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.push_push_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.quality_flag (
    device integer NOT NULL,
    hour timestamp with time zone NOT NULL,
    channel text NOT NULL,
    reason smallint NOT NULL,
    from_at timestamp with time zone NOT NULL,
    to_at timestamp with time zone NOT NULL
);

CREATE TABLE public.quality_thresholds (
    one boolean DEFAULT true NOT NULL,
    text text NOT NULL,
    CONSTRAINT quality_thresholds_one_check CHECK (one)
);

CREATE TABLE public.refused (
    message bigint NOT NULL,
    digest bytea NOT NULL,
    received_at timestamp with time zone NOT NULL,
    topic text NOT NULL,
    payload bytea NOT NULL,
    bytes integer NOT NULL
);

ALTER TABLE public.refused ALTER COLUMN message ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.refused_message_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.regional_hit (
    regional_id text NOT NULL,
    alert_id text NOT NULL,
    at timestamp with time zone NOT NULL
);

CREATE TABLE public.registry_version (
    one boolean DEFAULT true NOT NULL,
    version bigint NOT NULL,
    CONSTRAINT registry_version_one_check CHECK (one)
);

CREATE TABLE public.reply (
    letter_id bigint DEFAULT nextval('public.letter_number'::regclass) NOT NULL,
    enterprise_id text NOT NULL,
    alert_id text NOT NULL,
    release_id bigint,
    kind text NOT NULL,
    text text NOT NULL,
    files text[] NOT NULL,
    at timestamp with time zone NOT NULL,
    who text NOT NULL,
    due_at timestamp with time zone,
    state text,
    decided_at timestamp with time zone,
    decided_by text,
    decided_why text,
    CONSTRAINT reply_check CHECK (((kind = 'appeal'::text) = (state IS NOT NULL))),
    CONSTRAINT reply_check1 CHECK (((COALESCE(state, 'open'::text) = 'open'::text) = (decided_at IS NULL))),
    CONSTRAINT reply_check2 CHECK ((((decided_at IS NULL) = (decided_by IS NULL)) AND ((decided_at IS NULL) = (decided_why IS NULL)))),
    CONSTRAINT reply_kind_check CHECK ((kind = ANY (ARRAY['reply'::text, 'appeal'::text, 'rectification'::text]))),
    CONSTRAINT reply_state_check CHECK ((state = ANY (ARRAY['open'::text, 'upheld'::text, 'dismissed'::text])))
);

CREATE TABLE public.retrial_due (
    device integer NOT NULL,
    from_at timestamp with time zone NOT NULL,
    to_at timestamp with time zone NOT NULL,
    declaration_id bigint NOT NULL
);

CREATE TABLE public.roster_change (
    seq bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    who text NOT NULL,
    action text NOT NULL,
    why text NOT NULL,
    details jsonb NOT NULL,
    recorded_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);

ALTER TABLE public.roster_change ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.roster_change_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.roster_entry (
    entry_id bigint NOT NULL,
    kind text NOT NULL,
    body jsonb NOT NULL,
    who text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    ended_by text,
    CONSTRAINT roster_entry_kind_check CHECK ((kind = ANY (ARRAY['rotation'::text, 'leave'::text, 'substitute'::text, 'temporary'::text, 'holiday'::text, 'swap'::text])))
);

ALTER TABLE public.roster_entry ALTER COLUMN entry_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.roster_entry_entry_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.roster_notice (
    key text NOT NULL,
    at timestamp with time zone NOT NULL
);

CREATE TABLE public.secret (
    name text NOT NULL,
    value text NOT NULL
);

CREATE TABLE public.session (
    session_id bigint NOT NULL,
    token_sha256 bytea NOT NULL,
    account text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    address text NOT NULL,
    agent text NOT NULL
);

ALTER TABLE public.session ALTER COLUMN session_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.session_session_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.shift (
    person_id text NOT NULL,
    start_at timestamp with time zone NOT NULL,
    end_at timestamp with time zone NOT NULL,
    post text NOT NULL,
    role text DEFAULT ''::text NOT NULL,
    township text DEFAULT ''::text NOT NULL,
    source text DEFAULT 'import'::text NOT NULL,
    instead_of text DEFAULT ''::text NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT shift_check CHECK ((end_at > start_at))
);

CREATE TABLE public.sign_in_failure (
    what text NOT NULL,
    failures integer NOT NULL,
    last_at timestamp with time zone NOT NULL,
    until timestamp with time zone NOT NULL
);

CREATE TABLE public.station (
    device integer NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    lon double precision NOT NULL,
    lat double precision NOT NULL,
    township text NOT NULL,
    chief text NOT NULL,
    CONSTRAINT station_kind_check CHECK ((kind = ANY (ARRAY['micro'::text, 'national'::text, 'weather'::text, 'boundary'::text, 'mobile'::text])))
);

CREATE TABLE public.station_channel (
    device integer NOT NULL,
    channel text NOT NULL,
    unit text NOT NULL
);

CREATE TABLE public.station_chief (
    device integer NOT NULL,
    person_id text NOT NULL,
    acting_id text,
    township text NOT NULL
);

CREATE TABLE public.station_latest (
    device integer NOT NULL,
    ts timestamp with time zone NOT NULL,
    received_at timestamp with time zone NOT NULL,
    pm25 real,
    pm10 real,
    so2 real,
    no2 real,
    o3 real,
    co real,
    tvoc real,
    nmhc real,
    ch4 real,
    temperature real,
    humidity real,
    pressure real,
    wind_speed real,
    wind_direction real,
    qc bytea
)
WITH (fillfactor='50');

CREATE TABLE public.station_reading (
    device integer NOT NULL,
    ts timestamp with time zone NOT NULL,
    pm25 real,
    pm10 real,
    so2 real,
    no2 real,
    o3 real,
    co real,
    tvoc real,
    nmhc real,
    ch4 real,
    temperature real,
    humidity real,
    pressure real,
    wind_speed real,
    wind_direction real,
    qc bytea
);

CREATE TABLE public.statistic (
    device integer NOT NULL,
    ts timestamp with time zone NOT NULL,
    command smallint NOT NULL,
    channel text NOT NULL,
    low real,
    mean real,
    high real,
    total double precision,
    zs_low real,
    zs_mean real,
    zs_high real,
    qc smallint NOT NULL
);

CREATE TABLE public.swap_request (
    swap_id bigint NOT NULL,
    body jsonb NOT NULL,
    requested_by text NOT NULL,
    requested_at timestamp with time zone NOT NULL,
    state text NOT NULL,
    agreed_at timestamp with time zone,
    decided_by text,
    decided_at timestamp with time zone,
    why text DEFAULT ''::text NOT NULL,
    entry_id bigint,
    CONSTRAINT swap_request_state_check CHECK ((state = ANY (ARRAY['requested'::text, 'agreed'::text, 'approved'::text, 'refused'::text, 'withdrawn'::text])))
);

ALTER TABLE public.swap_request ALTER COLUMN swap_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.swap_request_swap_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.telling (
    telling text NOT NULL,
    seq bigint,
    alert_id text,
    action text NOT NULL,
    severity smallint NOT NULL,
    words jsonb,
    told jsonb NOT NULL,
    made_at timestamp with time zone NOT NULL,
    next_at timestamp with time zone,
    CONSTRAINT telling_check CHECK (((seq IS NULL) = (words IS NOT NULL))),
    CONSTRAINT telling_severity_check CHECK (((severity >= 1) AND (severity <= 4)))
);

CREATE TABLE public.thread_message (
    letter_id bigint DEFAULT nextval('public.letter_number'::regclass) NOT NULL,
    enterprise_id text NOT NULL,
    alert_id text,
    side text NOT NULL,
    text text NOT NULL,
    files text[] NOT NULL,
    at timestamp with time zone NOT NULL,
    who text NOT NULL,
    read_at timestamp with time zone,
    CONSTRAINT thread_message_side_check CHECK ((side = ANY (ARRAY['enterprise'::text, 'desk'::text])))
);

CREATE TABLE public.touched (
    hour timestamp with time zone NOT NULL,
    devices integer[] NOT NULL
);

CREATE TABLE public.turned (
    one boolean DEFAULT true NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT turned_one_check CHECK (one)
);

CREATE TABLE public.verdict (
    minute timestamp with time zone NOT NULL,
    pollutant text NOT NULL,
    layout integer NOT NULL,
    value bytea NOT NULL,
    background bytea NOT NULL,
    score bytea NOT NULL,
    state bytea NOT NULL
);
ALTER TABLE ONLY public.verdict ALTER COLUMN value SET STORAGE EXTERNAL;
ALTER TABLE ONLY public.verdict ALTER COLUMN background SET STORAGE EXTERNAL;
ALTER TABLE ONLY public.verdict ALTER COLUMN score SET STORAGE EXTERNAL;
ALTER TABLE ONLY public.verdict ALTER COLUMN state SET STORAGE EXTERNAL;

CREATE TABLE public.watermark (
    one boolean DEFAULT true NOT NULL,
    minute timestamp with time zone NOT NULL,
    CONSTRAINT watermark_one_check CHECK (one)
);

CREATE TABLE public.window_file (
    file_id text NOT NULL,
    enterprise_id text NOT NULL,
    side text NOT NULL,
    name text NOT NULL,
    content_type text NOT NULL,
    sha256 text NOT NULL,
    received_sha256 text NOT NULL,
    at timestamp with time zone NOT NULL,
    who text NOT NULL,
    attached_at timestamp with time zone,
    bytes integer NOT NULL,
    body bytea NOT NULL,
    CONSTRAINT window_file_bytes_check CHECK ((bytes > 0)),
    CONSTRAINT window_file_file_id_check CHECK ((file_id ~ '^[0-9a-f]{32}$'::text)),
    CONSTRAINT window_file_side_check CHECK ((side = ANY (ARRAY['enterprise'::text, 'desk'::text])))
);
ALTER TABLE ONLY public.window_file ALTER COLUMN body SET STORAGE EXTERNAL;

ALTER TABLE ONLY public.pgqueuer ALTER COLUMN id SET DEFAULT nextval('public.pgqueuer_id_seq'::regclass);

ALTER TABLE ONLY public.pgqueuer_schedules ALTER COLUMN id SET DEFAULT nextval('public.pgqueuer_schedules_id_seq'::regclass);

ALTER TABLE ONLY public.pgqueuer_statistics ALTER COLUMN id SET DEFAULT nextval('public.pgqueuer_statistics_id_seq'::regclass);

ALTER TABLE ONLY public.account
    ADD CONSTRAINT account_person_id_key UNIQUE (person_id);

ALTER TABLE ONLY public.account
    ADD CONSTRAINT account_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.account_scope
    ADD CONSTRAINT account_scope_pkey PRIMARY KEY (account, kind, value);

ALTER TABLE ONLY public.account
    ADD CONSTRAINT account_subject_key UNIQUE (subject);

ALTER TABLE ONLY public.alert_cell
    ADD CONSTRAINT alert_cell_pkey PRIMARY KEY (alert_id, ix, iy, from_at);

ALTER TABLE ONLY public.alert_event
    ADD CONSTRAINT alert_event_pkey PRIMARY KEY (seq);

ALTER TABLE ONLY public.alert_hold
    ADD CONSTRAINT alert_hold_pkey PRIMARY KEY (hold_id);

ALTER TABLE ONLY public.alert
    ADD CONSTRAINT alert_pkey PRIMARY KEY (alert_id);

ALTER TABLE ONLY public.alert_release
    ADD CONSTRAINT alert_release_pkey PRIMARY KEY (release_id);

ALTER TABLE ONLY public.api_key
    ADD CONSTRAINT api_key_pkey PRIMARY KEY (prefix);

ALTER TABLE ONLY public.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (seq);

ALTER TABLE ONLY public.breach
    ADD CONSTRAINT breach_pkey PRIMARY KEY (alert_id, step, since);

ALTER TABLE ONLY public.calendar_address
    ADD CONSTRAINT calendar_address_pkey PRIMARY KEY (address_id);

ALTER TABLE ONLY public.calendar_address
    ADD CONSTRAINT calendar_address_token_sha256_key UNIQUE (token_sha256);

ALTER TABLE ONLY public.campaign_end
    ADD CONSTRAINT campaign_end_pkey PRIMARY KEY (campaign_id);

ALTER TABLE ONLY public.campaign
    ADD CONSTRAINT campaign_pkey PRIMARY KEY (campaign_id);

ALTER TABLE ONLY public.check_in
    ADD CONSTRAINT check_in_pkey PRIMARY KEY (check_in_id);

ALTER TABLE ONLY public.checkpoint
    ADD CONSTRAINT checkpoint_pkey PRIMARY KEY (minute);

ALTER TABLE ONLY public.clock_error
    ADD CONSTRAINT clock_error_pkey PRIMARY KEY (device, since);

ALTER TABLE ONLY public.consumable
    ADD CONSTRAINT consumable_entry_id_enterprise_id_key UNIQUE (entry_id, enterprise_id);

ALTER TABLE ONLY public.consumable
    ADD CONSTRAINT consumable_pkey PRIMARY KEY (entry_id);

ALTER TABLE ONLY public.consumable
    ADD CONSTRAINT consumable_supersedes_key UNIQUE (supersedes);

ALTER TABLE ONLY public.contact
    ADD CONSTRAINT contact_pkey PRIMARY KEY (contact_id);

ALTER TABLE ONLY public.credential
    ADD CONSTRAINT credential_pkey PRIMARY KEY (device_id);

ALTER TABLE ONLY public.day_mean
    ADD CONSTRAINT day_mean_pkey PRIMARY KEY (device, day, channel);

ALTER TABLE ONLY public.deadline
    ADD CONSTRAINT deadline_once UNIQUE NULLS NOT DISTINCT (task, declaration_id, alert_id);

ALTER TABLE ONLY public.deadline
    ADD CONSTRAINT deadline_pkey PRIMARY KEY (deadline_id);

ALTER TABLE ONLY public.declaration_change
    ADD CONSTRAINT declaration_change_pkey PRIMARY KEY (declaration_id, version);

ALTER TABLE ONLY public.declaration
    ADD CONSTRAINT declaration_pkey PRIMARY KEY (declaration_id);

ALTER TABLE ONLY public.device
    ADD CONSTRAINT device_device_id_key UNIQUE (device_id);

ALTER TABLE ONLY public.device_note
    ADD CONSTRAINT device_note_pkey PRIMARY KEY (device, at, command, code, name);

ALTER TABLE ONLY public.device
    ADD CONSTRAINT device_pkey PRIMARY KEY (device);

ALTER TABLE ONLY public.district_township
    ADD CONSTRAINT district_township_pkey PRIMARY KEY (district, township);

ALTER TABLE ONLY public.duty_log_entry
    ADD CONSTRAINT duty_log_entry_pkey PRIMARY KEY (entry_id);

ALTER TABLE ONLY public.duty_log_lock
    ADD CONSTRAINT duty_log_lock_pkey PRIMARY KEY (person_id, start_at, post);

ALTER TABLE ONLY public.enterprise_hook
    ADD CONSTRAINT enterprise_hook_pkey PRIMARY KEY (contact_id);

ALTER TABLE ONLY public.enterprise
    ADD CONSTRAINT enterprise_pkey PRIMARY KEY (enterprise_id);

ALTER TABLE ONLY public.evidence_pack
    ADD CONSTRAINT evidence_pack_pkey PRIMARY KEY (manifest_sha256);

ALTER TABLE ONLY public.facility
    ADD CONSTRAINT facility_pkey PRIMARY KEY (device, channel);

ALTER TABLE ONLY public.finding
    ADD CONSTRAINT finding_pkey PRIMARY KEY (alert_id, at);

ALTER TABLE ONLY public.grid
    ADD CONSTRAINT grid_pkey PRIMARY KEY (one);

ALTER TABLE ONLY public.handling
    ADD CONSTRAINT handling_pkey PRIMARY KEY (alert_id);

ALTER TABLE ONLY public.handover_answer
    ADD CONSTRAINT handover_answer_pkey PRIMARY KEY (handover_id);

ALTER TABLE ONLY public.handover
    ADD CONSTRAINT handover_pkey PRIMARY KEY (handover_id);

ALTER TABLE ONLY public.hj212_part
    ADD CONSTRAINT hj212_part_pkey PRIMARY KEY (device, command, data_time, total, number);

ALTER TABLE ONLY public.hour_mean
    ADD CONSTRAINT hour_mean_pkey PRIMARY KEY (device, ts, channel);

ALTER TABLE ONLY public.idempotency
    ADD CONSTRAINT idempotency_pkey PRIMARY KEY (who, key);

ALTER TABLE ONLY public.imported_shift
    ADD CONSTRAINT imported_shift_pkey PRIMARY KEY (person_id, start_at, post);

ALTER TABLE ONLY public.ingest_session
    ADD CONSTRAINT ingest_session_pkey PRIMARY KEY (number);

ALTER TABLE ONLY public.judged_mark
    ADD CONSTRAINT judged_mark_pkey PRIMARY KEY (one);

ALTER TABLE ONLY public.judged_thresholds
    ADD CONSTRAINT judged_thresholds_pkey PRIMARY KEY (one);

ALTER TABLE ONLY public.reject
    ADD CONSTRAINT kept_reject_message_device_id_reason_detail_key UNIQUE NULLS NOT DISTINCT (message, device_id, reason, detail);

ALTER TABLE ONLY public.ladder
    ADD CONSTRAINT ladder_pkey PRIMARY KEY (alert_id);

ALTER TABLE ONLY public.layout
    ADD CONSTRAINT layout_pkey PRIMARY KEY (layout);

ALTER TABLE ONLY public.logger
    ADD CONSTRAINT logger_mn_key UNIQUE (mn);

ALTER TABLE ONLY public.logger
    ADD CONSTRAINT logger_pkey PRIMARY KEY (device);

ALTER TABLE ONLY public.mark
    ADD CONSTRAINT mark_once UNIQUE NULLS NOT DISTINCT (device, kind, start_at, declaration_id);

ALTER TABLE ONLY public.migration
    ADD CONSTRAINT migration_pkey PRIMARY KEY (number);

ALTER TABLE ONLY public.mobile_reading
    ADD CONSTRAINT mobile_reading_pkey PRIMARY KEY (device, ts);

ALTER TABLE ONLY public.monitor_channel
    ADD CONSTRAINT monitor_channel_pkey PRIMARY KEY (device, channel);

ALTER TABLE ONLY public.monitor_latest
    ADD CONSTRAINT monitor_latest_pkey PRIMARY KEY (device, channel);

ALTER TABLE ONLY public.monitor
    ADD CONSTRAINT monitor_pkey PRIMARY KEY (device);

ALTER TABLE ONLY public.monitor_reading
    ADD CONSTRAINT monitor_reading_pkey PRIMARY KEY (device, ts, channel);

ALTER TABLE ONLY public.mute_change
    ADD CONSTRAINT mute_change_pkey PRIMARY KEY (mute_id, action);

ALTER TABLE ONLY public.mute_hit
    ADD CONSTRAINT mute_hit_pkey PRIMARY KEY (mute_id, alert_id);

ALTER TABLE ONLY public.mute
    ADD CONSTRAINT mute_pkey PRIMARY KEY (mute_id);

ALTER TABLE ONLY public.notice
    ADD CONSTRAINT notice_pkey PRIMARY KEY (seq);

ALTER TABLE ONLY public.onboarding_step
    ADD CONSTRAINT onboarding_step_pkey PRIMARY KEY (step_id);

ALTER TABLE ONLY public.operator_link
    ADD CONSTRAINT operator_link_pkey PRIMARY KEY (device, from_on);

ALTER TABLE ONLY public.operator
    ADD CONSTRAINT operator_pkey PRIMARY KEY (operator_id);

ALTER TABLE ONLY public.outlet_design
    ADD CONSTRAINT outlet_design_pkey PRIMARY KEY (design_id);

ALTER TABLE ONLY public.outlet
    ADD CONSTRAINT outlet_enterprise_id_name_key UNIQUE (enterprise_id, name);

ALTER TABLE ONLY public.outlet
    ADD CONSTRAINT outlet_outlet_id_enterprise_id_key UNIQUE (outlet_id, enterprise_id);

ALTER TABLE ONLY public.outlet
    ADD CONSTRAINT outlet_pkey PRIMARY KEY (outlet_id);

ALTER TABLE ONLY public.overdue_notice
    ADD CONSTRAINT overdue_notice_pkey PRIMARY KEY (key);

ALTER TABLE ONLY public.park_device
    ADD CONSTRAINT park_device_pkey PRIMARY KEY (park_id, device, channel);

ALTER TABLE ONLY public.person
    ADD CONSTRAINT person_pkey PRIMARY KEY (person_id);

ALTER TABLE ONLY public.pgqueuer_log
    ADD CONSTRAINT pgqueuer_log_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.pgqueuer
    ADD CONSTRAINT pgqueuer_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.pgqueuer_schedules
    ADD CONSTRAINT pgqueuer_schedules_expression_entrypoint_key UNIQUE (expression, entrypoint);

ALTER TABLE ONLY public.pgqueuer_schedules
    ADD CONSTRAINT pgqueuer_schedules_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.pgqueuer_statistics
    ADD CONSTRAINT pgqueuer_statistics_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.photo
    ADD CONSTRAINT photo_pkey PRIMARY KEY (photo_id);

ALTER TABLE ONLY public.push
    ADD CONSTRAINT push_key_key UNIQUE (key);

ALTER TABLE ONLY public.push
    ADD CONSTRAINT push_pkey PRIMARY KEY (push_id);

ALTER TABLE ONLY public.quality_flag
    ADD CONSTRAINT quality_flag_pkey PRIMARY KEY (device, hour, channel, reason, from_at);

ALTER TABLE ONLY public.quality_thresholds
    ADD CONSTRAINT quality_thresholds_pkey PRIMARY KEY (one);

ALTER TABLE ONLY public.refused
    ADD CONSTRAINT refused_digest_key UNIQUE (digest);

ALTER TABLE ONLY public.refused
    ADD CONSTRAINT refused_pkey PRIMARY KEY (message);

ALTER TABLE ONLY public.regional_hit
    ADD CONSTRAINT regional_hit_pkey PRIMARY KEY (regional_id, alert_id);

ALTER TABLE ONLY public.registry_version
    ADD CONSTRAINT registry_version_pkey PRIMARY KEY (one);

ALTER TABLE ONLY public.reject
    ADD CONSTRAINT reject_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.reply
    ADD CONSTRAINT reply_pkey PRIMARY KEY (letter_id);

ALTER TABLE ONLY public.roster_change
    ADD CONSTRAINT roster_change_pkey PRIMARY KEY (seq);

ALTER TABLE ONLY public.roster_entry
    ADD CONSTRAINT roster_entry_pkey PRIMARY KEY (entry_id);

ALTER TABLE ONLY public.roster_notice
    ADD CONSTRAINT roster_notice_pkey PRIMARY KEY (key);

ALTER TABLE ONLY public.secret
    ADD CONSTRAINT secret_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.session
    ADD CONSTRAINT session_pkey PRIMARY KEY (token_sha256);

ALTER TABLE ONLY public.session
    ADD CONSTRAINT session_session_id_key UNIQUE (session_id);

ALTER TABLE ONLY public.shift
    ADD CONSTRAINT shift_pkey PRIMARY KEY (person_id, start_at, post);

ALTER TABLE ONLY public.sign_in_failure
    ADD CONSTRAINT sign_in_failure_pkey PRIMARY KEY (what);

ALTER TABLE ONLY public.station_channel
    ADD CONSTRAINT station_channel_pkey PRIMARY KEY (device, channel);

ALTER TABLE ONLY public.station_chief
    ADD CONSTRAINT station_chief_pkey PRIMARY KEY (device);

ALTER TABLE ONLY public.station_latest
    ADD CONSTRAINT station_latest_pkey PRIMARY KEY (device);

ALTER TABLE ONLY public.station
    ADD CONSTRAINT station_pkey PRIMARY KEY (device);

ALTER TABLE ONLY public.station_reading
    ADD CONSTRAINT station_reading_pkey PRIMARY KEY (device, ts);

ALTER TABLE ONLY public.statistic
    ADD CONSTRAINT statistic_pkey PRIMARY KEY (device, ts, command, channel);

ALTER TABLE ONLY public.swap_request
    ADD CONSTRAINT swap_request_pkey PRIMARY KEY (swap_id);

ALTER TABLE ONLY public.telling
    ADD CONSTRAINT telling_pkey PRIMARY KEY (telling);

ALTER TABLE ONLY public.thread_message
    ADD CONSTRAINT thread_message_pkey PRIMARY KEY (letter_id);

ALTER TABLE ONLY public.turned
    ADD CONSTRAINT turned_pkey PRIMARY KEY (one);

ALTER TABLE ONLY public.verdict
    ADD CONSTRAINT verdict_pkey PRIMARY KEY (minute, pollutant);

ALTER TABLE ONLY public.watermark
    ADD CONSTRAINT watermark_pkey PRIMARY KEY (one);

ALTER TABLE ONLY public.window_file
    ADD CONSTRAINT window_file_pkey PRIMARY KEY (file_id);

CREATE INDEX alert_cell_place ON public.alert_cell USING btree (ix, iy, from_at DESC);

CREATE INDEX alert_event_at ON public.alert_event USING btree (at) WHERE (action <> 'updated'::text);

CREATE INDEX alert_event_of_alert ON public.alert_event USING btree (alert_id, seq);

CREATE INDEX alert_first_candidate ON public.alert USING btree (((body #>> '{candidates,0,enterprise_id}'::text[])), opened_at DESC) WHERE ((body #>> '{candidates,0,enterprise_id}'::text[]) IS NOT NULL);

CREATE INDEX alert_hold_of_alert ON public.alert_hold USING btree (alert_id, from_at);

CREATE UNIQUE INDEX alert_hold_one ON public.alert_hold USING btree (alert_id) WHERE (released_at IS NULL);

CREATE INDEX alert_newest ON public.alert USING btree (opened_at DESC, alert_id DESC);

CREATE INDEX alert_newest_of_kind ON public.alert USING btree (kind, opened_at DESC, alert_id DESC);

CREATE INDEX alert_newest_open ON public.alert USING btree (opened_at DESC, alert_id DESC) WHERE (status = 'open'::text);

CREATE INDEX alert_of_own ON public.alert USING btree (source, opened_at DESC) WHERE (kind = ANY (ARRAY['exceedance'::text, 'early_warning'::text, 'fault'::text, 'offline'::text, 'clock'::text]));

CREATE UNIQUE INDEX alert_one_open_per_source ON public.alert USING btree (kind, pollutant, source) WHERE (status = 'open'::text);

CREATE INDEX alert_release_due ON public.alert_release USING btree (reply_by) WHERE ((withdrawn_at IS NULL) AND (reminded_at IS NULL));

CREATE UNIQUE INDEX alert_release_in_force ON public.alert_release USING btree (alert_id, enterprise_id) WHERE (withdrawn_at IS NULL);

CREATE INDEX alert_release_of_enterprise ON public.alert_release USING btree (enterprise_id, alert_id) WHERE (withdrawn_at IS NULL);

CREATE INDEX api_key_of_account ON public.api_key USING btree (account);

CREATE INDEX arrival_minute ON public.arrival USING btree (minute);

CREATE INDEX breach_due ON public.breach USING btree (due_at DESC);

CREATE INDEX calendar_address_in_force ON public.calendar_address USING btree (person_id) WHERE (revoked_at IS NULL);

CREATE INDEX campaign_span ON public.campaign USING gist (tstzrange(start_at, end_at));

CREATE INDEX check_in_of_person ON public.check_in USING btree (person_id, at);

CREATE INDEX consumable_of_enterprise ON public.consumable USING btree (enterprise_id, done_on);

CREATE INDEX contact_of_enterprise ON public.contact USING btree (enterprise_id) WHERE ((disabled_at IS NULL) AND (enterprise_id IS NOT NULL));

CREATE INDEX contact_of_person ON public.contact USING btree (person_id, rank) WHERE (disabled_at IS NULL);

CREATE UNIQUE INDEX contact_once ON public.contact USING btree (channel, address, person_id, enterprise_id) NULLS NOT DISTINCT WHERE (disabled_at IS NULL);

CREATE INDEX day_mean_day_idx ON public.day_mean USING btree (day DESC);

CREATE INDEX deadline_left ON public.deadline USING btree (enterprise_id) WHERE ((NOT void) AND ((done_at IS NULL) OR (done_at > due_at)));

CREATE INDEX deadline_newest ON public.deadline USING btree (due_at DESC, deadline_id DESC) WHERE (NOT void);

CREATE INDEX deadline_of_device ON public.deadline USING btree (device, began_at);

CREATE INDEX deadline_of_enterprise ON public.deadline USING btree (enterprise_id, due_at DESC, deadline_id DESC) WHERE (NOT void);

CREATE INDEX deadline_to_tell ON public.deadline USING btree (due_at) WHERE ((done_at IS NULL) AND (told_at IS NULL) AND (NOT void));

CREATE INDEX declaration_newest ON public.declaration USING btree (made_at DESC, declaration_id DESC);

CREATE INDEX declaration_of_device ON public.declaration USING btree (device, start_at);

CREATE INDEX declaration_of_enterprise ON public.declaration USING btree (enterprise_id, made_at DESC, declaration_id DESC);

CREATE UNIQUE INDEX declaration_once ON public.declaration USING btree (device, kind, start_at) WHERE (state = ANY (ARRAY['declared'::text, 'accepted'::text]));

CREATE INDEX declaration_to_review ON public.declaration USING btree (made_at DESC, declaration_id DESC) WHERE (state = 'declared'::text);

CREATE INDEX duty_log_entry_of_shift ON public.duty_log_entry USING btree (person_id, start_at, post, entry_id);

CREATE INDEX enterprise_hook_of ON public.enterprise_hook USING btree (enterprise_id);

CREATE INDEX evidence_pack_of_alert ON public.evidence_pack USING btree (alert_id, at);

CREATE INDEX finding_enterprise ON public.finding USING btree (enterprise_id) WHERE (enterprise_id IS NOT NULL);

CREATE INDEX finding_newest ON public.finding USING btree (at DESC, alert_id DESC);

CREATE INDEX handling_climb ON public.handling USING btree (climb_at) WHERE (climb_at IS NOT NULL);

CREATE INDEX handling_due ON public.handling USING btree (due_at) WHERE (due_at IS NOT NULL);

CREATE INDEX handling_merged ON public.handling USING btree (((body ->> 'merged_into'::text))) WHERE (stage = 'merged'::text);

CREATE INDEX handling_newest ON public.handling USING btree (stage, opened_at DESC, alert_id DESC);

CREATE INDEX handling_opened ON public.handling USING btree (opened_at);

CREATE INDEX handover_of_shift ON public.handover USING btree (person_id, start_at, post);

CREATE INDEX handover_to_person ON public.handover USING btree (to_person, post);

CREATE INDEX hour_mean_ts_idx ON public.hour_mean USING btree (ts DESC);

CREATE INDEX idempotency_at ON public.idempotency USING btree (at);

CREATE INDEX mark_by_end ON public.mark USING btree (end_at);

CREATE UNIQUE INDEX mark_of_declaration ON public.mark USING btree (declaration_id) WHERE (declaration_id IS NOT NULL);

CREATE INDEX mobile_reading_ts_idx ON public.mobile_reading USING btree (ts DESC);

CREATE INDEX monitor_of_enterprise ON public.monitor USING btree (enterprise_id);

CREATE INDEX monitor_reading_ts_idx ON public.monitor_reading USING btree (ts DESC);

CREATE INDEX mute_end ON public.mute USING btree (end_at);

CREATE INDEX mute_hit_of_alert ON public.mute_hit USING btree (alert_id);

CREATE UNIQUE INDEX onboarding_step_networked ON public.onboarding_step USING btree (outlet_id) WHERE (step = 'networked'::text);

CREATE INDEX onboarding_step_of_outlet ON public.onboarding_step USING btree (outlet_id, step_id);

CREATE INDEX operator_link_of_operator ON public.operator_link USING btree (operator_id);

CREATE INDEX outlet_design_of_outlet ON public.outlet_design USING btree (outlet_id, design_id);

CREATE INDEX pgqueuer_ep_ea_idx ON public.pgqueuer USING btree (entrypoint, execute_after) WHERE (status = 'queued'::public.pgqueuer_status);

CREATE INDEX pgqueuer_ep_prio_id_idx ON public.pgqueuer USING btree (entrypoint, priority DESC, id) WHERE (status = 'queued'::public.pgqueuer_status);

CREATE INDEX pgqueuer_log_created ON public.pgqueuer_log USING btree (created);

CREATE INDEX pgqueuer_log_job_id_status ON public.pgqueuer_log USING btree (job_id, created DESC);

CREATE INDEX pgqueuer_log_not_aggregated ON public.pgqueuer_log USING btree ((1)) WHERE (NOT aggregated);

CREATE INDEX pgqueuer_log_status ON public.pgqueuer_log USING btree (status);

CREATE INDEX pgqueuer_picked_heartbeat_idx ON public.pgqueuer USING btree (heartbeat) WHERE (status = 'picked'::public.pgqueuer_status);

CREATE UNIQUE INDEX pgqueuer_picked_slot_idx ON public.pgqueuer USING btree (entrypoint, slot) WHERE ((status = 'picked'::public.pgqueuer_status) AND (slot IS NOT NULL));

CREATE INDEX pgqueuer_priority_id_id1_idx ON public.pgqueuer USING btree (priority, id DESC) INCLUDE (id) WHERE (status = 'queued'::public.pgqueuer_status);

CREATE INDEX pgqueuer_queue_manager_id_idx ON public.pgqueuer USING btree (queue_manager_id) WHERE (queue_manager_id IS NOT NULL);

CREATE UNIQUE INDEX pgqueuer_statistics_unique_count ON public.pgqueuer_statistics USING btree (priority, date_trunc('sec'::text, timezone('UTC'::text, created)), status, entrypoint);

CREATE UNIQUE INDEX pgqueuer_unique_dedupe_key ON public.pgqueuer USING btree (dedupe_key) WHERE ((status = ANY (ARRAY['queued'::public.pgqueuer_status, 'picked'::public.pgqueuer_status])) AND (dedupe_key IS NOT NULL));

CREATE INDEX pgqueuer_updated_id_id1_idx ON public.pgqueuer USING btree (updated, id DESC) INCLUDE (id) WHERE (status = 'picked'::public.pgqueuer_status);

CREATE UNIQUE INDEX photo_once ON public.photo USING btree (alert_id, received_sha256);

CREATE INDEX push_due ON public.push USING btree (try_at) WHERE (state = 'waiting'::text);

CREATE INDEX push_failed ON public.push USING btree (push_id DESC) WHERE (state = 'failed'::text);

CREATE INDEX push_of_alert ON public.push USING btree (alert_id, push_id DESC);

CREATE INDEX push_of_message ON public.push USING btree (message_key) WHERE (message_key IS NOT NULL);

CREATE INDEX push_of_person ON public.push USING btree (person_id, push_id DESC);

CREATE INDEX push_of_telling ON public.push USING btree (telling);

CREATE INDEX push_sent_lane ON public.push USING btree (lane, sent_at DESC) WHERE (sent_at IS NOT NULL);

CREATE INDEX push_sent_person ON public.push USING btree (person_id, sent_at DESC) WHERE (sent_at IS NOT NULL);

CREATE INDEX push_unsent ON public.push USING btree (lane, made_at) WHERE ((attempts > 0) AND (sent_at IS NULL));

CREATE INDEX push_waiting ON public.push USING btree (lane, push_id) WHERE (state = 'waiting'::text);

CREATE INDEX quality_flag_hour_idx ON public.quality_flag USING btree (hour DESC);

CREATE INDEX refused_received ON public.refused USING btree (received_at);

CREATE INDEX reject_received ON public.reject USING btree (received_at, id);

CREATE INDEX reply_of_enterprise ON public.reply USING btree (enterprise_id, alert_id, letter_id);

CREATE UNIQUE INDEX reply_one_appeal ON public.reply USING btree (release_id) WHERE (kind = 'appeal'::text);

CREATE INDEX roster_entry_in_force ON public.roster_entry USING btree (kind, entry_id) WHERE (ended_at IS NULL);

CREATE INDEX session_of_account ON public.session USING btree (account);

CREATE INDEX shift_span ON public.shift USING gist (tstzrange(start_at, end_at));

CREATE INDEX shift_start ON public.shift USING btree (start_at);

CREATE INDEX station_reading_ts_idx ON public.station_reading USING btree (ts DESC);

CREATE INDEX statistic_ts_idx ON public.statistic USING btree (ts DESC);

CREATE INDEX telling_next ON public.telling USING btree (next_at) WHERE (next_at IS NOT NULL);

CREATE INDEX thread_message_of_enterprise ON public.thread_message USING btree (enterprise_id, letter_id);

CREATE INDEX thread_message_unread ON public.thread_message USING btree (enterprise_id, side) WHERE (read_at IS NULL);

CREATE INDEX verdict_minute_idx ON public.verdict USING btree (minute DESC);

CREATE UNIQUE INDEX window_file_once ON public.window_file USING btree (enterprise_id, side, received_sha256);

CREATE TRIGGER alert_event_number BEFORE INSERT ON public.alert_event FOR EACH ROW EXECUTE FUNCTION public.number_alert_event();

CREATE TRIGGER alert_failure_noted AFTER INSERT OR UPDATE OF status ON public.alert FOR EACH ROW WHEN ((new.kind = ANY (ARRAY['offline'::text, 'fault'::text]))) EXECUTE FUNCTION public.note_failure();

CREATE TRIGGER duty_log_entry_open BEFORE INSERT ON public.duty_log_entry FOR EACH ROW EXECUTE FUNCTION public.keep_locked_log();

CREATE TRIGGER duty_log_lock_alone BEFORE INSERT ON public.duty_log_lock FOR EACH ROW EXECUTE FUNCTION public.keep_locked_log();

CREATE TRIGGER handling_failure_noted AFTER UPDATE OF stage ON public.handling FOR EACH ROW WHEN (((old.stage <> new.stage) AND (('false_alarm'::text = old.stage) OR ('false_alarm'::text = new.stage)))) EXECUTE FUNCTION public.note_failure();

CREATE TRIGGER mark_noted AFTER INSERT OR DELETE OR UPDATE ON public.mark FOR EACH ROW EXECUTE FUNCTION public.note_mark();

CREATE TRIGGER shift_keep_past BEFORE INSERT OR DELETE OR UPDATE ON public.shift FOR EACH ROW EXECUTE FUNCTION public.keep_who_was_on_duty();

CREATE TRIGGER tg_pgqueuer_changed AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.pgqueuer FOR EACH STATEMENT EXECUTE FUNCTION public.fn_pgqueuer_changed();

ALTER TABLE ONLY public.account
    ADD CONSTRAINT account_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(person_id);

ALTER TABLE ONLY public.account_scope
    ADD CONSTRAINT account_scope_account_fkey FOREIGN KEY (account) REFERENCES public.account(name);

ALTER TABLE ONLY public.alert_cell
    ADD CONSTRAINT alert_cell_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES public.alert(alert_id);

ALTER TABLE ONLY public.alert_event
    ADD CONSTRAINT alert_event_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES public.alert(alert_id);

ALTER TABLE ONLY public.alert_hold
    ADD CONSTRAINT alert_hold_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES public.alert(alert_id);

ALTER TABLE ONLY public.alert_hold
    ADD CONSTRAINT alert_hold_mute_id_fkey FOREIGN KEY (mute_id) REFERENCES public.mute(mute_id);

ALTER TABLE ONLY public.alert_hold
    ADD CONSTRAINT alert_hold_regional_id_fkey FOREIGN KEY (regional_id) REFERENCES public.alert(alert_id);

ALTER TABLE ONLY public.alert_release
    ADD CONSTRAINT alert_release_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES public.alert(alert_id);

ALTER TABLE ONLY public.alert_release
    ADD CONSTRAINT alert_release_enterprise_id_fkey FOREIGN KEY (enterprise_id) REFERENCES public.enterprise(enterprise_id);

ALTER TABLE ONLY public.api_key
    ADD CONSTRAINT api_key_account_fkey FOREIGN KEY (account) REFERENCES public.account(name);

ALTER TABLE ONLY public.api_key
    ADD CONSTRAINT api_key_enterprise_id_fkey FOREIGN KEY (enterprise_id) REFERENCES public.enterprise(enterprise_id);

ALTER TABLE ONLY public.api_key
    ADD CONSTRAINT api_key_replaced_by_fkey FOREIGN KEY (replaced_by) REFERENCES public.api_key(prefix);

ALTER TABLE ONLY public.breach
    ADD CONSTRAINT breach_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES public.alert(alert_id);

ALTER TABLE ONLY public.calendar_address
    ADD CONSTRAINT calendar_address_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(person_id);

ALTER TABLE ONLY public.campaign_end
    ADD CONSTRAINT campaign_end_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES public.campaign(campaign_id);

ALTER TABLE ONLY public.check_in
    ADD CONSTRAINT check_in_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(person_id);

ALTER TABLE ONLY public.clock_error
    ADD CONSTRAINT clock_error_device_fkey FOREIGN KEY (device) REFERENCES public.device(device);

ALTER TABLE ONLY public.consumable
    ADD CONSTRAINT consumable_outlet_id_enterprise_id_fkey FOREIGN KEY (outlet_id, enterprise_id) REFERENCES public.outlet(outlet_id, enterprise_id);

ALTER TABLE ONLY public.consumable
    ADD CONSTRAINT consumable_supersedes_enterprise_id_fkey FOREIGN KEY (supersedes, enterprise_id) REFERENCES public.consumable(entry_id, enterprise_id);

ALTER TABLE ONLY public.contact
    ADD CONSTRAINT contact_enterprise_id_fkey FOREIGN KEY (enterprise_id) REFERENCES public.enterprise(enterprise_id);

ALTER TABLE ONLY public.contact
    ADD CONSTRAINT contact_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(person_id);

ALTER TABLE ONLY public.deadline
    ADD CONSTRAINT deadline_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES public.alert(alert_id);

ALTER TABLE ONLY public.deadline
    ADD CONSTRAINT deadline_declaration_id_fkey FOREIGN KEY (declaration_id) REFERENCES public.declaration(declaration_id);

ALTER TABLE ONLY public.deadline
    ADD CONSTRAINT deadline_device_fkey FOREIGN KEY (device) REFERENCES public.device(device);

ALTER TABLE ONLY public.deadline
    ADD CONSTRAINT deadline_enterprise_id_fkey FOREIGN KEY (enterprise_id) REFERENCES public.enterprise(enterprise_id);

ALTER TABLE ONLY public.declaration_change
    ADD CONSTRAINT declaration_change_declaration_id_fkey FOREIGN KEY (declaration_id) REFERENCES public.declaration(declaration_id);

ALTER TABLE ONLY public.declaration_change
    ADD CONSTRAINT declaration_change_enterprise_id_fkey FOREIGN KEY (enterprise_id) REFERENCES public.enterprise(enterprise_id);

ALTER TABLE ONLY public.declaration
    ADD CONSTRAINT declaration_device_fkey FOREIGN KEY (device) REFERENCES public.device(device);

ALTER TABLE ONLY public.declaration
    ADD CONSTRAINT declaration_enterprise_id_fkey FOREIGN KEY (enterprise_id) REFERENCES public.enterprise(enterprise_id);

ALTER TABLE ONLY public.device_note
    ADD CONSTRAINT device_note_device_fkey FOREIGN KEY (device) REFERENCES public.device(device);

ALTER TABLE ONLY public.duty_log_entry
    ADD CONSTRAINT duty_log_entry_person_id_start_at_post_fkey FOREIGN KEY (person_id, start_at, post) REFERENCES public.shift(person_id, start_at, post);

ALTER TABLE ONLY public.duty_log_lock
    ADD CONSTRAINT duty_log_lock_handover_id_fkey FOREIGN KEY (handover_id) REFERENCES public.handover(handover_id);

ALTER TABLE ONLY public.duty_log_lock
    ADD CONSTRAINT duty_log_lock_person_id_start_at_post_fkey FOREIGN KEY (person_id, start_at, post) REFERENCES public.shift(person_id, start_at, post);

ALTER TABLE ONLY public.enterprise_hook
    ADD CONSTRAINT enterprise_hook_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES public.contact(contact_id);

ALTER TABLE ONLY public.enterprise_hook
    ADD CONSTRAINT enterprise_hook_enterprise_id_fkey FOREIGN KEY (enterprise_id) REFERENCES public.enterprise(enterprise_id);

ALTER TABLE ONLY public.evidence_pack
    ADD CONSTRAINT evidence_pack_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES public.alert(alert_id);

ALTER TABLE ONLY public.facility
    ADD CONSTRAINT facility_device_channel_fkey FOREIGN KEY (device, channel) REFERENCES public.monitor_channel(device, channel);

ALTER TABLE ONLY public.finding
    ADD CONSTRAINT finding_enterprise_id_fkey FOREIGN KEY (enterprise_id) REFERENCES public.enterprise(enterprise_id);

ALTER TABLE ONLY public.handling
    ADD CONSTRAINT handling_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES public.alert(alert_id);

ALTER TABLE ONLY public.handover_answer
    ADD CONSTRAINT handover_answer_handover_id_fkey FOREIGN KEY (handover_id) REFERENCES public.handover(handover_id);

ALTER TABLE ONLY public.handover
    ADD CONSTRAINT handover_person_id_start_at_post_fkey FOREIGN KEY (person_id, start_at, post) REFERENCES public.shift(person_id, start_at, post);

ALTER TABLE ONLY public.handover
    ADD CONSTRAINT handover_to_person_fkey FOREIGN KEY (to_person) REFERENCES public.person(person_id);

ALTER TABLE ONLY public.imported_shift
    ADD CONSTRAINT imported_shift_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(person_id);

ALTER TABLE ONLY public.reject
    ADD CONSTRAINT kept_reject_message_fkey FOREIGN KEY (message) REFERENCES public.refused(message) ON DELETE CASCADE;

ALTER TABLE ONLY public.ladder
    ADD CONSTRAINT ladder_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES public.alert(alert_id);

ALTER TABLE ONLY public.logger
    ADD CONSTRAINT logger_device_fkey FOREIGN KEY (device) REFERENCES public.device(device);

ALTER TABLE ONLY public.mark
    ADD CONSTRAINT mark_declaration_id_fkey FOREIGN KEY (declaration_id) REFERENCES public.declaration(declaration_id);

ALTER TABLE ONLY public.mark
    ADD CONSTRAINT mark_device_fkey FOREIGN KEY (device) REFERENCES public.device(device);

ALTER TABLE ONLY public.monitor_channel
    ADD CONSTRAINT monitor_channel_device_fkey FOREIGN KEY (device) REFERENCES public.monitor(device);

ALTER TABLE ONLY public.monitor
    ADD CONSTRAINT monitor_device_fkey FOREIGN KEY (device) REFERENCES public.device(device);

ALTER TABLE ONLY public.monitor
    ADD CONSTRAINT monitor_enterprise_id_fkey FOREIGN KEY (enterprise_id) REFERENCES public.enterprise(enterprise_id);

ALTER TABLE ONLY public.monitor_latest
    ADD CONSTRAINT monitor_latest_device_fkey FOREIGN KEY (device) REFERENCES public.device(device);

ALTER TABLE ONLY public.mute
    ADD CONSTRAINT mute_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES public.alert(alert_id);

ALTER TABLE ONLY public.mute_change
    ADD CONSTRAINT mute_change_mute_id_fkey FOREIGN KEY (mute_id) REFERENCES public.mute(mute_id);

ALTER TABLE ONLY public.mute_hit
    ADD CONSTRAINT mute_hit_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES public.alert(alert_id);

ALTER TABLE ONLY public.mute_hit
    ADD CONSTRAINT mute_hit_mute_id_fkey FOREIGN KEY (mute_id) REFERENCES public.mute(mute_id);

ALTER TABLE ONLY public.notice
    ADD CONSTRAINT notice_seq_fkey FOREIGN KEY (seq) REFERENCES public.alert_event(seq);

ALTER TABLE ONLY public.onboarding_step
    ADD CONSTRAINT onboarding_step_outlet_id_enterprise_id_fkey FOREIGN KEY (outlet_id, enterprise_id) REFERENCES public.outlet(outlet_id, enterprise_id);

ALTER TABLE ONLY public.operator_link
    ADD CONSTRAINT operator_link_device_fkey FOREIGN KEY (device) REFERENCES public.monitor(device);

ALTER TABLE ONLY public.operator_link
    ADD CONSTRAINT operator_link_operator_id_fkey FOREIGN KEY (operator_id) REFERENCES public.operator(operator_id);

ALTER TABLE ONLY public.outlet_design
    ADD CONSTRAINT outlet_design_outlet_id_enterprise_id_fkey FOREIGN KEY (outlet_id, enterprise_id) REFERENCES public.outlet(outlet_id, enterprise_id);

ALTER TABLE ONLY public.outlet
    ADD CONSTRAINT outlet_enterprise_id_fkey FOREIGN KEY (enterprise_id) REFERENCES public.enterprise(enterprise_id);

ALTER TABLE ONLY public.park_device
    ADD CONSTRAINT park_device_device_fkey FOREIGN KEY (device) REFERENCES public.device(device);

ALTER TABLE ONLY public.photo
    ADD CONSTRAINT photo_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES public.alert(alert_id);

ALTER TABLE ONLY public.push
    ADD CONSTRAINT push_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES public.alert(alert_id);

ALTER TABLE ONLY public.push
    ADD CONSTRAINT push_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES public.contact(contact_id);

ALTER TABLE ONLY public.push
    ADD CONSTRAINT push_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(person_id);

ALTER TABLE ONLY public.push
    ADD CONSTRAINT push_seq_fkey FOREIGN KEY (seq) REFERENCES public.alert_event(seq);

ALTER TABLE ONLY public.push
    ADD CONSTRAINT push_telling_fkey FOREIGN KEY (telling) REFERENCES public.telling(telling);

ALTER TABLE ONLY public.regional_hit
    ADD CONSTRAINT regional_hit_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES public.alert(alert_id);

ALTER TABLE ONLY public.regional_hit
    ADD CONSTRAINT regional_hit_regional_id_fkey FOREIGN KEY (regional_id) REFERENCES public.alert(alert_id);

ALTER TABLE ONLY public.reply
    ADD CONSTRAINT reply_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES public.alert(alert_id);

ALTER TABLE ONLY public.reply
    ADD CONSTRAINT reply_enterprise_id_fkey FOREIGN KEY (enterprise_id) REFERENCES public.enterprise(enterprise_id);

ALTER TABLE ONLY public.reply
    ADD CONSTRAINT reply_release_id_fkey FOREIGN KEY (release_id) REFERENCES public.alert_release(release_id);

ALTER TABLE ONLY public.session
    ADD CONSTRAINT session_account_fkey FOREIGN KEY (account) REFERENCES public.account(name);

ALTER TABLE ONLY public.shift
    ADD CONSTRAINT shift_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(person_id);

ALTER TABLE ONLY public.station_channel
    ADD CONSTRAINT station_channel_device_fkey FOREIGN KEY (device) REFERENCES public.device(device);

ALTER TABLE ONLY public.station_chief
    ADD CONSTRAINT station_chief_acting_id_fkey FOREIGN KEY (acting_id) REFERENCES public.person(person_id);

ALTER TABLE ONLY public.station_chief
    ADD CONSTRAINT station_chief_device_fkey FOREIGN KEY (device) REFERENCES public.station(device);

ALTER TABLE ONLY public.station_chief
    ADD CONSTRAINT station_chief_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(person_id);

ALTER TABLE ONLY public.station
    ADD CONSTRAINT station_device_fkey FOREIGN KEY (device) REFERENCES public.device(device);

ALTER TABLE ONLY public.station_latest
    ADD CONSTRAINT station_latest_device_fkey FOREIGN KEY (device) REFERENCES public.device(device);

ALTER TABLE ONLY public.swap_request
    ADD CONSTRAINT swap_request_entry_id_fkey FOREIGN KEY (entry_id) REFERENCES public.roster_entry(entry_id);

ALTER TABLE ONLY public.telling
    ADD CONSTRAINT telling_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES public.alert(alert_id);

ALTER TABLE ONLY public.telling
    ADD CONSTRAINT telling_seq_fkey FOREIGN KEY (seq) REFERENCES public.alert_event(seq);

ALTER TABLE ONLY public.thread_message
    ADD CONSTRAINT thread_message_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES public.alert(alert_id);

ALTER TABLE ONLY public.thread_message
    ADD CONSTRAINT thread_message_enterprise_id_fkey FOREIGN KEY (enterprise_id) REFERENCES public.enterprise(enterprise_id);

ALTER TABLE ONLY public.verdict
    ADD CONSTRAINT verdict_layout_fkey FOREIGN KEY (layout) REFERENCES public.layout(layout);

ALTER TABLE ONLY public.window_file
    ADD CONSTRAINT window_file_enterprise_id_fkey FOREIGN KEY (enterprise_id) REFERENCES public.enterprise(enterprise_id);

ALTER TABLE public.alert_release ENABLE ROW LEVEL SECURITY;

CREATE POLICY alert_release_app ON public.alert_release TO hotgrid_app USING ((( SELECT public.reaches_all() AS reaches_all) OR (enterprise_id = ANY (( SELECT public.reached() AS reached)::text[]))));

CREATE POLICY alert_release_enterprise ON public.alert_release TO hotgrid_enterprise USING ((enterprise_id = ANY (( SELECT public.reached() AS reached)::text[])));

ALTER TABLE public.clock_error ENABLE ROW LEVEL SECURITY;

CREATE POLICY clock_error_app ON public.clock_error TO hotgrid_app USING ((( SELECT public.reaches_all() AS reaches_all) OR (NOT (device IN ( SELECT public.hidden_devices() AS hidden_devices)))));

ALTER TABLE public.consumable ENABLE ROW LEVEL SECURITY;

CREATE POLICY consumable_app ON public.consumable TO hotgrid_app USING ((( SELECT public.reaches_all() AS reaches_all) OR (enterprise_id = ANY (( SELECT public.reached() AS reached)::text[]))));

CREATE POLICY consumable_enterprise ON public.consumable TO hotgrid_enterprise USING ((enterprise_id = ANY (( SELECT public.reached() AS reached)::text[])));

ALTER TABLE public.contact ENABLE ROW LEVEL SECURITY;

CREATE POLICY contact_app ON public.contact TO hotgrid_app USING (((enterprise_id IS NULL) OR ( SELECT public.reaches_all() AS reaches_all) OR (enterprise_id = ANY (( SELECT public.reached() AS reached)::text[]))));

CREATE POLICY contact_enterprise ON public.contact TO hotgrid_enterprise USING ((enterprise_id = ANY (( SELECT public.reached() AS reached)::text[])));

ALTER TABLE public.day_mean ENABLE ROW LEVEL SECURITY;

CREATE POLICY day_mean_app ON public.day_mean TO hotgrid_app USING ((( SELECT public.reaches_all() AS reaches_all) OR (NOT (device IN ( SELECT public.hidden_devices() AS hidden_devices)))));

CREATE POLICY day_mean_enterprise ON public.day_mean TO hotgrid_enterprise USING ((device IN ( SELECT public.reached_devices() AS reached_devices)));

ALTER TABLE public.deadline ENABLE ROW LEVEL SECURITY;

CREATE POLICY deadline_app ON public.deadline TO hotgrid_app USING ((( SELECT public.reaches_all() AS reaches_all) OR (enterprise_id = ANY (( SELECT public.reached() AS reached)::text[]))));

CREATE POLICY deadline_enterprise ON public.deadline TO hotgrid_enterprise USING ((enterprise_id = ANY (( SELECT public.reached() AS reached)::text[])));

ALTER TABLE public.declaration ENABLE ROW LEVEL SECURITY;

CREATE POLICY declaration_app ON public.declaration TO hotgrid_app USING ((( SELECT public.reaches_all() AS reaches_all) OR (enterprise_id = ANY (( SELECT public.reached() AS reached)::text[]))));

ALTER TABLE public.declaration_change ENABLE ROW LEVEL SECURITY;

CREATE POLICY declaration_change_app ON public.declaration_change TO hotgrid_app USING ((( SELECT public.reaches_all() AS reaches_all) OR (enterprise_id = ANY (( SELECT public.reached() AS reached)::text[]))));

CREATE POLICY declaration_change_enterprise ON public.declaration_change TO hotgrid_enterprise USING ((enterprise_id = ANY (( SELECT public.reached() AS reached)::text[])));

CREATE POLICY declaration_enterprise ON public.declaration TO hotgrid_enterprise USING ((enterprise_id = ANY (( SELECT public.reached() AS reached)::text[])));

ALTER TABLE public.device ENABLE ROW LEVEL SECURITY;

CREATE POLICY device_app ON public.device TO hotgrid_app USING ((( SELECT public.reaches_all() AS reaches_all) OR (NOT (device IN ( SELECT public.hidden_devices() AS hidden_devices)))));

CREATE POLICY device_enterprise ON public.device TO hotgrid_enterprise USING ((device IN ( SELECT public.reached_devices() AS reached_devices)));

ALTER TABLE public.device_note ENABLE ROW LEVEL SECURITY;

CREATE POLICY device_note_app ON public.device_note TO hotgrid_app USING ((( SELECT public.reaches_all() AS reaches_all) OR (NOT (device IN ( SELECT public.hidden_devices() AS hidden_devices)))));

CREATE POLICY device_note_enterprise ON public.device_note TO hotgrid_enterprise USING ((device IN ( SELECT public.reached_devices() AS reached_devices)));

ALTER TABLE public.enterprise ENABLE ROW LEVEL SECURITY;

CREATE POLICY enterprise_app ON public.enterprise TO hotgrid_app USING ((( SELECT public.reaches_all() AS reaches_all) OR (enterprise_id = ANY (( SELECT public.reached() AS reached)::text[]))));

CREATE POLICY enterprise_enterprise ON public.enterprise TO hotgrid_enterprise USING ((enterprise_id = ANY (( SELECT public.reached() AS reached)::text[])));

ALTER TABLE public.enterprise_hook ENABLE ROW LEVEL SECURITY;

CREATE POLICY enterprise_hook_app ON public.enterprise_hook TO hotgrid_app USING ((( SELECT public.reaches_all() AS reaches_all) OR (enterprise_id = ANY (( SELECT public.reached() AS reached)::text[]))));

CREATE POLICY enterprise_hook_enterprise ON public.enterprise_hook TO hotgrid_enterprise USING ((enterprise_id = ANY (( SELECT public.reached() AS reached)::text[])));

ALTER TABLE public.facility ENABLE ROW LEVEL SECURITY;

CREATE POLICY facility_app ON public.facility TO hotgrid_app USING ((( SELECT public.reaches_all() AS reaches_all) OR (NOT (device IN ( SELECT public.hidden_devices() AS hidden_devices)))));

CREATE POLICY facility_enterprise ON public.facility TO hotgrid_enterprise USING ((device IN ( SELECT public.reached_devices() AS reached_devices)));

ALTER TABLE public.finding ENABLE ROW LEVEL SECURITY;

CREATE POLICY finding_app ON public.finding TO hotgrid_app USING ((( SELECT public.reaches_all() AS reaches_all) OR (enterprise_id IS NULL) OR (enterprise_id = ANY (( SELECT public.reached() AS reached)::text[]))));

ALTER TABLE public.hj212_part ENABLE ROW LEVEL SECURITY;

CREATE POLICY hj212_part_app ON public.hj212_part TO hotgrid_app USING ((( SELECT public.reaches_all() AS reaches_all) OR (NOT (device IN ( SELECT public.hidden_devices() AS hidden_devices)))));

ALTER TABLE public.hour_mean ENABLE ROW LEVEL SECURITY;

CREATE POLICY hour_mean_app ON public.hour_mean TO hotgrid_app USING ((( SELECT public.reaches_all() AS reaches_all) OR (NOT (device IN ( SELECT public.hidden_devices() AS hidden_devices)))));

CREATE POLICY hour_mean_enterprise ON public.hour_mean TO hotgrid_enterprise USING ((device IN ( SELECT public.reached_devices() AS reached_devices)));

ALTER TABLE public.mark ENABLE ROW LEVEL SECURITY;

CREATE POLICY mark_app ON public.mark TO hotgrid_app USING ((( SELECT public.reaches_all() AS reaches_all) OR (NOT (device IN ( SELECT public.hidden_devices() AS hidden_devices)))));

CREATE POLICY mark_enterprise ON public.mark TO hotgrid_enterprise USING ((device IN ( SELECT public.reached_devices() AS reached_devices)));

ALTER TABLE public.monitor ENABLE ROW LEVEL SECURITY;

CREATE POLICY monitor_app ON public.monitor TO hotgrid_app USING ((( SELECT public.reaches_all() AS reaches_all) OR (enterprise_id = ANY (( SELECT public.reached() AS reached)::text[]))));

ALTER TABLE public.monitor_channel ENABLE ROW LEVEL SECURITY;

CREATE POLICY monitor_channel_app ON public.monitor_channel TO hotgrid_app USING ((( SELECT public.reaches_all() AS reaches_all) OR (NOT (device IN ( SELECT public.hidden_devices() AS hidden_devices)))));

CREATE POLICY monitor_channel_enterprise ON public.monitor_channel TO hotgrid_enterprise USING ((device IN ( SELECT public.reached_devices() AS reached_devices)));

CREATE POLICY monitor_enterprise ON public.monitor TO hotgrid_enterprise USING ((enterprise_id = ANY (( SELECT public.reached() AS reached)::text[])));

ALTER TABLE public.monitor_latest ENABLE ROW LEVEL SECURITY;

CREATE POLICY monitor_latest_app ON public.monitor_latest TO hotgrid_app USING ((( SELECT public.reaches_all() AS reaches_all) OR (NOT (device IN ( SELECT public.hidden_devices() AS hidden_devices)))));

CREATE POLICY monitor_latest_enterprise ON public.monitor_latest TO hotgrid_enterprise USING ((device IN ( SELECT public.reached_devices() AS reached_devices)));

ALTER TABLE public.monitor_reading ENABLE ROW LEVEL SECURITY;

CREATE POLICY monitor_reading_app ON public.monitor_reading TO hotgrid_app USING ((( SELECT public.reaches_all() AS reaches_all) OR (NOT (device IN ( SELECT public.hidden_devices() AS hidden_devices)))));

CREATE POLICY monitor_reading_enterprise ON public.monitor_reading TO hotgrid_enterprise USING ((device IN ( SELECT public.reached_devices() AS reached_devices)));

ALTER TABLE public.onboarding_step ENABLE ROW LEVEL SECURITY;

CREATE POLICY onboarding_step_app ON public.onboarding_step TO hotgrid_app USING ((( SELECT public.reaches_all() AS reaches_all) OR (enterprise_id = ANY (( SELECT public.reached() AS reached)::text[]))));

CREATE POLICY onboarding_step_enterprise ON public.onboarding_step FOR SELECT TO hotgrid_enterprise USING ((enterprise_id = ANY (( SELECT public.reached() AS reached)::text[])));

CREATE POLICY onboarding_step_said ON public.onboarding_step FOR INSERT TO hotgrid_enterprise WITH CHECK (((enterprise_id = ANY (( SELECT public.reached() AS reached)::text[])) AND (step = ANY (ARRAY['installed'::text, 'tested'::text]))));

ALTER TABLE public.operator ENABLE ROW LEVEL SECURITY;

CREATE POLICY operator_app ON public.operator TO hotgrid_app USING (true);

CREATE POLICY operator_enterprise ON public.operator TO hotgrid_enterprise USING ((operator_id IN ( SELECT l.operator_id
   FROM public.operator_link l)));

ALTER TABLE public.operator_link ENABLE ROW LEVEL SECURITY;

CREATE POLICY operator_link_app ON public.operator_link TO hotgrid_app USING ((( SELECT public.reaches_all() AS reaches_all) OR (device IN ( SELECT public.reached_devices() AS reached_devices))));

CREATE POLICY operator_link_enterprise ON public.operator_link TO hotgrid_enterprise USING ((device IN ( SELECT public.reached_devices() AS reached_devices)));

ALTER TABLE public.outlet ENABLE ROW LEVEL SECURITY;

CREATE POLICY outlet_app ON public.outlet TO hotgrid_app USING ((( SELECT public.reaches_all() AS reaches_all) OR (enterprise_id = ANY (( SELECT public.reached() AS reached)::text[]))));

ALTER TABLE public.outlet_design ENABLE ROW LEVEL SECURITY;

CREATE POLICY outlet_design_app ON public.outlet_design TO hotgrid_app USING ((( SELECT public.reaches_all() AS reaches_all) OR (enterprise_id = ANY (( SELECT public.reached() AS reached)::text[]))));

CREATE POLICY outlet_design_enterprise ON public.outlet_design TO hotgrid_enterprise USING ((enterprise_id = ANY (( SELECT public.reached() AS reached)::text[])));

CREATE POLICY outlet_enterprise ON public.outlet TO hotgrid_enterprise USING ((enterprise_id = ANY (( SELECT public.reached() AS reached)::text[])));

ALTER TABLE public.push ENABLE ROW LEVEL SECURITY;

CREATE POLICY push_app ON public.push TO hotgrid_app USING (true);

CREATE POLICY push_enterprise ON public.push TO hotgrid_enterprise USING ((contact_id IN ( SELECT contact.contact_id
   FROM public.contact)));

ALTER TABLE public.quality_flag ENABLE ROW LEVEL SECURITY;

CREATE POLICY quality_flag_app ON public.quality_flag TO hotgrid_app USING ((( SELECT public.reaches_all() AS reaches_all) OR (NOT (device IN ( SELECT public.hidden_devices() AS hidden_devices)))));

CREATE POLICY quality_flag_enterprise ON public.quality_flag TO hotgrid_enterprise USING ((device IN ( SELECT public.reached_devices() AS reached_devices)));

ALTER TABLE public.reject ENABLE ROW LEVEL SECURITY;

CREATE POLICY reject_app ON public.reject TO hotgrid_app USING ((( SELECT public.reaches_all() AS reaches_all) OR (device_id IS NULL) OR (device_id IN ( SELECT d.device_id
   FROM public.device d))));

ALTER TABLE public.reply ENABLE ROW LEVEL SECURITY;

CREATE POLICY reply_app ON public.reply TO hotgrid_app USING ((( SELECT public.reaches_all() AS reaches_all) OR (enterprise_id = ANY (( SELECT public.reached() AS reached)::text[]))));

CREATE POLICY reply_enterprise ON public.reply TO hotgrid_enterprise USING ((enterprise_id = ANY (( SELECT public.reached() AS reached)::text[])));

ALTER TABLE public.statistic ENABLE ROW LEVEL SECURITY;

CREATE POLICY statistic_app ON public.statistic TO hotgrid_app USING ((( SELECT public.reaches_all() AS reaches_all) OR (NOT (device IN ( SELECT public.hidden_devices() AS hidden_devices)))));

CREATE POLICY statistic_enterprise ON public.statistic TO hotgrid_enterprise USING ((device IN ( SELECT public.reached_devices() AS reached_devices)));

ALTER TABLE public.thread_message ENABLE ROW LEVEL SECURITY;

CREATE POLICY thread_message_app ON public.thread_message TO hotgrid_app USING ((( SELECT public.reaches_all() AS reaches_all) OR (enterprise_id = ANY (( SELECT public.reached() AS reached)::text[]))));

CREATE POLICY thread_message_enterprise ON public.thread_message TO hotgrid_enterprise USING ((enterprise_id = ANY (( SELECT public.reached() AS reached)::text[])));

ALTER TABLE public.window_file ENABLE ROW LEVEL SECURITY;

CREATE POLICY window_file_app ON public.window_file TO hotgrid_app USING ((( SELECT public.reaches_all() AS reaches_all) OR (enterprise_id = ANY (( SELECT public.reached() AS reached)::text[]))));

CREATE POLICY window_file_enterprise ON public.window_file TO hotgrid_enterprise USING (((enterprise_id = ANY (( SELECT public.reached() AS reached)::text[])) AND ((side = 'enterprise'::text) OR (attached_at IS NOT NULL))));

CREATE POLICY window_file_kept ON public.window_file AS RESTRICTIVE FOR DELETE TO hotgrid_app, hotgrid_enterprise USING ((attached_at IS NULL));

GRANT USAGE ON SCHEMA public TO hotgrid_app;
GRANT USAGE ON SCHEMA public TO hotgrid_enterprise;

REVOKE ALL ON FUNCTION public.account_reach(who text, OUT enterprises text[], OUT townships text[], OUT within text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.account_reach(who text, OUT enterprises text[], OUT townships text[], OUT within text[]) TO hotgrid_app;

REVOKE ALL ON FUNCTION public.audit_append(line text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.audit_append(line text) TO hotgrid_app;

REVOKE ALL ON FUNCTION public.drop_old_chunks(what text, before timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.drop_old_chunks(what text, before timestamp with time zone) TO hotgrid_app;

REVOKE ALL ON FUNCTION public.order_chunk(before timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.order_chunk(before timestamp with time zone) TO hotgrid_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.account TO hotgrid_app;

GRANT SELECT,INSERT,DELETE ON TABLE public.account_scope TO hotgrid_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.alert TO hotgrid_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.alert_cell TO hotgrid_app;

GRANT SELECT,INSERT ON TABLE public.alert_event TO hotgrid_app;

GRANT USAGE ON SEQUENCE public.alert_event_seq TO hotgrid_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.alert_hold TO hotgrid_app;

GRANT SELECT,INSERT ON TABLE public.alert_release TO hotgrid_app;

GRANT SELECT(release_id) ON TABLE public.alert_release TO hotgrid_enterprise;

GRANT SELECT(alert_id) ON TABLE public.alert_release TO hotgrid_enterprise;

GRANT SELECT(enterprise_id) ON TABLE public.alert_release TO hotgrid_enterprise;

GRANT SELECT(released_as) ON TABLE public.alert_release TO hotgrid_enterprise;

GRANT SELECT(at) ON TABLE public.alert_release TO hotgrid_enterprise;

GRANT SELECT(reply_by) ON TABLE public.alert_release TO hotgrid_enterprise;

GRANT SELECT(appeal_by) ON TABLE public.alert_release TO hotgrid_enterprise;

GRANT UPDATE(reminded_at) ON TABLE public.alert_release TO hotgrid_app;

GRANT UPDATE(withdrawn_at) ON TABLE public.alert_release TO hotgrid_app;
GRANT SELECT(withdrawn_at) ON TABLE public.alert_release TO hotgrid_enterprise;

GRANT UPDATE(withdrawn_by) ON TABLE public.alert_release TO hotgrid_app;

GRANT UPDATE(withdrawn_why) ON TABLE public.alert_release TO hotgrid_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.api_key TO hotgrid_app;

GRANT SELECT,INSERT,DELETE ON TABLE public.arrival TO hotgrid_app;

GRANT SELECT ON TABLE public.audit TO hotgrid_app;

GRANT SELECT,INSERT ON TABLE public.breach TO hotgrid_app;

GRANT SELECT,INSERT ON TABLE public.calendar_address TO hotgrid_app;

GRANT UPDATE(revoked_at) ON TABLE public.calendar_address TO hotgrid_app;

GRANT UPDATE(revoked_by) ON TABLE public.calendar_address TO hotgrid_app;

GRANT UPDATE(last_used) ON TABLE public.calendar_address TO hotgrid_app;

GRANT SELECT,INSERT ON TABLE public.campaign TO hotgrid_app;

GRANT SELECT,INSERT ON TABLE public.campaign_end TO hotgrid_app;

GRANT SELECT,INSERT ON TABLE public.check_in TO hotgrid_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.checkpoint TO hotgrid_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.clock_error TO hotgrid_app;

GRANT SELECT,INSERT ON TABLE public.consumable TO hotgrid_app;
GRANT SELECT,INSERT ON TABLE public.consumable TO hotgrid_enterprise;

GRANT SELECT,INSERT,UPDATE ON TABLE public.contact TO hotgrid_app;
GRANT SELECT ON TABLE public.contact TO hotgrid_enterprise;

GRANT SELECT,INSERT,UPDATE ON TABLE public.credential TO hotgrid_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.day_due TO hotgrid_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.day_mean TO hotgrid_app;

GRANT SELECT(device) ON TABLE public.day_mean TO hotgrid_enterprise;

GRANT SELECT(day) ON TABLE public.day_mean TO hotgrid_enterprise;

GRANT SELECT(channel) ON TABLE public.day_mean TO hotgrid_enterprise;

GRANT SELECT(mean) ON TABLE public.day_mean TO hotgrid_enterprise;

GRANT SELECT(low) ON TABLE public.day_mean TO hotgrid_enterprise;

GRANT SELECT(high) ON TABLE public.day_mean TO hotgrid_enterprise;

GRANT SELECT(hours) ON TABLE public.day_mean TO hotgrid_enterprise;

GRANT SELECT(valid) ON TABLE public.day_mean TO hotgrid_enterprise;

GRANT SELECT(suspect) ON TABLE public.day_mean TO hotgrid_enterprise;

GRANT SELECT(sent) ON TABLE public.day_mean TO hotgrid_enterprise;

GRANT SELECT(corrected) ON TABLE public.day_mean TO hotgrid_enterprise;

GRANT SELECT(correction) ON TABLE public.day_mean TO hotgrid_enterprise;

GRANT SELECT,INSERT,UPDATE ON TABLE public.deadline TO hotgrid_app;
GRANT SELECT ON TABLE public.deadline TO hotgrid_enterprise;

GRANT SELECT,INSERT ON TABLE public.declaration TO hotgrid_app;

GRANT SELECT(declaration_id) ON TABLE public.declaration TO hotgrid_enterprise;

GRANT SELECT(enterprise_id) ON TABLE public.declaration TO hotgrid_enterprise;

GRANT SELECT(device) ON TABLE public.declaration TO hotgrid_enterprise;

GRANT SELECT(kind) ON TABLE public.declaration TO hotgrid_enterprise;

GRANT UPDATE(start_at) ON TABLE public.declaration TO hotgrid_app;
GRANT SELECT(start_at) ON TABLE public.declaration TO hotgrid_enterprise;

GRANT UPDATE(end_at) ON TABLE public.declaration TO hotgrid_app;
GRANT SELECT(end_at) ON TABLE public.declaration TO hotgrid_enterprise;

GRANT UPDATE(reason) ON TABLE public.declaration TO hotgrid_app;
GRANT SELECT(reason) ON TABLE public.declaration TO hotgrid_enterprise;

GRANT UPDATE(proofs) ON TABLE public.declaration TO hotgrid_app;
GRANT SELECT(proofs) ON TABLE public.declaration TO hotgrid_enterprise;

GRANT UPDATE(state) ON TABLE public.declaration TO hotgrid_app;
GRANT SELECT(state) ON TABLE public.declaration TO hotgrid_enterprise;

GRANT UPDATE(waits) ON TABLE public.declaration TO hotgrid_app;
GRANT SELECT(waits) ON TABLE public.declaration TO hotgrid_enterprise;

GRANT UPDATE(version) ON TABLE public.declaration TO hotgrid_app;
GRANT SELECT(version) ON TABLE public.declaration TO hotgrid_enterprise;

GRANT SELECT(made_at) ON TABLE public.declaration TO hotgrid_enterprise;

GRANT SELECT(side) ON TABLE public.declaration TO hotgrid_enterprise;

GRANT UPDATE(reviewed_at) ON TABLE public.declaration TO hotgrid_app;
GRANT SELECT(reviewed_at) ON TABLE public.declaration TO hotgrid_enterprise;

GRANT UPDATE(reviewed_by) ON TABLE public.declaration TO hotgrid_app;

GRANT UPDATE(review_reason) ON TABLE public.declaration TO hotgrid_app;
GRANT SELECT(review_reason) ON TABLE public.declaration TO hotgrid_enterprise;

GRANT SELECT,INSERT ON TABLE public.declaration_change TO hotgrid_app;

GRANT SELECT(declaration_id) ON TABLE public.declaration_change TO hotgrid_enterprise;

GRANT SELECT(version) ON TABLE public.declaration_change TO hotgrid_enterprise;

GRANT SELECT(enterprise_id) ON TABLE public.declaration_change TO hotgrid_enterprise;

GRANT SELECT(at) ON TABLE public.declaration_change TO hotgrid_enterprise;

GRANT SELECT(side) ON TABLE public.declaration_change TO hotgrid_enterprise;

GRANT SELECT(action) ON TABLE public.declaration_change TO hotgrid_enterprise;

GRANT SELECT(why) ON TABLE public.declaration_change TO hotgrid_enterprise;

GRANT SELECT(body) ON TABLE public.declaration_change TO hotgrid_enterprise;

GRANT SELECT,INSERT,UPDATE ON TABLE public.device TO hotgrid_app;
GRANT SELECT ON TABLE public.device TO hotgrid_enterprise;

GRANT USAGE ON SEQUENCE public.device_device_seq TO hotgrid_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.device_note TO hotgrid_app;
GRANT SELECT ON TABLE public.device_note TO hotgrid_enterprise;

GRANT SELECT,INSERT,DELETE ON TABLE public.district_township TO hotgrid_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.drift_due TO hotgrid_app;

GRANT SELECT,INSERT ON TABLE public.duty_log_entry TO hotgrid_app;

GRANT SELECT,INSERT ON TABLE public.duty_log_lock TO hotgrid_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.enterprise TO hotgrid_app;
GRANT SELECT ON TABLE public.enterprise TO hotgrid_enterprise;

GRANT SELECT,INSERT,UPDATE ON TABLE public.handling TO hotgrid_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.monitor TO hotgrid_app;

GRANT SELECT(device) ON TABLE public.monitor TO hotgrid_enterprise;

GRANT SELECT(enterprise_id) ON TABLE public.monitor TO hotgrid_enterprise;

GRANT SELECT(outlet) ON TABLE public.monitor TO hotgrid_enterprise;

GRANT SELECT(lon) ON TABLE public.monitor TO hotgrid_enterprise;

GRANT SELECT(lat) ON TABLE public.monitor TO hotgrid_enterprise;

GRANT SELECT ON TABLE public.own_alert TO hotgrid_app;
GRANT SELECT ON TABLE public.own_alert TO hotgrid_enterprise;

GRANT SELECT ON TABLE public.enterprise_alert TO hotgrid_app;
GRANT SELECT ON TABLE public.enterprise_alert TO hotgrid_enterprise;

GRANT SELECT,INSERT,UPDATE ON TABLE public.enterprise_hook TO hotgrid_app;

GRANT SELECT(contact_id) ON TABLE public.enterprise_hook TO hotgrid_enterprise;

GRANT SELECT(enterprise_id) ON TABLE public.enterprise_hook TO hotgrid_enterprise;

GRANT SELECT(events) ON TABLE public.enterprise_hook TO hotgrid_enterprise;

GRANT SELECT,INSERT ON TABLE public.evidence_pack TO hotgrid_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.facility TO hotgrid_app;
GRANT SELECT ON TABLE public.facility TO hotgrid_enterprise;

GRANT SELECT,INSERT,DELETE ON TABLE public.failure_due TO hotgrid_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.finding TO hotgrid_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.grid TO hotgrid_app;

GRANT SELECT,INSERT ON TABLE public.handover TO hotgrid_app;

GRANT SELECT,INSERT ON TABLE public.handover_answer TO hotgrid_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.hj212_part TO hotgrid_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.hour_mean TO hotgrid_app;

GRANT SELECT(device) ON TABLE public.hour_mean TO hotgrid_enterprise;

GRANT SELECT(ts) ON TABLE public.hour_mean TO hotgrid_enterprise;

GRANT SELECT(channel) ON TABLE public.hour_mean TO hotgrid_enterprise;

GRANT SELECT(mean) ON TABLE public.hour_mean TO hotgrid_enterprise;

GRANT SELECT(low) ON TABLE public.hour_mean TO hotgrid_enterprise;

GRANT SELECT(high) ON TABLE public.hour_mean TO hotgrid_enterprise;

GRANT SELECT(valid) ON TABLE public.hour_mean TO hotgrid_enterprise;

GRANT SELECT(suspect) ON TABLE public.hour_mean TO hotgrid_enterprise;

GRANT SELECT(sent) ON TABLE public.hour_mean TO hotgrid_enterprise;

GRANT SELECT(corrected) ON TABLE public.hour_mean TO hotgrid_enterprise;

GRANT SELECT(correction) ON TABLE public.hour_mean TO hotgrid_enterprise;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.idempotency TO hotgrid_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.imported_shift TO hotgrid_app;

GRANT SELECT,INSERT,DELETE ON TABLE public.ingest_session TO hotgrid_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.judged_mark TO hotgrid_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.judged_thresholds TO hotgrid_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.reject TO hotgrid_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.ladder TO hotgrid_app;

GRANT SELECT,INSERT ON TABLE public.layout TO hotgrid_app;

GRANT USAGE ON SEQUENCE public.layout_layout_seq TO hotgrid_app;

GRANT USAGE ON SEQUENCE public.letter_number TO hotgrid_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.logger TO hotgrid_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.mark TO hotgrid_app;
GRANT SELECT ON TABLE public.mark TO hotgrid_enterprise;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.mark_due TO hotgrid_app;

GRANT SELECT ON TABLE public.migration TO hotgrid_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.mobile_reading TO hotgrid_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.monitor_channel TO hotgrid_app;
GRANT SELECT ON TABLE public.monitor_channel TO hotgrid_enterprise;

GRANT SELECT,INSERT,UPDATE ON TABLE public.monitor_latest TO hotgrid_app;
GRANT SELECT ON TABLE public.monitor_latest TO hotgrid_enterprise;

GRANT SELECT,INSERT,UPDATE ON TABLE public.monitor_reading TO hotgrid_app;

GRANT SELECT(device) ON TABLE public.monitor_reading TO hotgrid_enterprise;

GRANT SELECT(ts) ON TABLE public.monitor_reading TO hotgrid_enterprise;

GRANT SELECT(channel) ON TABLE public.monitor_reading TO hotgrid_enterprise;

GRANT SELECT(value) ON TABLE public.monitor_reading TO hotgrid_enterprise;

GRANT SELECT(qc) ON TABLE public.monitor_reading TO hotgrid_enterprise;

GRANT SELECT,INSERT ON TABLE public.mute TO hotgrid_app;

GRANT SELECT,INSERT ON TABLE public.mute_change TO hotgrid_app;

GRANT SELECT,INSERT ON TABLE public.mute_hit TO hotgrid_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.notice TO hotgrid_app;

GRANT SELECT,INSERT ON TABLE public.onboarding_step TO hotgrid_app;
GRANT INSERT ON TABLE public.onboarding_step TO hotgrid_enterprise;

GRANT SELECT(step_id) ON TABLE public.onboarding_step TO hotgrid_enterprise;

GRANT SELECT(outlet_id) ON TABLE public.onboarding_step TO hotgrid_enterprise;

GRANT SELECT(enterprise_id) ON TABLE public.onboarding_step TO hotgrid_enterprise;

GRANT SELECT(step) ON TABLE public.onboarding_step TO hotgrid_enterprise;

GRANT SELECT(done_on) ON TABLE public.onboarding_step TO hotgrid_enterprise;

GRANT SELECT(at) ON TABLE public.onboarding_step TO hotgrid_enterprise;

GRANT SELECT(note) ON TABLE public.onboarding_step TO hotgrid_enterprise;

GRANT SELECT(files) ON TABLE public.onboarding_step TO hotgrid_enterprise;

GRANT SELECT,INSERT,UPDATE ON TABLE public.operator TO hotgrid_app;
GRANT SELECT ON TABLE public.operator TO hotgrid_enterprise;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.operator_link TO hotgrid_app;
GRANT SELECT ON TABLE public.operator_link TO hotgrid_enterprise;

GRANT SELECT,INSERT,UPDATE ON TABLE public.outlet TO hotgrid_app;
GRANT SELECT ON TABLE public.outlet TO hotgrid_enterprise;

GRANT SELECT,INSERT ON TABLE public.outlet_design TO hotgrid_app;
GRANT SELECT ON TABLE public.outlet_design TO hotgrid_enterprise;

GRANT SELECT,INSERT,DELETE ON TABLE public.overdue_notice TO hotgrid_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.park_device TO hotgrid_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.person TO hotgrid_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.pgqueuer TO hotgrid_app;

GRANT USAGE ON SEQUENCE public.pgqueuer_id_seq TO hotgrid_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.pgqueuer_log TO hotgrid_app;

GRANT USAGE ON SEQUENCE public.pgqueuer_log_id_seq TO hotgrid_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.pgqueuer_schedules TO hotgrid_app;

GRANT USAGE ON SEQUENCE public.pgqueuer_schedules_id_seq TO hotgrid_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.pgqueuer_statistics TO hotgrid_app;

GRANT USAGE ON SEQUENCE public.pgqueuer_statistics_id_seq TO hotgrid_app;

GRANT SELECT,INSERT ON TABLE public.photo TO hotgrid_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.push TO hotgrid_app;
GRANT SELECT ON TABLE public.push TO hotgrid_enterprise;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.quality_flag TO hotgrid_app;

GRANT SELECT(device) ON TABLE public.quality_flag TO hotgrid_enterprise;

GRANT SELECT(hour) ON TABLE public.quality_flag TO hotgrid_enterprise;

GRANT SELECT(channel) ON TABLE public.quality_flag TO hotgrid_enterprise;

GRANT SELECT(reason) ON TABLE public.quality_flag TO hotgrid_enterprise;

GRANT SELECT(from_at) ON TABLE public.quality_flag TO hotgrid_enterprise;

GRANT SELECT(to_at) ON TABLE public.quality_flag TO hotgrid_enterprise;

GRANT SELECT,INSERT,UPDATE ON TABLE public.quality_thresholds TO hotgrid_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.refused TO hotgrid_app;

GRANT SELECT,INSERT ON TABLE public.regional_hit TO hotgrid_app;

GRANT SELECT,UPDATE ON TABLE public.registry_version TO hotgrid_app;

GRANT SELECT,INSERT ON TABLE public.reply TO hotgrid_app;

GRANT SELECT(letter_id) ON TABLE public.reply TO hotgrid_enterprise;

GRANT SELECT(enterprise_id) ON TABLE public.reply TO hotgrid_enterprise;

GRANT SELECT(alert_id) ON TABLE public.reply TO hotgrid_enterprise;

GRANT SELECT(release_id) ON TABLE public.reply TO hotgrid_enterprise;

GRANT SELECT(kind) ON TABLE public.reply TO hotgrid_enterprise;

GRANT SELECT(text) ON TABLE public.reply TO hotgrid_enterprise;

GRANT SELECT(files) ON TABLE public.reply TO hotgrid_enterprise;

GRANT SELECT(at) ON TABLE public.reply TO hotgrid_enterprise;

GRANT SELECT(due_at) ON TABLE public.reply TO hotgrid_enterprise;

GRANT UPDATE(state) ON TABLE public.reply TO hotgrid_app;
GRANT SELECT(state) ON TABLE public.reply TO hotgrid_enterprise;

GRANT UPDATE(decided_at) ON TABLE public.reply TO hotgrid_app;
GRANT SELECT(decided_at) ON TABLE public.reply TO hotgrid_enterprise;

GRANT UPDATE(decided_by) ON TABLE public.reply TO hotgrid_app;

GRANT UPDATE(decided_why) ON TABLE public.reply TO hotgrid_app;
GRANT SELECT(decided_why) ON TABLE public.reply TO hotgrid_enterprise;

GRANT SELECT,INSERT,DELETE ON TABLE public.retrial_due TO hotgrid_app;

GRANT SELECT,INSERT ON TABLE public.roster_change TO hotgrid_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.roster_entry TO hotgrid_app;

GRANT SELECT,INSERT,DELETE ON TABLE public.roster_notice TO hotgrid_app;

GRANT SELECT,INSERT ON TABLE public.secret TO hotgrid_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.session TO hotgrid_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.shift TO hotgrid_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sign_in_failure TO hotgrid_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.station TO hotgrid_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.station_channel TO hotgrid_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.station_chief TO hotgrid_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.station_latest TO hotgrid_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.station_reading TO hotgrid_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.statistic TO hotgrid_app;

GRANT SELECT(device) ON TABLE public.statistic TO hotgrid_enterprise;

GRANT SELECT(ts) ON TABLE public.statistic TO hotgrid_enterprise;

GRANT SELECT(command) ON TABLE public.statistic TO hotgrid_enterprise;

GRANT SELECT(channel) ON TABLE public.statistic TO hotgrid_enterprise;

GRANT SELECT(low) ON TABLE public.statistic TO hotgrid_enterprise;

GRANT SELECT(mean) ON TABLE public.statistic TO hotgrid_enterprise;

GRANT SELECT(high) ON TABLE public.statistic TO hotgrid_enterprise;

GRANT SELECT(total) ON TABLE public.statistic TO hotgrid_enterprise;

GRANT SELECT(zs_low) ON TABLE public.statistic TO hotgrid_enterprise;

GRANT SELECT(zs_mean) ON TABLE public.statistic TO hotgrid_enterprise;

GRANT SELECT(zs_high) ON TABLE public.statistic TO hotgrid_enterprise;

GRANT SELECT(qc) ON TABLE public.statistic TO hotgrid_enterprise;

GRANT SELECT,INSERT,UPDATE ON TABLE public.swap_request TO hotgrid_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.telling TO hotgrid_app;

GRANT SELECT,INSERT ON TABLE public.thread_message TO hotgrid_app;

GRANT SELECT(letter_id) ON TABLE public.thread_message TO hotgrid_enterprise;

GRANT SELECT(enterprise_id) ON TABLE public.thread_message TO hotgrid_enterprise;

GRANT SELECT(alert_id) ON TABLE public.thread_message TO hotgrid_enterprise;

GRANT SELECT(side) ON TABLE public.thread_message TO hotgrid_enterprise;

GRANT SELECT(text) ON TABLE public.thread_message TO hotgrid_enterprise;

GRANT SELECT(files) ON TABLE public.thread_message TO hotgrid_enterprise;

GRANT SELECT(at) ON TABLE public.thread_message TO hotgrid_enterprise;

GRANT UPDATE(read_at) ON TABLE public.thread_message TO hotgrid_app;
GRANT SELECT(read_at),UPDATE(read_at) ON TABLE public.thread_message TO hotgrid_enterprise;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.touched TO hotgrid_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.turned TO hotgrid_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.verdict TO hotgrid_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.watermark TO hotgrid_app;

GRANT SELECT,INSERT,DELETE ON TABLE public.window_file TO hotgrid_app;
GRANT SELECT,INSERT,DELETE ON TABLE public.window_file TO hotgrid_enterprise;

GRANT UPDATE(attached_at) ON TABLE public.window_file TO hotgrid_app;
GRANT UPDATE(attached_at) ON TABLE public.window_file TO hotgrid_enterprise;

SELECT create_hypertable('public.day_mean', by_range('day', INTERVAL '90 days'), create_default_indexes => false);
SELECT create_hypertable('public.hour_mean', by_range('ts', INTERVAL '7 days'), create_default_indexes => false);
SELECT create_hypertable('public.mobile_reading', by_range('ts', INTERVAL '1 days'), create_default_indexes => false);
SELECT create_hypertable('public.monitor_reading', by_range('ts', INTERVAL '1 days'), create_default_indexes => false);
SELECT create_hypertable('public.quality_flag', by_range('hour', INTERVAL '7 days'), create_default_indexes => false);
SELECT create_hypertable('public.station_reading', by_range('ts', INTERVAL '1 days'), create_default_indexes => false);
SELECT create_hypertable('public.statistic', by_range('ts', INTERVAL '7 days'), create_default_indexes => false);
SELECT create_hypertable('public.verdict', by_range('minute', INTERVAL '1 days'), create_default_indexes => false);
