-- The duty roster: what it is made of, who was on duty, handovers, check-ins and logs of shifts.
ALTER TABLE person DROP CONSTRAINT person_role_check,
    ADD CONSTRAINT person_role_check CHECK (role IN ('leader', 'duty', 'dispatcher', 'chief', 'field', 'bureau'));

-- The published roster; the role is that of the post, or, of an imported shift, that which the person had then.
ALTER TABLE shift
    ADD role text NOT NULL DEFAULT '',
    ADD township text NOT NULL DEFAULT '',
    ADD source text NOT NULL DEFAULT 'import',
    ADD instead_of text NOT NULL DEFAULT '',
    ADD recorded_at timestamptz NOT NULL DEFAULT now(),
    DROP CONSTRAINT shift_pkey,
    ADD PRIMARY KEY (person_id, start_at, post);
UPDATE shift SET (role, township) = (SELECT role, township FROM person WHERE person.person_id = shift.person_id);
CREATE INDEX shift_start ON shift (start_at);

-- From when on the roster can still be changed; a transaction that waited for long has lost its own time.
CREATE FUNCTION roster_moment() RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT greatest(now(), clock_timestamp() - INTERVAL '1 minute')
$$;

-- Who was on duty is not changed afterwards: what has ended stays, of a running shift only the end may still move.
CREATE FUNCTION keep_who_was_on_duty() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
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
CREATE TRIGGER shift_keep_past BEFORE INSERT OR UPDATE OR DELETE ON shift
    FOR EACH ROW EXECUTE FUNCTION keep_who_was_on_duty();

-- The shifts of the last import as they were told: of posts that no rotation covers, the roster follows from them.
CREATE TABLE imported_shift (
    person_id text NOT NULL REFERENCES person,
    start_at timestamptz NOT NULL,
    end_at timestamptz NOT NULL,
    post text NOT NULL,
    PRIMARY KEY (person_id, start_at, post),
    CHECK (end_at > start_at)
);
INSERT INTO imported_shift SELECT person_id, start_at, end_at, post FROM shift;

-- What the roster is computed from; an entry is ended, never removed.
CREATE TABLE roster_entry (
    entry_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('rotation', 'leave', 'substitute', 'temporary', 'holiday', 'swap')),
    body jsonb NOT NULL,
    who text NOT NULL,
    made_at timestamptz NOT NULL,
    ended_at timestamptz,
    ended_by text
);
CREATE INDEX roster_entry_in_force ON roster_entry (kind, entry_id) WHERE ended_at IS NULL;

-- A swap that a person asks for; the other agrees, a leader approves, and only then it is an entry.
CREATE TABLE swap_request (
    swap_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    body jsonb NOT NULL,
    requested_by text NOT NULL,
    requested_at timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('requested', 'agreed', 'approved', 'refused', 'withdrawn')),
    agreed_at timestamptz,
    decided_by text,
    decided_at timestamptz,
    why text NOT NULL DEFAULT '',
    entry_id bigint REFERENCES roster_entry
);

-- Every change of the roster, append-only.
CREATE TABLE roster_change (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    who text NOT NULL,
    action text NOT NULL,
    why text NOT NULL,
    details jsonb NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- What a handover offered, with the alerts that were open then; the answer is a row of its own.
CREATE TABLE handover (
    handover_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id text NOT NULL,
    start_at timestamptz NOT NULL,
    post text NOT NULL,
    to_person text NOT NULL REFERENCES person,
    offered_at timestamptz NOT NULL,
    who text NOT NULL,
    note text NOT NULL,
    alerts jsonb NOT NULL,
    FOREIGN KEY (person_id, start_at, post) REFERENCES shift
);
CREATE INDEX handover_of_shift ON handover (person_id, start_at, post);
CREATE INDEX handover_to_person ON handover (to_person, post);
CREATE TABLE handover_answer (
    handover_id bigint PRIMARY KEY REFERENCES handover,
    answer text NOT NULL CHECK (answer IN ('accepted', 'declined', 'withdrawn')),
    -- The shift of the incoming officer who accepted.
    to_start timestamptz,
    at timestamptz NOT NULL,
    who text NOT NULL,
    reason text NOT NULL,
    CHECK ((answer = 'accepted') = (to_start IS NOT NULL))
);

-- The log of a shift: what was written by hand, and, once it is locked, all of it as it was then.
CREATE TABLE duty_log_entry (
    entry_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id text NOT NULL,
    start_at timestamptz NOT NULL,
    post text NOT NULL,
    at timestamptz NOT NULL,
    who text NOT NULL,
    text text NOT NULL,
    FOREIGN KEY (person_id, start_at, post) REFERENCES shift
);
CREATE INDEX duty_log_entry_of_shift ON duty_log_entry (person_id, start_at, post, entry_id);
CREATE TABLE duty_log_lock (
    person_id text NOT NULL,
    start_at timestamptz NOT NULL,
    post text NOT NULL,
    locked_at timestamptz NOT NULL,
    handover_id bigint NOT NULL REFERENCES handover,
    lines jsonb NOT NULL,
    PRIMARY KEY (person_id, start_at, post),
    FOREIGN KEY (person_id, start_at, post) REFERENCES shift
);

CREATE FUNCTION keep_locked_log() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
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
CREATE TRIGGER duty_log_entry_open BEFORE INSERT ON duty_log_entry
    FOR EACH ROW EXECUTE FUNCTION keep_locked_log();
CREATE TRIGGER duty_log_lock_alone BEFORE INSERT ON duty_log_lock
    FOR EACH ROW EXECUTE FUNCTION keep_locked_log();

-- The log of a shift is drafted from what happened in a span.
CREATE INDEX alert_event_at ON alert_event (at) WHERE action <> 'updated';

-- That somebody on duty is at the post and awake.
CREATE TABLE check_in (
    check_in_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id text NOT NULL REFERENCES person,
    at timestamptz NOT NULL,
    lon double precision,
    lat double precision,
    note text NOT NULL,
    CHECK ((lon IS NULL) = (lat IS NULL))
);
CREATE INDEX check_in_of_person ON check_in (person_id, at);

-- What people have been told of by the roster's timers: once each.
CREATE TABLE roster_notice (
    key text PRIMARY KEY,
    at timestamptz NOT NULL
);

-- The chief of a station (点位长), who acts while the chief is on leave, and the township that the station stands for.
CREATE TABLE station_chief (
    device integer PRIMARY KEY REFERENCES station,
    person_id text NOT NULL REFERENCES person,
    acting_id text REFERENCES person,
    township text NOT NULL
);

GRANT SELECT, INSERT, UPDATE ON roster_entry, swap_request TO hotgrid_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON station_chief, imported_shift TO hotgrid_app;
GRANT SELECT, INSERT, DELETE ON roster_notice TO hotgrid_app;
GRANT SELECT, INSERT ON roster_change, handover, handover_answer, duty_log_entry, duty_log_lock, check_in
    TO hotgrid_app;
