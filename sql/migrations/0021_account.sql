-- Who may sign in, what each may see, and the log of what everybody did.

-- Requests of enterprises run as a role of their own: it reads what is granted to it, and of that only its own rows.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'hotgrid_enterprise') THEN
        CREATE ROLE hotgrid_enterprise NOLOGIN;
        EXECUTE format('GRANT hotgrid_enterprise TO %I', current_user);
    END IF;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE EXCEPTION 'the role hotgrid_enterprise is missing' USING HINT = format(
        'as the superuser: CREATE ROLE hotgrid_enterprise NOLOGIN; GRANT hotgrid_enterprise TO %I', current_user);
END
$$;
GRANT USAGE ON SCHEMA public TO hotgrid_enterprise;

-- A connection says whom it reaches in `hotgrid.reach`: `*` everybody, an array of enterprises, nobody where it is not
-- set. Policies ask these functions in a sub-select, so that they are answered once a query.
CREATE FUNCTION reaches_all() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN current_setting('hotgrid.reach', true) = '*';

CREATE FUNCTION reached() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN current_setting('hotgrid.reach', true) LIKE '{%' THEN current_setting('hotgrid.reach', true)::text[]
            ELSE '{}'::text[] END;

-- The devices of enterprises within reach, and those of enterprises without: stations belong to nobody.
CREATE FUNCTION reached_devices() RETURNS SETOF integer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT device FROM monitor
    WHERE enterprise_id IN (SELECT unnest(reached())) OR (SELECT reaches_all());
END
$$;
CREATE FUNCTION hidden_devices() RETURNS SETOF integer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT device FROM monitor
    WHERE enterprise_id NOT IN (SELECT unnest(reached())) AND (SELECT reaches_all()) IS NOT TRUE;
END
$$;

CREATE TABLE account (
    name text PRIMARY KEY CHECK (name ~ '^[a-z0-9][a-z0-9._@-]{0,63}$'),
    role text NOT NULL
        CHECK (role IN ('admin', 'leader', 'duty', 'chief', 'bureau', 'dispatcher', 'field', 'enterprise')),
    display text NOT NULL,
    person_id text UNIQUE REFERENCES person,
    password_hash text,          -- null: no password; by single sign-on or keys alone
    subject text UNIQUE,         -- who that is at the city's provider of single sign-on
    made_at timestamptz NOT NULL,
    made_by text NOT NULL,
    disabled_at timestamptz
);

-- Without a district or township an account of the authorities sees the whole installation.
CREATE TABLE account_scope (
    account text NOT NULL REFERENCES account,
    kind text NOT NULL CHECK (kind IN ('district', 'township', 'enterprise')),
    value text NOT NULL,
    PRIMARY KEY (account, kind, value)
);
CREATE TABLE district_township (
    district text NOT NULL,
    township text NOT NULL,
    PRIMARY KEY (district, township)
);

-- What an account reaches: the enterprises it is of; and, for the authorities, the townships it is bound to and the
-- enterprises there, both null where it is bound to none.
CREATE FUNCTION account_reach(who text, OUT enterprises text[], OUT townships text[], OUT within text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
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
REVOKE ALL ON FUNCTION account_reach FROM PUBLIC;
GRANT EXECUTE ON FUNCTION account_reach TO hotgrid_app;

-- Only the hash of a token is kept: who reads the table cannot sign in with it. A row that is gone is a session ended.
CREATE TABLE session (
    session_id bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    token_sha256 bytea PRIMARY KEY,
    account text NOT NULL REFERENCES account,
    made_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    address text NOT NULL,
    agent text NOT NULL
);
CREATE INDEX session_of_account ON session (account);

-- Failed tries to sign in, by name, by address and by both.
CREATE TABLE sign_in_failure (
    what text PRIMARY KEY,
    failures integer NOT NULL,
    last_at timestamptz NOT NULL,
    until timestamptz NOT NULL
);

-- A key acts as its account; it can be narrowed to reading and to one enterprise.
CREATE TABLE api_key (
    prefix text PRIMARY KEY CHECK (prefix ~ '^[0-9a-z]{12}$'),
    secret_sha256 bytea NOT NULL,
    account text NOT NULL REFERENCES account,
    name text NOT NULL,
    enterprise_id text REFERENCES enterprise,
    writes boolean NOT NULL,
    made_at timestamptz NOT NULL,
    made_by text NOT NULL,
    expires_at timestamptz NOT NULL,
    last_used timestamptz,
    revoked_at timestamptz,
    replaced_by text REFERENCES api_key
);
CREATE INDEX api_key_of_account ON api_key (account);

-- Every change and every denied try; a line's hash covers its number, its text and the hash of the line before it.
-- Written by `audit_append` alone.
CREATE TABLE audit (
    seq bigint PRIMARY KEY,
    line text NOT NULL,
    hash bytea NOT NULL
);
CREATE FUNCTION audit_append(line text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
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
REVOKE ALL ON FUNCTION audit_append FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_append TO hotgrid_app;

GRANT SELECT, INSERT, UPDATE ON account, api_key TO hotgrid_app;
GRANT SELECT, INSERT, DELETE ON account_scope, district_township TO hotgrid_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON session, sign_in_failure TO hotgrid_app;
GRANT SELECT ON audit TO hotgrid_app;
